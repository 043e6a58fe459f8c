/**
 * Who is asking, as of now: the actor's user from the host's directory, and whether the host's policy permits it. The only
 * place that asks the directory: what it answers is read, and a super user's scope has no limit (RBAC-02).
 */
import * as Effect from "effect/Effect";
import * as Access from "../../domain/access/Access.ts";
import type { Permission } from "../../domain/access/Permission.ts";
import type { Policy } from "../../domain/access/Policy.ts";
import * as PolicyLint from "../../domain/access/PolicyLint.ts";
import * as User from "../../domain/access/User.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import { ok, type Result } from "../../domain/shared/Result.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { AccessPolicy } from "../../ports/AccessPolicy.ts";
import { Directory, DirectoryError } from "../../ports/Directory.ts";
import { lift, reject } from "../Rejected.ts";

/** Whom a job of the control plane itself belongs to. No user of the host may bear this id, or its jobs would be theirs. */
export const SYSTEM_USER_ID = "system";

/** The host's policy, or all that keeps it from being used (RBAC-10). */
export const policy = Effect.fnUntraced(function* () {
  return yield* lift(checked(yield* AccessPolicy));
});

/** Whom a job belongs to as of now: a user of the tenant, the control plane itself, or null when they are gone. */
export const owner = Effect.fn("Authority.owner")(function* (tenantId: TenantId, ownerId: string | null) {
  if (ownerId === null) return null;
  return ownerId === SYSTEM_USER_ID ? machine(yield* policy()) : yield* user(tenantId, ownerId);
});

/** A user of the tenant as of now, or null when there is none. */
export const user = Effect.fn("Authority.user")(function* (tenantId: TenantId, userId: string) {
  if (userId === SYSTEM_USER_ID) return null;
  const rules = yield* policy();
  const answer = yield* (yield* Directory).user(tenantId, userId);
  if (answer === null) return null;
  const read = User.read(answer, userId);
  if (!read.ok) return yield* new DirectoryError({ message: read.error, isRetryable: false });
  return Access.inScope(rules, read.value);
});

/** The user behind an actor, or a rejection. Agents may nothing here. */
export const userOf = Effect.fn("Authority.userOf")(function* (actor: Actor) {
  if (actor._tag === "Agent") return yield* reject("RBAC-02", "not-permitted", "an agent may call agent routes only");
  if (actor._tag === "System") return machine(yield* policy());
  const found = yield* user(actor.tenantId, actor.userId);
  return found ?? (yield* reject("RBAC-02", "not-permitted", "no such user in this tenant"));
});

/** The user, when one of its roles carries the permission. */
export const require = Effect.fn("Authority.require")(function* (actor: Actor, permission: Permission) {
  const found = yield* userOf(actor);
  return yield* lift(Access.require(yield* policy(), found, permission));
});

// What acts without a user acts for the control plane itself, which is not narrowed by roles.
const machine = ({ superUser }: Policy): User.User => ({
  id: SYSTEM_USER_ID,
  roles: [superUser],
  scope: TagScope.all,
});

type Checked = Result<Policy, readonly Rejection.Rejection[]>;

// A policy is a value that never changes, so it is looked through once.
const seen = new WeakMap<Policy, Checked>();

const checked = (given: Policy): Checked => {
  const known = seen.get(given);
  if (known !== undefined) return known;
  const wrong = PolicyLint.errors(PolicyLint.lint(given)).map((f) =>
    Rejection.make("RBAC-10", "invalid", `the access policy can't be used: ${f.message}; ${f.fix}`, f.role),
  );
  const result: Checked = wrong.length === 0 ? ok(given) : { ok: false, error: wrong };
  seen.set(given, result);
  return result;
};
