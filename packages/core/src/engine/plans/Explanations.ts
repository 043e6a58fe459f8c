/**
 * Why an asset does or doesn't get what a job brings, and from when on it would (PLN-03, RUN-07). Read for it: profiles and
 * freezes, the asset's own assessment and runs, of the catalogue the patches that the job lists (of a query: all of them), and
 * of other assets what the storage's search tells: who has seats, and the zones that the job's targets are in. Every
 * assessment is read only where other assets decide; the answer says so. Of a job in rings other assets decide who is in
 * which: then the whole plan is made.
 */
import * as Effect from "effect/Effect";
import * as Explanation from "../../domain/plan/Explanation.ts";
import * as Plan from "../../domain/plan/Plan.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as Authority from "../access/Authority.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";
import * as Plans from "./Plans.ts";
import * as Turns from "./Turns.ts";

/** Which asset, and which patch; without a patch, the job as a whole. */
export interface ExplanationInput {
  readonly assetId: string;
  readonly patchId?: string;
}

/**
 * Explains, to who may view the job, an asset that they see. Rejects an asset that isn't there for them, and a job that
 * couldn't be planned either.
 *
 * @example
 * const { gets, blockers, earliest } = yield* fettle.jobs.explain(actor, jobId, { assetId, patchId: "FTSA-2026:0001" });
 * blockers[0]; // the rule that decides, what would have to change, and until when it stands, if time alone lifts it
 */
export const explain = Effect.fn("Explanations.explain")(function* (
  actor: Actor,
  jobId: string,
  { assetId, patchId }: ExplanationInput,
) {
  const { tenantId } = actor;
  const { value: job } = yield* JobAuthority.load(actor, jobId, "view");
  const user = yield* Authority.userOf(actor);
  const asset = (yield* Repository.get(tenantId, "asset", assetId))?.value;
  if (asset === undefined || !TagScope.sees(user.scope, yield* Tags.tree(tenantId), asset.tags).ok) {
    return yield* reject("TAG-05", "not-found", `there is no asset ${assetId}`, "assetId");
  }
  const about: string | null = patchId ?? null;
  const time = yield* Plans.timeOf(tenantId, job);
  const alone = yield* Plans.gather(tenantId, job, { asset, patchId: about }, time);
  const known = yield* lift(Explanation.explain(alone, { asset, patchId: about, reads: "asset" }));
  if (known !== null) return known;
  const all = yield* Plans.gather(tenantId, job, null, time);
  // Rings sort all that get something: in turns with others, as every plan is made.
  const planned = job.rollout === undefined ? {} : { planned: yield* Turns.take(Plan.steps(all)) };
  const found = yield* lift(Explanation.explain(all, { asset, patchId: about, reads: "fleet", ...planned }));
  return found ?? (yield* Effect.die(new Error("all assets were looked at")));
});
