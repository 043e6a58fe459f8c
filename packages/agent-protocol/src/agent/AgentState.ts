/**
 * What an agent knows: a pure fold over its journal. Nothing else is remembered across a crash.
 *
 * Invariants: numbers (sequence, manifest, fact, time floor) never go down; a run's status moves only along the one
 * table; a settled patch is never unsettled, and settled anew only when it waited for a reboot, once (RBT-12); a run that was
 * dropped never begins, and one that has begun is never dropped; one that has ended doesn't begin again (RUN-11).
 */
import type { InstalledVersions } from "../vocabulary/Package.ts";
import * as PatchOutcome from "../vocabulary/PatchOutcome.ts";
import * as RunStatus from "../vocabulary/RunStatus.ts";
import type { Digest, PublicKey } from "../wire/Crypto.ts";
import type { Configuration, JobManifest, PatchList } from "../wire/Documents.ts";
import type { Fact, PatchFact, RebootFact } from "../wire/Facts.ts";
import type { InstallReport } from "./Installer.ts";
import type { JournalRecord } from "./Journal.ts";
import * as RebootProgress from "./RebootProgress.ts";

/** An attempt that was begun and whose outcome isn't settled. */
export interface OpenAttempt {
  readonly attempt: number;
  readonly before: readonly InstalledVersions[];
  readonly report: InstallReport | null;
}

export interface PatchProgress {
  readonly prefetch: InstallReport | null;
  /** When fetching it ahead of the start is tried again, after that failed. */
  readonly fetchAgainAt?: number;
  /** Attempts begun, open one included. */
  readonly attempts: number;
  readonly open: OpenAttempt | null;
  readonly settled: PatchFact | null;
  /** The boot in which its installer asked for another one. */
  readonly asksRebootOf?: string;
}

export interface HeldRun {
  readonly digest: Digest;
  readonly manifest: JobManifest;
  readonly list: PatchList;
  readonly status: RunStatus.RunStatus;
  readonly patches: { readonly [patchId: string]: PatchProgress };
  /** How far its reboot has come, once it was asked for (RBT-01). */
  readonly reboot?: RebootProgress.RebootProgress;
  /** It was revoked before it began: what was fetched for it goes, then the run. */
  readonly isDropped?: true;
  /** The last fact that was told of it; left out: there is none, or an older journal doesn't tell. */
  readonly toldThrough?: number;
  /** It had ended here before its manifest came once more, and isn't carried out again (RUN-11): the patches told again so far. */
  readonly toldAgain?: readonly string[];
}

/** A run that has ended and of which nothing else is kept. */
export interface EndedRun {
  readonly runId: string;
  readonly status: RunStatus.RunStatus;
}

export interface AgentState {
  readonly identity: { readonly agentId: string; readonly attemptId: string } | null;
  readonly membership: {
    readonly tenantId: string;
    readonly assetId: string;
    readonly epoch: number;
    readonly tenantKey: PublicKey;
  } | null;
  readonly sequenceReserved: number;
  readonly configuration: { readonly digest: Digest; readonly value: Configuration } | null;
  readonly snapshot: {
    readonly digest: Digest;
    /** Of its packages alone; null where an older journal doesn't tell. */
    readonly packages: Digest | null;
    readonly takenAt: number;
    /** When it was taken down by the platform: from then the next scan is counted (CFG-04). */
    readonly endedAt: number;
    readonly afterFact: number;
  } | null;
  /** When a scan is to start that something called for; null when none waits (CFG-05). */
  readonly scanAt: number | null;
  /** The boot and agent version that a scan was last called for. */
  readonly scannedLife: { readonly bootId: string; readonly agentVersion: string } | null;
  /** The fact by which a patch was last settled: a snapshot that doesn't come after it is out of date. 0 for none. */
  readonly lastSettledFact: number;
  readonly manifestVersion: number;
  /** Documents that did not pass the gate, the latest last: refused once is refused for good. */
  readonly refused: readonly Digest[];
  readonly timeFloor: number;
  readonly runs: { readonly [runId: string]: HeldRun };
  /** Runs that ended and were forgotten, the latest last: none of them begins again (RUN-11). */
  readonly ended: readonly EndedRun[];
  /** Reboots that it caused lately, over all runs: forgotten neither with a run nor in a checkpoint. */
  readonly caused: readonly RebootProgress.CausedReboot[];
  readonly factsRecorded: number;
  readonly factsAcknowledged: number;
  /** Up to which fact was told again what the platform had lost; 0: it lost nothing. */
  readonly retoldThrough: number;
  /** Facts not acknowledged yet, oldest first. */
  readonly facts: readonly Fact[];
  /** Whether it is to leave, or has left for good. */
  readonly farewell: "none" | "ordered" | "left";
}

