import { Duration, Instant, Interval, IntervalSet, RebootTimeline } from "@fettle/scheduler";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as RebootProgress from "../../src/agent/RebootProgress.ts";
import * as RebootStep from "../../src/agent/RebootStep.ts";
import type { RebootEvent } from "../../src/index.ts";
import { runs } from "../Runs.ts";
import { NOW } from "../Samples.ts";
import { automatic, DAY, MINUTE, request, suppress } from "./Reboots.ts";

type What = RebootTimeline.UserEvent["what"];
interface Acted {
  readonly at: number;
  readonly what: What;
}
interface Case {
  readonly policy: RebootStep.Situation["policy"];
  readonly isUserLoggedIn: boolean;
  readonly acts: readonly Acted[];
  /** Minutes from the beginning. */
  readonly noReboot: readonly (readonly [number, number])[];
}

const policies = fc.oneof(
  fc.constant(suppress),
  fc.option(fc.integer({ min: 1, max: 40 })).map((m) => automatic(m)),
  fc
    .tuple(
      fc.option(fc.record({ count: fc.integer({ min: 1, max: 4 }), minutes: fc.integer({ min: 1, max: 60 }) })),
      fc.option(fc.integer({ min: 1, max: 40 })),
      fc.constantFrom("reboot" as const, "countdown" as const),
    )
    .map(([deferrals, countdown, whenNobody]) => request(deferrals, countdown, whenNobody)),
);
const whats: readonly What[] = [
  "log-in",
  "log-out",
  "defer",
  "defer",
  "reboot-now",
  "manual-reboot",
  "no-longer-needed",
];
// People act at the half minutes, so that nothing falls together with what is due on whole ones.
const acts = fc
  .uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 8 })
  .chain((minutes) =>
    fc.tuple(
      fc.constant(minutes.toSorted((a, b) => a - b)),
      fc.array(fc.constantFrom(...whats), { minLength: minutes.length, maxLength: minutes.length }),
    ),
  )
  .map(([minutes, what]) =>
    minutes.map((m, i): Acted => ({ at: NOW + m * MINUTE + MINUTE / 2, what: what[i] ?? "log-in" })),
  );
const hours = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 120 })).map(([a, b]) => [a, a + b] as const),
  { maxLength: 3 },
);
const situations: fc.Arbitrary<Case> = fc.record({
  policy: policies,
  isUserLoggedIn: fc.boolean(),
  acts,
  noReboot: hours,
});

const BOOT = "this";
const setOf = (pairs: Case["noReboot"]): IntervalSet.IntervalSet =>
  IntervalSet.of(
    pairs.map(([from, minutes]) =>
      Interval.lasting(Instant.at(NOW + from * MINUTE), Duration.minutes(Math.max(1, minutes - from))),
    ),
  );

/** What the agent's decisions come to, asked whenever something is due or somebody acts, and as often besides as it wants. */
const drive = (c: Case) => {
  const noReboot = setOf(c.noReboot);
  const steps: RebootTimeline.Step[] = [];
  const unasked = new Set<Acted>();
  let [now, shownAt] = [NOW, NOW];
  let progress = RebootProgress.after(undefined, { _tag: "Needed", reasons: [] }, { at: now, bootId: BOOT });
  const past = () => c.acts.filter((a) => a.at <= now);
  const isThere = () =>
    past().reduce((is, { what }) => what === "log-in" || (what !== "log-out" && is), c.isUserLoggedIn);
  const tell = (event: RebootEvent): void => {
    progress = RebootProgress.after(progress, event, { at: now, bootId: BOOT });
    const step = stepOf(event, Instant.at(now));
    if (step !== null) steps.push(step);
  };
  for (let n = 0; n < 5_000; n += 1) {
    const notice = c.policy._tag === "Suppress" ? null : RebootStep.noticeOf("run", progress);
    for (const a of past()) if (notice === null && (a.what === "defer" || a.what === "reboot-now")) unasked.add(a);
    const answers = past().filter((a) => a.at >= shownAt && !unasked.has(a));
    const step = RebootStep.next({
      policy: c.policy,
      progress,
      now,
      bootId: past().some((a) => a.what === "manual-reboot") ? "another" : BOOT,
      isStillNeeded: !past().some((a) => a.what === "no-longer-needed"),
      canReboot: true,
      isAnyoneThere: isThere(),
      answer: answers.some((a) => a.what === "reboot-now")
        ? "reboot-now"
        : notice?._tag === "Prompt" && answers.some((a) => a.what === "defer")
          ? "defer"
          : null,
      noRebootUntil: IntervalSet.at(noReboot, Instant.at(now))?.end ?? null,
      caused: [],
      isBusy: false,
    });
    if (step._tag === "Wait") {
      const next = Math.min(step.until, c.acts.find((a) => a.at > now)?.at ?? Number.MAX_SAFE_INTEGER);
      if (next === Number.MAX_SAFE_INTEGER) return { steps, unasked };
      now = next;
      continue;
    }
    if (step._tag === "Order") {
      steps.push({ _tag: "Reboot", at: Instant.at(now), by: step.by });
      return { steps, unasked };
    }
    if (step._tag === "Show") shownAt = now;
    tell(step.event);
    if (step.event._tag === "Rebooted" || step.event._tag === "Dropped") return { steps, unasked };
  }
  throw new Error("it never ends");
};

