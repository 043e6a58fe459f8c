/** What was answered is there when the store is opened anew, as it was: what storages that end with their process can't promise. */
import * as Effect from "effect/Effect";
import * as AuditChain from "../../../engine/audit/AuditChain.ts";
import type { StorageShape, StoredJson } from "../../../ports/Storage.ts";
import { type ConformanceCase, same } from "../Conformance.ts";
import { audited, del, event, put, type Tenant, tenantOf } from "./StorageSubject.ts";

export interface LastingSubject {
  /** Opens the case's store: empty at first, later as it was left. */
  readonly open: () => Effect.Effect<OpenedStorage, unknown>;
}

export interface OpenedStorage {
  readonly storage: StorageShape;
  /**
   * Ends it before it is opened again. The nearer this is to a crash, the more the cases prove: copy the files at this moment and
   * open the copy, or kill the process.
   */
  readonly end: () => Effect.Effect<void, unknown>;
}

type Run = (subject: LastingSubject) => Generator<Effect.Effect<unknown, unknown>, void, never>;

const lastingCase = (name: string, run: Run): ConformanceCase<LastingSubject> => ({
  name,
  run: (subject) => Effect.gen(() => run(subject)),
});

const on = [{ name: "state", value: "on" }];
const strange = { text: "Größe 尺寸 😀 e\u0301 \u2028 \ufeff", nul: "a\u0000b", lone: "\ud800", n: 5e-324 };

export const lastingCases: readonly ConformanceCase<LastingSubject>[] = [
  lastingCase("what was committed stands when the store is opened anew, and goes on from there", function* (subject) {
    const stood = yield* during(subject, (t) =>
      Effect.gen(function* () {
        yield* t.must({
          ...everything("first"),
          writes: ["a", "b", "é", "😀"].map((id) => put("job", id, strange, on)),
        });
        yield* t.must({ writes: [put("job", "a", "again", [{ name: "state", value: "off" }]), del("job", "b")] });
        yield* t.must({ events: [event("E", "2", strange)], audit: [audited("user:ben", "2", strange)] });
        return yield* whatStands(t);
      }),
    );
    yield* during(subject, (t) =>
      Effect.gen(function* () {
        same(yield* whatStands(t), stood, "what stands");
        same(yield* t.storage.tenants(), [t.id], "the tenants");
        const stale = yield* t.commit({ expect: [{ kind: "job", id: "a", revision: 1 }] });
        same(stale._tag, "Refused", "the answer to a revision of before");
        const claimed = yield* t.commit({ uniques: [{ key: "title", owner: "second" }] });
        same(claimed, held("first"), "the answer to another's claim");
        yield* t.must({ ...everything("first"), expect: [{ kind: "job", id: "a", revision: 2 }] });
        const records = yield* t.storage.audit(t.id, { after: 0, limit: 9 });
        same([records.length, AuditChain.follow(t.id, AuditChain.GENESIS, records)._tag], [3, "Whole"], "the chain");
        same(
          (yield* t.storage.events(t.id, 2, 9)).map((e) => e.position),
          [3],
          "the next event",
        );
        same(yield* t.storage.counter(t.id, "seats"), 10, "the counter");
      }),
    );
  }),
  lastingCase(
    "CFG-07: positions and the chain go on though all was removed before it was opened anew",
    function* (subject) {
      const last = yield* during(subject, (t) =>
        Effect.gen(function* () {
          for (const owner of ["first", "first"]) yield* t.must(everything(owner));
          const [record] = yield* t.storage.audit(t.id, { after: 1, limit: 1 });
          yield* t.must({ forget: { events: 9, audit: 9 } });
          return record?.hash;
        }),
      );
      yield* during(subject, (t) =>
        Effect.gen(function* () {
          yield* t.must(everything("first"));
          const [told] = yield* t.storage.events(t.id, 0, 9);
          const [record] = yield* t.storage.audit(t.id, { after: 0, limit: 9 });
          same([told?.position, record?.position, record?.previous], [3, 3, last], "the next event and record");
        }),
      );
    },
  ),
  lastingCase("EVT-01: of a refused batch nothing is there when the store is opened anew", function* (subject) {
    yield* during(subject, (t) => t.must({ uniques: [{ key: "title", owner: "holder" }] }));
    const refused = { ...everything("late"), writes: [put("job", "a", "late", on)] };
    const answer = yield* during(subject, (t) => t.commit(refused));
    same(answer, held("holder"), "the answer");
    yield* during(subject, (t) =>
      Effect.gen(function* () {
        same(yield* whatStands(t), [[], [], [], [0], [], []], "what stands");
        same(yield* t.storage.tenants(), [], "the tenants");
      }),
    );
  }),
];

const held = (owner: string) => ({ _tag: "Refused", because: { _tag: "Unique", key: "title", owner } });

const everything = (owner: string) => ({
  counters: [{ key: "seats", by: 5 }],
  uniques: [{ key: "title", owner }],
  events: [event("E", owner, strange as StoredJson)],
  audit: [audited("user:anna", owner, strange as StoredJson)],
});

// Opens the store for one thing to be done, and ends it.
const during = <A>(subject: LastingSubject, use: (t: Tenant) => Effect.Effect<A, unknown>): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const { storage, end } = yield* subject.open();
    const answer = yield* use(tenantOf({ storage, prefix: "lasting" }, "tenant"));
    yield* end();
    return answer;
  });

const whatStands = (t: Tenant): Effect.Effect<readonly unknown[][], unknown> =>
  Effect.gen(function* () {
    const found = (value: string) => t.storage.find(t.id, "job", { name: "state", value }, { limit: 9 });
    return [
      [...(yield* t.storage.list(t.id, "job", { limit: 9 }))],
      [...(yield* found("on"))],
      [...(yield* found("off"))],
      [yield* t.storage.counter(t.id, "seats")],
      [...(yield* t.storage.events(t.id, 0, 9))],
      [...(yield* t.storage.audit(t.id, { after: 0, limit: 9 }))],
    ];
  });
