/**
 * An operating system that isn't there: a package database, an installer over it, boots, somebody before its screen. It records
 * what truly happened, so that checks need not believe any report.
 */
import type { Package } from "@fettle/agent-protocol";
import {
  type Effort,
  type FileInstaller,
  type HostDetails,
  HostError,
  type HostFacts,
  type HostShape,
  InstallerError,
  type InstallerShape,
  type InstallReport,
  type InventoryShape,
  type Notice,
  noDetails,
  type UserPromptShape,
} from "@fettle/agent-protocol/agent";
import { Package as P, PackageVersion, ReasonCode } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import type { Random } from "./Random.ts";
import * as SimulatedBoot from "./SimulatedBoot.ts";
import * as SimulatedUser from "./SimulatedUser.ts";
import * as SimulatedWork from "./SimulatedWork.ts";

/** What truly happened, in order. */
export type Truth =
  | {
      readonly _tag: "Begin";
      readonly at: number;
      readonly patchId: string;
      readonly action: "install" | "rollback";
      /** The share of one core that the installer was told to keep to; null where it was told none. */
      readonly cpuLimitPercent: number | null;
    }
  | { readonly _tag: "Effect"; readonly at: number; readonly patchId: string; readonly action: "install" | "rollback" }
  | { readonly _tag: "Repair"; readonly at: number }
  /** Somebody brought a version of a package past the agent. */
  | { readonly _tag: "ByHand"; readonly at: number; readonly package: string; readonly evr: string }
  /** The machine went down to boot: by its agent's order, with the reason that it gave, or by somebody's hand; `waited` needed it. */
  | {
      readonly _tag: "Reboot";
      readonly at: number;
      readonly by: "agent" | "hand";
      readonly bootId: string;
      readonly reason: string | null;
      readonly waited: readonly string[];
    }
  /** A notice came up on the screen. */
  | { readonly _tag: "Shown"; readonly at: number; readonly notice: Notice };

/** How an installation of a package goes, when it doesn't simply succeed. */
export type PackageFault =
  | "pre-scriptlet-fails"
  | "corrupt-file"
  /** It stands until the next boot, which takes it back. */
  | "undone-at-reboot";

/** What a crash that strikes an installer leaves behind. */
export type CrashPoint = "before" | "half-way" | "after";

/** What may befall an installer: a crash, a lock that somebody else holds, or a success that it only claims. */
export type Strike = CrashPoint | "busy" | "claims-success";

const strikes: readonly Strike[] = ["before", "half-way", "after", "busy", "claims-success"];

/** What befalls an installer, if anything does. */
export const drawStrike = (random: Random, chance: number): Strike | null =>
  random.chance(chance) ? (strikes[random.below(strikes.length)] ?? null) : null;

export interface SimulatedOsOptions extends SimulatedBoot.BootOptions {
  readonly facts: HostFacts;
  /** What the machine tells of itself beside that; a small machine of no maker unless told. */
  readonly details?: Partial<HostDetails>;
  readonly packages: readonly Package.Package[];
  /** What stands at which url, for an installer that works from files; without it, its installer can't. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** How its packages' versions compare; `rpm` unless told. */
  readonly packageFormat?: PackageVersion.PackageFormat;
  /** Faults by package name. */
  readonly faults: { readonly [packageName: string]: PackageFault };
  /** How long an installer works at a package, in milliseconds; no time at all unless told. */
  readonly installMs?: (packageName: string) => number;
  /** Asked when an installer begins: null lets it work. */
  readonly strike?: () => Strike | null;
  /** Who sits there; nobody unless told. */
  readonly user?: SimulatedUser.SimulatedUser;
}

/** Thrown through everything when the machine's agent dies: a defect, so that nothing can handle it. */
export class SimulatedCrash extends Error {
  override readonly name = "SimulatedCrash";
}

export interface SimulatedOs {
  readonly installer: InstallerShape;
  readonly inventory: InventoryShape;
  readonly host: HostShape;
  readonly prompt: UserPromptShape;
  /** Somebody reboots the machine, without asking any agent. */
  readonly rebootByHand: () => void;
  readonly bootId: () => string;
  /** When the work that an installer is at goes on; long ago where it is at none. */
  readonly worksUntil: () => number;
  /** Lets it go on, if its time has come: whoever keeps the clock does so. */
  readonly goOn: () => void;
  /** It is down, and nothing runs there, before that instant. */
  readonly downUntil: () => number;
  /** Packages, by key, that wait for a boot to take effect. */
  readonly pending: () => ReadonlySet<string>;
  /** Changes what the machine says of itself from now on; without details (null), those can't be read. */
  readonly becomes: (change: {
    readonly facts?: Partial<HostFacts>;
    readonly details?: Partial<HostDetails> | null;
  }) => void;
  readonly truth: readonly Truth[];
  /** Somebody brings a package to a version past the agent; what isn't there stays away. */
  readonly installByHand: (name: string, arch: string, evr: string) => void;
  /** What stands in the package database: every EVR of each package. */
  readonly installed: () => ReadonlyMap<string, readonly string[]>;
}

