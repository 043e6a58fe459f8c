import { describe, expect, it } from "vitest";
import * as Access from "../../../src/domain/access/Access.ts";
import * as Migration from "../../../src/domain/access/Migration.ts";
import * as Permission from "../../../src/domain/access/Permission.ts";
import * as Policy from "../../../src/domain/access/Policy.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";

const scope = TagScope.tags(["berlin"]);

describe("migration from the older model", () => {
  it("RBAC-09: a sub-user becomes a Patch User and keeps their scope", () => {
    expect(Migration.migrate({ id: "uli", kind: "sub-user", scope })).toEqual({
      ok: true,
      value: { id: "uli", roles: ["PatchUser"], scope },
    });
  });

  it("RBAC-09: a super user gets every permission, and every asset", () => {
    const migrated = Migration.migrate({ id: "sue", kind: "super-user", scope });
    if (!migrated.ok) throw new Error(migrated.error.message);
    for (const p of Permission.all) expect(Access.may(Policy.standard, migrated.value, p)).toBe(true);
    expect(migrated.value.scope).toEqual(TagScope.all);
  });

  it.each([
    ["kind", { id: "x", kind: "Super-User", scope }],
    ["kind", { id: "x", scope }],
    ["scope", { id: "x", kind: "sub-user" }],
    ["scope", { id: "x", kind: "sub-user", scope: { _tag: "None" } }],
    ["scope", { id: "x", kind: "sub-user", scope: null }],
    ["id", { id: "", kind: "super-user" }],
  ])("RBAC-09: a user whose %s is none is refused, and gets nothing by mistake", (path, older) => {
    expect(Migration.migrate(older as unknown as Migration.OlderUser)).toMatchObject({
      ok: false,
      error: { rule: "RBAC-09", code: "invalid", path },
    });
  });
});
