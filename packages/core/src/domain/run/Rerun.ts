/**
 * Re-running what failed (JOB-19): a new run of the same job over only the assets and patches that failed. Pure.
 *
 * - A run and its re-runs are one chain; what counts of an asset is its latest part in it. So what fails late in an earlier run is in
 *   the next re-run, and what an open re-run is at work on is not.
 * - Failed are patches whose outcome is Failed, and of an asset that ended as Job Failed, Timed Out or Downloading - Failed every patch
 *   that didn't come to a good end. Skipped, Not Licensed and Canceled - Blackout are not: nothing was tried, and the job's next
 *   run takes them.
 * - The number of failures is kept as each re-run is made. One that mended none of those that it tried says `escalate`, with what to
 *   gather.
 */
import { PatchOutcome, ReasonCode, type RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as Fate from "../plan/Fate.ts";
import type { Plan, PlanExclusion, PlanGroup, PlannedPatch } from "../plan/Plan.ts";
import * as Rejection from "../shared/Rejection.ts";
import * as AssetRun from "./AssetRun.ts";
import type * as Run from "./Run.ts";

/** Most assets of one re-run; more have failed for one reason, which is to be looked for first. */
export const ASSETS_MAX = 10_000;

/** Most tails of outputs that an escalation names. */
export const TAILS_MAX = 20;

/** A re-run, as its run says it. Failures are pairs of asset and patch, an asset without patches as one. */
export interface OfRun {
  /** The run that the chain began with. */
  readonly of: string;
  /** 1 is the first re-run. */
  readonly number: number;
  /** Failures in the chain as it was made. */
  readonly failedBefore: number;
  /** Those of them that it was to mend: the others aren't brought any more. */
  readonly tried: number;
}

/** A run with its asset runs. */
export interface Attempt {
  readonly run: Pick<Run.Run, "id" | "startedAt" | "closedAt" | "making" | "rerun">;
  readonly assetRuns: readonly AssetRun.AssetRun[];
}

/** Failed patches by asset; an asset that failed without any patch has none. */
export type Failures = ReadonlyMap<string, ReadonlySet<string>>;

/** The occurrence key of a re-run. */
export const keyOf = (of: string, number: number): string => `rerun:${of}:${number}`;

/** What has failed in a chain, the first run first: of each asset and patch its latest try counts. */
export const failures = (chain: readonly Attempt[]): Failures => {
  const failed = new Map<string, ReadonlySet<string>>();
  for (const { assetRuns } of chain) {
    for (const assetRun of assetRuns) {
      const { assetId } = assetRun;
      const now = failedAfter(failed.get(assetId) ?? null, assetRun);
      if (now === null) failed.delete(assetId);
      else failed.set(assetId, now);
    }
  }
  return failed;
};

// What wasn't tried again has failed as before.
const failedAfter = (before: ReadonlySet<string> | null, run: AssetRun.AssetRun): ReadonlySet<string> | null => {
  if (UNTRIED.includes(run.state.status)) return before;
  const tried = new Set(run.patches.map((p) => p.patchId));
  const left = [...(before ?? [])].filter((id) => !tried.has(id));
  const failed = failedOn(run);
  return failed === null && left.length === 0 ? null : new Set([...left, ...(failed ?? [])]);
};

const UNTRIED: readonly RunStatus.RunStatus[] = ["NotLicensed", "CanceledBlackout"];
const FAILED: readonly RunStatus.RunStatus[] = ["JobFailed", "TimedOut", "DownloadingFailed"];

/** The patches that failed on an asset; null: nothing did, or it goes on yet. */
export const failedOn = (run: AssetRun.AssetRun): ReadonlySet<string> | null => {
  if (!AssetRun.isFinal(run)) return null;
  const hasFailed = FAILED.includes(run.state.status);
  const failed = run.patches
    .map((p) => p.patchId)
    .filter((id) => {
      const outcome = run.state.results[id]?.outcome;
      return hasFailed ? outcome === undefined || !PatchOutcome.isSuccess(outcome) : outcome === "Failed";
    });
  return failed.length > 0 || (hasFailed && run.patches.length === 0) ? new Set(failed) : null;
};

/** How many there are. */
export const count = (failed: Failures): number =>
  [...failed.values()].reduce((sum, patches) => sum + Math.max(1, patches.size), 0);

/** Why there is no re-run of these, or null. */
export const fault = (failed: Failures): Rejection.Rejection | null => {
  if (failed.size === 0) {
    const message = "nothing has failed that isn't run again already; what goes on may fail yet";
    return Rejection.make("JOB-19", "conflict", message);
  }
  if (failed.size <= ASSETS_MAX) return null;
  const message = `${failed.size} assets failed, and a re-run takes at most ${ASSETS_MAX}: look for what they have in common`;
  return Rejection.make("JOB-19", "exhausted", message);
};

/** The plan with only what failed: on each asset the patches that failed there, as far as the plan brings them now. */
export const restrict = (plan: Plan, failed: Failures, key: string): Plan => {
  const groups = new Map<string, { readonly group: PlanGroup; readonly assets: string[] }>();
  const idle: PlanExclusion[] = [];
  const patches = new Set([...failed.values()].flatMap((ids) => [...ids]));
  for (const group of plan.groups) {
    for (const assetId of group.assets) {
      const wanted = failed.get(assetId);
      if (wanted === undefined) continue;
      const own = group.patches.filter((p) => wanted.has(p.patchId));
      if (own.length === 0 && wanted.size > 0) idle.push(nothingLeft(assetId));
      else grouped(groups, group, own).push(assetId);
    }
  }
  const excluded = [...plan.excluded.filter((e) => failed.has(e.assetId)), ...idle];
  return {
    ...plan,
    occurrence: { key, nominalLocal: null },
    groups: [...groups.values()].map(({ group, assets }) => ({ ...group, assets })),
    leftOut: plan.leftOut.filter((l) => patches.has(l.patchId)),
    excluded: excluded.sort((a, b) => (a.assetId < b.assetId ? -1 : 1)),
  };
};

const grouped = (
  groups: Map<string, { readonly group: PlanGroup; readonly assets: string[] }>,
  group: PlanGroup,
  patches: readonly PlannedPatch[],
): string[] => {
  const key = JSON.stringify([Fate.key(patches), group.timing]);
  const known = groups.get(key) ?? { group: { ...group, patches, assets: [] }, assets: [] };
  groups.set(key, known);
  return known.assets;
};

/** How many failures a plan is to mend. */
export const triedIn = ({ groups }: Pick<Plan, "groups">): number =>
  groups.reduce((sum, { patches, assets }) => sum + assets.length * Math.max(1, patches.length), 0);

const nothingLeft = (assetId: string): PlanExclusion => ({
  assetId,
  rule: "JOB-19",
  reason: "what failed there is not brought any more: it is there by now, or something else takes its place",
  shownAs: null,
});

/** One try of a chain; what failed before it, what of that it tried, and what of that failed again. */
export interface Try {
  readonly runId: string;
  /** 0 is the run itself. */
  readonly number: number;
  readonly startedAt: number;
  readonly closedAt: number | null;
  /** null: of the run itself. */
  readonly failedBefore: number | null;
  readonly tried: number | null;
  /** As far as is known now. */
  readonly failed: number;
}

/** What somebody should have before they ask for help. */
export interface Escalation {
  readonly runId: string;
  /** What the latest re-run was to mend, and what of that failed again. */
  readonly tried: number;
  readonly failed: number;
  readonly gather: readonly Gathered[];
}

export type Gathered =
  | {
      readonly _tag: "ReasonCodes";
      readonly words: string;
      readonly codes: readonly { readonly code: number; readonly name: string; readonly count: number }[];
    }
  | {
      readonly _tag: "OutputTails";
      readonly words: string;
      readonly tails: readonly {
        readonly assetId: string;
        readonly patchId: string;
        readonly exitCode: number | null;
        readonly outputTail: string;
      }[];
      /** That there are more of. */
      readonly isCut: boolean;
    }
  /** What no agent tells: somebody has to look at the asset. */
  | { readonly _tag: "OnTheAsset"; readonly words: string; readonly assets: readonly string[] };

export interface Standing {
  readonly of: string;
  readonly tries: readonly Try[];
  readonly failed: number;
  readonly escalate: Escalation | null;
}

/** How a chain stands, the first run first. */
export const standing = (chain: readonly Attempt[]): Standing | null => {
  const [first] = chain;
  const latest = chain.at(-1);
  if (first === undefined || latest === undefined) return null;
  const tries = chain.map((attempt): Try => {
    const { id: runId, startedAt, closedAt, rerun } = attempt.run;
    const failed = count(failures([attempt]));
    const { number = 0, failedBefore = null, tried = null } = rerun ?? {};
    return { runId, number, startedAt, closedAt, failedBefore, tried, failed };
  });
  const failed = failures(chain);
  const escalate = escalated(tries.at(-1)) ? { ...latestOf(tries), gather: gather(chain, failed) } : null;
  return { of: first.run.rerun?.of ?? first.run.id, tries, failed: count(failed), escalate };
};

const escalated = (latest: Try | undefined): boolean =>
  latest !== undefined &&
  latest.tried !== null &&
  latest.closedAt !== null &&
  latest.failed > 0 &&
  latest.failed >= latest.tried;

const latestOf = (tries: readonly Try[]): Pick<Escalation, "runId" | "tried" | "failed"> => {
  const { runId = "", tried = 0, failed = 0 } = tries.at(-1) ?? {};
  return { runId, tried: tried ?? 0, failed };
};

/** What came of a run with all its re-runs: each asset run with the latest results of its patches. */
export const overlaid = (chain: readonly Attempt[]): readonly AssetRun.AssetRun[] => {
  const [first, ...reruns] = chain;
  const later = new Map<string, AssetRun.AssetRunState["results"]>();
  for (const { assetRuns } of reruns) {
    for (const { assetId, state } of assetRuns) later.set(assetId, { ...later.get(assetId), ...state.results });
  }
  return (first?.assetRuns ?? []).map((a) => {
    const results = later.get(a.assetId);
    return results === undefined ? a : { ...a, state: { ...a.state, results: { ...a.state.results, ...results } } };
  });
};

const gather = (chain: readonly Attempt[], failed: Failures): readonly Gathered[] => {
  const known = new Map<string, AssetRun.AssetRunState["results"]>();
  for (const { assetRuns } of chain) {
    for (const { assetId, state } of assetRuns) known.set(assetId, { ...known.get(assetId), ...state.results });
  }
  const results = [...failed].flatMap(([assetId, patches]) =>
    [...patches].flatMap((id) => {
      const result = known.get(assetId)?.[id];
      return result === undefined ? [] : [{ assetId, ...result }];
    }),
  );
  const tails = results.filter((r) => r.outputTail !== "");
  const assets = [...failed.keys()].sort().slice(0, TAILS_MAX);
  return [
    { _tag: "ReasonCodes", words: "the reason codes, by how often", codes: codesOf(results) },
    {
      _tag: "OutputTails",
      words: "the tails of the installer's output",
      tails: tails
        .slice(0, TAILS_MAX)
        .map(({ assetId, patchId, exitCode, outputTail }) => ({ assetId, patchId, exitCode, outputTail })),
      isCut: tails.length > TAILS_MAX,
    },
    { _tag: "OnTheAsset", words: "free disk space, on the system's volume and on the agent's cache", assets },
    { _tag: "OnTheAsset", words: "the agent's log, and when the machine last rebooted (AGT-17)", assets },
  ];
};

const codesOf = (results: readonly AssetRun.PatchEvidence[]) => {
  const counts = new Map<number, number>();
  for (const { reasonCode } of results)
    if (reasonCode !== null) counts.set(reasonCode, (counts.get(reasonCode) ?? 0) + 1);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .map(([code, count]) => ({ code, name: ReasonCode.nameOf(code), count }));
};
