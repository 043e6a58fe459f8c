import { describe, expect, it } from "vitest";
import * as Access from "../../../src/domain/access/Access.ts";
import * as Permission from "../../../src/domain/access/Permission.ts";
import * as Policy from "../../../src/domain/access/Policy.ts";
import type { Role, User } from "../../../src/domain/access/User.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";

const { standard } = Policy;
const letters: readonly (readonly [string, Role])[] = [
  ["M", "PatchManager"],
  ["U", "PatchUser"],
  ["A", "PatchDashboardAuthor"],
  ["R", "PatchReader"],
  ["S", "PatchSecurity"],
];

// RBAC-02, row by row, with its letters.
const rbac02: readonly (readonly [Permission.Permission, string])[] = [
  ["manage-licence", "M"],
  ["edit-assessment-profile", "M"],
  ["view-assessment-profile", "MUARS"],
  ["change-job-owner", "M"],
  ["view-any-job", "M"],
  ["edit-any-job", "M"],
  ["enable-any-job", "M"],
  ["delete-any-job", "M"],
  ["create-job", "MU"],
  ["edit-assigned-job", "MU"],
  ["enable-assigned-job", "MU"],
  ["delete-assigned-job", "MU"],
  ["edit-patches-of-assigned-job", "MU"],
  ["view-assigned-job", "MUARS"],
  ["edit-own-dashboard", "MUA"],
  ["edit-others-dashboard", ""],
  ["print-dashboard", ""],
  ["create-advisory", "S"],
  ["supply-vendor-file", "MUS"],
];
// What RBAC-02 doesn't name: set-up is the manager's, looking is everyone's, who runs jobs owns and reboots.
const beyond: readonly (readonly [Permission.Permission, string])[] = [
  ["view-licence", "MUARS"],
  ["edit-configuration-profile", "M"],
  ["view-configuration-profile", "MUARS"],
  ["manage-activation-keys", "M"],
  ["manage-agents", "M"],
  ["view-assets", "MUARS"],
  ["manage-tags", "M"],
  ["purge-assets", "M"],
  ["reboot-assets", "MU"],
  ["manage-catalogue", "M"],
  ["own-job", "MU"],
  ["approve-plan", "M"],
  ["view-audit", "M"],
  ["manage-retention", "M"],
];
const table = [...rbac02, ...beyond];

const who = (...roles: readonly Role[]): User => ({ id: "u", roles, scope: TagScope.all });
const may = (user: User, permission: Permission.Permission): boolean => Access.may(standard, user, permission);

