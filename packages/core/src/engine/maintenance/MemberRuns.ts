/** What runs have the members of quorum groups in their hands, or may have, as of now (PLN-06). */
import * as Effect from "effect/Effect";
import * as Disruptions from "../../domain/plan/Disruptions.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type { Run } from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Repository from "../Repository.ts";

export interface MemberRuns {
  /** Keys of the occurrences that have a run, by job. */
  readonly materialised: ReadonlyMap<string, ReadonlySet<string>>;
  readonly unfinished: readonly Disruptions.UnfinishedRun[];
}

interface About {
  readonly members: readonly string[];
  readonly workMilliseconds: number;
  /** How long a manifest without a window is valid at most (PLN-04). */
  readonly leaseMilliseconds: number;
  readonly now: number;
}

/** The runs of all jobs, deleted ones too, and what they may still do to the members. */
export const of = Effect.fn("MemberRuns.of")(function* (tenantId: TenantId, about: About) {
  const materialised = new Map<string, Set<string>>();
  const unfinished: Disruptions.UnfinishedRun[] = [];
  const members = new Set(about.members);
  for (const { value: run } of yield* Repository.all(tenantId, "run")) {
    // Of one that is half made, what its job's plan says is all that is known.
    if (run.making !== undefined) continue;
    const keys = materialised.get(run.jobId) ?? new Set<string>();
    materialised.set(run.jobId, keys.add(run.occurrenceKey));
    if (isPast(run, about)) continue;
    const found = (yield* partsIn(tenantId, run.id, members)).filter(({ value }) => mayBeDown(value));
    if (found.length === 0) continue;
    const title = (yield* Repository.get(tenantId, "job", run.jobId))?.value.title ?? run.jobId;
    for (const { value } of found) unfinished.push(unfinishedOf(run, value, title));
  }
  const answer: MemberRuns = { materialised, unfinished };
  return answer;
});

/** Up to so many members are looked up one by one; of more, the run is read whole, as ticks read it. */
const LOOKED_UP_MAX = 1_000;

const partsIn = Effect.fn("MemberRuns.partsIn")(function* (
  tenantId: TenantId,
  runId: string,
  members: ReadonlySet<string>,
) {
  if (members.size <= LOOKED_UP_MAX) {
    const ids = [...members].map((assetId) => AssetRun.idOf(runId, assetId));
    return yield* Repository.some(tenantId, "assetRun", ids);
  }
  const all = yield* Repository.allBy(tenantId, "assetRun", "run", runId);
  return all.filter(({ value }) => members.has(value.assetId));
});

// Closed, and past is also what an agent might still have done that had not heard of its end.
const isPast = ({ startedAt, windowEnd, closedAt, conduct }: Run, about: About): boolean => {
  if (closedAt === null) return false;
  const { workMilliseconds, leaseMilliseconds, now } = about;
  const lasts = windowEnd ?? closedAt + leaseMilliseconds;
  return Disruptions.isOver({ start: startedAt, windowEnd: lasts, conduct }, workMilliseconds, now);
};

const mayBeDown = (run: AssetRun.AssetRun): boolean => !AssetRun.isFinal(run) || isPresumedOver(run);

// It was sent, and its agent has told neither of a beginning nor that it dropped it: it may not have heard, or not have been heard
// (JOB-28, WIN-03).
const isPresumedOver = (run: AssetRun.AssetRun): boolean =>
  run.manifest !== null && (AssetRun.isRevoked(run) || AssetRun.isPresumed(run));

const unfinishedOf = (run: Run, assetRun: AssetRun.AssetRun, title: string): Disruptions.UnfinishedRun => {
  const { timing, manifest, assetId } = assetRun;
  const isPresumed = AssetRun.isFinal(assetRun);
  const windowEnd = timing?.windowEnd ?? null;
  return {
    assetId,
    jobId: run.jobId,
    title,
    occurrenceKey: run.occurrenceKey,
    start: timing?.start ?? run.startedAt,
    // Without a window nothing begins any more once its lease is over, and none is renewed.
    windowEnd: windowEnd === null && isPresumed ? (manifest?.notAfter ?? null) : windowEnd,
    conduct: run.conduct,
    isPresumedOver: isPresumed,
  };
};
