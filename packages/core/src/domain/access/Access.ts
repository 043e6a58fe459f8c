/**
 * Who may do what (RBAC-01, RBAC-02). A decision is data: allowed or not, which permission, by which rule, and who
 * could. The five roles are the default policy; what a host brings of its own comes later (RBAC-10).
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Role, User } from "./User.ts";

export type Permission =
  | "manage-licence"
  | "edit-profile"
  | "view-profile"
  | "change-job-owner"
  | "view-any-job"
  | "edit-any-job"
  | "create-job"
  | "edit-assigned-job"
  | "view-assigned-job"
  | "manage-catalogue"
  | "supply-vendor-file"
  | "manage-activation-keys"
  | "manage-tags"
  | "view-assets";

const everyone: readonly Role[] = ["PatchManager", "PatchUser", "PatchDashboardAuthor", "PatchReader", "PatchSecurity"];
const managers: readonly Role[] = ["PatchManager"];
const workers: readonly Role[] = ["PatchManager", "PatchUser"];

/** The permission table of RBAC-02; the super user has every permission. */
export const policy: { readonly [P in Permission]: readonly Role[] } = {
  "manage-licence": managers,
  "edit-profile": managers,
  "view-profile": everyone,
  "change-job-owner": managers,
  "view-any-job": managers,
  "edit-any-job": managers,
  "create-job": workers,
  "edit-assigned-job": workers,
  "view-assigned-job": everyone,
  "manage-catalogue": managers,
  // PAT-04 names these three.
  "supply-vendor-file": ["PatchManager", "PatchUser", "PatchSecurity"],
  "manage-activation-keys": managers,
  "manage-tags": managers,
  "view-assets": everyone,
};

/** Whether one of the user's roles carries the permission. */
export const may = (user: User, permission: Permission): boolean =>
  user.roles.includes("SuperUser") || user.roles.some((r) => policy[permission].includes(r));

/** {@link may} as a decision: the rejection names the permission that was missing and who has it. */
export const require = (user: User | null, permission: Permission): Result<User, Rejection.Rejection> => {
  if (user === null) return fail(Rejection.make("RBAC-02", "not-permitted", "no such user in this tenant"));
  if (may(user, permission)) return ok(user);
  const who = ["SuperUser", ...policy[permission]].join(", ");
  return fail(Rejection.make("RBAC-10", "not-permitted", `needs the permission ${permission}; ${who} have it`));
};

/** Whether the user may act on a job of that owner: any job by role, an own one by the narrower permission (RBAC-04). */
export const requireOnJob = (
  user: User | null,
  ownerId: string | null,
  action: "view" | "edit",
): Result<User, Rejection.Rejection> => {
  const any: Permission = action === "view" ? "view-any-job" : "edit-any-job";
  const assigned: Permission = action === "view" ? "view-assigned-job" : "edit-assigned-job";
  if (user !== null && may(user, any)) return ok(user);
  if (user !== null && user.id === ownerId) return require(user, assigned);
  return require(user, any);
};
