/** What peers got wrong about when: clocks that change, days of a month, windows, times that were missed. */
import { describe, expect, it } from "vitest";
import {
  asset,
  bug,
  daily,
  job,
  KERNEL,
  type Look,
  list,
  once,
  play,
  playWith,
  recurring,
  scenario,
  takesJobsFor,
} from "./Regression.ts";

/** When a machine began, as its clocks in UTC showed it. */
const beganAt = (seen: Look, name: string): readonly string[] =>
  seen
    .begins(name)
    .map(({ minute }) => new Date(seen.played.scenario.startsAt + minute * 60_000).toISOString().slice(0, 16));
/** The local times that a job's runs are of. */
const times = (seen: Look, name: string): readonly string[] =>
  seen.runs(name).map((r) => r.occurrenceKey.replace(/^at:(.*):00@.*$/, "$1"));
const missed = (seen: Look): readonly string[] =>
  seen.played.history.events.flatMap(({ value }) =>
    value.type === "OccurrenceMissed" ? (value.body as { readonly missed: readonly string[] }).missed : [],
  );
/** So that there is something to install again on the next day. */
const undone = (at: number, name: string) =>
  ({ _tag: "ByHand", at, asset: name, package: "openssl", evr: "1-1" }) as const;

const berlin = { timeZone: "Europe/Berlin" };

describe("clocks that change", () => {
  it("SCH-05 Temporal #8205: a local time that comes twice that night runs once, at the first", () => {
    const told = scenario({
      startsAt: "2026-10-24T12:00Z",
      days: 0.75,
      assets: [asset("web", berlin)],
      jobs: [job("patch", { schedule: daily("2026-10-25T02:30") })],
      // Were it to run again an hour later, there would be something for it to do.
      edits: [undone(12 * 60 + 45, "web")],
    });
    const seen = play(told);
    expect(beganAt(seen, "web")).toEqual(["2026-10-25T00:30"]);
    expect(times(seen, "patch")).toContain("2026-10-25T02:30");
    const twice = playWith(bug("an occurrence may become a run as often as it likes"), told);
    expect(beganAt(twice, "web").length).toBeGreaterThan(1);
  });

  it("SCH-05 systemd #8647: a local time that the clocks skip is shifted, and not left out", () => {
    const told = scenario({
      startsAt: "2026-03-28T12:00Z",
      days: 0.75,
      assets: [asset("web", berlin), asset("there", { timeZone: "America/New_York" })],
      jobs: [job("patch", { schedule: daily("2026-03-29T02:30") })],
    });
    const seen = play(told);
    expect(beganAt(seen, "web")).toEqual(["2026-03-29T01:30"]);
    expect(beganAt(seen, "there")).toEqual(["2026-03-29T06:30"]);
    expect(times(seen, "patch")[0]).toBe("2026-03-29T02:30");
    const skips = { ...daily("2026-03-29T02:30"), resolution: { gap: "skip", overlap: "earlier" } } as const;
    expect(beganAt(playWith(takesJobsFor({ schedule: skips }), told), "web")).toEqual([]);
  });

  it("Salt #64278: a machine whose clock is set back by an hour goes on, and does nothing twice", () => {
    const told = scenario({
      assets: [
        asset("web", {
          clock: [
            { at: 0, seconds: 0 },
            { at: 190, seconds: -3_600 },
            { at: 300, seconds: 0 },
          ],
        }),
      ],
      jobs: [
        job("patch", { schedule: once("2026-06-01T03:00") }),
        job("later", { at: 200, patches: list(KERNEL), schedule: once("2026-06-01T08:00") }),
      ],
      days: 0.5,
    });
    const seen = play(told);
    expect(seen.begins("web").map((b) => Math.round(b.minute))).toEqual([180, 480]);
    expect([seen.status("patch", "web"), seen.status("later", "web")]).toEqual(["Completed", "Completed"]);
    // By a clock that stands still once it was set back, as it waits for a time that it takes for past.
    let stands: number | null = null;
    const waits = {
      agentNow: (now: number, clock: number): number => {
        if (clock < now) stands ??= clock;
        return stands ?? clock;
      },
    };
    expect(playWith(waits, told).begins("web")).toHaveLength(1);
  });
});

