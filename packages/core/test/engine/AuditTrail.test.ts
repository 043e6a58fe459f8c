import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as AuditEntry from "../../src/domain/audit/AuditEntry.ts";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as AuditTrail from "../../src/engine/audit/AuditTrail.ts";
import * as AuditVerification from "../../src/engine/audit/AuditVerification.ts";
import type { MemoryDump } from "../../src/testing/storage/MemoryStorage.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { manager } = ControlPlane;
const sue = ControlPlane.as("sue");

const scene = () => {
  const made = Scene.make({ agents: 1 });
  const { fettle, call } = made.plane;
  const after = call(fettle.audit.search(sue)).records.length;
  /** Records of what was done since the scene was set up. */
  const since = () => call(fettle.audit.search(sue)).records.slice(after);
  return { ...made, since };
};

describe("the audit trail", () => {
  it("RBAC-11: keeps who did what to which entity, from what to what, when and why", () => {
    const { plane, since } = scene();
    const { fettle, call, clock } = plane;
    const tag = call(fettle.tags.save(Actor.because(manager, "CHG-7: new lab"), { name: "Berlin" }));
    clock.pass(1_000);
    call(fettle.tags.save(manager, { ...tag, name: "BER" }));
    call(fettle.tags.delete(sue, tag.id));
    const at = Values.START;
    const about = { kind: "tag", id: tag.id };
    const rule = { _tag: "Static" };
    expect(since().map(({ position: _p, previous: _q, hash: _h, ...record }) => record)).toMatchObject([
      {
        ...about,
        at,
        by: "user:mara",
        action: "tags.save",
        entry: {
          why: "CHG-7: new lab",
          changes: { id: { after: tag.id }, name: { after: "Berlin" }, parent: { after: null }, rule: { after: rule } },
        },
      },
      {
        ...about,
        at: at + 1_000,
        by: "user:mara",
        action: "tags.save",
        entry: { why: null, changes: { name: { before: "Berlin", after: "BER" } } },
      },
      {
        ...about,
        by: "user:sue",
        action: "tags.delete",
        entry: { changes: { name: { before: "BER" }, rule: { before: rule } } },
      },
    ]);
  });

  it("RBAC-11: keeps nothing of what was refused, changed nothing, or was sent twice under a key", () => {
    const { plane, since } = scene();
    const { fettle, call, rejections } = plane;
    rejections(fettle.tags.save(ControlPlane.as("rita"), { name: "x" }));
    rejections(fettle.tags.save(manager, { name: "x", parent: "nowhere" }));
    for (let i = 0; i < 2; i += 1) call(fettle.tags.save(manager, { name: "x" }, { idempotencyKey: "k" }));
    expect(since().map((r) => r.entry.changes.name)).toEqual([{ after: "x" }]);
  });

  it("RBAC-11: tells what was there when the change was made, though another came in between", () => {
    const { plane, since } = scene();
    const { fettle, call, hooks } = plane;
    const tag = call(fettle.tags.save(manager, { name: "a" }));
    const rival = fettle.tags.save(sue, { id: tag.id, name: "b" });
    hooks.before = () => {
      hooks.before = null;
      call(rival);
    };
    call(fettle.tags.save(manager, { id: tag.id, name: "c" }));
    const names = since().map((r) => [r.by, r.entry.changes.name]);
    expect(names).toEqual([
      ["user:mara", { after: "a" }],
      ["user:sue", { before: "a", after: "b" }],
      ["user:mara", { before: "b", after: "c" }],
    ]);
  });

  it("says that a key was made, and nothing that it could be misused by", () => {
    const { plane, since } = scene();
    const { key, secret } = plane.call(plane.fettle.keys.create(manager, { title: "servers" }));
    const text = JSON.stringify(since());
    expect(text).toContain(key.id);
    expect(text).toContain("Redacted");
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Crypto.digest(secret));
  });

  it("has one record for very many entities of one request", () => {
    const { plane } = scene();
    const { call } = plane;
    const ids = Array.from({ length: AuditTrail.RECORDS_PER_KIND_MAX + 1 }, (_, i) => `v${i}`);
    const writesOf = (some: readonly string[]) => ({
      writes: some.map((id) => ({ _tag: "Delete" as const, kind: "vulnerability" as const, id })),
    });
    const recorded = (some: readonly string[]) =>
      call(Effect.provideContext(AuditTrail.recorded(manager, "x.y", writesOf(some)), plane.ports)).audit ?? [];
    expect(recorded(ids.slice(1))).toHaveLength(AuditTrail.RECORDS_PER_KIND_MAX);
    expect(recorded(ids)).toMatchObject([
      { kind: "vulnerability", id: AuditTrail.ALL, body: { changes: { entities: { after: ids.length } }, why: null } },
    ]);
  });

  it("refuses a reason of no or too many characters, and changes nothing", () => {
    const { plane, since } = scene();
    const { fettle, call, rejections } = plane;
    for (const why of ["", "  ", "x".repeat(AuditEntry.WHY_CHARACTERS_MAX + 1)]) {
      expect(rejections(fettle.tags.save(Actor.because(manager, why), { name: "x" }))).toMatchObject([
        { rule: "RBAC-11", code: "invalid", path: "why" },
      ]);
    }
    expect(since()).toEqual([]);
    call(fettle.tags.save(Actor.because(manager, "x".repeat(AuditEntry.WHY_CHARACTERS_MAX)), { name: "x" }));
    expect(since()).toHaveLength(1);
  });

  it("RBAC-11: is searched by who, what and when, in pages that hold while it grows", () => {
    const { plane } = scene();
    const { fettle, call, rejections } = plane;
    for (const name of ["a", "b", "c", "d", "e"]) call(fettle.tags.save(sue, { name }));
    const input = { by: "user:sue", action: "tags.save", limit: 2 };
    const first = call(fettle.audit.search(sue, input));
    call(fettle.tags.save(sue, { name: "f" }));
    const second = call(fettle.audit.search(sue, { ...input, cursor: first.next ?? "" }));
    const third = call(fettle.audit.search(sue, { ...input, cursor: second.next ?? "" }));
    const names = [first, second, third].map((p) => p.records.map((r) => r.entry.changes.name?.after));
    expect(names).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
    ]);
    expect(third.next).toBeNull();
    expect(rejections(fettle.audit.search(sue, { by: "user:mara", cursor: first.next ?? "" }))).toMatchObject([
      { code: "invalid", path: "cursor" },
    ]);
    const of = call(fettle.audit.search(sue, { entity: { kind: "tag", id: "fleet" } })).records;
    expect(of.map((r) => r.id)).toEqual(["fleet"]);
    expect(call(fettle.audit.search(sue, { from: Values.START + 1 })).records).toEqual([]);
  });

  it("is shown to those who may see it", () => {
    const { plane } = scene();
    const { fettle, rejections } = plane;
    for (const ask of [fettle.audit.search, fettle.audit.verify, fettle.audit.checkpoint]) {
      for (const who of ["uli", "ada", "rita", "sam"]) {
        expect(rejections(ask(ControlPlane.as(who)))).toMatchObject([{ rule: "RBAC-10", code: "not-permitted" }]);
      }
    }
  });
});