/** How many refused documents are remembered. */
export const REFUSED_KEPT_MAX = 64;

/** How many runs that ended are remembered. */
export const ENDED_KEPT_MAX = 1_000;

export const empty: AgentState = {
  identity: null,
  membership: null,
  sequenceReserved: 0,
  configuration: null,
  snapshot: null,
  scanAt: null,
  scannedLife: null,
  lastSettledFact: 0,
  manifestVersion: 0,
  refused: [],
  timeFloor: 0,
  runs: {},
  ended: [],
  caused: [],
  factsRecorded: 0,
  factsAcknowledged: 0,
  retoldThrough: 0,
  facts: [],
  farewell: "none",
};

const untouched: PatchProgress = { prefetch: null, attempts: 0, open: null, settled: null };

/** How far a patch of a run has come. A patch may be named as a member of every object is (T26). */
export const progressOf = (run: HeldRun, patchId: string): PatchProgress =>
  (Object.hasOwn(run.patches, patchId) ? run.patches[patchId] : undefined) ?? untouched;

/** Runs that still have something to do, in the order their manifests were numbered. */
export const unfinished = (state: AgentState): readonly HeldRun[] =>
  Object.values(state.runs)
    .filter((r) => !isOver(r) && r.isDropped !== true)
    .sort((a, b) => a.manifest.manifestVersion - b.manifest.manifestVersion);

const isOver = ({ status, toldAgain }: HeldRun): boolean => RunStatus.isFinal(status) && toldAgain === undefined;

/** Runs that it has begun and not finished: an agent that is to leave carries out no other. */
export const begun = (state: AgentState): readonly HeldRun[] => unfinished(state).filter((r) => !isWaiting(r));

/** Runs that it has not begun, those that may begin first ahead, and last what no longer may. */
export const waiting = (state: AgentState, now: number): readonly HeldRun[] => {
  const isLate = ({ manifest }: HeldRun): number => (manifest.notAfter <= now ? 1 : 0);
  return unfinished(state)
    .filter(isWaiting)
    .sort((a, b) => isLate(a) - isLate(b) || a.manifest.notBefore - b.manifest.notBefore);
};

/** Runs that were dropped, and still have something here. */
export const dropped = (state: AgentState): readonly HeldRun[] =>
  Object.values(state.runs).filter((r) => r.isDropped === true);

/** Runs that something was told of past a fact, but for what waits and has nothing to tell. */
export const toldSince = (state: AgentState, through: number): readonly HeldRun[] =>
  Object.values(state.runs).filter((r) => r.status !== "Pending" && (r.toldThrough ?? 0) > through);

/** A state with nothing that is settled and acknowledged: what a checkpoint keeps. */
export const forgetFinished = (state: AgentState): AgentState => {
  if (state.facts.length > 0) return state;
  const runs = Object.values(state.runs);
  const over = runs.filter(isOver);
  const ids = new Set(over.map((r) => r.manifest.runId));
  const ended = [
    ...state.ended.filter((e) => !ids.has(e.runId)),
    ...over.map((r) => ({ runId: r.manifest.runId, status: r.status })),
  ];
  return {
    ...state,
    runs: Object.fromEntries(runs.filter((r) => !over.includes(r)).map((r) => [r.manifest.runId, r])),
    ended: ended.slice(-ENDED_KEPT_MAX),
  };
};

/** The state after records, in order. */
export const fold = (records: readonly JournalRecord[], from: AgentState = empty): AgentState =>
  records.reduce(apply, from);

