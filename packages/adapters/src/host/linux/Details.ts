/**
 * What a Linux machine tells of itself beside its name and system (AST-02, AST-10), read from files, without a shell and
 * without rights that the agent may lack: each source that isn't there, or may not be read, gives null.
 */
import * as fs from "node:fs/promises";
import type { NetworkInterfaceInfo } from "node:os";
import * as path from "node:path";
import type { HostDetails } from "@fettle/agent-protocol/agent";
import * as OsRelease from "./OsRelease.ts";
import * as Route from "./Route.ts";
import * as Utmp from "./Utmp.ts";

export interface Sources {
  /** The system's root: os-release and the package manager's settings. */
  readonly installRoot: string;
  /** The root under which the kernel's `proc` and `sys` and the login records in `run` stand. */
  readonly kernelRoot: string;
  readonly networkInterfaces: () => { readonly [name: string]: readonly NetworkInterfaceInfo[] | undefined };
  /** Where the machine is, when somebody said so. */
  readonly location: string | null;
}

/** Everything that can be read. */
export const read = async (sources: Sources): Promise<HostDetails> => {
  const kernel = (file: string): Promise<string | null> => textOf(path.join(sources.kernelRoot, file));
  const release = OsRelease.parse((await osRelease(sources.installRoot)) ?? "");
  const hardware = async (name: string): Promise<string | null> =>
    toldHardware(await kernel(path.join("sys/class/dmi/id", name)));
  return {
    release: release.id === null || release.version === null ? null : `${release.id}:${release.version}`,
    osVersion: release.version,
    modules: await modules(sources.installRoot),
    manufacturer: await hardware("sys_vendor"),
    model: await hardware("product_name"),
    serialNumber: await hardware("product_serial"),
    interfaces: interfacesOf(sources, Route.gateways((await kernel("proc/net/route")) ?? "")),
    loggedInUser: await loggedIn(sources.kernelRoot),
    bootedAt: bootedAt((await kernel("proc/stat")) ?? ""),
    location: sources.location,
  };
};

const textOf = (file: string): Promise<string | null> => fs.readFile(file, "utf8").catch(() => null);

const osRelease = async (root: string): Promise<string | null> =>
  (await textOf(path.join(root, "etc/os-release"))) ?? (await textOf(path.join(root, "usr/lib/os-release")));

// What makers leave in the fields that they don't fill in.
const PLACEHOLDER =
  /^(?:|none|unknown|default string|not (?:specified|applicable|available)|to be filled by o\.?e\.?m\.?|system (?:manufacturer|product name|serial number)|0+|x+|1?0?123456789)$/i;

const toldHardware = (text: string | null): string | null => {
  const told = text?.trim() ?? "";
  return PLACEHOLDER.test(told) ? null : told;
};

const BTIME = /^btime (\d{1,12})$/m;

const bootedAt = (stat: string): number | null => {
  const seconds = BTIME.exec(stat)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
};

/**
 * The streams that are enabled, as dnf keeps them: a file a module. Null where there is no dnf, for then nobody knows; none
 * where dnf has enabled none.
 */
const modules = async (root: string): Promise<string[] | null> => {
  const dnf = path.join(root, "etc/dnf");
  if ((await fs.stat(dnf).catch(() => null)) === null) return null;
  const folder = path.join(dnf, "modules.d");
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? [] : null));
  if (names === null) return null;
  const files = names.filter((name) => name.endsWith(".module")).sort();
  const texts = await Promise.all(files.map((name) => textOf(path.join(folder, name))));
  // One that can't be read may have been enabled.
  if (texts.includes(null)) return null;
  return texts.flatMap((text) => enabledStream(text ?? "")).sort();
};

const enabledStream = (text: string): readonly string[] => {
  const values = new Map(
    text.split("\n").flatMap((line) => {
      const [, key, value] = /^\s*(name|stream|state)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );
  const [name, stream] = [values.get("name") ?? "", values.get("stream") ?? ""];
  return values.get("state") === "enabled" && name !== "" && stream !== "" ? [`${name}:${stream}`] : [];
};

const interfacesOf = (sources: Sources, gateways: ReadonlyMap<string, string>): HostDetails["interfaces"] => {
  const found = Object.entries(sources.networkInterfaces()).filter(([, infos]) => infos?.some((i) => !i.internal));
  return found
    .map(([name, infos = []]) => ({
      name,
      mac: infos.map((i) => i.mac.toLowerCase()).find((mac) => mac !== "00:00:00:00:00:00") ?? null,
      addresses: infos.map((i) => i.address.split("%")[0] ?? "").sort(),
      gateway: gateways.get(name) ?? null,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

const loggedIn = async (root: string): Promise<string | null> => {
  for (const file of ["run/utmp", "var/run/utmp"]) {
    const bytes = await fs.readFile(path.join(root, file)).catch(() => null);
    if (bytes !== null) return Utmp.lastLoggedIn(bytes);
  }
  return null;
};
