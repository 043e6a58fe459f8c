/** The proof that no more members of a group may be down at once than are allowed, or its counter-example (PLN-06). */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/job/Job.ts";
import * as Disruptions from "../../src/domain/plan/Disruptions.ts";
import * as QuorumProof from "../../src/domain/plan/QuorumProof.ts";
import { runs } from "../scenario/Arbitraries.ts";
import * as QuorumWorld from "../scenario/QuorumWorld.ts";
import * as Values from "../scenario/Values.ts";

const { HOUR_MS, DAY_MS, START } = Values;

const bruteForce = (w: QuorumWorld.World, tails = true) => {
  const all = QuorumWorld.stretches(w, tails);
  const to = w.now + w.hours * HOUR_MS;
  const instants = [...new Set([w.now, ...all.flatMap(({ start, end }) => [start, end])])]
    .filter((at) => at >= w.now && at < to)
    .sort((a, b) => a - b);
  const counts = instants.map((at) => ({ at, down: QuorumWorld.downAt(all, at) }));
  return {
    all,
    most: Math.max(0, ...counts.map(({ down }) => down.size)),
    first: counts.find(({ down }) => down.size > w.atMost) ?? null,
  };
};

describe("QuorumProof.prove", () => {
  it("PLN-06: says kept exactly when no instant of any occurrence, hour by hour, takes more down, and else shows the first", () => {
    const sides = { kept: 0, broken: 0, byTails: 0 };
    fc.assert(
      fc.property(QuorumWorld.world, (w) => {
        const proof = QuorumProof.prove(QuorumWorld.inputs(w));
        const verdict = proof.groups[0]?.verdict;
        const { all, most, first } = bruteForce(w);
        const isOtherwise = (bruteForce(w, false).first === null) !== (first === null);
        if (isOtherwise) sides.byTails += 1;
        if (first === null) {
          sides.kept += 1;
          expect(verdict).toEqual({ _tag: "Kept", most });
          return;
        }
        sides.broken += 1;
        expect(verdict).toMatchObject({ _tag: "Broken", from: first.at });
        if (verdict?._tag !== "Broken") return;
        expect(new Set(verdict.down.map((d) => d.assetId))).toEqual(first.down);
        const backs = verdict.down.map(({ assetId }) =>
          Math.max(
            ...all.flatMap((s) => (s.member === assetId && s.start <= first.at && s.end > first.at ? [s.end] : [])),
          ),
        );
        expect(verdict.until ?? Number.POSITIVE_INFINITY).toBe(Math.min(...backs));
      }),
      runs(1_500),
    );
    const all = sides.kept + sides.broken;
    expect(Math.min(sides.kept, sides.broken)).toBeGreaterThan(all / 10);
    // Worlds in which a proof that forgot the reboots would say otherwise.
    expect(sides.byTails).toBeGreaterThan(all / 500);
  });

  it("PLN-06: the counter-example says in words which members, by which jobs, from when until when", () => {
    const { jobs } = world;
    const [verdict] = QuorumProof.prove({ ...world, jobs: [weekly("etcd-1"), weekly("etcd-2")] }).groups;
    expect(verdict?.inWords).toBe(
      "etcd: 2 of 3 may be down at once, 1 allowed, from 2026-02-02T02:00:00.000Z until 2026-02-02T03:45:00.000Z: etcd-1 (patch etcd-1), etcd-2 (patch etcd-2)",
    );
    expect(QuorumProof.prove({ ...world, jobs }).groups[0]).toMatchObject({
      verdict: { _tag: "Kept", most: 0 },
      inWords: "etcd: at most 0 of 3 at once, 1 allowed",
    });
    expect(QuorumProof.prove({ ...world, jobs: [weekly("etcd-1")] }).groups[0]?.inWords).toBe(
      "etcd: at most 1 of 3 at once, 1 allowed",
    );
  });

  it("PLN-06: what can't be told counts as down: rings, triggers, no window, a reboot by hand", () => {
    const broken = (over: Partial<Job>) => {
      const jobs = ["etcd-1", "etcd-2"].map((id) => {
        const made = weekly(id);
        return { ...made, job: { ...made.job, ...over, ...(id === "etcd-1" ? {} : at(12)) } };
      });
      return QuorumProof.prove({ ...world, jobs }).groups[0]?.verdict;
    };
    const at = (hour: number) => ({ schedule: onMondays(hour) });
    expect(broken({})).toEqual({ _tag: "Kept", most: 1 });
    const rollout = { rings: [{ name: "all", members: { _tag: "Rest" }, soakDays: null, promotion: null }] } as const;
    const without = { ...weekly("etcd-1").job };
    delete (without as { window?: unknown }).window;
    expect(broken({ rollout })).toMatchObject({ _tag: "Broken", until: null });
    expect(broken({ reboot: { _tag: "Suppress" } })).toMatchObject({ _tag: "Broken", until: null });
    const jobs = [weekly("etcd-1"), { ...weekly("etcd-2"), job: { ...without, ...at(12) } }];
    // The second from Monday noon on, the first again a week later.
    expect(QuorumProof.prove({ ...world, jobs }).groups[0]?.verdict).toMatchObject({
      _tag: "Broken",
      from: Date.UTC(2026, 1, 9, 2),
    });
    const triggered = {
      ...weekly("etcd-2"),
      job: { ...weekly("etcd-2").job, schedule: { _tag: "OnActivation" } as const },
    };
    expect(QuorumProof.prove({ ...world, jobs: [weekly("etcd-1"), triggered] }).groups[0]?.verdict).toMatchObject({
      _tag: "Broken",
      from: Date.UTC(2026, 1, 2, 2),
      down: [{ assetId: "etcd-1" }, { assetId: "etcd-2", causes: [{ occurrenceKey: null }] }],
    });
  });

  it("PLN-06: of a job with more occurrences than are looked at, only the time before the first of the rest is judged", () => {
    const daily = (count: number) => {
      const made = weekly("etcd-1");
      const rule = {
        ...onMondays(2).rule,
        pattern: { _tag: "Daily", every: 1 },
        end: { _tag: "After", count },
      } as const;
      return { ...made, job: { ...made.job, schedule: { ...onMondays(2), rule } } };
    };
    const period = { from: START, to: START + 800 * DAY_MS };
    const max = Disruptions.OCCURRENCES_PER_JOB_MAX;
    expect(QuorumProof.prove({ ...world, period, jobs: [daily(max)] })).toMatchObject({ period, cutBy: [] });
    const cut = QuorumProof.prove({ ...world, period, jobs: [daily(max + 1)] });
    expect(cut.cutBy).toEqual(["job-etcd-1"]);
    // A day early: no clock is further ahead.
    expect(cut.period).toEqual({ from: START, to: START + (max + 1) * DAY_MS - DAY_MS + 2 * HOUR_MS });
  });

  it("PLN-06: what lies before now is no part of the period", () => {
    const period = { from: START - 5 * DAY_MS, to: START + DAY_MS };
    expect(QuorumProof.prove({ ...world, period }).period).toEqual({ from: START, to: period.to });
    expect(QuorumProof.prove({ ...world, period: { from: 0, to: 1 } }).period).toEqual({ from: START, to: START });
  });
});

