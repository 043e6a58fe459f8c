import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as CodePointOrder from "../../src/domain/shared/CodePointOrder.ts";
import { Storage } from "../../src/ports/Storage.ts";
import { batchOf, event, put } from "../../src/testing/storage/cases/StorageSubject.ts";
import {
  BlobConformance,
  JournalConformance,
  MemoryBlobStore,
  MemoryJournal,
  MemoryStorage,
  StorageConformance,
} from "../../src/testing/storage/index.ts";
import * as OrderedIds from "../../src/testing/storage/OrderedIds.ts";

const runs = Number(process.env.FETTLE_RUNS ?? 1);

describe("conformance of the storage in memory", () => {
  for (const { name, run } of StorageConformance.cases) {
    test(`${name} (memory)`, async () => {
      await expect(Effect.runPromise(run({ storage: MemoryStorage.make(), prefix: "t" }))).resolves.toBeUndefined();
    });
  }
});

describe("conformance of the blob store in memory", () => {
  for (const { name, run } of BlobConformance.cases) {
    const bytesMax = BlobConformance.BYTES_MAX;
    const blobs = MemoryBlobStore.make({ bytesMax });
    const { damage, backdate } = blobs;
    test(`${name} (memory)`, async () => {
      const subject = { blobs, damage, backdate, bytesMax, prefix: "t" };
      await expect(Effect.runPromise(run(subject))).resolves.toBeUndefined();
    });
  }
});

describe("conformance of the journal in memory", () => {
  for (const { name, run } of JournalConformance.cases) {
    const journal = MemoryJournal.make();
    const open = () => Effect.succeed({ ...journal, close: () => Effect.void });
    test(`${name} (memory)`, async () => {
      await expect(Effect.runPromise(run({ open }))).resolves.toBeUndefined();
    });
  }
});

describe("the storage in memory", () => {
  const batch = (n: number) =>
    batchOf("t", {
      counters: [{ key: "n", by: n }],
      uniques: [{ key: `u${n}`, owner: "o" }],
      writes: [put("job", `job-${n}`, { n }, [{ name: "state", value: "on" }])],
      events: [event("E", `job-${n}`, { n })],
    });

  test("answers synchronously", () => {
    const storage = MemoryStorage.make();
    expect(Effect.runSync(storage.commit(batch(1)))).toEqual({ _tag: "Committed" });
    expect(Effect.runSync(storage.get("t", "job", "job-1"))?.body).toEqual({ n: 1 });
  });

  test("dumps plain JSON that restores to the same answers, here or in another storage", () => {
    const storage = MemoryStorage.make();
    for (const n of [3, 1, 2]) Effect.runSync(storage.commit(batch(n)));
    const dump = storage.dump();
    const text = JSON.stringify(dump);
    Effect.runSync(storage.commit({ ...batch(4), writes: [{ _tag: "Delete", kind: "job", id: "job-1" }] }));
    expect(JSON.stringify(dump)).toBe(text);
    const other = MemoryStorage.make();
    other.restore(JSON.parse(text) as MemoryStorage.MemoryDump);
    storage.restore(dump);
    for (const restored of [storage, other]) {
      expect(JSON.stringify(restored.dump())).toBe(text);
      const found = Effect.runSync(restored.find("t", "job", { name: "state", value: "on" }, { limit: 9 }));
      expect(found.map((s) => s.id)).toEqual(["job-1", "job-2", "job-3"]);
      expect(Effect.runSync(restored.counter("t", "n"))).toBe(6);
      Effect.runSync(restored.commit(batch(5)));
      expect(Effect.runSync(restored.events("t", 3, 9)).map((e) => e.position)).toEqual([4]);
      expect(Effect.runSync(restored.commit(batchOf("t", { uniques: [{ key: "u1", owner: "x" }] })))._tag).toBe(
        "Refused",
      );
    }
  });

  test("equal states have equal dumps, whatever the order in which they came about", () => {
    const one = MemoryStorage.make();
    const two = MemoryStorage.make();
    const parts = [1, 2, 3].map((n) => ({ ...batch(n), events: [] }));
    for (const part of parts) Effect.runSync(one.commit(part));
    for (const part of [...parts].reverse()) Effect.runSync(two.commit(part));
    expect(JSON.stringify(two.dump())).toBe(JSON.stringify(one.dump()));
  });

  test("what it gives out can't be changed", () => {
    const storage = MemoryStorage.make();
    Effect.runSync(storage.commit(batch(1)));
    const stored = Effect.runSync(storage.get("t", "job", "job-1"));
    expect(() => Object.assign(stored?.body as object, { n: 2 })).toThrow(TypeError);
  });

  test("is core's port by its layer", () => {
    const program = Effect.gen(function* () {
      const storage = yield* Storage;
      yield* storage.commit(batch(1));
      return yield* storage.tenants();
    });
    expect(Effect.runSync(Effect.provide(program, MemoryStorage.layer))).toEqual(["t"]);
  });
});

describe("the order of ids", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", "\u0080", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}"),
    maxLength: 5,
  });

  test("is that of the UTF-8 bytes", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(CodePointOrder.compare(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 2_000 * runs, seed: 7 },
    );
  });

  test("holds through any insertions and removals, and pages cut it", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(text),
        fc.uniqueArray(text),
        text,
        fc.integer({ min: 1, max: 5 }),
        (add, drop, after, limit) => {
          const ids: string[] = [];
          for (const id of add) OrderedIds.insert(ids, id);
          for (const id of drop) if (ids.includes(id)) OrderedIds.remove(ids, id);
          const bytes = (id: string) => Buffer.from(id);
          const kept = add.filter((id) => !drop.includes(id)).sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
          expect(ids).toEqual(kept);
          const later = kept.filter((id) => Buffer.compare(bytes(id), bytes(after)) > 0);
          expect(OrderedIds.page(ids, after, limit)).toEqual(later.slice(0, limit));
        },
      ),
      { numRuns: 500 * runs, seed: 8 },
    );
  });
});
