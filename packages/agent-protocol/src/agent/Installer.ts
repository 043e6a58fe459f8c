/**
 * The port to an operating system's own installer. It serves repository installers (dnf fetches by itself) and, later,
 * file installers. An adapter says what class it is and what it can do; the runtime trusts only {@link Installer.detect}.
 */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";
import type { InstalledVersions, PatchInstruction } from "../vocabulary/Package.ts";
import type { PackageFormat } from "../vocabulary/PackageVersion.ts";
import type { PatchFile } from "../vocabulary/PatchFile.ts";
import type { ReasonCode } from "../vocabulary/ReasonCode.ts";

/** Whether what was installed needs a reboot to take effect; `Unknown` when that can't be told now, which is no yes. */
export type RebootNeed =
  | { readonly _tag: "NotNeeded" }
  /** `reasons` for people: what waits for it. */
  | { readonly _tag: "Needed"; readonly reasons: readonly string[] }
  | { readonly _tag: "Unknown"; readonly message: string };

/** A: transactional (rpm, msi) · B: detectable · C: opaque, never run twice. */
export type InstallerClass = "transactional" | "detectable" | "opaque";

/** How an installer's process ended. `reasonCode` is null when nothing says that it failed; that proves nothing. */
export interface InstallReport {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly reasonCode: ReasonCode | null;
  /** One sentence for people. */
  readonly reason: string | null;
  /** The last characters of what it printed, both streams. */
  readonly outputTail: string;
  /** It said that a reboot is needed (3010, 1641): asked about all of a job's patches, that counts (RBT-01). */
  readonly asksReboot?: true;
}

/** How an installer is to go about its work. An installer that isn't told goes about it as it likes. */
export interface Effort {
  /**
   * The share of one core that the work may take, 1–100; 100 is no limit. An installer keeps to it by means that can't hurt a
   * transaction, and says in its own documentation how far it does. Decided once for each call: what has begun isn't hurried.
   */
  readonly cpuLimitPercent: number;
}

/** Why an installer could not even try. `Busy` is a lock held by somebody else, `Unreachable` a network that is down: wait and try again. */
export class InstallerError extends Data.TaggedError("InstallerError")<{
  readonly reason: "Busy" | "Unreachable" | "NotPrivileged" | "ToolMissing" | "InstructionRefused" | "Unreadable";
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

/**
 * What an installer does that works from files. The runtime fetches nothing past a file's size, and hands over only bytes whose
 * size and digest are those of the signed list; who signed a file is the installer's to check before it runs it (11).
 */
export interface FileInstaller {
  /** Whether it holds the file already, its bytes verified again. */
  readonly holds: (file: PatchFile) => Effect<boolean, InstallerError>;
  /** Fetches a file from its url, reading no more than its size and one byte. Not verified yet. */
  readonly fetch: (file: PatchFile, url: string) => Effect<Uint8Array, InstallerError>;
  /** Keeps verified bytes, under their digest alone (T21). */
  readonly keep: (file: PatchFile, bytes: Uint8Array) => Effect<void, InstallerError>;
  /** Removes what it keeps of a file, if anything: no run needs it any more (CFG-06). May be asked again after a crash. */
  readonly drop: (file: PatchFile) => Effect<void, InstallerError>;
}

export interface InstallerShape {
  readonly name: string;
  readonly class: InstallerClass;
  readonly supportsRollback: boolean;
  /** By which rules the versions of its packages compare; left out where it installs no packages of a database. */
  readonly packageFormat?: PackageFormat;
  /** Left out by an installer that can't: a patch that needs files is then reported as failed, and why. */
  readonly files?: FileInstaller;
  /** What the package database says about each package of the instruction. Changes nothing. */
  readonly detect: (patch: PatchInstruction) => Effect<readonly InstalledVersions[], InstallerError>;
  /** Fetches and checks what an installation will need, without installing. */
  readonly prefetch: (patch: PatchInstruction, effort?: Effort) => Effect<InstallReport, InstallerError>;
  /** Brings the instruction's packages to exactly its versions, in one transaction. */
  readonly install: (patch: PatchInstruction, effort?: Effort) => Effect<InstallReport, InstallerError>;
  /** Takes the instruction's packages back to exactly its versions, in one transaction. */
  readonly rollback: (patch: PatchInstruction, effort?: Effort) => Effect<InstallReport, InstallerError>;
  /**
   * Whether the machine needs a reboot for these patches to take effect (RBT-01, RBT-06), by what the machine itself tells,
   * asked again until it is no longer so. What other software waits for isn't theirs. An installer without it is believed by its
   * reports alone ({@link InstallReport.asksReboot}), until the machine has booted anew.
   */
  readonly rebootNeed?: (patches: readonly PatchInstruction[]) => Effect<RebootNeed, InstallerError>;
  /** After a crash: waits for an installer that still runs, then mends what a half-done transaction left. */
  readonly repair: (effort?: Effort) => Effect<InstallReport, InstallerError>;
}

export class Installer extends Context.Service<Installer, InstallerShape>()("fettle/agent/Installer") {}