/** The state after one record. */
export const apply = (state: AgentState, record: JournalRecord): AgentState => {
  switch (record._tag) {
    case "Identity":
      return { ...state, identity: { agentId: record.agentId, attemptId: record.attemptId } };
    case "Membership": {
      const { tenantId, assetId, epoch, tenantKey } = record;
      return { ...state, membership: { tenantId, assetId, epoch, tenantKey } };
    }
    case "SequenceReserved":
      return { ...state, sequenceReserved: Math.max(state.sequenceReserved, record.through) };
    case "ConfigurationHeld":
      return { ...state, configuration: { digest: record.digest, value: record.configuration } };
    case "SnapshotHeld":
      return { ...state, snapshot: snapshotOf(record), scanAt: null };
    case "ScanCalled": {
      const { at, bootId, agentVersion } = record;
      return { ...state, scanAt: at, scannedLife: { bootId, agentVersion } };
    }
    case "ManifestHeld":
      return holdManifest(state, record);
    case "ManifestRefused":
      return {
        ...state,
        manifestVersion: Math.max(state.manifestVersion, record.version),
        refused: [...state.refused, record.digest].slice(-REFUSED_KEPT_MAX),
      };
    case "ManifestDropped":
      return dropManifest(state, record.runId);
    case "FactRecorded":
      return toldOf(recordFact(state, record.fact), record.fact);
    case "FactsAcknowledged":
      return {
        ...state,
        factsAcknowledged: Math.max(state.factsAcknowledged, record.through),
        facts: state.facts.filter((f) => f.sequence > record.through),
      };
    case "FactsLost":
      return { ...state, retoldThrough: Math.max(state.retoldThrough, record.through) };
    case "UninstallOrdered":
      return { ...state, farewell: state.farewell === "left" ? "left" : "ordered" };
    case "Left":
      return { ...state, farewell: "left" };
    case "Checkpoint":
      return completed(record.state);
    default:
      return onPatch(state, record.runId, record.patchId, (p) => advancePatch(p, record));
  }
};

const snapshotOf = (record: Extract<JournalRecord, { _tag: "SnapshotHeld" }>): AgentState["snapshot"] => ({
  digest: record.digest,
  packages: record.packages ?? null,
  takenAt: record.takenAt,
  endedAt: record.endedAt ?? record.takenAt,
  afterFact: record.afterFact,
});

// A checkpoint of an older agent lacks what came since.
const completed = (state: AgentState): AgentState => ({
  ...empty,
  ...state,
  snapshot:
    state.snapshot === null ? null : { ...state.snapshot, endedAt: state.snapshot.endedAt ?? state.snapshot.takenAt },
});

type PatchRecord = Extract<JournalRecord, { readonly patchId: string }>;

const advancePatch = (p: PatchProgress, record: PatchRecord): PatchProgress => {
  switch (record._tag) {
    case "Prefetched":
      return { ...p, prefetch: record.report };
    case "FetchPutOff":
      return { ...p, fetchAgainAt: record.until };
    case "InstallIntended":
      return {
        ...p,
        attempts: record.attempt,
        open: { attempt: record.attempt, before: record.before, report: null },
      };
    case "InstallDeferred":
      return { ...p, attempts: record.attempt - 1, open: null };
    case "InstallReported":
      return p.open === null ? p : { ...p, ...askingOf(record), open: { ...p.open, report: record.report } };
    case "AttemptLost":
      return { ...p, open: null };
  }
};

const askingOf = ({ bootId, report }: Extract<JournalRecord, { _tag: "InstallReported" }>): Partial<PatchProgress> =>
  report.asksReboot === true && bootId !== undefined ? { asksRebootOf: bootId } : {};

const holdManifest = (state: AgentState, record: Extract<JournalRecord, { _tag: "ManifestHeld" }>): AgentState => {
  const { digest, manifest, list } = record;
  const known = state.runs[manifest.runId];
  // What was fetched for one that was dropped may be gone.
  const isAnew = known === undefined || known.isDropped === true;
  const fresh: HeldRun = { digest, manifest, list, status: "Pending", patches: {} };
  const ended = endingOf(state, manifest.runId);
  const held = isAnew ? fresh : renewed(known, fresh);
  return {
    ...state,
    manifestVersion: Math.max(state.manifestVersion, manifest.manifestVersion),
    timeFloor: Math.max(state.timeFloor, record.serverTime),
    runs: { ...state.runs, [manifest.runId]: ended === null ? held : { ...fresh, ...ended, toldAgain: [] } },
  };
};

// How a run ended whose manifest comes once more.
const endingOf = (state: AgentState, runId: string): Pick<HeldRun, "status" | "patches"> | null => {
  const run = state.runs[runId];
  if (run !== undefined) {
    const { status, patches } = run;
    // As long as it is under way to the platform, there is nothing to tell again.
    const isUnderWay = state.facts.some(({ body }) => body.runId === runId);
    return RunStatus.isFinal(status) && !isUnderWay ? { status, patches } : null;
  }
  const status = state.ended.find((e) => e.runId === runId)?.status;
  return status === undefined ? null : { status, patches: {} };
};

