/**
 * What is wrong with a policy (RBAC-10). An error keeps the policy from being used; a warning says what is probably not
 * meant. Every finding has a code, words, and how to mend it.
 */
import * as Permission from "./Permission.ts";
import * as Policy from "./Policy.ts";
import type { Role } from "./User.ts";

export type FindingCode =
  | "bad-shape"
  | "no-roles"
  | "too-large"
  | "bad-id"
  | "no-super-user"
  | "super-user-is-a-role"
  | "no-default-role"
  | "duplicate-role"
  | "unknown-role"
  | "unknown-permission"
  | "circle"
  | "higher-lacks"
  | "exclusive-combinable"
  | "reserved-but-given"
  | "empty-role"
  | "unreachable-permission"
  | "acts-unseen"
  | "default-role-changes";

export interface Finding {
  readonly severity: "error" | "warning";
  readonly code: FindingCode;
  /** The role that it is about, when it is about one. */
  readonly role: Role | null;
  readonly permission: string | null;
  readonly message: string;
  readonly fix: string;
}

/** Most roles of a policy. */
export const ROLES_MAX = 200;
/** Longest id of a role, in characters. */
export const ROLE_ID_CHARACTERS_MAX = 64;

/** Everything that is wrong with it; nothing, when it is sound. Errors come first. */
export const lint = (policy: Policy.Policy): readonly Finding[] => {
  const shape = shapeFindings(policy);
  if (shape.length > 0) return shape;
  if (policy.roles.length === 0) {
    return [error("no-roles", null, null, "the policy has no roles", "define at least one, or use Policy.standard")];
  }
  if (policy.roles.length > ROLES_MAX) {
    const message = `${policy.roles.length} roles; at most ${ROLES_MAX}`;
    return [error("too-large", null, null, message, "remove roles that nobody has")];
  }
  const form = [...frameFindings(policy), ...policy.roles.flatMap((role, i) => roleFindings(policy, role, i))];
  // What stands in relation to something that isn't there can't be judged.
  const isSound = form.every((f) => f.severity === "warning");
  const meaning = isSound ? [...relationFindings(policy), ...reachFindings(policy)] : [];
  return [...form, ...meaning].sort((a, b) => rank(a) - rank(b));
};

/** Those that keep the policy from being used. */
export const errors = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter((f) => f.severity === "error");

const rank = (finding: Finding): number => (finding.severity === "error" ? 0 : 1);

// A policy may come from a file: what isn't even of its shape is told, too.
const shapeFindings = (policy: Policy.Policy): readonly Finding[] => {
  const isList = (value: unknown): boolean => Array.isArray(value) && value.every((v) => typeof v === "string");
  const isRole = (role: Partial<Policy.RoleDefinition> | null | undefined): boolean =>
    typeof role?.id === "string" && [role.permissions, role.above, role.excludes].every(isList);
  const given: Partial<Policy.Policy> | null | undefined = policy;
  const isPolicy = Array.isArray(given?.roles) && given.roles.every(isRole) && isList(given.reserved);
  if (isPolicy) return [];
  const message = "roles, reserved, and of each role id, permissions, above and excludes are not all there as lists";
  return [error("bad-shape", null, null, message, "see the type Policy")];
};

const frameFindings = ({ roles, superUser, defaultRole, reserved }: Policy.Policy): readonly Finding[] => {
  const findings: Finding[] = [];
  const ids = roles.map((r) => r.id);
  if (!isId(superUser)) {
    const message = "without a super user nobody can use what no role has";
    findings.push(error("no-super-user", null, null, message, "name the super user's role in superUser"));
  } else if (ids.includes(superUser)) {
    const message = `${superUser} is the super user and stands among the roles, too`;
    const fix = "remove it from roles: the super user has every permission anyhow";
    findings.push(error("super-user-is-a-role", superUser, null, message, fix));
  }
  if (!ids.includes(defaultRole)) {
    const message = `the default role ${JSON.stringify(defaultRole)} is none of the roles`;
    findings.push(error("no-default-role", null, null, message, `name one of ${ids.join(", ")}`));
  }
  return [...findings, ...unknownPermissions(null, reserved)];
};

const roleFindings = (policy: Policy.Policy, role: Policy.RoleDefinition, at: number): readonly Finding[] => {
  const { id } = role;
  const findings: Finding[] = [];
  if (!isId(id)) {
    const message = `an id has 1–${ROLE_ID_CHARACTERS_MAX} characters and no space around it`;
    findings.push(error("bad-id", id, null, message, "choose another id"));
  }
  if (policy.roles.findIndex((r) => r.id === id) !== at) {
    findings.push(error("duplicate-role", id, null, `${id} is defined twice`, "make one role of the two"));
  }
  for (const other of [...role.above, ...role.excludes]) {
    if (policy.roles.some((r) => r.id === other)) continue;
    const message = `${id} stands above or excludes ${other}, which is none of the roles`;
    findings.push(error("unknown-role", id, null, message, `define ${other}, or take it out of ${id}`));
  }
  if (role.permissions.length === 0) {
    const message = `${id} permits nothing`;
    findings.push(warning("empty-role", id, null, message, "give it permissions, or remove it"));
  }
  return [...findings, ...unknownPermissions(id, role.permissions)];
};

const unknownPermissions = (role: Role | null, permissions: readonly string[]): readonly Finding[] =>
  permissions
    .filter((p) => !Permission.is(p))
    .map((p) => {
      const message = `${role ?? "reserved"} names the permission ${p}, which doesn't exist`;
      return error("unknown-permission", role, p, message, "see Permission.all for those that do");
    });

