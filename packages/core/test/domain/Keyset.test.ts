import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Keyset from "../../src/domain/shared/Keyset.ts";
import { runs } from "../scenario/Arbitraries.ts";

const part = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 4 }));
interface Row {
  readonly id: string;
  readonly size: number | null;
}
const rowsOf = fc.uniqueArray(fc.record({ id: fc.constantFrom(..."abcdefghijklmnop"), size: part }), {
  selector: (r) => r.id,
});
const keyOf = (row: Row): Keyset.Key => [row.size, row.id];
const direction = fc.constantFrom<Keyset.Direction>("ascending", "descending");

const walk = (rows: (page: number) => readonly Row[], way: Keyset.Direction, limit: number): readonly Row[] => {
  const seen: Row[] = [];
  let after: Keyset.Key | null = null;
  for (let n = 0; n < 100; n += 1) {
    const page: Keyset.Page<Row> = Keyset.page(rows(n), keyOf, { direction: way, after, limit });
    seen.push(...page.rows);
    after = page.next;
    if (after === null) return seen;
  }
  throw new Error("never ends");
};

describe("paging by key", () => {
  it("shows every row once and in order, whatever the page's size", () => {
    fc.assert(
      fc.property(rowsOf, direction, fc.integer({ min: 1, max: 5 }), (rows, way, limit) => {
        const all = Keyset.page(rows, keyOf, { direction: way, after: null, limit: 1_000 });
        expect(all.next).toBeNull();
        expect(walk(() => rows, way, limit)).toEqual(all.rows);
        expect(new Set(all.rows)).toEqual(new Set(rows));
      }),
      runs(2_000),
    );
  });

  it("puts what is unknown last in both directions, and rows of one size by their id", () => {
    const rows = [
      { id: "c", size: 1 },
      { id: "a", size: null },
      { id: "b", size: 1 },
      { id: "d", size: 2 },
    ];
    const ids = (way: Keyset.Direction) =>
      Keyset.page(rows, keyOf, { direction: way, after: null, limit: 9 }).rows.map((r) => r.id);
    expect(ids("ascending")).toEqual(["b", "c", "d", "a"]);
    expect(ids("descending")).toEqual(["d", "b", "c", "a"]);
  });

  it("neither hides nor repeats a row that stays while others come, go and change between two pages", () => {
    const worlds = fc.tuple(rowsOf, fc.array(rowsOf, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(worlds, direction, fc.integer({ min: 1, max: 3 }), ([steady, others], way, limit) => {
        const ids = new Set(steady.map((r) => r.id));
        const at = (n: number) => [...steady, ...(others[n % others.length] ?? []).filter((r) => !ids.has(r.id))];
        const seen = walk(at, way, limit).filter((r) => ids.has(r.id));
        expect(seen.map((r) => r.id).sort()).toEqual([...ids].sort());
      }),
      runs(2_000),
    );
  });
});