describe("verifying the trail", () => {
  const tampered = (
    { plane }: Scene.Scene,
    change: (audit: MemoryDump["tenants"][number]["audit"]) => MemoryDump["tenants"][number]["audit"],
  ): void => {
    const { tenants } = plane.storage.dump();
    const changed = tenants.map((t) => {
      const audit = change(t.audit);
      // Whoever cuts the end off hides it: the next record is chained to the new last one.
      return { ...t, audit, heads: { ...t.heads, audit: audit.at(-1) ?? t.heads.audit } };
    });
    plane.storage.restore({ tenants: changed });
  };

  it("RBAC-11: finds it whole, and finds where someone changed the database", () => {
    const made = scene();
    const { fettle, call } = made.plane;
    const verdict = call(fettle.audit.verify(sue));
    expect(verdict).toMatchObject({ isWhole: true, broken: null });
    expect(verdict.records).toBeGreaterThan(4);
    tampered(made, (audit) => audit.map((r) => (r.position === 3 ? { ...r, by: "user:eve" } : r)));
    expect(call(fettle.audit.verify(sue))).toMatchObject({
      isWhole: false,
      records: 2,
      broken: { position: 3, reason: "changed" },
    });
  });

  it("RBAC-11: finds against a checkpoint that the end was cut off or written anew", () => {
    const made = scene();
    const { fettle, call } = made.plane;
    const checkpoint = call(fettle.audit.checkpoint(sue));
    const { records } = call(fettle.audit.verify(sue, { checkpoint }));
    call(fettle.tags.save(manager, { name: "later" }));
    expect(call(fettle.audit.verify(sue, { checkpoint }))).toMatchObject({ isWhole: true, records: records + 1 });
    tampered(made, (audit) => audit.slice(0, records - 1));
    expect(call(fettle.audit.verify(sue))).toMatchObject({ isWhole: true });
    expect(call(fettle.audit.verify(sue, { checkpoint }))).toMatchObject({
      isWhole: false,
      records: records - 1,
      broken: { position: records, reason: "cut-off" },
    });
    for (const name of ["x", "y"]) call(fettle.tags.save(manager, { name }));
    expect(call(fettle.audit.verify(sue))).toMatchObject({ isWhole: true });
    expect(call(fettle.audit.verify(sue, { checkpoint }))).toMatchObject({
      isWhole: false,
      records: records - 1,
      broken: { position: records, reason: "changed" },
    });
  });

  it("refuses a checkpoint that is none, or of another tenant, and makes none of a broken trail", () => {
    const made = scene();
    const { fettle, call, rejections } = made.plane;
    const keys = Crypto.generateKeyPair();
    const mark = { tenantId: "acme", position: 1, hash: "", at: 0 };
    for (const checkpoint of [new Uint8Array([1]), AuditVerification.seal(mark, keys)]) {
      expect(rejections(fettle.audit.verify(sue, { checkpoint }))).toMatchObject([
        { rule: "RBAC-11", code: "invalid", path: "checkpoint" },
      ]);
    }
    Scene.make({ plane: made.plane, tenantId: "umbrella", agents: 0 });
    const foreign = call(fettle.audit.checkpoint(ControlPlane.as("sue", "umbrella")));
    expect(rejections(fettle.audit.verify(sue, { checkpoint: foreign }))).toMatchObject([{ path: "checkpoint" }]);
    tampered(made, (audit) => audit.slice(1));
    expect(rejections(fettle.audit.checkpoint(sue))).toMatchObject([{ rule: "RBAC-11", code: "conflict" }]);
  });
});
