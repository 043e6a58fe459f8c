import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Access from "../../../src/domain/access/Access.ts";
import * as Permission from "../../../src/domain/access/Permission.ts";
import * as Policy from "../../../src/domain/access/Policy.ts";
import * as PolicyLint from "../../../src/domain/access/PolicyLint.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";

type Definition = Policy.RoleDefinition;
const role = (id: string, over: Partial<Definition> = {}): Definition => ({
  id,
  name: id,
  permissions: ["view-assets"],
  above: [],
  excludes: [],
  ...over,
});

/** Sound, whatever is put over it: a guest who looks, and an admin who has all there is. */
const guest = role("guest");
const admin = role("admin", { permissions: Permission.all, above: ["guest"] });
const policy = (over: Partial<Policy.Policy> = {}): Policy.Policy => ({
  roles: [guest, admin],
  superUser: "root",
  defaultRole: "guest",
  reserved: [],
  ...over,
});
const withRole = (...roles: readonly Definition[]) => policy({ roles: [guest, admin, ...roles] });
const without = (...gone: readonly Permission.Permission[]) =>
  role("admin", { permissions: Permission.all.filter((p) => !gone.includes(p)), above: ["guest"] });

describe("lint of a policy", () => {
  it("RBAC-10: finds nothing in the standard policy, nor in a small sound one", () => {
    expect(PolicyLint.lint(Policy.standard)).toEqual([]);
    expect(PolicyLint.lint(policy())).toEqual([]);
  });

  const untyped = (permission: string) => permission as Permission.Permission;
  const wrong: readonly (readonly [PolicyLint.FindingCode, "error" | "warning", Policy.Policy, object])[] = [
    ["bad-shape", "error", null as never, {}],
    ["bad-shape", "error", {} as never, {}],
    ["bad-shape", "error", policy({ roles: [{ id: "x", permissions: [] } as never] }), {}],
    ["bad-shape", "error", policy({ reserved: "none" as never }), {}],
    ["no-roles", "error", policy({ roles: [] }), {}],
    ["too-large", "error", policy({ roles: Array.from({ length: 201 }, (_, i) => role(`r${i}`)) }), {}],
    ["bad-id", "error", withRole(role(" x")), { role: " x" }],
    ["bad-id", "error", withRole(role("x".repeat(65))), {}],
    ["no-super-user", "error", policy({ superUser: "" }), {}],
    ["super-user-is-a-role", "error", policy({ superUser: "admin" }), { role: "admin" }],
    ["no-super-user", "error", policy({ superUser: undefined as never }), {}],
    ["no-default-role", "error", policy({ defaultRole: undefined as never }), {}],
    ["no-default-role", "error", policy({ defaultRole: "nobody" }), {}],
    ["no-default-role", "error", policy({ defaultRole: "root" }), {}],
    ["duplicate-role", "error", withRole(role("guest")), { role: "guest" }],
    ["unknown-role", "error", withRole(role("x", { above: ["y"] })), { role: "x" }],
    ["unknown-role", "error", withRole(role("x", { excludes: ["root"] })), { role: "x" }],
    ["unknown-permission", "error", withRole(role("x", { permissions: [untyped("fly")] })), { permission: "fly" }],
    ["unknown-permission", "error", withRole(role("x", { permissions: [untyped("toString")] })), { role: "x" }],
    ["unknown-permission", "error", policy({ reserved: [untyped("fly")] }), { role: null }],
    ["circle", "error", withRole(role("a", { above: ["b"] }), role("b", { above: ["a"] })), { role: "a" }],
    [
      "circle",
      "error",
      withRole(role("a", { above: ["b"] }), role("b", { above: ["c"] }), role("c", { above: ["a"] })),
      {},
    ],
    [
      "higher-lacks",
      "error",
      withRole(role("low", { permissions: ["view-audit"] }), role("high", { above: ["low"] })),
      { role: "high", permission: "view-audit" },
    ],
    [
      "higher-lacks",
      "error",
      withRole(
        role("low", { permissions: ["view-audit"] }),
        role("mid", { permissions: ["view-audit", "view-licence"], above: ["low"] }),
        role("high", { permissions: ["view-licence"], above: ["mid"] }),
      ),
      { role: "high", permission: "view-audit" },
    ],
    [
      "exclusive-combinable",
      "error",
      withRole(role("a", { excludes: ["b"] }), role("b"), role("boss", { above: ["a", "b"] })),
      { role: "boss" },
    ],
    ["exclusive-combinable", "error", withRole(role("a", { above: ["b"] }), role("b", { excludes: ["a"] })), {}],
    ["exclusive-combinable", "error", withRole(role("a", { excludes: ["a"] })), { role: "a" }],
    ["reserved-but-given", "error", policy({ reserved: ["view-assets"] }), { permission: "view-assets" }],
    ["empty-role", "warning", withRole(role("x", { permissions: [] })), { role: "x" }],
    [
      "unreachable-permission",
      "warning",
      policy({ roles: [guest, without("purge-assets")] }),
      { permission: "purge-assets", message: expect.stringContaining("remove assets") },
    ],
    [
      "acts-unseen",
      "warning",
      withRole(role("x", { permissions: ["delete-assigned-job"] })),
      { role: "x", permission: "delete-assigned-job", fix: expect.stringContaining("view-assigned-job") },
    ],
    [
      "acts-unseen",
      "warning",
      withRole(role("x", { permissions: ["enable-any-job", "view-assigned-job"] })),
      { permission: "enable-any-job", fix: expect.stringContaining("view-any-job") },
    ],
    ["default-role-changes", "warning", policy({ defaultRole: "admin" }), { role: "admin" }],
  ];
  it.each(wrong)("RBAC-10: finds %s, an %s, and says how to mend it", (code, severity, given, about) => {
    const findings = PolicyLint.lint(given).filter((f) => f.code === code);
    expect(findings[0]).toMatchObject({ code, severity, ...about });
    for (const { message, fix } of findings) expect([message === "", fix === ""]).toEqual([false, false]);
    const isUsable = PolicyLint.errors(PolicyLint.lint(given)).length === 0;
    expect(isUsable).toBe(severity === "warning");
  });

  it("says once of two roles what is wrong between them", () => {
    const circle = withRole(role("a", { above: ["b"] }), role("b", { above: ["a"] }));
    expect(PolicyLint.lint(circle).map((f) => f.code)).toEqual(["circle"]);
  });

  it("RBAC-10: a permission that only the super user is meant to have is no finding when it says so", () => {
    const roles = [guest, without("print-dashboard")];
    expect(PolicyLint.lint(policy({ roles })).map((f) => f.permission)).toEqual(["print-dashboard"]);
    expect(PolicyLint.lint(policy({ roles, reserved: ["print-dashboard"] }))).toEqual([]);
  });

  const ids = ["a", "b", "c", "d"] as const;
  const definition = (id: string): fc.Arbitrary<Definition> =>
    fc.record({
      id: fc.constant(id),
      name: fc.constant(id),
      permissions: fc.subarray([...Permission.all]),
      above: fc.subarray([...ids, "nowhere"], { maxLength: 2 }),
      excludes: fc.subarray([...ids], { maxLength: 1 }),
    });
  const anyPolicy: fc.Arbitrary<Policy.Policy> = fc
    .record({
      roles: fc.subarray([...ids]).chain((some) => fc.tuple(...some.map(definition))),
      superUser: fc.constantFrom("root", "root", "", "a"),
      defaultRole: fc.constantFrom("a", "b", "nowhere"),
      reserved: fc.subarray([...Permission.all], { maxLength: 2 }),
    })
    .map((p) => p);

  it("RBAC-10: of whatever policy ends, is the same again, and what passes it has no circle and no role below that can more", () => {
    fc.assert(
      fc.property(anyPolicy, (given) => {
        const findings = PolicyLint.lint(given);
        expect(PolicyLint.lint(given)).toEqual(findings);
        if (PolicyLint.errors(findings).length > 0) return;
        for (const high of given.roles) {
          for (const low of given.roles) {
            if (high === low || !Policy.isSameOrAbove(given, high.id, low.id)) continue;
            expect(Policy.isSameOrAbove(given, low.id, high.id)).toBe(false);
            const user = (id: string) => ({ id: "u", roles: [id], scope: TagScope.all });
            for (const p of Permission.all)
              if (Access.may(given, user(low.id), p)) expect(Access.may(given, user(high.id), p)).toBe(true);
          }
        }
      }),
      Arbitraries.runs(2_000),
    );
  });
});
