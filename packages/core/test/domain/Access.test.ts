import { describe, expect, it } from "vitest";
import * as Access from "../../src/domain/access/Access.ts";
import type { Role, User } from "../../src/domain/access/User.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as Values from "../scenario/Values.ts";

const letters: readonly (readonly [string, Role])[] = [
  ["M", "PatchManager"],
  ["U", "PatchUser"],
  ["A", "PatchDashboardAuthor"],
  ["R", "PatchReader"],
  ["S", "PatchSecurity"],
];

// The rows of RBAC-02 whose permission exists so far, with its letters.
const rbac02: readonly (readonly [Access.Permission, string])[] = [
  ["manage-licence", "M"],
  ["change-job-owner", "M"],
  ["view-any-job", "M"],
  ["edit-any-job", "M"],
  ["create-job", "MU"],
  ["edit-assigned-job", "MU"],
  ["view-assigned-job", "MUARS"],
];
// What RBAC-02 doesn't name: set-up is the manager's, looking is everyone's.
const beyond: readonly (readonly [Access.Permission, string])[] = [
  ["edit-profile", "M"],
  ["view-profile", "MUARS"],
  ["manage-catalogue", "M"],
  ["supply-vendor-file", "MUS"],
  ["manage-activation-keys", "M"],
  ["manage-tags", "M"],
  ["view-assets", "MUARS"],
];
const table = [...rbac02, ...beyond];

const who = (...roles: readonly Role[]): User => ({ id: "u", roles, scope: TagScope.all });

describe("who may do what", () => {
  it.each(rbac02)("RBAC-02: %s belongs to %s of the five roles, and to the super user", (permission, owners) => {
    for (const [letter, role] of letters)
      expect([role, Access.may(who(role), permission)]).toEqual([role, owners.includes(letter)]);
    expect(Access.may(who("SuperUser"), permission)).toBe(true);
  });

  it.each(beyond)(
    "%s, which no rule names, belongs to %s of the five roles, and to the super user",
    (permission, owners) => {
      for (const [letter, role] of letters)
        expect([role, Access.may(who(role), permission)]).toEqual([role, owners.includes(letter)]);
      expect(Access.may(who("SuperUser"), permission)).toBe(true);
    },
  );

  it("every permission stands in the tables above, once", () => {
    expect(table.map(([p]) => p).sort()).toEqual(Object.keys(Access.policy).sort());
  });

  it("RBAC-03: a manager may what a user may, a user what an author may, an author what a reader may (inclusion only)", () => {
    const held = (role: Role) => table.map(([p]) => p).filter((p) => Access.may(who(role), p));
    const [reader, author, worker, manager] = (
      ["PatchReader", "PatchDashboardAuthor", "PatchUser", "PatchManager"] as const
    ).map(held);
    expect(author).toEqual(expect.arrayContaining(reader ?? []));
    expect(worker).toEqual(expect.arrayContaining(author ?? []));
    expect(manager).toEqual(expect.arrayContaining(worker ?? []));
    expect(worker?.length).toBeGreaterThan(author?.length ?? 0);
    expect(manager?.length).toBeGreaterThan(worker?.length ?? 0);
  });

  it("a user of several roles may what any of them may, one without roles nothing", () => {
    expect(Access.may(who("PatchReader", "PatchUser"), "create-job")).toBe(true);
    for (const [permission] of table) expect(Access.may(who(), permission)).toBe(false);
  });

  it("RBAC-10: every denial says which permission was missing and which roles have it (with the default policy)", () => {
    for (const [permission, owners] of table) {
      for (const [letter, role] of letters) {
        const decided = Access.require(who(role), permission);
        expect(decided.ok).toBe(owners.includes(letter));
        if (decided.ok) continue;
        expect(decided.error).toMatchObject({ rule: "RBAC-10", code: "not-permitted" });
        expect(decided.error.message).toContain(permission);
        for (const [l, r] of letters) expect([r, decided.error.message.includes(r)]).toEqual([r, owners.includes(l)]);
      }
    }
  });

  it("somebody unknown may nothing", () => {
    for (const [permission] of table) {
      expect(Access.require(null, permission)).toMatchObject({
        ok: false,
        error: { rule: "RBAC-02", code: "not-permitted" },
      });
    }
    expect(Access.requireOnJob(null, "u", "view").ok).toBe(false);
    expect(Access.requireOnJob(null, null, "edit").ok).toBe(false);
  });
});

describe("who may act on a job", () => {
  // Of each role: on an own job, on somebody else's, on one without an owner (e: edit, v: view, -: neither).
  it.each([
    ["SuperUser", "ev", "ev", "ev"],
    ["PatchManager", "ev", "ev", "ev"],
    ["PatchUser", "ev", "-", "-"],
    ["PatchDashboardAuthor", "v", "-", "-"],
    ["PatchReader", "v", "-", "-"],
    ["PatchSecurity", "v", "-", "-"],
  ] as const)(
    "RBAC-04: a %s may on an own job %s, on another's %s, on an ownerless one %s (owners only)",
    (role, own, others, ownerless) => {
      const user = Values.user("u", role);
      for (const [ownerId, may] of [
        ["u", own],
        ["v", others],
        [null, ownerless],
      ] as const) {
        expect([ownerId, Access.requireOnJob(user, ownerId, "view").ok]).toEqual([ownerId, may.includes("v")]);
        expect([ownerId, Access.requireOnJob(user, ownerId, "edit").ok]).toEqual([ownerId, may.includes("e")]);
      }
    },
  );

  it.each([
    ["PatchReader", "u", "edit", "edit-assigned-job"],
    ["PatchUser", "v", "edit", "edit-any-job"],
    ["PatchUser", "v", "view", "view-any-job"],
  ] as const)("RBAC-10: a %s denied on a job of %s hears that %s needs %s", (role, ownerId, action, permission) => {
    expect(Access.requireOnJob(Values.user("u", role), ownerId, action)).toMatchObject({
      ok: false,
      error: { rule: "RBAC-10", message: expect.stringContaining(`${permission};`) },
    });
  });
});
