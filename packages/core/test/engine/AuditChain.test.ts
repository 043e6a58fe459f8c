import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AuditChain from "../../src/engine/audit/AuditChain.ts";
import type { NewAuditRecord, StoredAuditRecord } from "../../src/ports/Storage.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

const record = (n: number): NewAuditRecord => ({
  at: n,
  by: "user:anna",
  action: "jobs.enable",
  kind: "job",
  id: `job-${n}`,
  body: { changes: { n: { after: n } }, why: null },
});

const chained = (
  tenantId: string,
  records: readonly NewAuditRecord[],
  from: AuditChain.Link = AuditChain.GENESIS,
): readonly StoredAuditRecord[] => {
  let last = from;
  return records.map((each) => {
    const previous = last.hash;
    last = AuditChain.link(tenantId, last, { ...each, body: JSON.stringify(each.body) });
    return { ...each, position: last.position, previous, hash: last.hash };
  });
};

const follow = (records: readonly StoredAuditRecord[], tenantId = "acme") =>
  AuditChain.follow(tenantId, AuditChain.GENESIS, records);

// What someone with the database in hand may do to a chain of at least three records.
const tampers: Record<string, (records: StoredAuditRecord[], at: number) => void> = {
  "another actor": (records, at) => edit(records, at, { by: "user:eve" }),
  "another time": (records, at) => edit(records, at, { at: 99 }),
  "another action": (records, at) => edit(records, at, { action: "jobs.delete" }),
  "another entity": (records, at) => edit(records, at, { id: "job-x" }),
  "another kind": (records, at) => edit(records, at, { kind: "tag" }),
  "another body": (records, at) => edit(records, at, { body: null }),
  "another hash": (records, at) => edit(records, at, { hash: `sha256:${"0".repeat(64)}` }),
  "one removed": (records, at) => {
    records.splice(at, 1);
  },
  "one removed, the rest moved up": (records, at) => {
    records.splice(at, 1);
    for (const [i, r] of records.entries()) records[i] = { ...r, position: i + 1 };
  },
  "one doubled": (records, at) => {
    records.splice(at, 0, records[at] as StoredAuditRecord);
  },
  "two exchanged": (records, at) => {
    const [a, b] = [records[at] as StoredAuditRecord, records[at + 1] as StoredAuditRecord];
    records[at] = { ...b, position: a.position };
    records[at + 1] = { ...a, position: b.position };
  },
  "one forged, chained anew by itself": (records, at) => {
    const previous = records[at - 1] ?? { position: 0, hash: "" };
    const [forged] = chained("acme", [{ ...record(7), by: "user:eve" }], previous);
    records[at] = forged as StoredAuditRecord;
  },
};

const edit = (records: StoredAuditRecord[], at: number, change: Partial<StoredAuditRecord>): void => {
  records[at] = { ...(records[at] as StoredAuditRecord), ...change };
};

describe("the audit chain", () => {
  it("RBAC-11: is whole as it was written, in one go or page by page", () => {
    const records = chained("acme", [1, 2, 3, 4, 5].map(record));
    const first = follow(records.slice(0, 2));
    expect(follow(records)).toEqual({ _tag: "Whole", last: { position: 5, hash: records[4]?.hash } });
    if (first._tag !== "Whole") throw new Error("broken");
    expect(AuditChain.follow("acme", first.last, records.slice(2))).toEqual(follow(records));
    expect(follow([])).toEqual({ _tag: "Whole", last: AuditChain.GENESIS });
  });

  it.each(Object.keys(tampers))("RBAC-11: finds tampering, at its place: %s", (name) => {
    for (const at of [0, 1, 2]) {
      const records = [...chained("acme", [1, 2, 3, 4, 5].map(record))];
      tampers[name]?.(records, at);
      const answer = follow(records);
      expect(answer._tag).toBe("Broken");
      if (answer._tag === "Broken") expect(Math.abs(answer.at.position - (at + 1))).toBeLessThanOrEqual(1);
    }
  });

  it("EVT-03: is of one tenant: no record of another fits in", () => {
    const records = chained("acme", [record(1)]);
    expect(follow(records, "umbrella")).toMatchObject({ _tag: "Broken", at: { position: 1, reason: "changed" } });
  });

  it("says which record is missing", () => {
    const records = chained("acme", [1, 2, 3].map(record));
    expect(follow([records[0], records[2]] as StoredAuditRecord[])).toMatchObject({
      at: { position: 2, reason: "missing" },
    });
  });

  it("RBAC-11: any change of any byte of any record is found", () => {
    const text = fc.string({ minLength: 1, maxLength: 6, unit: "binary" });
    const made = fc.record({
      at: fc.integer(),
      by: text,
      action: text,
      kind: fc.constantFrom("job" as const, "tag" as const),
      id: text,
      body: fc.jsonValue() as fc.Arbitrary<NewAuditRecord["body"]>,
    });
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 4 }), fc.nat(), made, (records, n, other) => {
        const written = [...chained("acme", records)];
        expect(follow(written)._tag).toBe("Whole");
        const at = n % written.length;
        const known = JSON.stringify(records[at]);
        edit(written, at, other);
        expect(follow(written)._tag).toBe(known === JSON.stringify(other) ? "Whole" : "Broken");
      }),
      Arbitraries.runs(500),
    );
  });
});