const fine: InstallReport = { exitCode: 0, signal: null, reasonCode: null, reason: null, outputTail: "Complete!" };

/** Makes a machine. */
export const make = (options: SimulatedOsOptions): SimulatedOs => {
  const database = new Map<string, readonly string[]>(options.packages.map((p) => [P.key(p), [p.evr]]));
  const held = new Map<string, Uint8Array>();
  const truth: Truth[] = [];
  let facts = options.facts;
  let details: HostDetails | null = { ...noDetails, manufacturer: "Simulated", model: "Machine", ...options.details };
  const seen = (notice: Notice): void => void truth.push({ _tag: "Shown", at: options.now(), notice });
  const screen = SimulatedUser.screen(options.user ?? SimulatedUser.nobody, options.now, seen);
  const work = SimulatedWork.make(options.now);
  const boot = SimulatedBoot.make(options, {
    isUndone: (name) => options.faults[name] === "undone-at-reboot",
    undo: (key, former) => void database.set(key, former),
    booted: (by, reason, waited) => {
      work.cut();
      truth.push({ _tag: "Reboot", at: options.now(), by, bootId: boot.bootId(), reason, waited });
      screen.clear();
    },
    dies: () => {
      throw new SimulatedCrash("the machine goes down");
    },
  });
  const machine: Machine = { options, database, truth, boot, work };
  const installer: InstallerShape = {
    name: "simulated",
    class: "transactional",
    supportsRollback: true,
    packageFormat: formatOf(options),
    ...(options.files === undefined ? {} : { files: fileInstaller(options.files, held) }),
    detect: (patch) => Effect.sync(() => P.concerned(patch.packages).map((p) => detect(database, p))),
    prefetch: (patch) => Effect.sync(() => prefetch(options, patch)),
    install: (patch, effort) =>
      Effect.suspend(() =>
        patch.files?.some((f) => !held.has(f.digest)) === true
          ? Effect.succeed(failed(ReasonCode.reasonCodes.InstallerFailed, "a file of the patch isn't here"))
          : transact(machine, { patch, action: "install", effort }),
      ),
    rollback: (patch, effort) => Effect.suspend(() => transact(machine, { patch, action: "rollback", effort })),
    ...(options.rebootsFor === undefined ? {} : { rebootNeed: boot.rebootNeed }),
    repair: () =>
      Effect.sync(() => {
        truth.push({ _tag: "Repair", at: options.now() });
        mend(machine);
        return fine;
      }),
  };
  return {
    installer,
    inventory: { packages: () => Effect.sync(() => listed(database)) },
    host: {
      facts: () => Effect.sync(() => facts),
      details: () =>
        Effect.suspend(() =>
          details === null
            ? Effect.fail(new HostError({ message: "can't be read", isRetryable: false }))
            : Effect.succeed(details),
        ),
      ...boot.host,
    },
    prompt: screen.prompt,
    rebootByHand: boot.byHand,
    bootId: boot.bootId,
    worksUntil: work.until,
    goOn: work.goOn,
    downUntil: boot.downUntil,
    pending: boot.pending,
    becomes: (change) => {
      facts = { ...facts, ...change.facts };
      details = change.details === null ? null : { ...(details ?? noDetails), ...change.details };
    },
    truth,
    installByHand: (name, arch, evr) => {
      const key = `${name}.${arch}`;
      if (!database.has(key)) return;
      truth.push({ _tag: "ByHand", at: options.now(), package: name, evr });
      database.set(key, [evr]);
      boot.broughtBack(key, evr);
    },
    installed: () => database,
  };
};

// Of two versions the newest stays, as package managers have it; where that is what a broken transaction wanted, the
// mending is what brought it into effect.
const mend = ({ options, database, truth, boot }: Machine): void => {
  const begun = truth.findLast((t) => t._tag === "Begin");
  const broken = [...database].filter(([, evrs]) => evrs.length > 1);
  for (const [key, evrs] of broken) {
    const sorted = newestLast(options, evrs);
    database.set(key, sorted.slice(-1));
    boot.changed({ name: nameOf(key), arch: archOf(key), evr: "" }, sorted.slice(0, 1));
  }
  if (broken.length > 0 && begun?._tag === "Begin" && begun.action === "install") {
    const { patchId, action } = begun;
    truth.push({ _tag: "Effect", at: options.now(), patchId, action });
  }
};

// Serves whatever stands at a url, as a mirror would: what is wrong with it is for the agent to find out.
const fileInstaller = (urls: ReadonlyMap<string, Uint8Array>, held: Map<string, Uint8Array>): FileInstaller => ({
  holds: (file) => Effect.sync(() => held.has(file.digest)),
  fetch: (_, url) => {
    const bytes = urls.get(url);
    if (bytes !== undefined) return Effect.succeed(bytes);
    return Effect.fail(new InstallerError({ reason: "Unreadable", message: `nothing at ${url}`, isRetryable: false }));
  },
  keep: (file, bytes) =>
    Effect.sync(() => {
      held.set(file.digest, bytes);
    }),
  drop: (file) =>
    Effect.sync(() => {
      held.delete(file.digest);
    }),
});

