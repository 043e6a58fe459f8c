/**
 * Makes the asset runs of a run part by part (CMP-03): a large one is neither one commit nor one long look. Each part is a commit
 * that moves the run on, so that whoever finds it half made goes on from there, however many try at once.
 *
 * Nothing is sent of a run before it is whole, and nothing is told of it. What its job was stopped for meanwhile is never made.
 */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Making from "../../domain/run/Making.ts";
import * as NotificationDue from "../../domain/run/NotificationDue.ts";
import * as Placement from "../../domain/run/Placement.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Revocations from "../jobs/Revocations.ts";
import * as KeptPlans from "../plans/KeptPlans.ts";
import * as Repository from "../Repository.ts";
import * as Notices from "./Notices.ts";
import * as RunMarks from "./RunMarks.ts";

type RunNow = Repository.Versioned<Run.Run>;

/** Whether all of it is made. */
export const isWhole = (run: Pick<Run.Run, "making">): boolean => run.making === undefined;

/**
 * Goes on with a run until it is whole, and answers it as it is then. Whoever is overtaken leaves it to the other, and answers it
 * half made.
 */
export const goOn = Effect.fnUntraced(function* (tenantId: TenantId, found: RunNow) {
  let run = found;
  while (run.value.making !== undefined) {
    const isStopped = yield* Revocations.isMarked(tenantId, run.id);
    const { making } = run.value;
    const isMoved = isStopped ? yield* cutShort(tenantId, run, making) : yield* step(tenantId, run, making);
    const now = yield* Repository.get(tenantId, "run", run.id);
    if (now === null || (!isMoved && now.revision !== run.revision)) return now ?? run;
    run = now;
    yield* Effect.yieldNow;
  }
  return run;
});

/** The asset runs of a plan, or of a part of it, and what their commit rests on. */
export const placed = Effect.fn("Making.placed")(function* (
  tenantId: TenantId,
  run: Pick<Run.Run, "id" | "jobId">,
  { part, moment }: { readonly part: Placement.Placed; readonly moment: Placement.Moment },
) {
  const made = yield* heard(tenantId, run.id, Placement.assetRuns(run, part, moment));
  const ids = made.map((a) => a.assetId);
  // An asset run of an asset that was removed meanwhile would wait for ever: who removes it can't withdraw what isn't there.
  const gone = new Set((yield* Repository.some(tenantId, "removedAgent", ids)).map((removed) => removed.id));
  return {
    assetRuns: gone.size === 0 ? made : made.filter((a) => !gone.has(a.assetId)),
    expect: ids.filter((id) => !gone.has(id)).map((id) => Repository.expected("removedAgent", id, null)),
  };
});

// What agents told of it before a restored platform made it once more.
const heard = Effect.fnUntraced(function* (tenantId: TenantId, runId: string, made: readonly AssetRun.AssetRun[]) {
  const early = yield* Repository.pageBy(tenantId, "fact", ["earlyOf", runId], { after: null, limit: 1 });
  if (early.length === 0) return made;
  return yield* Effect.forEach(made, (a) => heardOf(tenantId, a));
});

const heardOf = Effect.fnUntraced(function* (tenantId: TenantId, made: AssetRun.AssetRun) {
  const facts = yield* RunMarks.facts(tenantId, made.id);
  const agent = facts.length === 0 ? null : yield* Repository.get(tenantId, "agent", made.assetId);
  if (agent === null) return made;
  const { session, factsThrough: through } = agent.value;
  return AssetRun.heard(made, facts, { epoch: session.epoch, through, at: made.placed.at });
});

/** What is told of a run once it is whole. */
export const told = (run: Run.Run, byStatus: Run.RunProgress["byStatus"], now: number) => {
  const about = { jobId: run.jobId, plan: run.planHash, assets: Making.total(byStatus) };
  return [
    Repository.event("RunMaterialised", "run", run.id, now, about),
    ...Notices.events(NotificationDue.ofMade(run, byStatus), now),
  ];
};

const step = Effect.fn("Making.step")(function* (tenantId: TenantId, run: RunNow, making: Making.Making) {
  const now = (yield* Environment).now();
  const part = yield* KeptPlans.part(tenantId, run.value.planHash, making.part);
  const moment = { now, enabledAt: making.enabledAt, isMissable: making.isMissable };
  const { assetRuns, expect } = yield* placed(tenantId, run.value, { part, moment });
  const next = Making.after(making, assetRuns);
  const { making: _, ...whole } = run.value;
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("run", run.id, run), ...expect],
    counters: [Revocations.unmarked(run.id)],
    writes: [
      Repository.put("run", run.id, next === null ? whole : { ...whole, making: next }),
      ...assetRuns.map((a) => Repository.put("assetRun", a.id, a)),
    ],
    events: next === null ? told(whole, Making.counted(making.byStatus, assetRuns), now) : [],
  });
  return answer._tag === "Committed";
});

// JOB-28: what is made already is revoked as soon as it is whole.
const cutShort = Effect.fn("Making.cutShort")(function* (tenantId: TenantId, run: RunNow, { byStatus }: Making.Making) {
  const now = (yield* Environment).now();
  const { making: _, ...whole } = run.value;
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("run", run.id, run)],
    writes: [Repository.put("run", run.id, whole)],
    events: told(whole, byStatus, now),
  });
  return answer._tag === "Committed";
});
