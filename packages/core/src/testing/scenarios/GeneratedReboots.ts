/** Draws what reboots come of: policies of jobs, who sits at a machine, what needs a boot there and when none is allowed. */
import type { JobDraft } from "../../domain/job/Job.ts";
import type * as Random from "../simulation/Random.ts";
import type { SimulatedUser } from "../simulation/SimulatedUser.ts";
import { type AssetSpec, DAY_MINUTES, MINUTE_MS, type Span } from "./Scenario.ts";

type Policy = JobDraft["reboot"];

/** What each mode of a job's policy may be set to; deferrals end within hours, so that a scenario sees their end. */
export const policy = (random: Random.Random): Policy => {
  const kind = random.below(10);
  if (kind < 3) return { _tag: "Suppress" };
  const countdownMinutes = random.chance(0.6) ? 1 + random.below(60) : null;
  if (kind < 6) return { _tag: "Automatic", countdownMinutes };
  return {
    _tag: "Request",
    deferrals: random.chance(0.8) ? { count: 1 + random.below(3), minutes: 1 + random.below(90) } : null,
    countdownMinutes,
    whenNobody: random.chance(0.6) ? "reboot" : "countdown",
  };
};

/** One patch, and a reboot for it: of several such jobs a machine would reboot more often than it may in a day. */
export const piecemeal = (patch: string): Pick<JobDraft, "kind" | "patches" | "targets" | "reboot"> => ({
  kind: "deployment",
  patches: { _tag: "List", patches: [patch] },
  targets: { assets: [], include: { mode: "any", tags: ["fleet"] }, exclude: { mode: "any", tags: [] } },
  reboot: { _tag: "Automatic", countdownMinutes: null },
});

interface Ground {
  readonly startsAt: number;
  readonly days: number;
  readonly group: AssetSpec["group"];
  readonly packages: readonly string[];
  readonly isRough: boolean;
  /** Where jobs are {@link piecemeal}, each of their patches needs a boot. */
  readonly isPiecemeal: boolean;
}

/** What a machine is like in this. */
export const ofAsset = (
  random: Random.Random,
  { startsAt, days, group, packages, isRough, isPiecemeal }: Ground,
): Pick<AssetSpec, "rebootsFor" | "isProbeBroken" | "noReboot" | "user"> => {
  const often = random.chance(isRough ? 0.6 : 0.3);
  const rebootsFor = packages.filter((name) => name === "kernel" || random.chance(often ? 0.8 : 0.15));
  const isManned = random.chance(group === "desks" || isRough ? 0.8 : 0.2);
  if (isPiecemeal) return { rebootsFor: packages, ...(isManned ? { user: user(random, startsAt, days) } : {}) };
  return {
    ...(random.chance(0.75) ? { rebootsFor } : {}),
    ...(random.stream("probe").chance(isRough ? 0.2 : 0.05) ? { isProbeBroken: true } : {}),
    ...(random.chance(isRough ? 0.4 : 0.2) ? { noReboot: hours(random, days) } : {}),
    ...(isManned ? { user: user(random, startsAt, days) } : {}),
  };
};

// A few hours, each day the same or once.
const hours = (random: Random.Random, days: number): readonly Span[] => {
  const [from, minutes] = [random.below(DAY_MINUTES), 30 + random.below(420)];
  const count = random.chance(0.5) ? days : 1;
  return Array.from({ length: count }, (_, day) => ({
    from: day * DAY_MINUTES + from,
    to: day * DAY_MINUTES + from + minutes,
  }));
};

const user = (random: Random.Random, startsAt: number, days: number): SimulatedUser => {
  const at = (minute: number): number => startsAt + minute * MINUTE_MS;
  const afterMs = 5_000 + random.below(20 * MINUTE_MS);
  const answer = random.chance(0.6) ? ("defer" as const) : ("reboot-now" as const);
  const said = Array.from({ length: random.below(4) }, () => ({
    at: at(random.below(days * DAY_MINUTES)),
    answer: random.chance(0.7) ? ("defer" as const) : ("reboot-now" as const),
  }));
  return {
    there: presence(random, days).map(({ from, to }) => ({ from: at(from), until: at(to) })),
    ...(said.length > 0 ? { says: said.toSorted((a, b) => a.at - b.at) } : {}),
    // Who has no habit ignores everything, or answers when it suits them.
    ...(random.chance(0.6) ? { habit: { afterMs, answer } } : {}),
    ...(random.chance(0.05) ? { isOutOfReach: true as const } : {}),
  };
};

// Always, through the day with a pause, or now and then: logged out in the midst of whatever is shown.
const presence = (random: Random.Random, days: number): readonly Span[] => {
  if (random.chance(0.3)) return [{ from: 0, to: (days + 2) * DAY_MINUTES }];
  const morning = random.below(DAY_MINUTES);
  const stretches = random.chance(0.5) ? [[0, 240] as const, [300, 540] as const] : shortStays(random);
  return Array.from({ length: days + 1 }, (_, day) => day * DAY_MINUTES + morning).flatMap((from) =>
    stretches.map(([a, b]) => ({ from: from + a, to: from + b })),
  );
};

const shortStays = (random: Random.Random): readonly (readonly [number, number])[] =>
  Array.from({ length: 6 }, (_, i) => [i * 200, i * 200 + 5 + random.below(180)] as const);
