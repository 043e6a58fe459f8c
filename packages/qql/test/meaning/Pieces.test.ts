/** Cut and Possible against a line that is walked point by point. */
import { describe, expect, it } from "vitest";
import { Cut } from "../../src/index.ts";
import * as Possible from "../../src/Possible.ts";

const KEYS = [0, 1, 2, 3];
/** The keys, and a point on both sides of each: numbers lie close, so there is always one between two cuts. */
const POINTS = [-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5];

const cuts: readonly Cut.Cut[] = KEYS.flatMap((key) => [Cut.before(key), Cut.after(key)]);
const ends: readonly (Cut.Cut | null)[] = [null, ...cuts];
const pieces: readonly Cut.Piece[] = ends.flatMap((low) => ends.map((high) => ({ low, high })));

const isBehind = (point: number, { at, isAfter }: Cut.Cut): boolean =>
  isAfter ? point > Number(at) : point >= Number(at);
const holds = ({ low, high }: Cut.Piece, point: number): boolean =>
  (low === null || isBehind(point, low)) && (high === null || !isBehind(point, high));
const pointsOf = (piece: Cut.Piece): readonly number[] => POINTS.filter((point) => holds(piece, point));
const pointsOfAll = (all: readonly Cut.Piece[]): readonly number[] =>
  POINTS.filter((point) => all.some((piece) => holds(piece, point)));

const extents = pieces.filter(
  (piece): piece is Cut.Extent => piece.low !== null && piece.high !== null && pointsOf(piece).length > 0,
);
const isPiece = (piece: Possible.Piece): piece is Cut.Piece => !("only" in piece);

describe("places", () => {
  it("are compared as the points on either side of them", () => {
    for (const a of cuts) {
      for (const b of cuts) {
        const [behindA, behindB] = [a, b].map((cut) => POINTS.filter((point) => isBehind(point, cut)).length) as [
          number,
          number,
        ];
        expect(Math.sign(Cut.compare(a, b) ?? Number.NaN) + 0).toBe(Math.sign(behindB - behindA) + 0);
      }
    }
  });

  it("have a later and an earlier one of two, an open end being the widest", () => {
    for (const a of ends) {
      for (const b of ends) {
        expect(pointsOf({ low: Cut.later(a, b), high: null })).toEqual(
          POINTS.filter((point) => holds({ low: a, high: null }, point) && holds({ low: b, high: null }, point)),
        );
        expect(pointsOf({ low: null, high: Cut.earlier(a, b) })).toEqual(
          POINTS.filter((point) => holds({ low: null, high: a }, point) && holds({ low: null, high: b }, point)),
        );
      }
    }
  });

  it("of which only the clock can tell the later or the earlier one are the first", () => {
    const ago = Cut.before({ _tag: "Relative", amount: -7, unit: "d" });
    const written = Cut.before(Date.UTC(2024, 0));
    expect(Cut.compare(ago, written)).toBeNull();
    expect(Cut.later(ago, written)).toBe(ago);
    expect(Cut.later(written, ago)).toBe(written);
    expect(Cut.earlier(ago, written)).toBe(ago);
    expect(Cut.earlier(written, ago)).toBe(written);
  });

  it("of text are compared by code unit, as keys are", () => {
    const [capital, small] = [Cut.before("Z"), Cut.before("a")];
    expect(Cut.compare(capital, small)).toBe(-1);
    expect(Cut.compare(small, Cut.after("a"))).toBe(-1);
  });
});

describe("a comparison", () => {
  it("leaves what lies before, up to, behind or from a value", () => {
    for (const extent of extents) {
      const own = pointsOf(extent);
      const below = POINTS.filter((point) => own.every((each) => point < each));
      const above = POINTS.filter((point) => own.every((each) => point > each));
      expect(pointsOf(Cut.ofOrder("<", extent))).toEqual(below);
      expect(pointsOf(Cut.ofOrder("<=", extent))).toEqual([...below, ...own]);
      expect(pointsOf(Cut.ofOrder(">", extent))).toEqual(above);
      expect(pointsOf(Cut.ofOrder(">=", extent))).toEqual([...own, ...above]);
    }
  });

  it("with a range leaves what lies between its ends, with or without them", () => {
    for (const from of extents) {
      for (const to of extents) {
        const isFrom = (point: number): boolean => pointsOf(from).some((each) => each <= point);
        const isTo = (point: number): boolean => pointsOf(to).some((each) => each >= point);
        const isBetween = (point: number): boolean =>
          pointsOf(from).every((each) => each < point) && pointsOf(to).every((each) => each > point);
        expect(pointsOf(Cut.ofRange(from, to, true))).toEqual(POINTS.filter((point) => isFrom(point) && isTo(point)));
        expect(pointsOf(Cut.ofRange(from, to, false))).toEqual(POINTS.filter(isBetween));
      }
    }
  });

  it("with a single key is equality, and with nothing else", () => {
    for (const piece of pieces) {
      const isSingle = piece.low?.at === piece.high?.at && pointsOf(piece).length === 1;
      expect(Cut.keyOf(piece)).toBe(isSingle ? piece.low?.at : null);
    }
    expect(Cut.keyOf(Cut.point("2.1"))).toBe("2.1");
    // What moves with the clock has no key.
    expect(Cut.keyOf(Cut.point({ _tag: "Relative", amount: -7, unit: "d" }))).toBeNull();
  });
});

