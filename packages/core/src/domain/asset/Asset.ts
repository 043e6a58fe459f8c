/**
 * An asset: a machine known by its agent's host id (AST-01), never by its name or address, which may change freely.
 * Times are epoch milliseconds.
 */
import * as Module from "../shared/Module.ts";
import type { PackageFormat, Platform } from "../shared/Platform.ts";

/** A network interface (AST-10). */
export interface NetworkInterface {
  readonly name: string;
  /** Six bytes in lower case, by colons. */
  readonly mac: string | null;
  /** IPv4 and IPv6 addresses without a prefix length. */
  readonly addresses: readonly string[];
  readonly gateway: string | null;
}

/** What the agent tells of its machine beside the packages (AST-02, AST-10). Null or none: not told. */
export interface AssetFacts {
  /** The release of the operating system as `id:version` (`rocky:9`, `debian:12`). */
  readonly release: string | null;
  readonly osVersion: string | null;
  readonly packageFormat: PackageFormat | null;
  /** Module streams that are enabled, as `name:stream`; null when the agent doesn't know them. */
  readonly modules: readonly string[] | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serialNumber: string | null;
  readonly interfaces: readonly NetworkInterface[];
  readonly loggedInUser: string | null;
  readonly bootedAt: number | null;
  readonly location: string | null;
}

/** Since when each module is active on an asset, epoch milliseconds; what isn't active is not there. */
export type Activations = Readonly<Partial<Record<Module.Module, number>>>;

export interface Asset {
  /** The host id, a UUID that the agent made. */
  readonly id: string;
  readonly name: string;
  /** `Other`: one that no job is for, such as FreeBSD (AST-13). */
  readonly platform: Platform | "Other";
  readonly osFamily: string;
  readonly osName: string;
  readonly arch: string;
  /** An IANA zone name as the agent tells it. */
  readonly timeZone: string;
  readonly facts: AssetFacts;
  /** Tags that people or an activation key gave it. */
  readonly assignedTags: readonly string[];
  /** Every tag it bears: those assigned, and the dynamic ones whose rule it meets (TAG-08). Sorted. */
  readonly tags: readonly string[];
  /** Modules active on it and since when, the order in which seats are given (LIC-05, LIC-09); patching needs `PM`. */
  readonly activations: Activations;
  readonly provisionedAt: number;
  readonly activationKey: string;
}

/** Nothing told yet. */
export const noFacts: AssetFacts = {
  release: null,
  osVersion: null,
  packageFormat: null,
  modules: null,
  manufacturer: null,
  model: null,
  serialNumber: null,
  interfaces: [],
  loggedInUser: null,
  bootedAt: null,
  location: null,
};

/** Why an asset gets no patches or no scans: which rule, and what to tell people. */
export interface Unfit {
  readonly rule: string;
  readonly reason: string;
}

// What an operating system calls itself, in its name or its release's id.
const unpatchable = /\b(?:FreeBSD|OpenBSD|NetBSD|DragonFly|AIX|Solaris|SunOS|illumos|OmniOS|HP-UX)\b/i;
const immutable =
  /\b(?:Fedora CoreOS|Red Hat Enterprise Linux CoreOS|RHEL CoreOS|CoreOS|Flatcar|Bottlerocket|Talos|fcos|rhcos)\b/i;

/** Why no plan may hold it: a platform that can't be patched, or a host whose image is replaced as a whole (AST-13). */
export const whyUnpatchable = (asset: Pick<Asset, "osName" | "osFamily" | "platform">): Unfit | null => {
  const name = `${asset.osName} ${asset.osFamily}`;
  if (immutable.test(name)) return { rule: "AST-13", reason: `${asset.osName} is replaced as a whole, not patched` };
  return asset.platform === "Other" || unpatchable.test(name)
    ? { rule: "AST-13", reason: `${asset.osName} can't be patched` }
    : null;
};

/** Why it isn't scanned: an evaluation edition of Windows, until it becomes a full one (AST-07). */
export const whyNotScanned = (asset: Pick<Asset, "osName" | "platform">): Unfit | null =>
  asset.platform === "Windows" && /\bEvaluation\b/i.test(asset.osName)
    ? { rule: "AST-07", reason: `${asset.osName} is not scanned until it is upgraded to a full edition` }
    : null;

/** Whether a module is active; `AI` always is (AGT-06). */
export const isActive = (asset: Pick<Asset, "activations">, module: Module.Module): boolean =>
  module === "AI" || asset.activations[module] !== undefined;

/** Whether the patch module is active (AST-11). */
export const isPatchManaged = (asset: Pick<Asset, "activations">): boolean => isActive(asset, "PM");

/** The modules that are active, in their order. */
export const activeModules = (asset: Pick<Asset, "activations">): readonly Module.Module[] =>
  Module.modules.filter((m) => isActive(asset, m));

/** With modules activated, and those that they bring. What is active already keeps its instant, and so its seat's place. */
export const activate = (known: Activations, modules: readonly Module.Module[], now: number): Activations => {
  const added = Module.withBrought(modules).filter((m) => m !== "AI" && known[m] === undefined);
  return added.length === 0 ? known : { ...known, ...Object.fromEntries(added.map((m) => [m, now])) };
};

/** With modules deactivated, and those that they brought; activated again, they stand behind the others (LIC-11). */
export const deactivate = (known: Activations, modules: readonly Module.Module[]): Activations => {
  const gone = new Set(Module.withBrought(modules));
  const kept = Module.modules
    .filter((m) => !gone.has(m))
    .flatMap((m) => (known[m] === undefined ? [] : [[m, known[m]]]));
  return Object.fromEntries(kept) as Activations;
};
