/** Draws what people do in a scenario: anything at any time, and where it is to be rough, what hurts at the time when it hurts. */
import type { JobEdit } from "../../domain/job/JobEdit.ts";
import type * as Random from "../simulation/Random.ts";
import * as LocalTime from "./invariants/LocalTime.ts";
import {
  type AssetSpec,
  DAY_MINUTES,
  type Edit,
  type Group,
  groups,
  type JobSpec,
  MINUTE_MS,
  type PatchSpec,
} from "./Scenario.ts";

export interface EditGround {
  readonly assets: readonly AssetSpec[];
  readonly jobs: readonly JobSpec[];
  readonly catalogue: readonly PatchSpec[];
  readonly startsAt: number;
  readonly days: number;
}

/** Anything, at any time. */
export const any = (random: Random.Random, { assets, jobs, catalogue, days }: EditGround): Edit => {
  const at = random.below(days * DAY_MINUTES);
  const job = pick(random, jobs).name;
  const asset = pick(random, assets);
  const patch = pick(random, catalogue).id;
  const group: Group = pick(random, groups);
  const some = jobs.filter(() => random.chance(0.5)).map(({ name }) => name);
  const draws: readonly (() => Edit)[] = [
    () => ({ _tag: "Disable", at, job }),
    () => ({ _tag: "Enable", at, job }),
    () => ({ _tag: "Delete", at, job }),
    () => ({ _tag: "Change", at, job, change: { title: `Changed at ${at}` } }),
    () => ({ _tag: "Change", at, job, change: { patches: { _tag: "List", patches: [patch] } } }),
    () => ({
      _tag: "Change",
      at,
      job,
      change: timing(
        random,
        jobs.find(({ name }) => name === job),
      ),
    }),
    () => ({ _tag: random.chance(0.6) ? "EnableMany" : "DisableMany", at, jobs: some.length > 0 ? some : [job] }),
    () => ({ _tag: "Rerun", at, job }),
    () => ({ _tag: "Rerun", at, job }),
    () => ({ _tag: "Owner", at, job, owner: random.chance(0.7) ? "otto" : "mara" }),
    () => ({ _tag: "NewKey", at, group }),
    () => ({ _tag: "Tag", at, asset: asset.name, tag: pick(random, ["kept", "servers", "desks"]) }),
    () => ({ _tag: "Untag", at, asset: asset.name, tag: pick(random, ["servers", "desks", "fleet"]) }),
    () => ({ _tag: "Seats", at, seats: random.below(assets.length + 1) }),
    () => ({ _tag: "Plan", at, plan: random.chance(0.15) ? "Free" : "Full" }),
    () => ({ _tag: "Scope", at, tags: random.chance(0.7) ? ["fleet"] : ["servers"] }),
    () => ({ _tag: "Freeze", at, name: "freeze", hours: 1 + random.below(24) }),
    () => ({ _tag: "Thaw", at, name: "freeze" }),
    () => ({ _tag: "Blackout", at, minutes: random.chance(0.7) ? [60, 240] : null }),
    () => ({ _tag: "Hold", at, patch }),
    () => ({ _tag: "Release", at, patch }),
    () => ({ _tag: "Withdraw", at, patch }),
    () => ({ _tag: "Purge", at, asset: asset.name }),
    () => ({ _tag: "Reboot", at, asset: asset.name }),
    () => byHand(random, at, asset),
  ];
  return pick(random, draws)();
};

const byHand = (random: Random.Random, at: number, { name, packages }: AssetSpec): Edit => ({
  _tag: "ByHand",
  at,
  asset: name,
  package: pick(random, Object.keys(packages)),
  evr: pick(random, ["1-1", "1-2"]),
});

// A start at another time of the day, another window, or none.
const timing = (random: Random.Random, job: JobSpec | undefined): JobEdit => {
  const schedule = job?.draft.schedule ?? null;
  if (schedule?._tag !== "Recurring" || random.chance(0.4)) {
    const window = {
      minutes: 30 + random.below(330),
      bound: random.chance(0.5) ? ("start" as const) : ("complete" as const),
    };
    return { window: random.chance(0.8) ? window : null };
  }
  const start = { ...schedule.rule.start, hour: random.below(24), minute: random.below(60) };
  return { schedule: { ...schedule, rule: { ...schedule.rule, start } } };
};