const isWaiting = ({ status }: HeldRun): boolean => status === "Pending" || status === "Downloaded";

const dropManifest = (state: AgentState, runId: string): AgentState => {
  const run = state.runs[runId];
  if (run === undefined || !isWaiting(run)) return state;
  return { ...state, runs: { ...state.runs, [runId]: { ...run, isDropped: true } } };
};

// A renewed lease takes the old one's place until the job has started; from then on what was begun is finished as it was.
const renewed = (known: HeldRun, fresh: HeldRun): HeldRun =>
  isWaiting(known) ? { ...fresh, status: known.status, patches: known.patches } : known;

const recordFact = (state: AgentState, fact: Fact): AgentState => {
  const next: AgentState = {
    ...state,
    factsRecorded: Math.max(state.factsRecorded, fact.sequence),
    facts: [...state.facts, fact],
  };
  const { body } = fact;
  if (body._tag === "Patch") {
    const settled = { ...next, lastSettledFact: Math.max(next.lastSettledFact, fact.sequence) };
    const run = state.runs[body.runId];
    const by = settledBy(run, body);
    const again = run?.toldAgain === undefined ? {} : { toldAgain: [...run.toldAgain, body.patchId] };
    return onPatch(settled, body.runId, body.patchId, (p) => ({ ...p, open: null, settled: by }), again);
  }
  if (body._tag === "Reboot") return recordReboot(next, fact, body);
  if (body._tag === "Dropped") return { ...next, runs: withoutDropped(next.runs, body.runId) };
  const run = body._tag === "Status" ? next.runs[body.runId] : undefined;
  if (body._tag !== "Status" || run === undefined || run.isDropped === true) return next;
  if (run.toldAgain !== undefined) return { ...next, runs: { ...next.runs, [body.runId]: asEnded(run) } };
  if (!RunStatus.mayMove(run.status, body.status, "agent")) return next;
  return { ...next, runs: { ...next.runs, [body.runId]: { ...run, status: body.status } } };
};

const toldOf = (state: AgentState, { sequence, body }: Fact): AgentState => {
  const run = body.runId === null ? undefined : state.runs[body.runId];
  if (run === undefined) return state;
  return { ...state, runs: { ...state.runs, [run.manifest.runId]: { ...run, toldThrough: sequence } } };
};

// RBT-12: what waits for a reboot is settled anew by what is found after it, once; nothing waits that was found after it.
const settledBy = (run: HeldRun | undefined, fact: PatchFact): PatchFact => {
  const known = run === undefined ? null : progressOf(run, fact.patchId).settled;
  if (known === null || known.outcome === "InstalledPendingReboot") return fact;
  const mayWait = RebootProgress.isAwaited(run?.reboot) && PatchOutcome.takesEffect(known.outcome);
  return mayWait && fact.outcome === "InstalledPendingReboot" ? fact : known;
};

const recordReboot = (state: AgentState, fact: Fact, { runId, event }: RebootFact): AgentState => {
  const caused = RebootProgress.caused(state.caused, event, fact);
  const run = state.runs[runId];
  if (run === undefined) return { ...state, caused };
  const reboot = RebootProgress.after(run.reboot, event, fact);
  return { ...state, caused, runs: { ...state.runs, [runId]: { ...run, reboot } } };
};

const asEnded = (run: HeldRun): HeldRun => {
  const { toldAgain: _, ...ended } = run;
  return ended;
};

const withoutDropped = (runs: AgentState["runs"], runId: string): AgentState["runs"] =>
  Object.fromEntries(Object.entries(runs).filter(([id, r]) => id !== runId || r.isDropped !== true));

const onPatch = (
  state: AgentState,
  runId: string,
  patchId: string,
  change: (p: PatchProgress) => PatchProgress,
  also: Pick<HeldRun, "toldAgain"> = {},
): AgentState => {
  const run = state.runs[runId];
  if (run === undefined) return state;
  const patches = { ...run.patches, [patchId]: change(progressOf(run, patchId)) };
  return { ...state, runs: { ...state.runs, [runId]: { ...run, patches, ...also } } };
};
