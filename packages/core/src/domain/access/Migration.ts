/**
 * Users of the older model, which knew sub-users and super users, as users with roles (RBAC-09): a sub-user becomes a Patch
 * User and keeps their scope, a super user gets every permission and with it every asset. Everything else is refused, user
 * by user: a right that nobody gave must not come out of a misspelt word.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagScope from "../tag/TagScope.ts";
import * as Policy from "./Policy.ts";
import type { User } from "./User.ts";

/** A user as the older model had them. */
export interface OlderUser {
  readonly id: string;
  readonly kind: "sub-user" | "super-user";
  /** Of a sub-user: the assets they saw. */
  readonly scope?: TagScope.TagScope;
}

/** The user with roles of the standard policy. */
export const migrate = ({ id, kind, scope }: OlderUser): Result<User, Rejection.Rejection> => {
  if (typeof id !== "string" || id === "") return refused("a user has an id", "id");
  if (kind === "super-user") return ok({ id, roles: [Policy.standard.superUser], scope: TagScope.all });
  if (kind !== "sub-user") return refused(`${id} is ${String(kind)}, neither sub-user nor super-user`, "kind");
  const read = TagScope.read(scope);
  return read.ok ? ok({ id, roles: ["PatchUser"], scope: read.value }) : refused(`${id}: ${read.error}`, "scope");
};

const refused = (message: string, path: string) => fail(Rejection.make("RBAC-09", "invalid", message, path));
