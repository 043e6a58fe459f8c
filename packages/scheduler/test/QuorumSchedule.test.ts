import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import * as QuorumSchedule from "../src/QuorumSchedule.ts";
import type * as RebootTimeline from "../src/RebootTimeline.ts";
import { instant, patience, runs, value } from "./Arbitraries.ts";

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

describe("QuorumSchedule.judgeGroups", patience, () => {
  it("PLN-06: judges each group by its own members, and only what lies in the period", () => {
    const anyGroups = fc.array(
      fc.record({
        name: fc.constantFrom("g", "h"),
        members: fc.subarray(["a", "b", "c", "d", "nobody"]),
        atMost: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 3 },
    );
    const anyPeriod = fc.tuple(small, fc.option(small, { nil: null })).map(([start, end]) => Interval.of(start, end));
    let broken = 0;
    fc.assert(
      fc.property(anyGroups, anyWorld, anyPeriod, (groups, world, period) => {
        const verdicts = QuorumSchedule.judgeGroups(groups, world, period);
        expect(verdicts.map(({ group }) => group)).toEqual(groups);
        for (const { group, verdict } of verdicts) {
          const own = world.filter(({ member }) => group.members.includes(member));
          const inPeriod = LINE.filter((at) => Interval.contains(period, Instant.at(at)));
          const first = inPeriod.find((at) => downAt(own, at) > group.atMost);
          if (first === undefined) {
            expect(verdict).toEqual({ _tag: "Kept", most: Math.max(0, ...inPeriod.map((at) => downAt(own, at))) });
            continue;
          }
          broken += 1;
          expect(verdict).toMatchObject({ _tag: "Broken", at: first });
          if (verdict._tag !== "Broken") continue;
          expect(new Set(verdict.disruptions)).toEqual(new Set(openAt(own, first)));
          for (const each of verdict.disruptions) expect(world).toContain(each);
        }
      }),
      runs(5000),
    );
    expect(broken).toBeGreaterThan(0);
  });

  it("PLN-06: without a period looks at all of time", () => {
    const world = [from("a", "01:00", "02:00", "patching"), from("b", "01:30", "02:30", "patching")];
    const group = { name: "pair", members: ["a", "b"], atMost: 1 };
    expect(QuorumSchedule.judgeGroups([group], world)).toEqual([
      { group, verdict: { _tag: "Broken", at: at("01:30"), until: at("02:00"), disruptions: world } },
    ]);
    const before = Interval.of(at("00:00"), at("01:30"));
    expect(QuorumSchedule.judgeGroups([group], world, before)).toEqual([{ group, verdict: { _tag: "Kept", most: 1 } }]);
    expect(QuorumSchedule.judge(world, { atMost: 1, period: before })).toEqual({ _tag: "Kept", most: 1 });
  });
});

describe("QuorumSchedule.stretchOf", () => {
  const automatic: RebootTimeline.RebootSettings = { _tag: "Automatic", countdownMinutes: 15 };
  const stretch = (
    bound: PatchWindow.WindowBound,
    { reboot = automatic, noReboot = [] }: Partial<Pick<QuorumSchedule.Run, "reboot" | "noReboot">> = {},
  ): Interval.Interval =>
    QuorumSchedule.stretchOf({
      window: value(PatchWindow.make({ minutes: 120, bound })),
      validity: Interval.lasting(at("02:00"), Duration.minutes(120)),
      work: Duration.minutes(45),
      reboot,
      noReboot,
      comingBack: Duration.minutes(5),
    });

  it("PLN-06, RBT-08: lasts from the first start to the return from the latest reboot", () => {
    // Complete at 04:00, a countdown of 15 minutes, back five minutes later.
    expect(stretch("complete")).toEqual(Interval.of(at("02:00"), at("04:20")));
    // Begun just before 04:00, done at 04:45.
    expect(stretch("start")).toEqual(Interval.of(at("02:00"), at("05:05")));
    const request: RebootTimeline.RebootSettings = {
      _tag: "Request",
      deferrals: { count: 3, minutes: 60 },
      countdownMinutes: 15,
      whenNobody: "reboot",
    };
    expect(stretch("complete", { reboot: request })).toEqual(Interval.of(at("02:00"), at("07:20")));
    const noReboot = [Interval.of(at("04:10"), at("09:00"))];
    expect(stretch("complete", { noReboot })).toEqual(Interval.of(at("02:00"), at("09:20")));
  });

  it("PLN-06, RBT-02: has no end where nothing bounds it: no window, or a reboot that nobody is bound to do", () => {
    expect(stretch("complete", { reboot: { _tag: "Suppress" } })).toEqual(Interval.from(at("02:00")));
    const run = { work: Duration.minutes(45), reboot: automatic, noReboot: [], comingBack: Duration.zero };
    expect(
      QuorumSchedule.stretchOf({ ...run, window: PatchWindow.none, validity: Interval.from(at("02:00")) }),
    ).toEqual(Interval.from(at("02:00")));
  });
});

function at(time: string): Instant.Instant {
  return instant(`2026-03-10T${time}Z`);
}
