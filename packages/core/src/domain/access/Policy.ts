/**
 * Which roles there are and what each may: a plain value (RBAC-10). {@link standard} is the default: five roles and the
 * super user outside them (RBAC-01 … RBAC-03). A host brings its own, and `PolicyLint` says what is wrong with it.
 *
 * The super user has every permission, of later versions too, and no scope limit. Nobody else has a permission that no role
 * of theirs names: nothing is inherited; `above` says whose jobs one may co-author (RBAC-05), and lint holds it against what
 * the roles have.
 */
import * as Permission from "./Permission.ts";
import type { Role, User } from "./User.ts";

export interface RoleDefinition {
  readonly id: Role;
  /** As people read it. */
  readonly name: string;
  readonly permissions: readonly Permission.Permission[];
  /** The roles right below this one; what is below those is below it, too. */
  readonly above: readonly Role[];
  /** Roles that the same user may not have (RBAC-03). It holds both ways, whichever of the two says it. */
  readonly excludes: readonly Role[];
}

export interface Policy {
  readonly roles: readonly RoleDefinition[];
  /** Who has it may everything, everywhere. It stands outside the roles. */
  readonly superUser: Role;
  /** The role of a user to whom the directory gives none (RBAC-12). */
  readonly defaultRole: Role;
  /** Permissions that only the super user is meant to have. */
  readonly reserved: readonly Permission.Permission[];
}

const looking = [
  "view-licence",
  "view-assessment-profile",
  "view-configuration-profile",
  "view-assets",
  "view-assigned-job",
] as const satisfies readonly Permission.Permission[];
const authoring = [...looking, "edit-own-dashboard"] as const;
const working = [
  ...authoring,
  "create-job",
  "own-job",
  "edit-assigned-job",
  "edit-patches-of-assigned-job",
  "enable-assigned-job",
  "delete-assigned-job",
  "supply-vendor-file",
  "reboot-assets",
] as const;
const managing = [
  ...working,
  "manage-licence",
  "edit-assessment-profile",
  "edit-configuration-profile",
  "manage-activation-keys",
  "manage-agents",
  "manage-tags",
  "purge-assets",
  "manage-catalogue",
  "change-job-owner",
  "view-any-job",
  "edit-any-job",
  "enable-any-job",
  "delete-any-job",
  "approve-plan",
  "view-audit",
  "manage-retention",
] as const;
const securing = [...looking, "create-advisory", "supply-vendor-file"] as const;

const chain = ["PatchReader", "PatchDashboardAuthor", "PatchUser", "PatchManager"] as const;

/** The default policy: the table of RBAC-02, with what other families need beside it. */
export const standard: Policy = {
  roles: [
    { id: "PatchReader", name: "Patch Reader", permissions: looking, above: [], excludes: ["PatchSecurity"] },
    {
      id: "PatchDashboardAuthor",
      name: "Patch Dashboard Author",
      permissions: authoring,
      above: ["PatchReader"],
      excludes: ["PatchSecurity"],
    },
    {
      id: "PatchUser",
      name: "Patch User",
      permissions: working,
      above: ["PatchDashboardAuthor"],
      excludes: ["PatchSecurity"],
    },
    {
      id: "PatchManager",
      name: "Patch Manager",
      permissions: managing,
      above: ["PatchUser"],
      excludes: ["PatchSecurity"],
    },
    { id: "PatchSecurity", name: "Patch Security", permissions: securing, above: [], excludes: chain },
  ],
  superUser: "SuperUser",
  defaultRole: "PatchReader",
  reserved: ["edit-others-dashboard", "print-dashboard"],
};

/** What the roles of a user come to under a policy. */
export type Standing =
  | { readonly _tag: "SuperUser" }
  /** The roles that the policy knows: at least one. */
  | { readonly _tag: "Roles"; readonly roles: readonly Role[] }
  /** Two of the user's roles exclude one another (RBAC-03): nothing is permitted until the host has mended it. */
  | { readonly _tag: "Exclusive"; readonly roles: readonly [Role, Role] }
  /** Roles, but none that the policy knows: they permit nothing. */
  | { readonly _tag: "Unknown"; readonly roles: readonly Role[] };