const stepOf = (event: RebootEvent, at: Instant.Instant): RebootTimeline.Step | null => {
  switch (event._tag) {
    case "Prompted":
      return { _tag: "Prompt", at, number: event.number, deferralsLeft: event.deferralsLeft };
    case "Deferred":
      return { _tag: "Deferred", at, byUser: event.byUser };
    case "Countdown":
      return { _tag: "Countdown", at, minutes: event.minutes };
    case "HeldBack":
      return { _tag: "HeldBack", at, until: Instant.at(event.until) };
    case "Rebooted":
      return { _tag: "Reboot", at, by: "hand" };
    case "Dropped":
      return { _tag: "Dropped", at };
    default:
      return null;
  }
};

describe("RebootStep", () => {
  it("RBT-08 RBT-14 shows, defers, counts down and reboots just as the timeline tells beforehand", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(situations, (c) => {
        const { steps, unasked } = drive(c);
        for (const s of steps) seen.add(s._tag === "Reboot" ? `Reboot ${s.by}` : s._tag);
        const played = RebootTimeline.play(c.policy, {
          doneAt: Instant.at(NOW),
          isUserLoggedIn: c.isUserLoggedIn,
          // An answer to nothing that was ever shown is none.
          events: c.acts.filter((a) => !unasked.has(a)).map((a) => ({ ...a, at: Instant.at(a.at) })),
          noReboot: setOf(c.noReboot),
        });
        expect(steps).toEqual(played);
      }),
      runs(2_000),
    );
    const all = [
      "Prompt",
      "Deferred",
      "Countdown",
      "HeldBack",
      "Dropped",
      "Reboot policy",
      "Reboot user",
      "Reboot hand",
    ];
    expect([...seen].sort()).toEqual(all.sort());
  });

  it("RBT-08 reboots by the latest instant that was told beforehand, whatever anybody does", () => {
    fc.assert(
      fc.property(situations, (c) => {
        const latest = RebootTimeline.latestReboot(c.policy, Instant.at(NOW), setOf(c.noReboot));
        const last = drive(c).steps.at(-1);
        if (latest !== null && last?._tag === "Reboot" && last.by === "policy") {
          expect(last.at).toBeLessThanOrEqual(latest);
        }
      }),
      runs(500),
    );
  });
});

describe("reboots caused lately", () => {
  const told = (at: number, bootId: string) => ({ at, bootId });
  const order = { _tag: "Ordered", by: "policy" } as const;

  it("I22 are counted by boots, not by orders, and this boot's is none before", () => {
    const twice = RebootProgress.caused(RebootProgress.caused([], order, told(1, "x")), order, told(2, "x"));
    // As of the later: the first was cut off, and the boot comes after the second (rough seed 21502).
    expect(twice).toEqual([told(2, "x")]);
    expect(RebootProgress.fullUntil([told(1, "a"), told(2, "b"), told(3, "x")], told(4, "x"))).toBeNull();
  });

  it("I22 never let more than three stand within any 24 hours, over any times at which one is wanted, whichever orders are cut off", () => {
    const wanted = fc.record({ gap: fc.integer({ min: 0, max: 12 * 60 }), isCutOff: fc.boolean() });
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 40 }), (all) => {
        let known: readonly RebootProgress.CausedReboot[] = [];
        const done: number[] = [];
        let now = NOW;
        for (const { gap, isCutOff } of all) {
          now += gap * MINUTE;
          const at = told(now, `boot ${done.length}`);
          const until = RebootProgress.fullUntil(known, at);
          if (until !== null) {
            expect(until).toBeGreaterThan(now);
            expect(RebootProgress.fullUntil(known, told(until, at.bootId))).toBeNull();
            continue;
          }
          known = RebootProgress.caused(known, order, at);
          if (!isCutOff) done.push(now);
        }
        for (const first of done) {
          expect(done.filter((d) => d >= first && d < first + DAY).length).toBeLessThanOrEqual(3);
        }
      }),
      runs(500),
    );
  });

  it("a clock that was put back doesn't hold a reboot longer than a day", () => {
    const ahead = [told(NOW + 5 * DAY, "a"), told(NOW + 5 * DAY, "b"), told(NOW + 5 * DAY, "c")];
    expect(RebootProgress.fullUntil(ahead, told(NOW, "x"))).toBe(NOW + DAY);
  });
});
