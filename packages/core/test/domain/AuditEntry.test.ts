import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AuditEntry from "../../src/domain/audit/AuditEntry.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

const digest = (text: string): string => `digest of ${text.length}`;
const changes = (before: AuditEntry.Change["before"], after: AuditEntry.Change["after"], kind = "tag") =>
  AuditEntry.make({ kind, before, after }, null, digest).changes;

describe("an entry of the audit trail", () => {
  it("RBAC-11: tells the members that changed, before and after, and no other", () => {
    const before = { id: "a", name: "Lab", parent: null, rule: { query: "x", _tag: "Dynamic" } };
    const after = { id: "a", name: "Labs", parent: null, rule: { _tag: "Dynamic", query: "x" }, note: "" };
    expect(changes(before, after)).toEqual({
      name: { before: "Lab", after: "Labs" },
      note: { after: "" },
    });
  });

  it("RBAC-11: tells every member of what is made, and of what is deleted", () => {
    expect(changes(null, { id: "a", n: 1 })).toEqual({ id: { after: "a" }, n: { after: 1 } });
    expect(changes({ id: "a", n: null }, null)).toEqual({ id: { before: "a" }, n: { before: null } });
    expect(changes(3, [4])).toEqual({ "": { before: 3, after: [4] } });
    expect(changes(null, null)).toEqual({});
  });

  it("says that a key's digest changed, and never which it is", () => {
    const told = changes({ secretDigest: "s1", title: "a" }, { secretDigest: "s2", title: "a" }, "activationKey");
    expect(told).toEqual({ secretDigest: { before: { _tag: "Redacted" }, after: { _tag: "Redacted" } } });
    expect(JSON.stringify(changes(null, { secretDigest: "s1" }, "activationKey"))).not.toContain("s1");
    expect(changes(null, { secretDigest: "s1" }, "tag")).toEqual({ secretDigest: { after: "s1" } });
  });

  it("tells a value of the largest size whole, and one of a character more by its digest", () => {
    const text = "x".repeat(AuditEntry.VALUE_CHARACTERS_MAX - 2);
    expect(changes(null, { text })).toEqual({ text: { after: text } });
    const characters = AuditEntry.VALUE_CHARACTERS_MAX + 1;
    expect(changes(null, { text: `${text}x` })).toEqual({
      text: { after: { _tag: "Omitted", characters, digest: `digest of ${characters}` } },
    });
  });

  it("keeps the reason that was given", () => {
    expect(AuditEntry.make({ kind: "tag", before: null, after: null }, "typo", digest).why).toBe("typo");
  });

  it("RBAC-11: of any two states, what is told leads from the one to the other", () => {
    // As it comes back from the storage: JSON has no -0.
    const value = fc.jsonValue().map((v) => JSON.parse(JSON.stringify(v)) as unknown);
    const state = fc.option(fc.dictionary(fc.constantFrom("a", "b", "c", "1"), value), { nil: null });
    fc.assert(
      fc.property(state, state, (before, after) => {
        const result = { ...(before as object) } as Record<string, unknown>;
        for (const [name, change] of Object.entries(changes(before as never, after as never))) {
          if (change.before === undefined) expect(name in result).toBe(false);
          else expect(result[name]).toEqual(JSON.parse(JSON.stringify(change.before)));
          if (change.after === undefined) delete result[name];
          else result[name] = change.after;
        }
        expect(result).toEqual(JSON.parse(JSON.stringify(after ?? {})));
      }),
      Arbitraries.runs(1_000),
    );
  });
});