const relationFindings = (policy: Policy.Policy): readonly Finding[] =>
  policy.roles.flatMap((higher) =>
    policy.roles
      .flatMap((lower) => {
        if (higher === lower || !Policy.isSameOrAbove(policy, higher.id, lower.id)) return [];
        return [...circleFindings(policy, higher, lower), ...orderFindings(higher, lower)];
      })
      .concat(combinationFindings(policy, higher)),
  );

const circleFindings = (
  policy: Policy.Policy,
  higher: Policy.RoleDefinition,
  lower: Policy.RoleDefinition,
): readonly Finding[] => {
  // Told once of each two.
  if (higher.id > lower.id || !Policy.isSameOrAbove(policy, lower.id, higher.id)) return [];
  const message = `${higher.id} and ${lower.id} stand above one another`;
  return [error("circle", higher.id, null, message, `take one of the two out of the other's "above"`)];
};

// RBAC-05 lets a higher role co-author a lower one's jobs: what the owner may, the co-author must be able to.
const orderFindings = (higher: Policy.RoleDefinition, lower: Policy.RoleDefinition): readonly Finding[] =>
  lower.permissions
    .filter((p) => !higher.permissions.includes(p))
    .map((p) => {
      const message = `${higher.id} stands above ${lower.id} and lacks its permission ${p}`;
      const fix = `give ${p} to ${higher.id}, or let it not stand above ${lower.id}`;
      return error("higher-lacks", higher.id, p, message, fix);
    });

// Roles that exclude one another, and come together in one after all: in one that stands above both.
const combinationFindings = (policy: Policy.Policy, role: Policy.RoleDefinition): readonly Finding[] => {
  if (role.excludes.includes(role.id)) {
    const message = `${role.id} excludes itself`;
    return [error("exclusive-combinable", role.id, null, message, "take it out of its own excludes")];
  }
  const own = policy.roles.filter((r) => Policy.isSameOrAbove(policy, role.id, r.id));
  return own.flatMap((a, i) =>
    own
      .slice(i + 1)
      .filter((b) => a.excludes.includes(b.id) || b.excludes.includes(a.id))
      .map((b) => {
        const message = `${a.id} and ${b.id} exclude one another, and ${role.id} unites them`;
        const fix = `let ${role.id} stand above one of them only, or let them not exclude one another`;
        return error("exclusive-combinable", role.id, null, message, fix);
      }),
  );
};

const reachFindings = (policy: Policy.Policy): readonly Finding[] => [
  ...Permission.all.flatMap((p) => reachOf(policy, p)),
  ...policy.roles.flatMap(unseenFindings),
  ...defaultFindings(policy),
];

const reachOf = (policy: Policy.Policy, permission: Permission.Permission): readonly Finding[] => {
  const roles = Policy.holders(policy, permission).slice(1);
  const [first] = roles;
  if (policy.reserved.includes(permission)) {
    if (first === undefined) return [];
    const message = `${permission} is reserved to the super user, and ${roles.join(", ")} have it`;
    return [error("reserved-but-given", first, permission, message, "take it out of reserved, or out of the roles")];
  }
  if (first !== undefined) return [];
  const message = `no role may ${Permission.describe(permission)}`;
  const fix = `give ${permission} to a role, or name it in reserved when only ${policy.superUser} is meant to have it`;
  return [warning("unreachable-permission", null, permission, message, fix)];
};

const ON_ANY = ["edit-any-job", "enable-any-job", "delete-any-job"] as const;
const ON_ASSIGNED = [
  "edit-assigned-job",
  "edit-patches-of-assigned-job",
  "enable-assigned-job",
  "delete-assigned-job",
] as const;

const unseenFindings = (role: Policy.RoleDefinition): readonly Finding[] => {
  const has = (permission: Permission.Permission): boolean => role.permissions.includes(permission);
  const blind = (acts: readonly Permission.Permission[], views: readonly Permission.Permission[]) =>
    views.some(has) ? [] : acts.filter(has);
  const acts = [...blind(ON_ANY, ["view-any-job"]), ...blind(ON_ASSIGNED, ["view-assigned-job", "view-any-job"])];
  return acts.map((p) => {
    const message = `${role.id} has ${p} and can't look at these jobs`;
    const sight = ON_ANY.some((any) => any === p) ? "view-any-job" : "view-assigned-job";
    return warning("acts-unseen", role.id, p, message, `give it ${sight}`);
  });
};

// A user whom nobody has given a role yet.
const defaultFindings = ({ roles, defaultRole }: Policy.Policy): readonly Finding[] => {
  const permissions = roles.find((r) => r.id === defaultRole)?.permissions ?? [];
  return permissions
    .filter((p) => !p.startsWith("view-"))
    .map((p) => {
      const message = `whoever has no role yet may ${Permission.describe(p)}`;
      return warning("default-role-changes", defaultRole, p, message, `take ${p} out of ${defaultRole}`);
    });
};

const isId = (id: unknown): boolean =>
  typeof id === "string" && id !== "" && id.trim() === id && id.length <= ROLE_ID_CHARACTERS_MAX;

const error = (code: FindingCode, role: Role | null, permission: string | null, message: string, fix: string) =>
  ({ severity: "error", code, role, permission, message, fix }) as const satisfies Finding;
const warning = (code: FindingCode, role: Role | null, permission: string | null, message: string, fix: string) =>
  ({ severity: "warning", code, role, permission, message, fix }) as const satisfies Finding;
