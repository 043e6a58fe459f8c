import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as QuorumSchedule from "../src/QuorumSchedule.ts";
import { instant, patience, runs } from "./Arbitraries.ts";

/** A world so small that every instant of it can be looked at. */
const LAST = 10;
const LINE = Array.from({ length: LAST + 3 }, (_, at) => at);

const small = fc.integer({ min: 0, max: LAST }).map(Instant.at);
const anyDisruption: fc.Arbitrary<QuorumSchedule.Disruption> = fc.record({
  member: fc.constantFrom("a", "b", "c", "d"),
  interval: fc.tuple(small, fc.option(small, { nil: null, freq: 8 })).map(([start, end]) => Interval.of(start, end)),
  cause: fc.constantFrom("job 1", "job 2"),
});
const anyWorld = fc.array(anyDisruption, { maxLength: 9 });

/** The oracle: what may be down at an instant. */
const openAt = (world: readonly QuorumSchedule.Disruption[], at: number): readonly QuorumSchedule.Disruption[] =>
  world.filter(({ interval: { start, end } }) => at >= start && (end === null || at < end));
const downAt = (world: readonly QuorumSchedule.Disruption[], at: number): number =>
  new Set(openAt(world, at).map(({ member }) => member)).size;

const from = (member: string, start: string, end: string, cause: string): QuorumSchedule.Disruption => ({
  member,
  cause,
  interval: Interval.of(instant(`2026-03-10T${start}Z`), instant(`2026-03-10T${end}Z`)),
});

describe("QuorumSchedule.judge", patience, () => {
  it("PLN-06: says kept only if no instant has more than k down, and else names the first one and who is down then", () => {
    const sides = { kept: 0, broken: 0 };
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 0, max: 4 }), (world, atMost) => {
        const verdict = QuorumSchedule.judge(world, { atMost });
        const first = LINE.find((at) => downAt(world, at) > atMost);
        if (first === undefined) {
          sides.kept += 1;
          expect(verdict).toEqual({ _tag: "Kept", most: Math.max(...LINE.map((at) => downAt(world, at))) });
          return;
        }
        sides.broken += 1;
        const open = openAt(world, first);
        const isSame = (at: number): boolean => {
          const then = openAt(world, at);
          return then.length === open.length && open.every((each) => then.includes(each));
        };
        const until = LINE.find((at) => at > first && !isSame(at)) ?? null;
        expect(verdict).toMatchObject({ _tag: "Broken", at: first, until });
        if (verdict._tag !== "Broken") return;
        expect(verdict.disruptions).toHaveLength(open.length);
        for (const each of open) expect(verdict.disruptions).toContain(each);
      }),
      runs(10_000),
    );
    expect(Math.min(sides.kept, sides.broken)).toBeGreaterThan((sides.kept + sides.broken) / 10);
  });

  it("PLN-06: the order in which disruptions are listed doesn't matter", () => {
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 0, max: 4 }), (world, atMost) => {
        const forwards = QuorumSchedule.judge(world, { atMost });
        const backwards = QuorumSchedule.judge([...world].reverse(), { atMost });
        const sorted = (verdict: QuorumSchedule.Verdict): unknown =>
          verdict._tag === "Kept" ? verdict : { ...verdict, disruptions: new Set(verdict.disruptions) };
        expect(sorted(backwards)).toEqual(sorted(forwards));
      }),
      runs(2000),
    );
  });

  it("PLN-06: two controllers that each take one member down at a time take two down together (OpenShift's etcd)", () => {
    // Of three members one may be down. Each controller keeps to that, and knows nothing of the other.
    const patching = [
      from("etcd-0", "01:00", "01:40", "patching"),
      from("etcd-1", "02:00", "02:40", "patching"),
      from("etcd-2", "03:00", "03:40", "patching"),
    ];
    const certificates = [
      from("etcd-0", "00:30", "01:00", "certificates"),
      from("etcd-2", "02:30", "02:50", "certificates"),
    ];
    expect(QuorumSchedule.judge(patching, { atMost: 1 })).toEqual({ _tag: "Kept", most: 1 });
    expect(QuorumSchedule.judge(certificates, { atMost: 1 })).toEqual({ _tag: "Kept", most: 1 });
    expect(QuorumSchedule.judge([...patching, ...certificates], { atMost: 1 })).toEqual({
      _tag: "Broken",
      at: instant("2026-03-10T02:30Z"),
      until: instant("2026-03-10T02:40Z"),
      disruptions: [patching[1], certificates[1]],
    });
  });

  it("PLN-06: one member twice is one member, and one that follows another at the same instant isn't down with it", () => {
    const twice = [from("a", "01:00", "02:00", "patching"), from("a", "01:30", "02:30", "restart")];
    expect(QuorumSchedule.judge(twice, { atMost: 1 })).toEqual({ _tag: "Kept", most: 1 });
    const relay = [from("b", "02:00", "03:00", "patching"), from("a", "01:00", "02:00", "patching")];
    expect(QuorumSchedule.judge(relay, { atMost: 1 })).toEqual({ _tag: "Kept", most: 1 });
  });

  it("PLN-06: what never ends is down for ever, and a stretch of no length not at all", () => {
    const suppressed = { member: "a", cause: "patching", interval: Interval.from(instant("2026-03-10T01:00Z")) };
    const other = { ...suppressed, member: "b" };
    expect(QuorumSchedule.judge([suppressed, other], { atMost: 1 })).toEqual({
      _tag: "Broken",
      at: instant("2026-03-10T01:00Z"),
      until: null,
      disruptions: [suppressed, other],
    });
    const never = from("c", "05:00", "05:00", "patching");
    expect(QuorumSchedule.judge([suppressed, never], { atMost: 1 })).toEqual({ _tag: "Kept", most: 1 });
    expect(QuorumSchedule.judge([], { atMost: 0 })).toEqual({ _tag: "Kept", most: 0 });
  });
});
