/** A run with its re-runs (JOB-19): how often it was tried, what of it fails yet, and when to ask for help. */
import * as Effect from "effect/Effect";
import * as Rerun from "../../domain/run/Rerun.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";
import * as Runs from "./Runs.ts";

/** How a run and its re-runs stand, of the assets that the actor sees (TAG-05). */
export const standing = Effect.fn("Reruns.standing")(function* (actor: Actor, runId: string) {
  const run = yield* Repository.get(actor.tenantId, "run", runId);
  if (run === null) return yield* reject(null, "not-found", `there is no run ${runId}`, "runId");
  yield* Runs.mayView(actor, run.value.jobId);
  const found = Rerun.standing(yield* seen(actor, yield* chain(actor.tenantId, run.value)));
  return found ?? (yield* reject(null, "not-found", `there is no run ${runId}`, "runId"));
});

/** What a job says of its latest re-run; null: it mended something, goes on, or there is none. */
export const escalationOf = Effect.fn("Reruns.escalationOf")(function* (actor: Actor, jobId: string) {
  const reruns = (yield* Repository.allBy(actor.tenantId, "run", "rerunOfJob", jobId)).map((r) => r.value);
  const [latest] = reruns.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1));
  if (latest === undefined) return null;
  const escalate = Rerun.standing(yield* seen(actor, yield* chain(actor.tenantId, latest)))?.escalate ?? null;
  if (escalate === null) return null;
  const { runId, tried, failed } = escalate;
  return { runId, tried, failed };
});

/** The run that a chain began with, as far as it is kept, and its re-runs in their order, each with its asset runs. */
export const chain = Effect.fn("Reruns.chain")(function* (tenantId: TenantId, run: Run.Run) {
  const of = run.rerun?.of ?? run.id;
  const first = yield* Repository.get(tenantId, "run", of);
  const reruns = (yield* Repository.allBy(tenantId, "run", "rerunOf", of)).map((r) => r.value);
  reruns.sort((a, b) => (a.rerun?.number ?? 0) - (b.rerun?.number ?? 0));
  const attempts: Rerun.Attempt[] = [];
  for (const each of [...(first === null ? [] : [first.value]), ...reruns]) {
    const assetRuns = (yield* Repository.allBy(tenantId, "assetRun", "run", each.id)).map((a) => a.value);
    attempts.push({ run: each, assetRuns });
  }
  return attempts as readonly Rerun.Attempt[];
});

const seen = Effect.fn("Reruns.seen")(function* (actor: Actor, attempts: readonly Rerun.Attempt[]) {
  const { tenantId } = actor;
  const { scope } = yield* Authority.userOf(actor);
  if (scope._tag === "All") return attempts;
  const ids = [...new Set(attempts.flatMap(({ assetRuns }) => assetRuns.map((a) => a.assetId)))];
  const sees = TagScope.compile(scope, yield* Tags.tree(tenantId));
  const assets = (yield* Repository.some(tenantId, "asset", ids)).filter((a) => sees(a.value.tags));
  const own = new Set(assets.map((a) => a.id));
  return attempts.map(({ run, assetRuns }) => ({ run, assetRuns: assetRuns.filter((a) => own.has(a.assetId)) }));
});