/** A user's standing. Roles that the policy doesn't know count for nothing beside ones that it knows. */
export const standingOf = (policy: Policy, user: User): Standing => {
  const { roles } = user;
  if (roles.length === 1 && roles[0] !== policy.superUser) {
    return compiled(policy).has(roles[0] as Role) ? { _tag: "Roles", roles } : { _tag: "Unknown", roles };
  }
  if (roles.includes(policy.superUser)) return { _tag: "SuperUser" };
  if (roles.length === 0) return { _tag: "Roles", roles: [policy.defaultRole] };
  const known = roles.filter((role) => compiled(policy).has(role));
  if (known.length === 0) return { _tag: "Unknown", roles };
  const clash = clashOf(policy, known);
  return clash === null ? { _tag: "Roles", roles: known } : { _tag: "Exclusive", roles: clash };
};

/** Whether a role of the policy has a permission; the super user's is none of them. */
export const has = (policy: Policy, role: Role, permission: Permission.Permission): boolean =>
  compiled(policy).get(role)?.permissions.has(permission) ?? false;

/** Who has a permission: the super user first, then the roles in the policy's order. */
export const holders = (policy: Policy, permission: Permission.Permission): readonly Role[] => {
  const known = holdersOf(policy).get(permission);
  return known ?? [policy.superUser];
};

/** Whether a role is the other one, or stands above it. */
export const isSameOrAbove = (policy: Policy, role: Role, other: Role): boolean =>
  role === other || (compiled(policy).get(role)?.below.has(other) ?? false);

/**
 * Whether one user's roles are the same as another's or higher (RBAC-05): for each role of the other there is one that is
 * the same or stands above it. Nobody but a super user is as high as a super user; whose roles come to nothing is below all.
 */
export const isAsHigh = (policy: Policy, user: User, other: User): boolean => {
  const [mine, theirs] = [standingOf(policy, user), standingOf(policy, other)];
  if (mine._tag === "SuperUser") return true;
  if (mine._tag !== "Roles" || theirs._tag === "SuperUser") return false;
  if (theirs._tag !== "Roles") return true;
  return theirs.roles.every((b) => mine.roles.some((a) => isSameOrAbove(policy, a, b)));
};

interface CompiledRole {
  readonly permissions: ReadonlySet<Permission.Permission>;
  readonly below: ReadonlySet<Role>;
  readonly excludes: ReadonlySet<Role>;
}

// A policy is a value that never changes, so what follows from it is worked out once.
const roleTables = new WeakMap<Policy, ReadonlyMap<Role, CompiledRole>>();
const holderTables = new WeakMap<Policy, ReadonlyMap<Permission.Permission, readonly Role[]>>();

const compiled = (policy: Policy): ReadonlyMap<Role, CompiledRole> => {
  const known = roleTables.get(policy);
  if (known !== undefined) return known;
  const byId = new Map(policy.roles.map((role) => [role.id, role]));
  const table = new Map<Role, CompiledRole>();
  for (const { id, permissions, above, excludes } of policy.roles) {
    const below = new Set(above);
    // A set is walked in the order of its insertions, those made meanwhile among them; so a circle ends.
    for (const role of below) for (const next of byId.get(role)?.above ?? []) below.add(next);
    const excluding = policy.roles.filter((r) => r.excludes.includes(id)).map((r) => r.id);
    table.set(id, { permissions: new Set(permissions), below, excludes: new Set([...excludes, ...excluding]) });
  }
  roleTables.set(policy, table);
  return table;
};

const holdersOf = (policy: Policy): ReadonlyMap<Permission.Permission, readonly Role[]> => {
  const known = holderTables.get(policy);
  if (known !== undefined) return known;
  const table = new Map(
    Permission.all.map((permission) => {
      const roles = policy.roles.filter((r) => r.permissions.includes(permission)).map((r) => r.id);
      return [permission, [policy.superUser, ...roles]] as const;
    }),
  );
  holderTables.set(policy, table);
  return table;
};

const clashOf = (policy: Policy, roles: readonly Role[]): readonly [Role, Role] | null => {
  for (const [i, role] of roles.entries()) {
    const other = roles.slice(i + 1).find((r) => compiled(policy).get(role)?.excludes.has(r));
    if (other !== undefined) return [role, other];
  }
  return null;
};
