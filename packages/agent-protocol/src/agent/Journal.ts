/**
 * The agent's journal: its only memory. Append-only records, durable before `append` returns.
 *
 * The order that everything else relies on: **intent before effect, result before report, report acknowledged before it
 * is dropped.** The agent's state is a fold over the records (see {@link ./AgentState.ts}), so a crash loses nothing
 * that was appended and invents nothing that wasn't.
 */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";
import type { InstalledVersions } from "../vocabulary/Package.ts";
import type { Digest, PublicKey } from "../wire/Crypto.ts";
import type { Configuration, JobManifest, PatchList } from "../wire/Documents.ts";
import type { Fact } from "../wire/Facts.ts";
import type { AgentState } from "./AgentState.ts";
import type { InstallReport } from "./Installer.ts";

export type JournalRecord =
  /** Who this agent is, decided before the first request goes out. */
  | { readonly _tag: "Identity"; readonly agentId: string; readonly attemptId: string }
  | {
      readonly _tag: "Membership";
      readonly tenantId: string;
      readonly assetId: string;
      readonly epoch: number;
      readonly tenantKey: PublicKey;
    }
  /** No request number above `through` was ever used. */
  | { readonly _tag: "SequenceReserved"; readonly through: number }
  | { readonly _tag: "ConfigurationHeld"; readonly digest: Digest; readonly configuration: Configuration }
  /** The platform holds this snapshot, taken after the fact of that number; `packages` is the digest of its packages alone. */
  | {
      readonly _tag: "SnapshotHeld";
      readonly digest: Digest;
      readonly packages?: Digest;
      readonly takenAt: number;
      /** Transfer and processing included. */
      readonly endedAt?: number;
      readonly afterFact: number;
    }
  /** Something called for a scan, to start at that time (CFG-05). */
  | { readonly _tag: "ScanCalled"; readonly at: number; readonly bootId: string; readonly agentVersion: string }
  /** A manifest and its list passed the gate; the run is now the agent's duty. `serverTime` raises the time floor. */
  | {
      readonly _tag: "ManifestHeld";
      readonly digest: Digest;
      readonly manifest: JobManifest;
      readonly list: PatchList;
      readonly serverTime: number;
    }
  /** The platform lost facts up to that one, which it had acknowledged; what is known of them is told again with this record. */
  | { readonly _tag: "FactsLost"; readonly through: number }
  | { readonly _tag: "ManifestRefused"; readonly digest: Digest; readonly version: number }
  /** A run that was revoked before it began: it never begins, and what was fetched for it goes (JOB-28). */
  | { readonly _tag: "ManifestDropped"; readonly runId: string }
  /** Files are here and checked (`report` without a reason code), or can't be had. */
  | { readonly _tag: "Prefetched"; readonly runId: string; readonly patchId: string; readonly report: InstallReport }
  /** What was to be fetched ahead of the start could not be had: it is tried again then, or at the start (SCH-10). */
  | { readonly _tag: "FetchPutOff"; readonly runId: string; readonly patchId: string; readonly until: number }
  /** Written before an installer starts: which attempt, and what was installed. */
  | {
      readonly _tag: "InstallIntended";
      readonly runId: string;
      readonly patchId: string;
      readonly attempt: number;
      readonly before: readonly InstalledVersions[];
    }
  /** The installer never began (a lock): the attempt doesn't count. */
  | { readonly _tag: "InstallDeferred"; readonly runId: string; readonly patchId: string; readonly attempt: number }
  | {
      readonly _tag: "InstallReported";
      readonly runId: string;
      readonly patchId: string;
      readonly attempt: number;
      readonly report: InstallReport;
      /** The boot in which it asked for another one. */
      readonly bootId?: string;
    }
  /** Evidence shows that a crashed attempt did not succeed; another may follow. */
  | { readonly _tag: "AttemptLost"; readonly runId: string; readonly patchId: string; readonly attempt: number }
  /** A numbered fact, to be reported until it is acknowledged. */
  | { readonly _tag: "FactRecorded"; readonly fact: Fact }
  | { readonly _tag: "FactsAcknowledged"; readonly through: number }
  /** The platform wants the agent gone (AGT-07): it finishes what it has begun, and begins nothing more. */
  | { readonly _tag: "UninstallOrdered" }
  /** The platform knows that it left. The last record there is. */
  | { readonly _tag: "Left" }
  /** Everything before this record, folded. */
  | { readonly _tag: "Checkpoint"; readonly state: AgentState };

export class JournalError extends Data.TaggedError("JournalError")<{
  readonly reason: "Unavailable" | "Corrupt" | "Full";
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export interface JournalShape {
  /** Appends records as one: all durable when it returns, or none. */
  readonly append: (records: readonly JournalRecord[]) => Effect<void, JournalError>;
  /** Every record, in the order written. */
  readonly read: () => Effect<readonly JournalRecord[], JournalError>;
  /** Replaces all records by one checkpoint, as one. */
  readonly compact: (state: AgentState) => Effect<void, JournalError>;
}

export class Journal extends Context.Service<Journal, JournalShape>()("fettle/agent/Journal") {}
