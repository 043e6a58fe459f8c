/**
 * Sends asset runs: each gets one manifest in force, signed, which is valid in its window or for a lease that is renewed
 * (PLN-04). Nothing is sent inside a blackout or a freeze (WIN-05, WIN-07), nor while an earlier occurrence of the job goes on
 * on the asset (WIN-06), the asset is Pending Reboot (RBT-02), or out of the scope of the job's owner (TAG-05); what that leaves
 * without a start ends here, and what began and fell silent is looked after.
 */
import * as Effect from "effect/Effect";
import type { Job } from "../../domain/job/Job.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type { Blocker } from "../../domain/run/Blocking.ts";
import type * as Run from "../../domain/run/Run.ts";
import * as Sending from "../../domain/run/Sending.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as Repository from "../Repository.ts";
import * as Blockings from "./Blockings.ts";
import * as Maintenances from "./Maintenances.ts";
import * as Manifests from "./Manifests.ts";
import type { OpenRun } from "./OpenRuns.ts";
import * as Reach from "./Reach.ts";
import * as RunMarks from "./RunMarks.ts";

type Waiting = Repository.Versioned<AssetRun.AssetRun>;

/** What is to be done about a run's asset runs that are not over. */
interface Sorted {
  readonly sent: readonly (readonly [Waiting, AssetRun.AssetRunTiming])[];
  readonly found: readonly (readonly [Waiting, AssetRun.MarkBody])[];
  /** How many can't be sent yet. */
  readonly waiting: number;
}

/**
 * Ends what can't start any more, and sends what may be sent, when its job may still be carried out; `earlier` are the job's
 * runs before it that are not over. Answers how many were sent. Whoever lost the job since, by role or for good, lets nothing
 * more begin (OWN-01).
 */
export const issue = Effect.fnUntraced(function* (
  tenantId: TenantId,
  job: Job | null,
  open: OpenRun,
  earlier: readonly Repository.Versioned<Run.Run>[],
) {
  const { sent, found, waiting } = yield* sort(tenantId, job, open, earlier);
  yield* mark(tenantId, found);
  if (job === null) return 0;
  if (sent.length > 0) yield* JobAuthority.mustRun(tenantId, job);
  const issued = yield* Manifests.issue(tenantId, open.run.value, sent);
  if (waiting === 0 && issued === sent.length && !open.run.value.isIssued) yield* markIssued(tenantId, open.run);
  return issued;
});

const sort = Effect.fnUntraced(function* (
  tenantId: TenantId,
  job: Job | null,
  open: OpenRun,
  earlier: readonly Repository.Versioned<Run.Run>[],
) {
  const now = (yield* Environment).now();
  const { startedAt: madeAt, conduct } = open.run.value;
  const before = yield* earlierOf(tenantId, open.assetRuns, earlier);
  const { overlap, bound } = conduct ?? ({ overlap: "wait", bound: "start" } as const);
  const steps = (assetRuns: readonly Waiting[], { kept, blockers, outside }: Hindrances) =>
    assetRuns.map((assetRun) => {
      const { assetId } = assetRun.value;
      const situation: Sending.Situation = {
        now,
        madeAt,
        overlap,
        bound,
        earlier: before.get(assetId) ?? [],
        isKept: kept.has(assetId),
        blockedBy: blockers.get(assetId) ?? null,
        outOfScope: outside.get(assetId) ?? null,
      };
      return [assetRun, Sending.step(assetRun.value, situation)] as const;
    });
  const free = steps(open.assetRuns, UNHINDERED);
  const hindrances = yield* hindrancesOf(tenantId, job, free);
  const judged = isHindered(hindrances) ? steps(open.assetRuns, hindrances) : free;
  const sorted: Sorted = {
    sent: judged.flatMap(([a, step]) => (step._tag === "Send" ? [[a, step.timing] as const] : [])),
    found: judged.flatMap(([a, step]) => (step._tag === "Mark" ? [[a, step.body] as const] : [])),
    waiting: judged.filter(([, step]) => step._tag === "Wait").length,
  };
  return sorted;
});

/** What keeps assets from being sent anything now: looked up for those alone that would be. */
interface Hindrances {
  readonly kept: ReadonlySet<string>;
  readonly blockers: ReadonlyMap<string, Blocker>;
  readonly outside: ReadonlyMap<string, string>;
}

const UNHINDERED: Hindrances = { kept: new Set(), blockers: new Map(), outside: new Map() };

const isHindered = ({ kept, blockers, outside }: Hindrances): boolean => kept.size + blockers.size + outside.size > 0;

const hindrancesOf = Effect.fnUntraced(function* (
  tenantId: TenantId,
  job: Job | null,
  steps: readonly (readonly [Waiting, Sending.Step])[],
) {
  const maybe = steps.flatMap(([assetRun, { _tag }]) => (_tag === "Send" ? [assetRun.value] : []));
  // What was never sent, and is over now, may have been blocked: it says so.
  const over = steps.flatMap(([{ value }, step]) =>
    step._tag === "Mark" && step.body._tag === "Presumed" && value.manifest === null ? [value] : [],
  );
  const ids = maybe.map((a) => a.assetId);
  const outside =
    job === null || ids.length === 0
      ? UNHINDERED.outside
      : // Without an owner who may run it nothing is sent at all, which is said where it is sent.
        yield* Reach.outside(tenantId, job, ids).pipe(
          Effect.catchTag("Rejected", () => Effect.succeed(UNHINDERED.outside)),
        );
  const found: Hindrances = {
    kept: yield* Maintenances.kept(tenantId, ids),
    blockers: yield* Blockings.of(tenantId, [...maybe, ...over]),
    outside,
  };
  return found;
});

// Of those that haven't started: only they may have to wait for one of them.
const earlierOf = Effect.fn("Issuing.earlierOf")(function* (
  tenantId: TenantId,
  assetRuns: readonly Waiting[],
  earlier: readonly Repository.Versioned<Run.Run>[],
) {
  const found = new Map<string, { readonly key: string; readonly run: AssetRun.AssetRun }[]>();
  const assetIds = assetRuns.filter((a) => !AssetRun.hasStarted(a.value)).map((a) => a.value.assetId);
  for (const run of earlier) {
    const ids = assetIds.map((assetId) => AssetRun.idOf(run.id, assetId));
    for (const { value } of yield* Repository.some(tenantId, "assetRun", ids)) {
      const known = found.get(value.assetId) ?? [];
      known.push({ key: run.value.occurrenceKey, run: value });
      found.set(value.assetId, known);
    }
  }
  return found as ReadonlyMap<string, Sending.Situation["earlier"]>;
});

/** Most asset runs that one commit marks. */
const MARKED_PER_COMMIT_MAX = 500;

// An agent that tells of one of them meanwhile sends them all to the next tick.
const mark = Effect.fnUntraced(function* (tenantId: TenantId, found: Sorted["found"]) {
  const now = (yield* Environment).now();
  for (let i = 0; i < found.length; i += MARKED_PER_COMMIT_MAX) {
    const some: RunMarks.Marked[] = [];
    for (const [was, body] of found.slice(i, i + MARKED_PER_COMMIT_MAX)) {
      some.push(yield* RunMarks.marked(tenantId, was, body));
    }
    yield* Repository.tryCommit(tenantId, RunMarks.change(some, now));
  }
});

const markIssued = (tenantId: TenantId, run: Repository.Versioned<Run.Run>) =>
  Repository.tryCommit(tenantId, {
    expect: [Repository.expected("run", run.id, run)],
    writes: [Repository.put("run", run.id, { ...run.value, isIssued: true })],
  });
