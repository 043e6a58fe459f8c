/** The audit trail: append-only, numbered and chained per tenant in the order of commits. */
import * as Effect from "effect/Effect";
import * as AuditChain from "../../../engine/audit/AuditChain.ts";
import type { AuditQuery } from "../../../ports/Storage.ts";
import { same } from "../Conformance.ts";
import { atOnce, audited, put, storageCase, type Tenant, tenantOf } from "./StorageSubject.ts";

export const auditCases = [
  storageCase(
    "audit-chain",
    "RBAC-11: records are kept as given, and each carries the hash of the last",
    function* (t) {
      const first = { ...audited("user:anna", "a", { why: "ä", changes: { 2: 1, b: [null, 1.5] } }), at: 0 };
      yield* t.must({ audit: [first, audited("user:ben", "a")] });
      yield* t.must({ audit: [audited("system:tick", "b", "\u0000")] });
      const records = yield* t.storage.audit(t.id, { after: 0, limit: 10 });
      same(
        records.map(({ previous: _p, hash: _h, ...record }) => record),
        [
          { ...first, position: 1 },
          { ...audited("user:ben", "a"), position: 2 },
          { ...audited("system:tick", "b", "\u0000"), position: 3 },
        ],
        "records",
      );
      same(
        records.map((r) => r.previous),
        ["", ...records.slice(0, 2).map((r) => r.hash)],
        "hashes of the records before",
      );
      same(AuditChain.follow(t.id, AuditChain.GENESIS, records)._tag, "Whole", "the chain");
    },
  ),
  storageCase("audit-asked", "RBAC-11: records are found by who, what and when, page by page", function* (t) {
    yield* t.must({
      audit: Array.from({ length: 12 }, (_, i) => ({
        ...audited(i % 2 === 0 ? "user:anna" : "user:ben", `job-${i % 3}`),
        action: i < 6 ? "jobs.create" : "jobs.enable",
        at: i * 10,
      })),
    });
    const entity = { kind: "job", id: "job-0" } as const;
    same(yield* found(t, {}), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "all");
    same(yield* found(t, { after: 4, limit: 3 }), [5, 6, 7], "a page");
    same(yield* found(t, { by: "user:ben" }), [2, 4, 6, 8, 10, 12], "who");
    same(yield* found(t, { action: "jobs.enable" }), [7, 8, 9, 10, 11, 12], "what was done");
    same(yield* found(t, { entity }), [1, 4, 7, 10], "to what");
    same(yield* found(t, { entity: { kind: "tag", id: "job-0" } }), [], "to another kind");
    same(yield* found(t, { from: 20, until: 50 }), [3, 4, 5], "when");
    same(yield* found(t, { by: "user:anna", action: "jobs.create", entity, from: 1 }), [], "all of it, none");
    same(yield* found(t, { by: "user:ben", action: "jobs.create", entity, until: 31 }), [4], "all of it");
    same(yield* found(t, { by: "user:anna", after: 5, limit: 2 }), [7, 9], "a page of who");
  }),
  storageCase("audit-refused", "RBAC-11: a refused batch leaves no record and no gap", function* (t) {
    yield* t.must({ audit: [audited("user:anna", "1")], writes: [put("job", "a")] });
    const answer = yield* t.commit({
      expect: [{ kind: "job", id: "a", revision: 9 }],
      audit: [audited("user:anna", "refused")],
    });
    same(answer._tag, "Refused", "the answer");
    yield* t.must({ audit: [audited("user:anna", "2")] });
    const records = yield* t.storage.audit(t.id, { after: 0, limit: 10 });
    same(
      records.map((r) => [r.position, r.id]),
      [
        [1, "1"],
        [2, "2"],
      ],
      "records",
    );
  }),
  storageCase("audit-race", "RBAC-11: batches at once leave one chain without a gap", function* (t) {
    const batches = Array.from({ length: 60 }, (_, i) => ({
      counters: [{ key: "n", by: 1, ceiling: i % 3 === 0 ? 0 : 1_000 }],
      audit: [audited("user:anna", `job-${i}`), audited("user:ben", `job-${i}`)],
    }));
    yield* t.must({ counters: [{ key: "n", by: 1 }] });
    const answers = yield* atOnce(t, batches);
    same(answers.filter((a) => a._tag === "Committed").length, 40, "how many were committed");
    const records = yield* t.storage.audit(t.id, { after: 0, limit: 1_000 });
    same(records.length, 80, "records");
    same(AuditChain.follow(t.id, AuditChain.GENESIS, records)._tag, "Whole", "the chain");
    const pairs = records.filter((r, i) => i % 2 === 0 && records[i + 1]?.id === r.id);
    same(pairs.length, 40, "records of one batch that stand together");
  }),
  storageCase("audit-tenants", "EVT-03: every tenant has a chain of its own", function* (t, subject) {
    const other = tenantOf(subject, "audit-tenants-other");
    for (const each of [t, other, t]) yield* each.must({ audit: [audited("user:anna", "same")] });
    const mine = yield* t.storage.audit(t.id, { after: 0, limit: 10 });
    const theirs = yield* t.storage.audit(other.id, { after: 0, limit: 10 });
    same([mine.length, theirs.length], [2, 1], "records");
    same(AuditChain.follow(t.id, AuditChain.GENESIS, mine)._tag, "Whole", "mine");
    same(AuditChain.follow(t.id, AuditChain.GENESIS, theirs)._tag, "Broken", "theirs as mine");
  }),
];

const found = (t: Tenant, asked: Partial<AuditQuery>) =>
  Effect.map(t.storage.audit(t.id, { after: 0, limit: 100, ...asked }), (records) => records.map((r) => r.position));