describe("the standard policy", () => {
  it("RBAC-01: has five roles, and the super user outside of them", () => {
    expect(standard.roles.map((r) => r.name).sort()).toEqual([
      "Patch Dashboard Author",
      "Patch Manager",
      "Patch Reader",
      "Patch Security",
      "Patch User",
    ]);
    expect(standard.roles.map((r) => r.id).sort()).toEqual(letters.map(([, role]) => role).sort());
    expect(standard.superUser).toBe("SuperUser");
    expect(standard.roles.some((r) => r.id === standard.superUser)).toBe(false);
  });

  it.each(rbac02)("RBAC-02: %s belongs to %s of the five roles, and to the super user", (permission, owners) => {
    for (const [letter, role] of letters)
      expect([role, may(who(role), permission)]).toEqual([role, owners.includes(letter)]);
    expect(may(who("SuperUser"), permission)).toBe(true);
  });

  it.each(beyond)("%s, which RBAC-02 doesn't name, belongs to %s and to the super user", (permission, owners) => {
    for (const [letter, role] of letters)
      expect([role, may(who(role), permission)]).toEqual([role, owners.includes(letter)]);
    expect(may(who("SuperUser"), permission)).toBe(true);
  });

  it("every permission stands in the tables above, once", () => {
    expect(table.map(([p]) => p).sort()).toEqual([...Permission.all].sort());
    for (const [p] of table) expect(Permission.describe(p)).not.toBe("");
  });

  it("RBAC-03: a manager may what a user may, a user what an author may, an author what a reader may, each more", () => {
    const held = (role: Role) => table.map(([p]) => p).filter((p) => may(who(role), p));
    const chain = (["PatchReader", "PatchDashboardAuthor", "PatchUser", "PatchManager"] as const).map(held);
    for (const [i, higher] of chain.entries()) {
      if (i === 0) continue;
      expect(higher).toEqual(expect.arrayContaining([...(chain[i - 1] ?? [])]));
      expect(higher.length).toBeGreaterThan(chain[i - 1]?.length ?? 0);
    }
  });

  it("RBAC-03: Security stands apart: nobody is above or below it, and beside another role both permit nothing", () => {
    for (const [letter, role] of letters) {
      if (letter === "S") continue;
      expect(Policy.isSameOrAbove(standard, role, "PatchSecurity")).toBe(false);
      expect(Policy.isSameOrAbove(standard, "PatchSecurity", role)).toBe(false);
      for (const both of [who(role, "PatchSecurity"), who("PatchSecurity", role)]) {
        for (const permission of Permission.all) {
          const decision = Access.decide(standard, both, permission);
          expect([role, permission, decision.allowed, decision.rule]).toEqual([role, permission, false, "RBAC-03"]);
          expect(decision.why).toContain(role);
          expect(decision.why).toContain("PatchSecurity");
        }
      }
    }
    // The super user is outside the module.
    expect(may(who("SuperUser", "PatchSecurity"), "create-job")).toBe(true);
  });

  it("RBAC-08: Security creates advisories, and holds nothing by which a job is owned, created, edited, enabled or deleted", () => {
    const security = who("PatchSecurity");
    expect(may(security, "create-advisory")).toBe(true);
    for (const p of Permission.all) {
      if (/^(own|create|edit|enable|delete|change)-.*job/.test(p)) expect([p, may(security, p)]).toEqual([p, false]);
    }
  });

  it("RBAC-12: a user to whom the directory gives no role is a Patch Reader; one with roles unknown here is nothing", () => {
    for (const permission of Permission.all) {
      expect(may(who(), permission)).toBe(may(who("PatchReader"), permission));
      expect(may(who("Accountant"), permission)).toBe(false);
      expect(may(who("Accountant", "PatchUser"), permission)).toBe(may(who("PatchUser"), permission));
    }
    expect(Access.decide(standard, who("Accountant"), "view-assets").why).toContain("Accountant");
  });

  it("a user of several roles may what any of them may", () => {
    for (const p of Permission.all) expect(may(who("PatchReader", "SuperUser"), p)).toBe(true);
    expect(may(who("PatchReader", "PatchUser"), "create-job")).toBe(true);
    expect(may(who("PatchUser", "PatchReader"), "create-job")).toBe(true);
    expect(may(who("PatchReader", "PatchDashboardAuthor"), "create-job")).toBe(false);
  });

  it("the separate duties are permissions of their own: choosing patches, running, approving, rebooting", () => {
    for (const duty of ["create-advisory", "enable-assigned-job", "approve-plan", "reboot-assets"] as const) {
      const policy: Policy.Policy = {
        ...standard,
        roles: [...standard.roles, { id: "Duty", name: "Duty", permissions: [duty], above: [], excludes: [] }],
      };
      const allowed = Permission.all.filter((p) => Access.may(policy, who("Duty"), p));
      expect(allowed).toEqual([duty]);
    }
  });
});

