/**
 * A user of the host, as the Directory port tells at the moment of a decision. What a directory answers is read before it
 * is believed ({@link read}): a scope that is none of the two there are must never come out as everything.
 */
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagScope from "../tag/TagScope.ts";

/** The default roles (RBAC-01); `SuperUser` stands outside the module. */
export type StandardRole =
  | "SuperUser"
  | "PatchManager"
  | "PatchUser"
  | "PatchDashboardAuthor"
  | "PatchReader"
  | "PatchSecurity";

/** The id of a role: of the default policy, or of the host's own (RBAC-10). */
export type Role = StandardRole | (string & {});

export interface User {
  readonly id: string;
  /** None: the policy's default role (RBAC-12). */
  readonly roles: readonly Role[];
  /** Which assets the user sees and may target (TAG-05). */
  readonly scope: TagScope.TagScope;
}

/** Most roles of one user; more are a directory's mistake, and each decision looks at all of them. */
export const ROLES_PER_USER_MAX = 64;

/** The user that was asked for, when the answer is one; else what is wrong with it. */
export const read = (answer: User, userId: string): Result<User, string> => {
  const { id, roles, scope } = answer;
  if (id !== userId) return fail(`the directory answered for ${String(id)} when asked for ${userId}`);
  if (!Array.isArray(roles) || !roles.every((r) => typeof r === "string"))
    return fail(`${id}: roles are a list of ids`);
  if (roles.length > ROLES_PER_USER_MAX) return fail(`${id}: at most ${ROLES_PER_USER_MAX} roles`);
  const scoped = TagScope.read(scope);
  return scoped.ok ? ok({ id, roles, scope: scoped.value }) : fail(`${id}: ${scoped.error}`);
};
