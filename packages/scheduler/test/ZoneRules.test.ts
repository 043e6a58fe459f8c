import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Limits from "../src/Limits.ts";
import * as ZoneRules from "../src/ZoneRules.ts";
import { patience, runs } from "./Arbitraries.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BLOCK = Limits.TRANSITION_BLOCK_DAYS * DAY;

type Change = { readonly at: number; readonly offset: number };

/** A made-up zone: offset 0, then what each change says; counts how often it is asked. */
const zoneOf = (changes: readonly Change[]): { readonly rules: ZoneRules.ZoneRules; readonly asked: () => number } => {
  let asked = 0;
  const lookUp = (milliseconds: number): number => {
    asked++;
    return changes.findLast(({ at }) => at <= milliseconds)?.offset ?? 0;
  };
  return { rules: ZoneRules.make(lookUp), asked: () => asked };
};

const changesIn = (rules: ZoneRules.ZoneRules, from: number, until: number): readonly Change[] =>
  ZoneRules.stretchesBetween(rules, from, until)
    .slice(1)
    .map(({ from: at, offset }) => ({ at, offset }));

/** What is kept, and that the count of it is right. */
const keptBlocks = (rules: ZoneRules.ZoneRules): number => {
  const kept = rules.blocks.filter((block) => block !== undefined).length;
  expect(rules.known).toBe(kept);
  return kept;
};