const members = ["etcd-1", "etcd-2", "etcd-3"].map((id) => ({ id, name: id, timeZone: "UTC" }));

const onMondays = (hour: number) =>
  ({
    _tag: "Recurring",
    rule: {
      pattern: { _tag: "Weekly", every: 1, weekdays: [1] },
      start: { year: 2026, month: 2, day: 2, hour, minute: 0, second: 0 },
      end: { _tag: "Never" },
      except: [],
    },
    zone: { _tag: "Agent" },
  }) as const;

/** Mondays from 02:00 for an hour, done inside; a countdown of a quarter of an hour, half an hour to come back. */
const weekly = (id: string): Disruptions.EnabledJob => ({
  job: Values.job({
    id: `job-${id}`,
    title: `patch ${id}`,
    schedule: onMondays(2),
    window: { minutes: 60, bound: "complete" },
    reboot: { _tag: "Automatic", countdownMinutes: 15 },
  }),
  enabledAt: START,
  reaches: members.filter((m) => m.id === id),
  materialised: new Set(),
});

const world: QuorumProof.Inputs = {
  groups: [{ id: "etcd", name: "etcd", atMost: 1, members }],
  jobs: [],
  unfinished: [],
  circumstances: {
    leadMilliseconds: 3 * HOUR_MS,
    workMilliseconds: HOUR_MS,
    defaultZone: "UTC",
    inBlackout: "wait",
    blackouts: new Map(),
    freezes: new Map(),
  },
  now: START,
  period: { from: START, to: START + 35 * DAY_MS },
};
