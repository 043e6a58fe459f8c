/** Random batches over few tenants, ids and keys, so that they meet; and everything that a storage then answers. */
import { AuditChain, type Batch, type StorageShape } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";

const tenants = ["t1", "t2"];
const kinds = ["job", "tag"] as const;
const ids = ["a", "b", "é", "😀", "\ufffd"];
const names = ["n", "m"];
const values = ["x", "y", ""];

const kind = fc.constantFrom(...kinds);
const id = fc.constantFrom(...ids);
const key = fc.constantFrom("k1", "k2");
const body = fc.oneof(fc.integer(), fc.string(), fc.constantFrom(null, true, { a: [1] }, "\u0000", "\ud800"));
const optional = (value: fc.Arbitrary<number>) => fc.option(value, { nil: undefined });
const few = <A>(one: fc.Arbitrary<A>, maxLength: number) => fc.array(one, { maxLength, size: "max" });

const expectation = fc.record({ kind, id, revision: fc.constantFrom<number | "absent">(1, 2, 3, "absent") });
const change = fc
  .record({
    key,
    by: fc.integer({ min: -3, max: 3 }),
    floor: optional(fc.constant(0)),
    ceiling: optional(fc.constant(4)),
  })
  .map(({ key: k, by, floor, ceiling }) => ({
    key: k,
    by,
    ...(floor === undefined ? {} : { floor }),
    ...(ceiling === undefined ? {} : { ceiling }),
  }));
const claim = fc.record({ key, owner: fc.constantFrom("o1", "o2") });
const indexes = few(fc.record({ name: fc.constantFrom(...names), value: fc.constantFrom(...values) }), 3);
const write = fc.oneof(
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Put" as const), kind, id, body, indexes }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Delete" as const), kind, id }) },
);
const event = fc.record({ type: fc.constantFrom("E1", "E2"), kind, id, at: fc.integer(), body });

const audit = fc.record({
  at: fc.integer(),
  by: fc.constantFrom("user:anna", "user:ben"),
  action: fc.constantFrom("jobs.enable", "tags.save"),
  kind,
  id,
  body,
});

const forget = fc.record(
  { events: fc.integer({ min: 0, max: 12 }), audit: fc.integer({ min: 0, max: 12 }) },
  { requiredKeys: [] },
);

/** A batch that is sometimes refused, and sometimes removes the oldest events and records. */
export const batch: fc.Arbitrary<Batch> = fc.record({
  forget: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: forget }),
  tenantId: fc.constantFrom(...tenants),
  expect: few(expectation, 1),
  counters: few(change, 2),
  uniques: few(claim, 1),
  writes: few(write, 4),
  events: few(event, 2),
  audit: few(audit, 2),
});

/** Every answer that a storage gives about the tenants of {@link batch}, as text. */
export const everything = (storage: StorageShape, prefix: string): Effect.Effect<string, unknown> =>
  Effect.gen(function* () {
    const answers: unknown[] = [(yield* storage.tenants()).filter((t) => t.startsWith(prefix))];
    for (const tenant of tenants.map((t) => prefix + t)) {
      for (const k of kinds) {
        answers.push(
          yield* storage.list(tenant, k, { limit: 100 }),
          yield* storage.list(tenant, k, { after: "b", limit: 2 }),
        );
        for (const i of ids) answers.push(yield* storage.get(tenant, k, i));
        const many = yield* storage.getMany(tenant, k, ids);
        answers.push([...many].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)));
        for (const name of names) {
          for (const value of values) answers.push(yield* storage.find(tenant, k, { name, value }, { limit: 100 }));
        }
      }
      answers.push(yield* storage.counter(tenant, "k1"), yield* storage.counter(tenant, "k2"));
      const events = yield* storage.events(tenant, 0, 1_000);
      answers.push(events.map((e) => [e.position, e.type, e.kind, e.id, e.at, e.body]));
      const records = yield* storage.audit(tenant, { after: 0, limit: 1_000 });
      // The tenant's name is in the hashes, and each storage has names of its own.
      answers.push(records.map(({ previous: _p, hash: _h, ...record }) => record));
      const [oldest] = records;
      const start =
        oldest === undefined ? AuditChain.GENESIS : { position: oldest.position - 1, hash: oldest.previous };
      answers.push(AuditChain.follow(tenant, start, records)._tag);
      const entity = { kind: "job", id: "é" } as const;
      for (const asked of [{ by: "user:ben" }, { action: "tags.save", from: 0 }, { entity, until: 1_000 }]) {
        const some = yield* storage.audit(tenant, { after: 1, limit: 3, ...asked });
        answers.push(some.map((record) => record.position));
      }
    }
    return JSON.stringify(answers, null, 1);
  });