describe("days of a month", () => {
  it("SCH-01 Uyuni #8924: the third Tuesday is the third there is, and not that of the third week", () => {
    const third = { _tag: "MonthlyOnWeekday", every: 1, nth: 3, weekday: 2, offsetDays: 0 } as const;
    // July 2026 begins on a Wednesday: its third week has its second Tuesday.
    const told = scenario({
      startsAt: "2026-07-13T12:00Z",
      days: 8,
      statusSeconds: 2_700,
      assets: [asset("web", { asleep: [{ from: 2_000, to: 10_500 }] })],
      jobs: [job("patch", { schedule: recurring(third, "2026-07-13T20:00") })],
    });
    const seen = play(told);
    expect(beganAt(seen, "web")).toEqual(["2026-07-21T20:00"]);
    const inThirdWeek = recurring({ ...third, nth: 2 }, "2026-07-13T20:00");
    expect(beganAt(playWith(takesJobsFor({ schedule: inThirdWeek }), told), "web")).toEqual(["2026-07-14T20:00"]);
  });

  it("SCH-11 puppet-patching_as_code #69, #22: two days after Patch Tuesday isn't the second Thursday", () => {
    const after = { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 2 } as const;
    // October 2026 begins on a Thursday: its second one comes before its second Tuesday.
    const told = scenario({
      startsAt: "2026-10-07T12:00Z",
      days: 8.5,
      statusSeconds: 2_700,
      assets: [asset("web", { ...berlin, asleep: [{ from: 1_500, to: 11_000 }] })],
      jobs: [job("patch", { schedule: recurring(after, "2026-10-07T20:00") })],
    });
    const seen = play(told);
    expect(beganAt(seen, "web")).toEqual(["2026-10-15T18:00"]);
    const thursday = recurring({ ...after, weekday: 4, offsetDays: 0 }, "2026-10-07T20:00");
    expect(times(playWith(takesJobsFor({ schedule: thursday }), told), "patch")[0]).toBe("2026-10-08T20:00");
  });
});

describe("windows", () => {
  it("WIN-02 PLN-04 kured #204: a window over midnight is one window, and doesn't end there", () => {
    const told = scenario({
      startsAt: "2026-06-01T12:00Z",
      days: 0.75,
      assets: [
        asset("late", { asleep: [{ from: 600, to: 760 }] }),
        asset("later", { asleep: [{ from: 600, to: 980 }] }),
      ],
      jobs: [job("patch", { schedule: daily("2026-06-01T23:00"), window: { minutes: 240, bound: "start" } })],
    });
    const seen = play(told);
    // Up again at 0:40, and inside of it; at 4:20, and too late.
    expect(seen.begins("late")[0]?.minute).toBeGreaterThanOrEqual(760);
    expect(seen.status("patch", "late")).toBe("Completed");
    expect(seen.begins("later")).toEqual([]);
    expect(seen.status("patch", "later")).toBe("TimedOut");
    const untilMidnight = takesJobsFor({ window: { minutes: 60, bound: "start" } });
    expect(playWith(untilMidnight, told).status("patch", "late")).toBe("TimedOut");
  });

  it("WIN-02 WIN-06 googlecloudrobotics/core PR 575: two windows that overlap end each by itself, and not as one", () => {
    const weekend = { _tag: "Weekly", every: 1, weekdays: [5, 6] } as const;
    const told = scenario({
      startsAt: "2026-06-05T12:00Z",
      days: 3,
      statusSeconds: 2_700,
      // Up again on Sunday at noon, and on Monday at three.
      assets: [
        asset("sunday", { asleep: [{ from: 420, to: 2_880 }] }),
        asset("monday", { asleep: [{ from: 420, to: 3_780 }] }),
      ],
      jobs: [
        job("patch", {
          schedule: recurring(weekend, "2026-06-05T20:00"),
          window: { minutes: 30 * 60, bound: "start" },
        }),
      ],
    });
    const seen = play(told);
    expect(seen.runs("patch").map((r) => new Date(r.windowEnd ?? 0).toISOString().slice(0, 16))).toEqual([
      "2026-06-07T02:00",
      "2026-06-08T02:00",
    ]);
    expect([seen.status("patch", "sunday"), seen.status("patch", "sunday", 1)]).toEqual(["TimedOut", "Completed"]);
    expect([seen.status("patch", "monday"), seen.status("patch", "monday", 1)]).toEqual(["TimedOut", "TimedOut"]);
    expect(seen.begins("monday")).toEqual([]);
    // As one they last into Monday morning, and further.
    const asOne = playWith(takesJobsFor({ window: { minutes: (24 + 30) * 60, bound: "start" } }), told);
    expect([asOne.status("patch", "sunday"), asOne.begins("monday").length]).toEqual(["Completed", 1]);
  });
});

