/** Advisories: patches that somebody chose who may choose patches and nothing else, for others to deploy (RBAC-08). */
import * as Effect from "effect/Effect";
import * as Job from "../../domain/job/Job.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** Makes an advisory: a list of patches, without targets, schedule and owner (OWN-04). It can't be enabled as it is. */
export const create = Effect.fn("Advisories.create")(function* (
  actor: Actor,
  draft: Job.AdvisoryDraft,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const user = yield* Authority.require(actor, "create-advisory");
  const subscription = yield* Subscriptions.of(actor.tenantId);
  const { limits } = subscription;
  const environment = yield* Environment;
  const decide = Effect.gen(function* () {
    const now = environment.now();
    const unlicensed = Subscription.deploymentFault(subscription, now);
    if (unlicensed !== null) return yield* refuse(unlicensed);
    const job = yield* lift(Job.createAdvisory(draft, { id: environment.uuid(), makerId: user.id, now, limits }));
    yield* lift(Stored.readable("job", job));
    const told = { by: label(actor), title: job.title, isAdvisory: true };
    const change = {
      expect: [Repository.expected("job", job.id, null)],
      writes: [Repository.put("job", job.id, job)],
      events: [Repository.event("JobCreated", "job", job.id, now, told)],
    };
    return { change, answer: job };
  });
  const once = Idempotency.once(actor, { method: "jobs.createAdvisory", key, request: draft }, decide);
  return yield* Decisions.ifItStands(actor.tenantId, once);
});
