import { join } from "node:path";
import type { Batch, EntityKind } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { directories } from "./Directories.ts";
import { using } from "./SampleStorage.ts";

const runs = Number(process.env.FETTLE_RUNS ?? 1);
const seed = Number(process.env.FETTLE_SEED ?? 1);
const directory = directories();

const of = (tenantId: string, parts: Partial<Batch>): Batch => ({
  tenantId,
  expect: [],
  counters: [],
  uniques: [],
  writes: [],
  events: [],
  ...parts,
});
const put = (kind: EntityKind, id: string) => ({ _tag: "Put", kind, id, body: 1, indexes: [] }) as const;
const absent = (kind: EntityKind, id: string) => ({ kind, id, revision: "absent" }) as const;

const idsOf = (...parts: readonly string[]) =>
  fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 }).map((chosen) => chosen.join(""));
const kinds = fc.constantFrom<EntityKind>("job", "tag");
// The order of the latter differs by UTF-16 units and by bytes: U+E000 comes before U+1F600, its surrogates before U+E000.
const keys = fc
  .constantFrom(["a", "b", "ÿ"], ["a", "\u{e000}", "\u{1f600}"])
  .map((parts) => fc.record({ kind: kinds, id: idsOf(...parts) }));
const cases = keys.chain((key) =>
  fc.record({
    there: fc.array(key, { maxLength: 2 }),
    expected: fc.array(key, { minLength: 4, maxLength: 16 }),
  }),
);

describe("entities that are expected not to be there", () => {
  test("are refused by the first that is, however many are expected and whatever lies between them", async () => {
    await using(join(directory(), "absences.db"), (storage) =>
      Effect.promise(async () => {
        let tenants = 0;
        await fc.assert(
          fc.asyncProperty(cases, async ({ there, expected }) => {
            tenants += 1;
            const tenantId = `t-${tenants}`;
            const commit = (parts: Partial<Batch>) => Effect.runPromise(storage.commit(of(tenantId, parts)));
            await commit({ writes: there.map(({ kind, id }) => put(kind, id)) });
            const expectations = expected.map(({ kind, id }) => absent(kind, id));
            const answer = await commit({ expect: expectations, counters: [{ key: "n", by: 1 }] });
            const first = expectations.find((e) => there.some((t) => t.kind === e.kind && t.id === e.id));
            expect(answer).toEqual(
              first === undefined
                ? { _tag: "Committed" }
                : { _tag: "Refused", because: { _tag: "Revision", expected: first } },
            );
          }),
          { numRuns: 1_000 * runs, seed },
        );
      }),
    );
  });

  test("may be written by the batch that expects them, and are there for the next one", async () => {
    await using(join(directory(), "written.db"), (storage) =>
      Effect.gen(function* () {
        const names = ["f-1", "f-2", "f-3", "f-4", "f-5"];
        const batch = of("t", {
          expect: names.map((id) => absent("fact", id)),
          writes: names.map((id) => put("fact", id)),
        });
        expect(yield* storage.commit(batch)).toEqual({ _tag: "Committed" });
        expect(yield* storage.commit(batch)).toMatchObject({ _tag: "Refused", because: { expected: { id: "f-1" } } });
        const next = of("t", { expect: ["f-5", "f-6", "f-7", "f-8"].map((id) => absent("fact", id)) });
        expect(yield* storage.commit(next)).toMatchObject({ _tag: "Refused", because: { expected: { id: "f-5" } } });
        const later = of("t", { expect: ["f-6", "f-7", "f-8", "f-9"].map((id) => absent("fact", id)) });
        expect(yield* storage.commit(later)).toEqual({ _tag: "Committed" });
      }),
    );
  });
});
