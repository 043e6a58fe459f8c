import { describe, expect, it } from "vitest";
import { INSTANTS, isNearChange } from "./Instants.ts";
import * as Next from "./Next.ts";
import { SHAPES } from "./Shapes.ts";
import { coldZones, FLEET_ZONES } from "./Zones.ts";

const PEERS = { rruleTemporal: Next.rruleTemporal, croner: Next.croner, civilLoop: Next.civilLoop };

describe("the peers of the scheduler's benchmarks", () => {
  it.each(
    SHAPES.flatMap((shape) => Object.entries(PEERS).map(([name, peer]) => [shape.name, name, shape, peer] as const)),
  )(
    "name the same next occurrence after every instant away from changes of clocks: %s, %s",
    (_shape, _name, shape, peer) => {
      expect(Next.disagreements(Next.ours(shape), peer(shape), INSTANTS)).toEqual([]);
    },
  );

  it("are asked from instants of five years, few of which lie near a change", () => {
    expect(new Set(INSTANTS).size).toBe(INSTANTS.length);
    expect(new Set(INSTANTS.map((at) => new Date(at).getUTCFullYear()))).toEqual(
      new Set([2024, 2025, 2026, 2027, 2028]),
    );
    const near = INSTANTS.filter(isNearChange).length;
    expect(near).toBeGreaterThan(0);
    expect(near / INSTANTS.length).toBeLessThan(0.02);
  });

  it("find enough zones that nothing else asks of", () => {
    expect(FLEET_ZONES).toHaveLength(50);
    expect(new Set(FLEET_ZONES).size).toBe(50);
    const cold = coldZones();
    // Two sides of eight zones, in an unmeasured round and as many others as there are with --full.
    expect(cold.length).toBeGreaterThanOrEqual(2 * 8 * 22);
    expect(new Set(cold).size).toBe(cold.length);
    expect(cold.filter((name) => FLEET_ZONES.includes(name))).toEqual([]);
  });
});