describe("a decision", () => {
  it("RBAC-10: every denial says which permission was missing and who has it, and so does its rejection", () => {
    for (const [permission, owners] of table) {
      for (const [letter, role] of letters) {
        const decision = Access.decide(standard, who(role), permission);
        const required = Access.require(standard, who(role), permission);
        expect([decision.allowed, required.ok]).toEqual([owners.includes(letter), owners.includes(letter)]);
        expect(decision.permission).toBe(permission);
        if (required.ok) {
          expect(decision).toMatchObject({ rule: "RBAC-02", why: expect.stringContaining(role) });
          continue;
        }
        const holders = ["SuperUser", ...letters.filter(([l]) => owners.includes(l)).map(([, r]) => r)];
        expect([...decision.whoCould].sort()).toEqual([...holders].sort());
        expect(required.error).toMatchObject({
          rule: "RBAC-10",
          code: "not-permitted",
          denial: { permission, whoCould: decision.whoCould },
        });
        expect(required.error.message).toContain(permission);
        for (const [l, r] of letters) expect([r, required.error.message.includes(r)]).toEqual([r, owners.includes(l)]);
      }
    }
  });

  it("somebody unknown may nothing", () => {
    for (const permission of Permission.all) {
      expect(Access.require(standard, null, permission)).toMatchObject({
        ok: false,
        error: { rule: "RBAC-02", code: "not-permitted", denial: { permission } },
      });
    }
  });

  it("RBAC-02: the super user has no scope limit, everybody else, managers too, keeps theirs", () => {
    const narrow = TagScope.tags(["berlin"]);
    const scoped = (...roles: readonly Role[]) => Access.inScope(standard, { id: "u", roles, scope: narrow }).scope;
    expect(scoped("SuperUser")).toEqual(TagScope.all);
    expect(scoped("PatchReader", "SuperUser")).toEqual(TagScope.all);
    for (const [, role] of letters) expect(scoped(role)).toEqual(narrow);
    expect(scoped()).toEqual(narrow);
  });

  it("RBAC-10: a host's own policy decides instead, its own super user and default role included", () => {
    const own: Policy.Policy = {
      roles: [
        { id: "operator", name: "Operator", permissions: ["view-any-job", "enable-any-job"], above: [], excludes: [] },
        { id: "guest", name: "Guest", permissions: ["view-assets"], above: [], excludes: ["operator"] },
      ],
      superUser: "root",
      defaultRole: "guest",
      reserved: [],
    };
    expect(Access.may(own, who("operator"), "enable-any-job")).toBe(true);
    expect(Access.may(own, who("PatchManager"), "enable-any-job")).toBe(false);
    expect(Access.may(own, who("SuperUser"), "enable-any-job")).toBe(false);
    expect(Access.may(own, who("root"), "create-advisory")).toBe(true);
    expect(Access.may(own, who(), "view-assets")).toBe(true);
    expect(Access.decide(own, who("operator", "guest"), "view-assets").rule).toBe("RBAC-03");
    expect(Access.inScope(own, { ...who("SuperUser"), scope: TagScope.tags([]) }).scope).toEqual(TagScope.tags([]));
  });
});

describe("higher and lower", () => {
  it("RBAC-05: roles are the same or higher by the chain; Security is neither, a super user is above all", () => {
    const order = ["PatchReader", "PatchDashboardAuthor", "PatchUser", "PatchManager"];
    for (const a of order) {
      for (const b of order) {
        const expected = order.indexOf(a) >= order.indexOf(b);
        expect([a, b, Policy.isAsHigh(standard, who(a), who(b))]).toEqual([a, b, expected]);
      }
      expect(Policy.isAsHigh(standard, who(a), who("PatchSecurity"))).toBe(false);
      expect(Policy.isAsHigh(standard, who("PatchSecurity"), who(a))).toBe(false);
      expect(Policy.isAsHigh(standard, who("SuperUser"), who(a))).toBe(true);
      expect(Policy.isAsHigh(standard, who(a), who("SuperUser"))).toBe(false);
    }
    expect(Policy.isAsHigh(standard, who("SuperUser"), who("SuperUser"))).toBe(true);
    expect(Policy.isAsHigh(standard, who(), who("PatchReader"))).toBe(true);
    expect(Policy.isAsHigh(standard, who("Accountant"), who("PatchReader"))).toBe(false);
    expect(Policy.isAsHigh(standard, who("PatchReader"), who("Accountant"))).toBe(true);
    expect(Policy.isAsHigh(standard, who("PatchReader", "PatchManager"), who("PatchUser", "PatchReader"))).toBe(true);
    expect(Policy.isAsHigh(standard, who("PatchUser"), who("PatchReader", "PatchManager"))).toBe(false);
  });
});
