/**
 * Whether what was installed needs a reboot, as dnf's own `needs-restarting -r` tells: core packages that were installed since the
 * machine booted, by name.
 *
 * Both answers are known by their words, never by the exit code alone: 1 is also dnf's for any error, so a missing plugin would be
 * a reboot loop. Of the packages named, only the patches' own count; what else waits for a reboot there is somebody else's.
 */
import type { Package } from "@fettle/agent-protocol";
import type { RebootNeed } from "@fettle/agent-protocol/agent";
import type { DnfSettings } from "./DnfOptions.ts";
import * as ToolQuery from "./ToolQuery.ts";

const NEEDED = "Reboot is required";
const NOT_NEEDED = "Reboot should not be necessary";
const MESSAGE_CHARACTERS = 500;

/** What the tool answered, judged for these patches. Pure. */
export const judge = (
  { exitCode, stdout, stderr }: Pick<ToolQuery.ToolAnswer, "exitCode" | "stdout" | "stderr">,
  patches: readonly Pick<Package.PatchInstruction, "packages">[],
): RebootNeed => {
  if (exitCode === 0 && stdout.includes(NOT_NEEDED)) return { _tag: "NotNeeded" };
  if (exitCode !== 1 || !stdout.includes(NEEDED)) {
    const said = (stderr.trim() === "" ? stdout : stderr).trim().slice(-MESSAGE_CHARACTERS);
    return { _tag: "Unknown", message: `dnf needs-restarting ended with ${exitCode ?? "a signal"}: ${said}` };
  }
  const named = [...stdout.matchAll(/^ +\* (\S+)$/gm)].map(([, name = ""]) => name);
  if (named.length === 0)
    return { _tag: "Unknown", message: "dnf needs-restarting asks for a reboot, and not for what" };
  const own = new Set(patches.flatMap((patch) => patch.packages.map((p) => p.name)));
  const reasons = named.filter((name) => own.has(name));
  return reasons.length === 0 ? { _tag: "NotNeeded" } : { _tag: "Needed", reasons };
};

/** The command line: it asks no repository, and loads the one plugin that tells, whatever the configuration says of plugins. */
export const commandLine = ({ config, installRoot }: DnfSettings): readonly string[] => [
  ...(config === null ? [] : ["-c", config]),
  ...(installRoot === "/" ? [] : [`--installroot=${installRoot}`]),
  "--disablerepo=*",
  "--setopt=plugins=True",
  "--disableplugin=*",
  "--enableplugin=needs_restarting",
  "needs-restarting",
  "-r",
];

/** Asks. What goes wrong is unknown. */
export const probe = async (
  settings: DnfSettings,
  patches: readonly Package.PatchInstruction[],
): Promise<RebootNeed> => {
  const limits = { milliseconds: settings.limits.queryMilliseconds };
  const asked = await ToolQuery.ask(settings.dnf, commandLine(settings), limits);
  return asked.ok ? judge(asked.value, patches) : { _tag: "Unknown", message: asked.error.message };
};