describe("times that were missed", () => {
  const window = { minutes: 360, bound: "start" } as const;

  it("PLN-04 TRMM #532: what a machine slept through it makes up for inside its window, and only there", () => {
    const told = scenario({
      assets: [
        asset("back", { asleep: [{ from: 120, to: 400 }] }),
        asset("gone", { asleep: [{ from: 120, to: 600 }] }),
      ],
      jobs: [job("patch", { schedule: once("2026-06-01T03:00"), window })],
      days: 0.5,
    });
    const seen = play(told);
    expect(seen.begins("back")[0]?.minute).toBeGreaterThanOrEqual(400);
    expect(seen.status("patch", "back")).toBe("Completed");
    expect([seen.begins("gone"), seen.status("patch", "gone")]).toEqual([[], "TimedOut"]);
    const atTheMinute = takesJobsFor({ window: { minutes: 1, bound: "start" } });
    expect(playWith(atTheMinute, told).status("patch", "back")).toBe("TimedOut");
  });

  it("SCH-13 TRMM #1105: what the platform missed runs when it is back, once, where its job says so", () => {
    const of = (catchUp: "skip" | "run-once-now") =>
      scenario({
        startsAt: "2026-06-01T12:00Z",
        days: 0.8,
        statusSeconds: 2_700,
        assets: [asset("web")],
        jobs: [job("patch", { schedule: daily("2026-06-02T02:00"), window, catchUp })],
        outages: [{ from: 600, to: 1_000 }],
      });
    const caught = play(of("run-once-now"));
    expect(times(caught, "patch")[0]).toBe("2026-06-02T02:00");
    expect(caught.begins("web")[0]?.minute).toBeGreaterThanOrEqual(1_000);
    const skipped = play(of("skip"));
    expect(times(skipped, "patch")).not.toContain("2026-06-02T02:00");
    expect(missed(skipped)).toHaveLength(1);
    const forgets = playWith(takesJobsFor({ catchUp: "skip" }), of("run-once-now"));
    expect(times(forgets, "patch")).not.toContain("2026-06-02T02:00");
  });

  it("SCH-13 Kubernetes #42649: after more than a hundred missed times the next one runs, and no burst of old ones", () => {
    const days = 110;
    const told = scenario({
      startsAt: "2026-06-01T12:00Z",
      days: days + 2,
      statusSeconds: 2_700,
      tickSeconds: 850,
      assets: [asset("web", { asleep: [{ from: 200, to: days * 1_440 }] })],
      jobs: [job("patch", { schedule: daily("2026-06-02T02:00", "Etc/UTC") })],
      outages: [{ from: 200, to: days * 1_440 }],
    });
    const seen = play(told);
    const event = seen.played.history.events.find(({ value }) => value.type === "OccurrenceMissed");
    expect(event?.value.body).toMatchObject({ count: 110 });
    expect(missed(seen)).toHaveLength(100);
    expect(times(seen, "patch")).toEqual(["2026-09-20T02:00", "2026-09-21T02:00", "2026-09-22T02:00"]);
    expect(beganAt(seen, "web")).toEqual(["2026-09-20T02:00"]);
    const catchesUp = playWith(takesJobsFor({ catchUp: "run-once-now" }), told);
    expect(times(catchesUp, "patch")).not.toEqual(times(seen, "patch"));
  });

  it("SCH-13 systemd #21166: a machine that boots every half hour has its turn: no delay is drawn anew", () => {
    const boots = Array.from({ length: 20 }, (_, i) => ({ _tag: "Reboot", at: 45 + 29 * i, asset: "desk" }) as const);
    const seen = play(
      scenario({ statusSeconds: 2_700, days: 0.5, assets: [asset("desk")], jobs: [job("patch")], edits: boots }),
    );
    expect(seen.status("patch", "desk")).toBe("Completed");
    // Its place in each interval stays its own, however often it boots.
    const heard = seen.played.history.heard.map((h) => Math.round((h.at % 2_700_000) / 60_000));
    expect(heard.filter((place) => place === heard.at(-1)).length).toBeGreaterThan(heard.length / 2);
  });
});
