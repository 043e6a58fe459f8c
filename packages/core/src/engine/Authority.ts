/** Who is asking, as of now: the actor's user from the host's directory, and the permission an action needs. */
import * as Effect from "effect/Effect";
import * as Access from "../domain/access/Access.ts";
import type { User } from "../domain/access/User.ts";
import type { Actor } from "../domain/shared/Actor.ts";
import { Directory } from "../ports/Directory.ts";
import { lift, reject } from "./Rejected.ts";

/** Whom a job of the control plane itself belongs to. No user of the host may bear this id, or its jobs would be theirs. */
export const SYSTEM_USER_ID = "system";

// What acts without a user acts for the control plane itself, which is not narrowed by roles; agents may nothing here.
const machine: User = { id: SYSTEM_USER_ID, roles: ["SuperUser"], scope: { _tag: "All" } };

/** The user behind an actor, or a rejection. */
export const userOf = Effect.fn("Authority.userOf")(function* (actor: Actor) {
  if (actor._tag === "System") return machine;
  if (actor._tag === "Agent") return yield* reject("RBAC-02", "not-permitted", "an agent may call agent routes only");
  const user = actor.userId === SYSTEM_USER_ID ? null : yield* (yield* Directory).user(actor.tenantId, actor.userId);
  return user ?? (yield* reject("RBAC-02", "not-permitted", "no such user in this tenant"));
});

/** The user, when one of its roles carries the permission. */
export const require = Effect.fn("Authority.require")(function* (actor: Actor, permission: Access.Permission) {
  return yield* lift(Access.require(yield* userOf(actor), permission));
});