/**
 * What hurts where it hurts: of a job by query some patches are withdrawn before it is made, a job that recurs is stopped when its
 * next time is on its agents and has not begun, what failed is run again, and some jobs are lent before they are enabled.
 */
export const telling = (random: Random.Random, ground: EditGround): readonly Edit[] => [
  ...withdrawals(random, ground),
  ...ground.jobs.flatMap((job) => [...stop(random, ground, job), ...again(random, ground, job)]),
  ...visits(random.stream("visits"), ground),
  ...loans(random.stream("loans"), ground),
];

// From then on a job reaches what both of them see, and no more (OWN-02).
const loans = (random: Random.Random, { jobs }: EditGround): readonly Edit[] =>
  jobs.flatMap(({ name: job, at }): readonly Edit[] =>
    random.chance(0.1)
      ? [
          { _tag: "Owner", at, job, owner: "otto" },
          { _tag: "Owner", at, job, owner: "mara" },
        ]
      : [],
  );

// Somebody comes by while work is out: reboots a machine, or brings back by hand what a boot was to bring into effect. Sometimes
// machines are silent through the small hours from the start.
const visits = (random: Random.Random, { assets, jobs, days }: EditGround): readonly Edit[] => {
  const first = Math.min(...jobs.map(({ at }) => at));
  const later = (): number => first + random.below(Math.max(1, days * DAY_MINUTES - first));
  const edits = assets.flatMap(({ name: asset, rebootsFor = [] }): readonly Edit[] => {
    const back = rebootsFor.length > 0 && random.chance(0.2) ? pick(random, rebootsFor) : null;
    return [
      ...(random.chance(0.3) ? [{ _tag: "Reboot" as const, at: later(), asset }] : []),
      ...(back === null ? [] : [{ _tag: "ByHand" as const, at: later(), asset, package: back, evr: "1-1" }]),
    ];
  });
  const minutes = [60, 240] as const;
  return random.chance(0.25) ? [...edits, { _tag: "Blackout", at: random.below(first), minutes }] : edits;
};

const withdrawals = (random: Random.Random, { jobs, catalogue }: EditGround): readonly Edit[] => {
  const first = Math.min(...jobs.map(({ at }) => at));
  const early = catalogue.filter((p) => p.publishedAt === 0);
  const count = random.below(4);
  return Array.from({ length: count }, () => ({
    _tag: "Withdraw",
    at: random.below(first),
    patch: pick(random, early).id,
  }));
};

/** A run is made, and sent, so long before its start. */
const LEAD_MINUTES = 180;

const stop = (random: Random.Random, { startsAt, days }: EditGround, { name, at, draft }: JobSpec): readonly Edit[] => {
  const { schedule } = draft;
  if (schedule?._tag !== "Recurring" || !random.chance(0.4)) return [];
  const { year, month, day, hour, minute } = schedule.rule.start;
  const zone = schedule.zone._tag === "Named" ? schedule.zone.zone : "Etc/UTC";
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  const starts = Array.from({ length: days + 1 }, (_, n) =>
    LocalTime.firstInstant(wall + n * DAY_MINUTES * MINUTE_MS, zone),
  );
  const next = starts.map((start) => (start - startsAt) / MINUTE_MS).find((start) => start > at + LEAD_MINUTES);
  if (next === undefined) return [];
  const stopAt = Math.floor(next) - 1 - random.below(LEAD_MINUTES - 30);
  return [{ _tag: random.chance(0.5) ? "Disable" : "Delete", at: stopAt, job: name }];
};

const again = (random: Random.Random, { days }: EditGround, { name, at }: JobSpec): readonly Edit[] => {
  const times = random.below(3);
  const from = at + 240;
  return Array.from({ length: times }, () => ({
    _tag: "Rerun",
    at: from + random.below(Math.max(1, days * DAY_MINUTES - from)),
    job: name,
  }));
};

const pick = <A>(random: Random.Random, from: readonly A[]): A => {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new Error("nothing to choose from");
  return picked;
};
