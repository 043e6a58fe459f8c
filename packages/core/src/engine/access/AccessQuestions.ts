/** Questions about access, answered without doing anything: may I, and why; what is the policy, and is it sound. */
import * as Effect from "effect/Effect";
import * as Access from "../../domain/access/Access.ts";
import * as Migration from "../../domain/access/Migration.ts";
import * as Permission from "../../domain/access/Permission.ts";
import type { Policy } from "../../domain/access/Policy.ts";
import * as PolicyLint from "../../domain/access/PolicyLint.ts";
import type { User } from "../../domain/access/User.ts";
import * as JobAccess from "../../domain/job/JobAccess.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { refuse, reject } from "../Rejected.ts";
import * as Authority from "./Authority.ts";

/** A permission, or an action on a job. */
export type AccessQuestion = Permission.Permission | { readonly jobId: string; readonly action: JobAccess.JobAction };

/** A decision; of a job with the relation that counted. */
export type AccessAnswer = Access.Decision | JobAccess.JobDecision;

/**
 * Whether the actor may, as of now, with the rule, the reason, and who could. It is what the methods themselves ask.
 *
 * @example
 * const { allowed, why } = yield* fettle.access.decide(actor, { jobId, action: "enable" });
 */
export const decide = Effect.fn("AccessQuestions.decide")(function* (actor: Actor, question: AccessQuestion) {
  if (typeof question === "string") {
    const user = yield* Authority.userOf(actor);
    if (!Permission.is(question)) return yield* reject("RBAC-10", "invalid", `there is no permission ${question}`);
    return Access.decide(yield* Authority.policy(), user, question) as AccessAnswer;
  }
  const { jobId, action } = question;
  if (!JobAccess.actions.includes(action)) {
    yield* Authority.userOf(actor);
    return yield* reject("RBAC-10", "invalid", `there is no action ${String(action)}`, "action");
  }
  return (yield* JobAuthority.decide(actor, jobId, action)) as AccessAnswer;
});

/** The policy that is used. */
export const policy = Authority.policy;

/** What is wrong with a policy, whether or not it is the one that is used. */
export const lint = (given: Policy) => Effect.sync(() => PolicyLint.lint(given));

/** Most users of one {@link migrate}. */
export const USERS_PER_MIGRATION_MAX = 10_000;

/** What became of a user of the older model. */
export type Migrated =
  | { readonly id: string; readonly user: User }
  | { readonly id: string; readonly refused: Rejection.Rejection };

/** Users of the older model as users with roles, each by themselves (RBAC-09). Nothing is stored: the host owns its users. */
export const migrate = Effect.fn("AccessQuestions.migrate")(function* (users: readonly Migration.OlderUser[]) {
  if (users.length > USERS_PER_MIGRATION_MAX) {
    const message = `at most ${USERS_PER_MIGRATION_MAX} users a call`;
    return yield* refuse(Rejection.make("RBAC-09", "exhausted", message));
  }
  return users.map((older): Migrated => {
    const migrated = Migration.migrate(older);
    return migrated.ok ? { id: older.id, user: migrated.value } : { id: older.id, refused: migrated.error };
  });
});
