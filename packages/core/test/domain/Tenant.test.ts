import { describe, expect, expectTypeOf, it } from "vitest";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import type * as AssetRemovals from "../../src/engine/assets/AssetRemovals.ts";
import type * as Repository from "../../src/engine/Repository.ts";

describe("a tenant's id", () => {
  it.each(["acme", "a", "0", "a-b-9", "a".repeat(63)])("EVT-03: may be %s", (text) => {
    expect(Tenant.read(text)).toEqual({ ok: true, value: text });
  });

  it.each(["", "-a", "Acme", "a/b", "a b", "ä", "a".repeat(64), "a\n"])("EVT-03: can't be %j", (text) => {
    expect(Tenant.read(text)).toMatchObject({
      ok: false,
      error: { rule: "EVT-03", code: "invalid", path: "tenantId" },
    });
  });

  it("EVT-03: is a type of its own: other text doesn't compile in its place", () => {
    expectTypeOf<string>().not.toExtend<Tenant.TenantId>();
    expectTypeOf<Tenant.TenantId>().toExtend<string>();
    expectTypeOf<Parameters<typeof Repository.get>[0]>().toEqualTypeOf<Tenant.TenantId>();
    expectTypeOf<Parameters<typeof Repository.commit>[0]>().toEqualTypeOf<Tenant.TenantId>();
    expectTypeOf<Parameters<typeof AssetRemovals.remove>[0]>().toEqualTypeOf<Tenant.TenantId>();
    expectTypeOf<Repository.Versioned<unknown>["tenantId"]>().toEqualTypeOf<Tenant.TenantId>();
    expectTypeOf<Actor.Actor["tenantId"]>().toEqualTypeOf<Tenant.TenantId>();
    const actor = Actor.user("acme", "anna");
    if (actor._tag === "User") expectTypeOf(actor.userId).not.toExtend<Tenant.TenantId>();
  });
});