describe("what is left of two conditions", () => {
  it("is empty when no point is left", () => {
    for (const piece of pieces) expect(Possible.isEmpty(piece)).toBe(pointsOf(piece).length === 0);
    expect(Possible.isEmpty({ only: "A" })).toBe(false);
  });

  it("is what both leave, in pieces that aren't empty", () => {
    for (const a of pieces) {
      for (const b of pieces) {
        const left = (Possible.both([a], [b]) ?? []).filter(isPiece);
        expect(pointsOfAll(left)).toEqual(POINTS.filter((point) => holds(a, point) && holds(b, point)));
        expect(left.every((piece) => pointsOf(piece).length > 0)).toBe(true);
      }
    }
  });

  it("is what both leave where each leaves several pieces", () => {
    const some = pieces.filter((_, i) => i % 7 === 0);
    for (const a of some) {
      for (const b of some) {
        for (const c of some) {
          const left = (Possible.both([a, b], [c, a]) ?? []).filter(isPiece);
          expect(pointsOfAll(left)).toEqual(
            POINTS.filter((point) => (holds(a, point) || holds(b, point)) && (holds(c, point) || holds(a, point))),
          );
        }
      }
    }
  });

  it("lies within a piece when every point does", () => {
    for (const a of pieces) {
      for (const b of pieces) {
        const isWithin = pointsOf(a).every((point) => holds(b, point));
        const said = Possible.isWithin([a], [b]);
        // Of an empty piece it needn't be told.
        if (pointsOf(a).length > 0) expect(said).toBe(isWithin);
        else if (said) expect(isWithin).toBe(true);
      }
    }
  });

  it("lies within several only where every point does", () => {
    const some = pieces.filter((_, i) => i % 7 === 0);
    for (const a of some) {
      for (const b of some) {
        for (const c of some) {
          if (Possible.isWithin([a, b], [b, c]))
            expect(pointsOfAll([a, b]).every((point) => holds(b, point) || holds(c, point))).toBe(true);
          expect(Possible.isWithin([a], [a, c])).toBe(true);
        }
      }
    }
  });

  it("of values without an order is those in common", () => {
    const [a, b, c] = [{ only: "A" }, { only: "B" }, { only: "C" }];
    expect(Possible.both([a, b], [b, c])).toEqual([b]);
    expect(Possible.both([a], [c])).toEqual([]);
    expect(Possible.isWithin([a, b], [b, c, a])).toBe(true);
    expect(Possible.isWithin([a, b], [b, c])).toBe(false);
    expect(Possible.both([a], [{ low: null, high: null }])).toEqual([]);
    expect(Possible.isWithin([a], [{ low: null, high: null }])).toBe(false);
  });

  it("is anything where one of them says nothing, and isn't within anything certain", () => {
    const one: Possible.Possible = [{ only: "A" }];
    expect(Possible.both(null, one)).toBe(one);
    expect(Possible.both(one, null)).toBe(one);
    expect(Possible.both(null, null)).toBeNull();
    expect(Possible.isWithin(null, one)).toBe(false);
    expect(Possible.isWithin(one, null)).toBe(false);
  });

  it("isn't worked out for more pieces than are worth it", () => {
    const many = (count: number): Possible.Possible => Array.from({ length: count }, (_, i) => ({ only: String(i) }));
    expect(Possible.both(many(100), many(100))).toHaveLength(100);
    expect(Possible.both(many(101), many(100))).toBeNull();
    expect(Possible.isWithin(many(100), many(100))).toBe(true);
    expect(Possible.isWithin(many(100), many(101))).toBe(false);
  });

  it("is possible where only the clock can tell", () => {
    const ago = Cut.point({ _tag: "Relative", amount: -7, unit: "d" });
    const written = Cut.point(Date.UTC(2024, 0));
    expect(Possible.isEmpty({ low: ago.low, high: written.high })).toBe(false);
    expect(Possible.isWithin([ago], [{ low: written.low, high: null }])).toBe(false);
    expect(Possible.both([{ low: ago.low, high: null }], [{ low: null, high: written.high }])).toHaveLength(1);
    const month = Cut.point({ _tag: "Relative", amount: -1, unit: "M" });
    expect(Possible.isEmpty({ low: ago.low, high: month.high })).toBe(false);
    expect(Possible.isEmpty({ low: ago.high, high: Cut.before({ _tag: "Relative", amount: -8, unit: "d" }) })).toBe(
      true,
    );
  });
});
