/** The host port on Linux: what the machine is, in which zone, the id of its present boot, and how it boots anew. */
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { Host, HostError, type HostFacts, type HostShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Details from "./Details.ts";
import * as OsRelease from "./OsRelease.ts";
import * as Reboot from "./Reboot.ts";

export interface LinuxHostOptions {
  /** The asset's name; the machine's host name unless told. */
  readonly name?: string;
  /** An IANA zone; what the system's own settings say unless told. */
  readonly timeZone?: string;
  /** The system's root; `/` unless told. */
  readonly installRoot?: string;
  /** A file that holds a UUID which changes with each boot; the kernel's own unless told. */
  readonly bootIdFile?: string;
  /** Where the machine is, as its people call it; not told unless said. */
  readonly location?: string;
  /** The root of the kernel's `proc` and `sys` and of `run`; `/` unless told. */
  readonly kernelRoot?: string;
  /** Lets the agent reboot this machine, and says when not; without it, nothing is rebooted and what needs it waits for a hand. */
  readonly reboot?: Reboot.RebootOptions;
}

/** The host, as a layer. */
export const layer = (options: LinuxHostOptions = {}): Layer.Layer<Host> => Layer.sync(Host, () => make(options));

/** The same, as a plain value. */
export const make = (options: LinuxHostOptions = {}): HostShape => ({
  facts: () => attempt(() => facts(options)),
  details: () =>
    attempt(() =>
      Details.read({
        installRoot: options.installRoot ?? "/",
        kernelRoot: options.kernelRoot ?? "/",
        networkInterfaces: os.networkInterfaces,
        location: options.location ?? null,
      }),
    ),
  bootId: () => attempt(() => bootId(options.bootIdFile ?? "/proc/sys/kernel/random/boot_id")),
  ...(options.reboot === undefined ? {} : rebooting(options.reboot)),
});

const rebooting = (options: Reboot.RebootOptions): Pick<HostShape, "reboot" | "noRebootUntil"> => ({
  reboot: () => Reboot.reboot(options),
  noRebootUntil: (now) => attempt(async () => options.noRebootUntil?.(now) ?? null),
});

const attempt = <A>(read: () => Promise<A>): Effect.Effect<A, HostError> =>
  Effect.tryPromise({
    try: read,
    catch: (cause) =>
      new HostError({ message: cause instanceof Error ? cause.message : String(cause), isRetryable: false, cause }),
  });

const facts = async (options: LinuxHostOptions): Promise<HostFacts> => {
  const root = options.installRoot ?? "/";
  const release = OsRelease.parse(await osRelease(root));
  return {
    name: options.name ?? os.hostname(),
    platform: "Linux",
    osFamily: release.family,
    osName: release.name,
    arch: os.machine(),
    timeZone: checkedZone(options.timeZone ?? (await timeZone(root))),
  };
};

const osRelease = async (root: string): Promise<string> => {
  const read = (file: string) => fs.readFile(path.join(root, file), "utf8");
  return read("etc/os-release").catch(() => read("usr/lib/os-release"));
};

// The name of the zone is only in the link's target, or in Debian's file; a system with neither runs in UTC.
const timeZone = async (root: string): Promise<string> => {
  const target = await fs.readlink(path.join(root, "etc/localtime")).catch(() => null);
  const linked = target === null ? undefined : /(?:^|\/)zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(target)?.[1];
  if (linked !== undefined) return linked;
  const written = await fs.readFile(path.join(root, "etc/timezone"), "utf8").catch(() => null);
  if (written !== null) return written.trim();
  const isCopied = await fs.stat(path.join(root, "etc/localtime")).catch(() => null);
  if (isCopied !== null) throw new Error("etc/localtime is no link to a zone: tell the adapter the time zone");
  return "UTC";
};

const checkedZone = (zone: string): string => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    throw new Error(`${JSON.stringify(zone)} is no IANA time zone`);
  }
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const bootId = async (file: string): Promise<string> => {
  const id = (await fs.readFile(file, "utf8")).trim().toLowerCase();
  if (!UUID.test(id)) throw new Error(`${file} holds no boot id, but ${JSON.stringify(id.slice(0, 64))}`);
  return id;
};
