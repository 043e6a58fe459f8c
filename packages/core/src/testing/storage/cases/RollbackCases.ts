/** A batch that the last thing in it refuses leaves nothing of all that came before. */
import * as Effect from "effect/Effect";
import * as AuditChain from "../../../engine/audit/AuditChain.ts";
import type { Batch, StoredJson } from "../../../ports/Storage.ts";
import { same } from "../Conformance.ts";
import { audited, del, event, put, storageCase, type Tenant, tenantOf } from "./StorageSubject.ts";

type Parts = Partial<Omit<Batch, "tenantId">>;

const ROWS = 120;
const idOf = (i: number): string => `job-${String(i).padStart(3, "0")}`;
const on = [{ name: "state", value: "on" }];
const off = [{ name: "state", value: "off" }];

const before: Parts = {
  counters: [{ key: "seats", by: 5 }],
  uniques: [{ key: "title/held", owner: "holder" }],
  writes: Array.from({ length: ROWS }, (_, i) => put("job", idOf(i), { n: i }, on)),
  events: [event("Begun", "1"), event("Begun", "2")],
  audit: [audited("user:anna", "1"), audited("user:anna", "2")],
};

// Rewrites, removes and adds; counts, claims, tells, records, and forgets what was told. Nothing of it stays.
const everything = {
  expect: Array.from({ length: ROWS }, (_, i) => ({ kind: "job", id: idOf(i), revision: 1 }) as const),
  counters: [
    { key: "seats", by: 2 },
    { key: "new", by: 3 },
  ],
  uniques: [{ key: "title/free", owner: "late" }],
  writes: [
    ...Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? del("job", idOf(i)) : put("job", idOf(i), "late", off))),
    ...Array.from({ length: ROWS }, (_, i) => put("run", idOf(i), "late", on)),
  ],
  events: [event("Late", "1"), event("Late", "2")],
  audit: [audited("user:late", "1"), audited("user:late", "2")],
  forget: { events: 1, audit: 1 },
} satisfies Parts;

const circle: { self?: unknown } = {};
circle.self = circle;

/** Each refuses or fails {@link everything} by one thing at the end of one of its lists. */
const endings: readonly (readonly [string, Parts])[] = [
  ["a revision", { expect: [...everything.expect, { kind: "job", id: idOf(ROWS - 1), revision: 2 }] }],
  ["an absence", { expect: [...everything.expect, { kind: "job", id: idOf(0), revision: "absent" }] }],
  ["a ceiling", { counters: [...everything.counters, { key: "seats", by: 1, ceiling: 7 }] }],
  ["a floor", { counters: [...everything.counters, { key: "new", by: -4, floor: 0 }] }],
  ["the safe integers", { counters: [...everything.counters, { key: "seats", by: Number.MAX_SAFE_INTEGER }] }],
  ["an owner", { uniques: [...everything.uniques, { key: "title/held", owner: "late" }] }],
  ["an owner of its own", { uniques: [...everything.uniques, { key: "title/free", owner: "later" }] }],
  ["a body that is no JSON", { writes: [...everything.writes, put("run", "z", circle as StoredJson)] }],
  ["an id of nothing", { writes: [...everything.writes, del("run", "")] }],
  ["an event's body", { events: [...everything.events, event("Late", "3", circle as StoredJson)] }],
  ["a record's body", { audit: [...everything.audit, audited("user:late", "3", circle as StoredJson)] }],
];

export const rollbackCases = [
  storageCase("rollback", "EVT-01: what the last thing in a batch refuses leaves nothing of the batch", function* (t) {
    yield* t.must(before);
    const stood = yield* whatStands(t);
    for (const [name, ending] of endings) {
      const outcome = yield* Effect.result(t.commit({ ...everything, ...ending }));
      const isRefused = outcome._tag === "Failure" || outcome.success._tag === "Refused";
      same(isRefused, true, `whether ${name} refuses the batch`);
      same(yield* whatStands(t), stood, `what stands after ${name} refused the batch`);
    }
    yield* t.must({ uniques: [{ key: "title/free", owner: "another" }] });
    yield* t.must({ ...everything, uniques: [] });
    const events = (yield* t.storage.events(t.id, 0, 9)).map((e) => `${e.position} ${e.type}`);
    same(events, ["2 Begun", "3 Late", "4 Late"], "events once it is carried out");
    const records = yield* t.storage.audit(t.id, { after: 0, limit: 9 });
    const start = { position: 1, hash: records[0]?.previous ?? "" };
    same([records.length, AuditChain.follow(t.id, start, records)._tag], [3, "Whole"], "the chain once it is");
  }),
  storageCase("rollback-first", "a tenant of refused batches only is none", function* (t, subject) {
    const other = tenantOf(subject, "rollback-first-other");
    const refusals: readonly Parts[] = [
      { expect: [{ kind: "job", id: "a", revision: 1 }] },
      { counters: [{ key: "seats", by: 1, ceiling: 0 }] },
      { uniques: ["one", "two"].map((owner) => ({ key: "title", owner })) },
    ];
    for (const refusal of refusals) {
      const answer = yield* other.commit({ ...everything, expect: [], ...refusal });
      same(answer._tag, "Refused", "the answer");
    }
    same((yield* t.storage.tenants()).includes(other.id), false, "whether it is among the tenants");
    yield* other.must({ events: [event("E", "1")], audit: [audited("user:anna", "1")] });
    const [told] = yield* other.storage.events(other.id, 0, 9);
    const [record] = yield* other.storage.audit(other.id, { after: 0, limit: 9 });
    same([told?.position, record?.position, record?.previous], [1, 1, ""], "the first event and record");
  }),
];

// Every answer about the tenant that a batch could change.
const whatStands = (t: Tenant) =>
  Effect.gen(function* () {
    const answers: unknown[] = [];
    for (const kind of ["job", "run"] as const) {
      answers.push(yield* t.storage.list(t.id, kind, { limit: 1_000 }));
      for (const value of ["on", "off"]) {
        const found = yield* t.storage.find(t.id, kind, { name: "state", value }, { limit: 1_000 });
        answers.push(found.map((s) => `${s.id} ${s.revision}`));
      }
    }
    for (const key of ["seats", "new"]) answers.push(yield* t.storage.counter(t.id, key));
    answers.push(yield* t.storage.events(t.id, 0, 99), yield* t.storage.audit(t.id, { after: 0, limit: 99 }));
    return answers;
  });
