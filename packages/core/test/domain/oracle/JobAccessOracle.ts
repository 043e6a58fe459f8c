/**
 * Who may do what with a job, as a table written from RBAC-02 … RBAC-08 and the rules of a job's states, apart from the
 * code: nothing here calls it, and of it there are types only. One letter a role: M Manager, U User, A Dashboard Author, R Reader, S Security, X super user,
 * N no role given (RBAC-12), `?` a role nobody knows, B both Manager and Security (RBAC-03).
 */
import type { Role } from "../../../src/domain/access/User.ts";
import type { Job } from "../../../src/domain/job/Job.ts";
export const roles = ["X", "M", "U", "A", "R", "S", "N", "?", "B"] as const;
export type Letter = (typeof roles)[number];
export const relations = ["owner", "co-author", "maker", "reader", "none"] as const;
export type Relation = (typeof relations)[number];
export const states = ["advisory", "ownerless", "partial", "disabled", "enabled", "completed"] as const;
export type State = (typeof states)[number];
export const scopes = ["same", "larger", "smaller", "apart"] as const;
export type ScopeRelation = (typeof scopes)[number];
/** The owner's role of this moment, or that they are gone. */
export const owners = ["X", "M", "U", "R", "S", "gone"] as const;
export type Owner = (typeof owners)[number];

// By roles: on any job, on one's own, as co-author, as maker of a job without owner, on one that was shared.
const byRole = `
view             XM  UARSN  U  UARSN  UARSN
edit             XM  U      U  U      -
edit-patches     XM  U      U  U      -
change-tags      XM  U      U  U      -
change-assets    XM  U      -  U      -
enable           XM  U      U  U      -
disable          XM  U      U  U      -
delete           XM  U      U  U      -
change-owner     XM  -      -  -      -
add-co-author    XM  U      -  -      -
share-read-only  XM  U      -  -      -
run              XM  U      U  U      -
approve-plan     XM  -      -  -      -
`;

// By state: ok, or the rule that forbids it. Run-once jobs.
const byState = `
view             ok      ok      ok      ok      ok      ok
edit             ok      ok      ok      ok      JOB-07  JOB-07
edit-patches     ok      ok      ok      ok      JOB-07  JOB-07
change-tags      ok      ok      ok      ok      JOB-07  JOB-07
change-assets    ok      ok      ok      ok      JOB-07  JOB-07
enable           OWN-04  OWN-04  JOB-02  ok      JOB-07  JOB-07
disable          JOB-14  JOB-14  JOB-14  JOB-14  JOB-07  JOB-07
delete           ok      ok      ok      ok      ok      ok
change-owner     ok      ok      ok      ok      ok      ok
add-co-author    OWN-04  OWN-04  ok      ok      JOB-07  JOB-07
share-read-only  ok      ok      ok      ok      ok      ok
run              OWN-04  OWN-04  JOB-02  JOB-12  ok      JOB-12
approve-plan     OWN-04  OWN-04  JOB-02  ok      JOB-07  JOB-07
`;

// What a job whose owner is gone or may own none can't (OWN-01).
const runs = ["enable", "run", "approve-plan"];

const rows = (table: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    table
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/))
      .map(([action = "", ...cells]) => [action, cells]),
  );
const roleRows = rows(byRole);
const stateRows = rows(byState);
export const actions = [...roleRows.keys()];

export interface Case {
  readonly role: Letter;
  readonly action: string;
  readonly state: State;
  readonly relation: Relation;
  readonly owner: Owner;
  readonly scope: ScopeRelation;
}

const RANK = "RAUMX";

// RBAC-05, RBAC-08: edits at all, a role as high as the owner's, a scope as large.
const isCoAuthor = ({ role, state, owner, scope }: Case): boolean => {
  const isOwned = state !== "advisory" && state !== "ownerless" && owner !== "gone";
  const isAsHigh = role === "X" || RANK.indexOf(role) >= RANK.indexOf(owner);
  const isApart = owner === "S" && role !== "X";
  const isAsLarge = role === "X" || (owner !== "X" && (scope === "same" || scope === "larger"));
  return isOwned && "XMU".includes(role) && isAsHigh && !isApart && isAsLarge;
};

/** What the tables say: `ok`, `role` where a permission is missing, else the rule that forbids it. */
export const answer = (one: Case): string => {
  const { role, action, state, relation, owner } = one;
  const [any = "", own = "", co = "", maker = "", shared = ""] = roleRows.get(action) ?? [];
  const isOwned = state !== "advisory" && state !== "ownerless";
  const made = isOwned ? "" : maker;
  const letters = { owner: own, "co-author": isCoAuthor(one) ? co : "", maker: made, reader: shared, none: "" }[
    relation
  ];
  if (!any.includes(role) && !letters.includes(role)) return "role";
  if (action === "approve-plan" && (relation === "owner" || relation === "maker")) return "PLN-02";
  if (isOwned && runs.includes(action) && !["X", "M", "U"].includes(relation === "owner" ? role : owner)) {
    return "OWN-01";
  }
  return stateRows.get(action)?.[states.indexOf(state)] ?? "no such row";
};

/** The roles that a letter of the table stands for. */
export const rolesOf: { readonly [L in Letter]: readonly Role[] } = {
  X: ["SuperUser"],
  M: ["PatchManager"],
  U: ["PatchUser"],
  A: ["PatchDashboardAuthor"],
  R: ["PatchReader"],
  S: ["PatchSecurity"],
  N: [],
  "?": ["Accountant"],
  B: ["PatchManager", "PatchSecurity"],
};

/** What makes a job one of that state. */
export const stateOf: { readonly [S in State]: Partial<Job> } = {
  advisory: { ownerId: null, targets: null, schedule: null },
  ownerless: { ownerId: null },
  partial: { patches: null },
  disabled: {},
  enabled: { status: "Enabled", enabled: { planHash: "h", at: 1 } },
  completed: { status: "Completed", enabled: { planHash: "h", at: 1 } },
};