const formatOf = (options: SimulatedOsOptions): PackageVersion.PackageFormat => options.packageFormat ?? "rpm";

const newestLast = (options: SimulatedOsOptions, evrs: readonly string[]): readonly string[] =>
  evrs.toSorted((a, b) => PackageVersion.compareTexts(formatOf(options), a, b));

const detect = (database: ReadonlyMap<string, readonly string[]>, p: Package.Package): Package.InstalledVersions => ({
  name: p.name,
  arch: p.arch,
  evrs: database.get(P.key(p)) ?? [],
  sideBySide: false,
});

const failed = (reasonCode: number, reason: string): InstallReport => ({
  exitCode: 1,
  signal: null,
  reasonCode,
  reason,
  outputTail: reason,
});

const prefetch = (options: SimulatedOsOptions, patch: Package.PatchInstruction): InstallReport =>
  patch.packages.some((p) => options.faults[p.name] === "corrupt-file")
    ? failed(ReasonCode.reasonCodes.FileHashValidationFailed, "the file's checksum doesn't match")
    : fine;

interface Machine {
  readonly options: SimulatedOsOptions;
  readonly database: Map<string, readonly string[]>;
  readonly truth: Truth[];
  readonly boot: SimulatedBoot.SimulatedBoot;
  readonly work: SimulatedWork.SimulatedWork;
}

/** A transaction that an installer is asked for. */
interface Work {
  readonly patch: Package.PatchInstruction;
  readonly action: "install" | "rollback";
  readonly effort: Effort | undefined;
}

// One transaction: every package of the patch or none, but for a crash half way, which leaves both versions standing.
const transact = (machine: Machine, { patch, action, effort }: Work): Effect.Effect<InstallReport, InstallerError> => {
  const { options, database, truth, work } = machine;
  const struck = options.strike?.() ?? null;
  if (struck === "busy") {
    return Effect.fail(new InstallerError({ reason: "Busy", message: "the lock is taken", isRetryable: true }));
  }
  const cpuLimitPercent = effort?.cpuLimitPercent ?? null;
  truth.push({ _tag: "Begin", at: options.now(), patchId: patch.patchId, action, cpuLimitPercent });
  if (struck === "before") throw new SimulatedCrash("before the transaction");
  const fault = patch.packages.map((p) => options.faults[p.name]).find((f) => f !== undefined);
  if (fault === "corrupt-file") return Effect.succeed(prefetch(options, patch));
  if (fault === "pre-scriptlet-fails") {
    return Effect.succeed(failed(ReasonCode.reasonCodes.InstallerFailed, "a %pre scriptlet failed, exit status 4"));
  }
  if (struck === "claims-success") return Effect.succeed(fine);
  const present = patch.packages.filter(
    (p) => database.has(P.key(p)) || p.isPresence === true || standing(database, p).length > 0,
  );
  const leaveHalf = (): void => {
    for (const p of present) database.set(P.key(p), [...(database.get(P.key(p)) ?? []), p.evr]);
  };
  const end = (): InstallReport => {
    if (struck === "half-way") {
      leaveHalf();
      throw new SimulatedCrash("half way through the transaction");
    }
    bring(machine, present);
    truth.push({ _tag: "Effect", at: options.now(), patchId: patch.patchId, action });
    if (struck === "after") throw new SimulatedCrash("after the transaction");
    return fine;
  };
  const whole = Math.max(0, ...patch.packages.map((p) => options.installMs?.(p.name) ?? 0));
  return work.take({ milliseconds: struck === "half-way" ? whole / 2 : whole, end, cut: leaveHalf });
};

const bring = ({ database, boot }: Machine, present: readonly Package.WantedPackage[]): void => {
  for (const p of present) {
    for (const replaced of standing(database, p)) database.delete(P.key(replaced));
    const former = database.get(P.key(p)) ?? [];
    database.set(P.key(p), [p.evr]);
    boot.changed(p, former);
  }
};

// Packages there whose place one is to take.
const standing = (database: ReadonlyMap<string, unknown>, p: Package.WantedPackage): readonly Package.Package[] =>
  p.replaces?.filter((r) => database.has(P.key(r))) ?? [];

const listed = (database: ReadonlyMap<string, readonly string[]>): readonly Package.Package[] =>
  [...database]
    .flatMap(([key, evrs]) => evrs.map((evr) => ({ name: nameOf(key), arch: archOf(key), evr })))
    .sort((a, b) => (`${a.name} ${a.arch} ${a.evr}` < `${b.name} ${b.arch} ${b.evr}` ? -1 : 1));

const nameOf = (key: string): string => key.slice(0, key.lastIndexOf("."));
const archOf = (key: string): string => key.slice(key.lastIndexOf(".") + 1);
