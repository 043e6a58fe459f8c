/**
 * Who may do what (RBAC-02). A {@link Decision} is data: allowed or not, which permission, by which rule, why, and who
 * could. Every denial names the permission that was missing (RBAC-10), and the rejection made of it carries the decision.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagScope from "../tag/TagScope.ts";
import type { Permission } from "./Permission.ts";
import * as Policy from "./Policy.ts";
import type { Role, User } from "./User.ts";

export interface Decision {
  readonly allowed: boolean;
  /** The permission that allows it, or that is missing. */
  readonly permission: Permission;
  /** The rule that decided. */
  readonly rule: string;
  /** In words. */
  readonly why: string;
  /** The roles that have the permission. Empty where no role would do: what stands in the way is no permission. */
  readonly whoCould: readonly Role[];
}

/** Decides. Nobody (null) may nothing, and neither may who has roles that exclude one another (RBAC-03). */
export const decide = (policy: Policy.Policy, user: User | null, permission: Permission): Decision => {
  const whoCould = Policy.holders(policy, permission);
  if (user === null) return denied(permission, "RBAC-02", "no such user in this tenant", whoCould);
  const standing = Policy.standingOf(policy, user);
  switch (standing._tag) {
    case "SuperUser":
      return { allowed: true, permission, rule: "RBAC-02", why: "a super user may everything", whoCould };
    case "Roles": {
      const role = standing.roles.find((r) => Policy.has(policy, r, permission));
      if (role === undefined) return denied(permission, "RBAC-10", missing(permission, whoCould), whoCould);
      return { allowed: true, permission, rule: "RBAC-02", why: `the role ${role} has it`, whoCould };
    }
    case "Exclusive": {
      const [a, b] = standing.roles;
      const why = `${missing(permission, whoCould)}. The roles ${a} and ${b} exclude one another and permit nothing together`;
      return denied(permission, "RBAC-03", why, whoCould);
    }
    case "Unknown": {
      const why = `${missing(permission, whoCould)}. No role of this policy: ${standing.roles.join(", ")}`;
      return denied(permission, "RBAC-10", why, whoCould);
    }
  }
};

/** Whether the user has the permission: {@link decide} without its reasons. */
export const may = (policy: Policy.Policy, user: User, permission: Permission): boolean => {
  const standing = Policy.standingOf(policy, user);
  if (standing._tag === "SuperUser") return true;
  return standing._tag === "Roles" && standing.roles.some((role) => Policy.has(policy, role, permission));
};

/** {@link decide} as a result: the user, or a rejection that carries the decision. */
export const require = (
  policy: Policy.Policy,
  user: User | null,
  permission: Permission,
): Result<User, Rejection.Rejection> => {
  const decision = decide(policy, user, permission);
  return decision.allowed && user !== null ? ok(user) : fail(rejection(decision));
};

/** A denial as a rejection. */
export const rejection = (decision: Decision, code: "not-permitted" | "conflict" = "not-permitted") => {
  const { permission, whoCould } = decision;
  return { ...Rejection.make(decision.rule, code, decision.why), denial: { permission, whoCould } };
};

/** The user in the scope that the policy gives them: a super user's has no limit (RBAC-02), everybody else keeps theirs. */
export const inScope = (policy: Policy.Policy, user: User): User =>
  user.roles.includes(policy.superUser) && user.scope._tag !== "All" ? { ...user, scope: TagScope.all } : user;

const denied = (permission: Permission, rule: string, why: string, whoCould: readonly Role[]): Decision => ({
  allowed: false,
  permission,
  rule,
  why,
  whoCould,
});

const missing = (permission: Permission, whoCould: readonly Role[]): string =>
  `needs the permission ${permission}; ${named(whoCould)} have it`;

// The holders of a permission are one list as long as the policy stands.
const names = new WeakMap<readonly Role[], string>();

const named = (roles: readonly Role[]): string => {
  const known = names.get(roles);
  if (known !== undefined) return known;
  const text = roles.join(", ");
  names.set(roles, text);
  return text;
};