describe("ZoneRules", patience, () => {
  it("finds every change of made-up zones to the second, wherever it falls", () => {
    // Steps longer than a probe: a stay is never missed, also one that leads back.
    const step = fc.record({
      after: fc.integer({ min: Limits.TRANSITION_PROBE_DAYS * 86_400 + 1, max: 500 * 86_400 }),
      turn: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let [at, offset] = [0, 0];
        const changes = steps.map(({ after, turn }) => {
          at += after * 1000;
          offset = (offset + turn) % 7;
          return { at, offset };
        });
        const real = changes.filter((change, index) => change.offset !== (changes[index - 1]?.offset ?? 0));
        const { rules } = zoneOf(real);
        expect(changesIn(rules, -BLOCK, at + BLOCK)).toEqual(real);
        for (const change of real) {
          const before = real.findLast((other) => other.at < change.at)?.offset ?? 0;
          expect(ZoneRules.offsetAt(rules, change.at)).toBe(change.offset);
          expect(ZoneRules.offsetAt(rules, change.at - 1)).toBe(before);
        }
      }),
      runs(150),
    );
  });

  it("finds two changes between two probes when they don't lead back", () => {
    const changes = [
      { at: 10 * DAY + 1000, offset: HOUR },
      { at: 10 * DAY + 2000, offset: 2 * HOUR },
      { at: 10 * DAY + 5 * HOUR, offset: -HOUR },
    ];
    expect(changesIn(zoneOf(changes).rules, 0, BLOCK)).toEqual(changes);
  });

  it("finds a stay of six days that leads back, however it lies: tzdata has none shorter than seven", () => {
    for (let hour = 0; hour < 24 * 24; hour++) {
      const at = 100 * DAY + hour * HOUR;
      const changes = [
        { at, offset: HOUR },
        { at: at + 6 * DAY, offset: 0 },
      ];
      expect(changesIn(zoneOf(changes).rules, 0, BLOCK)).toEqual(changes);
    }
  });

  it("remembers sixty years at once", () => {
    const { rules, asked } = zoneOf([{ at: 10 * DAY, offset: HOUR }]);
    const askAll = (): void => {
      for (let year = 0; year < 60; year++) ZoneRules.offsetAt(rules, year * 365 * DAY);
    };
    askAll();
    const first = asked();
    askAll();
    expect(asked()).toBe(first);
  });

  it.each([-1000, 0, 1000])("finds a change %d ms from the edge of a block, once", (shift) => {
    const changes = [{ at: 3 * BLOCK + shift, offset: HOUR }];
    const { rules } = zoneOf(changes);
    expect(changesIn(rules, 0, 6 * BLOCK)).toEqual(changes);
    expect(changesIn(rules, 0, 3 * BLOCK)).toEqual(shift < 0 ? changes : []);
    expect(keptBlocks(rules)).toBe(6);
    // Block by block, none is empty, and each begins where the one before it ends.
    for (const block of rules.blocks.slice(1)) {
      for (const { from, until } of block?.stretches ?? []) expect(from).toBeLessThan(until);
    }
    const ends = rules.blocks.slice(1).map((block) => block?.stretches.at(-1)?.until);
    expect(ends).toEqual([1, 2, 3, 4, 5, 6].map((n) => n * BLOCK));
  });

  it("gives the stretches that touch an interval, and no other", () => {
    const { rules } = zoneOf([
      { at: 10 * DAY, offset: HOUR },
      { at: 20 * DAY, offset: 0 },
    ]);
    const offsets = (from: number, until: number): readonly number[] =>
      ZoneRules.stretchesBetween(rules, from, until).map(({ offset }) => offset);
    expect(offsets(10 * DAY, 20 * DAY)).toEqual([HOUR]);
    expect(offsets(10 * DAY - 1, 20 * DAY)).toEqual([0, HOUR]);
    expect(offsets(10 * DAY, 20 * DAY + 1)).toEqual([HOUR, 0]);
  });

  it("asks for a block once, and nothing before it is needed", () => {
    const { rules, asked } = zoneOf([{ at: 10 * DAY, offset: HOUR }]);
    expect(asked()).toBe(0);
    ZoneRules.offsetAt(rules, 5 * DAY);
    const first = asked();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(200);
    for (let day = 0; day < 300; day++) ZoneRules.offsetAt(rules, day * DAY);
    expect(asked()).toBe(first);
  });

  it("keeps at most its limit of blocks, and answers the same after dropping them", () => {
    const { rules } = zoneOf([{ at: 10 * DAY, offset: HOUR }]);
    for (let block = 0; block < Limits.MAX_CACHED_BLOCKS_PER_ZONE; block++) ZoneRules.offsetAt(rules, block * BLOCK);
    expect(keptBlocks(rules)).toBe(Limits.MAX_CACHED_BLOCKS_PER_ZONE);
    ZoneRules.offsetAt(rules, Limits.MAX_CACHED_BLOCKS_PER_ZONE * BLOCK);
    expect(keptBlocks(rules)).toBe(1);
    expect(ZoneRules.offsetAt(rules, 10 * DAY - 1)).toBe(0);
    expect(ZoneRules.offsetAt(rules, 10 * DAY)).toBe(HOUR);
  });

  it("gives the same stretch from its start to just before its end, and the next one there", () => {
    const { rules, asked } = zoneOf([{ at: 10 * DAY, offset: HOUR }]);
    const stretch = ZoneRules.stretchAt(rules, 10 * DAY);
    expect(stretch).toEqual({ from: 10 * DAY, until: BLOCK, offset: HOUR });
    const first = asked();
    expect(ZoneRules.stretchAt(rules, BLOCK - 1)).toBe(stretch);
    expect(ZoneRules.stretchAt(rules, 10 * DAY - 1)).toEqual({ from: 0, until: 10 * DAY, offset: 0 });
    expect(asked()).toBe(first);
    expect(ZoneRules.stretchAt(rules, BLOCK)).toEqual({ from: BLOCK, until: 2 * BLOCK, offset: HOUR });
  });

  it("gives the stretch that holds any time, and the offset that was looked up for it", () => {
    const changes = [
      { at: 100 * DAY, offset: HOUR },
      { at: BLOCK, offset: 2 * HOUR },
      { at: 2 * BLOCK + 5 * DAY, offset: -HOUR },
    ];
    const { rules } = zoneOf(changes);
    fc.assert(
      fc.property(fc.integer({ min: -BLOCK, max: 4 * BLOCK }), (at) => {
        const stretch = ZoneRules.stretchAt(rules, at);
        expect(stretch.from <= at && at < stretch.until).toBe(true);
        expect(stretch.offset).toBe(changes.findLast((change) => change.at <= at)?.offset ?? 0);
      }),
      runs(10_000),
    );
  });

  it("of a single offset holds for ever, and keeps nothing", () => {
    const rules = ZoneRules.single(HOUR);
    const ever = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, offset: HOUR };
    for (const at of [-1e15, 0, Limits.LATEST_INSTANT_MILLISECONDS]) {
      expect(ZoneRules.stretchAt(rules, at)).toEqual(ever);
    }
    expect(keptBlocks(rules)).toBe(0);
    expect(ZoneRules.stretchesBetween(rules, 5, 10)).toMatchObject([{ offset: HOUR }]);
  });
});
