/** Draws scenarios: a swarm, each with some of the faults and some of what people do, so that together they reach more than any alone. */
import type { JobDraft } from "../../domain/job/Job.ts";
import type { Schedule } from "../../domain/job/Schedule.ts";
import * as Random from "../simulation/Random.ts";
import type * as SimulatedNetwork from "../simulation/SimulatedNetwork.ts";
import * as GeneratedEdits from "./GeneratedEdits.ts";
import * as GeneratedReboots from "./GeneratedReboots.ts";
import {
  type AssetSpec,
  DAY_MINUTES,
  type Faults,
  type Group,
  type JobSpec,
  MINUTE_MS,
  type PatchSpec,
  type Restore,
  type Scenario,
  type Span,
} from "./Scenario.ts";

export interface Size {
  readonly agents: number;
  readonly days: number;
  /** Everything goes wrong at once, people do more, and some take a day longer: what there is to be seen is seen sooner. */
  readonly isRough?: true;
  /** The control plane is put back to a backup, once or twice; a rough one is now and then. */
  readonly isRestored?: true;
}

/** Days on which something is odd: both changes of clocks in Europe and America, Chatham's, a leap day's month, any other. */
const STARTS = [
  Date.UTC(2026, 2, 6, 12),
  Date.UTC(2026, 2, 27, 12),
  Date.UTC(2026, 3, 3, 12),
  Date.UTC(2026, 9, 23, 12),
  Date.UTC(2026, 9, 30, 12),
  Date.UTC(2026, 5, 29, 12),
  Date.UTC(2028, 1, 27, 12),
];

const ZONES = [
  "Etc/UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
];

const PACKAGES = ["openssl", "curl", "zlib", "bash", "kernel", "tzdata", "sed", "gzip", "glibc", "expat"] as const;

/** The scenario of a seed. */
export const generate = (seed: string, { agents, days: least, isRough, isRestored }: Size): Scenario => {
  const random = Random.make(`scenario/${seed}`);
  // So that what comes every day comes twice before all is calm.
  const days = isRough === true && random.stream("days").chance(0.25) ? least + 1 : least;
  const startsAt = pick(random, STARTS);
  // In half of the small fleets there is one of each that is treated otherwise.
  const shift = isRough === true && random.chance(0.5) ? 2 : 0;
  const isPiecemeal = isRough === true && random.stream("piecemeal").chance(0.2);
  const assets = Array.from({ length: agents }, (_, i) =>
    asset(random.stream(`asset/${i}`), { place: i + shift, startsAt, days, isRough: isRough === true, isPiecemeal }, i),
  );
  const catalogue = patches(random.stream("catalogue"), days);
  const jobs = Array.from({ length: isRough === true ? 6 : 2 + random.below(4) }, (_, i) =>
    job(random.stream(`job/${i}`), { i, days, startsAt, catalogue, isRough: isRough === true, isPiecemeal }),
  );
  const people = random.stream("people");
  const ground = { assets, jobs, catalogue, startsAt, days };
  const drawn = Array.from({ length: isRough === true ? 10 : people.below(14) }, () =>
    GeneratedEdits.any(people, ground),
  );
  const telling =
    isRough === true || people.chance(0.3) ? GeneratedEdits.telling(random.stream("telling"), ground) : [];
  const edits = [...drawn, ...telling].toSorted((a, b) => a.at - b.at);
  return {
    format: 1,
    seed,
    startsAt,
    days,
    statusSeconds: pick(random, [900, 1_800, 2_700]),
    tickSeconds: pick(random, [600, 840]),
    tickers: random.chance(isRough === true ? 0.5 : 0.2) ? 2 + random.below(2) : 1,
    // So few machines never come to what trips the breaker of a fleet.
    ...(isRough === true ? { limits: { breakerAttemptsMin: 3, breakerFailedPercentMax: 34 } } : {}),
    seats: random.chance(0.3) ? Math.max(1, Math.floor(agents / 2)) : 10_000,
    assets,
    catalogue,
    jobs,
    edits,
    faults: isRough === true ? rough : faults(random.stream("faults")),
    outages: random.chance(0.35) ? [span(random, days, 30, 600)] : [],
    ...restored(random.stream("restores"), { days, chance: isRestored === true ? 1 : isRough === true ? 0.2 : 0 }),
  };
};

const restored = (
  random: Random.Random,
  { days, chance }: { readonly days: number; readonly chance: number },
): Pick<Scenario, "restores"> => (random.chance(chance) ? { restores: restores(random, days) } : {});

// Each in a part of the time of its own, of a minute before up to all of that part.
const restores = (random: Random.Random, days: number): readonly Restore[] => {
  const count = 1 + random.below(2);
  const part = Math.floor((days * DAY_MINUTES) / count);
  return Array.from({ length: count }, (_, i) => {
    const of = random.below(part - 2);
    const most = Math.min(part - of, random.chance(0.5) ? 90 : part);
    return { of: i * part + of, at: i * part + of + 1 + random.below(most - 1) };
  });
};

const pick = <A>(random: Random.Random, from: readonly A[]): A => {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new Error("nothing to choose from");
  return picked;
};

const span = (random: Random.Random, days: number, least: number, most: number): Span => {
  const from = random.below(days * DAY_MINUTES);
  return { from, to: from + least + random.below(most - least) };
};

// Once nothing goes wrong any more, nobody sleeps on.
const awakeAfter = (days: number, { from, to }: Span): Span => ({ from, to: Math.min(to, days * DAY_MINUTES) });

const faults = (random: Random.Random): Faults => {
  const maybe = (most: number): number => (random.chance(0.5) ? random.next() * most : 0);
  const network: SimulatedNetwork.NetworkFaults = {
    loseRequest: maybe(0.25),
    loseReply: maybe(0.25),
    repeat: maybe(0.25),
    replayLater: maybe(0.25),
    forge: maybe(0.1),
  };
  return {
    network,
    agentCrash: maybe(0.01),
    journal: maybe(0.01),
    serverCrash: maybe(0.03),
    strike: maybe(0.4),
    probe: maybe(0.3),
  };
};

const rough: Faults = {
  network: { loseRequest: 0.1, loseReply: 0.1, repeat: 0.1, replayLater: 0.1, forge: 0.05 },
  agentCrash: 0.01,
  journal: 0.005,
  serverCrash: 0.01,
  strike: 0.3,
  probe: 0.1,
};

interface AssetGround {
  readonly place: number;
  readonly startsAt: number;
  readonly days: number;
  readonly isRough: boolean;
  readonly isPiecemeal: boolean;
}

const asset = (
  random: Random.Random,
  { place, startsAt, days, isRough, isPiecemeal }: AssetGround,
  i: number,
): AssetSpec => {
  const group = groupOf(random, place);
  const held = PACKAGES.filter((_, n) => n === 0 || random.chance(0.7));
  const skew = random.chance(0.3) ? random.below(401) - 200 : 0;
  const jump = random.chance(isRough ? 0.3 : 0.12) ? random.below(days * DAY_MINUTES) : null;
  const seconds = (random.below(2) * 2 - 1) * (600 + random.below(7_200));
  return {
    name: `asset-${String(i).padStart(3, "0")}`,
    timeZone: pick(random, ZONES),
    group,
    packages: Object.fromEntries(held.map((name) => [name, "1-1"])),
    faults: random.chance(0.1) ? { [pick(random, held)]: pick(random, ["pre-scriptlet-fails", "corrupt-file"]) } : {},
    ...(random.chance(0.7) ? { installSeconds: durations(random.stream("seconds"), held, isRough ? 0.4 : 0.2) } : {}),
    ...GeneratedReboots.ofAsset(random.stream("reboots"), {
      startsAt,
      days,
      group,
      packages: held,
      isRough,
      isPiecemeal,
    }),
    joinsAt: random.chance(0.15) ? random.below(days * DAY_MINUTES) : random.below(30),
    offline: random.chance(0.25) ? [span(random, days, 30, 1_500)] : [],
    asleep: random.chance(0.2) ? [awakeAfter(days, span(random, days, 60, 1_200))] : [],
    clock: [
      { at: 0, seconds: skew },
      ...(jump === null
        ? []
        : [
            { at: jump, seconds },
            { at: jump + 30 + random.below(300), seconds: skew },
          ]),
    ],
  };
};

// Most are done in a minute or two, some take the better part of an hour.
const durations = (
  random: Random.Random,
  packages: readonly string[],
  long: number,
): { readonly [name: string]: number } =>
  Object.fromEntries(
    packages.map((name) => [name, random.chance(long) ? 600 + random.below(2_400) : 3 + random.below(120)]),
  );

const groupOf = (random: Random.Random, place: number): Group => {
  if (place % 7 === 5) return "lab";
  if (place % 7 === 6) return "outside";
  return random.chance(0.5) ? "servers" : "desks";
};

const patches = (random: Random.Random, days: number): readonly PatchSpec[] =>
  PACKAGES.flatMap((name, i): readonly PatchSpec[] => [
    {
      id: `FTSA-2026:${String(10 + i)}`,
      package: name,
      evr: "1-2",
      category: i % 3 === 2 ? "bugfix" : "security",
      publishedAt: 0,
      ...(name === "tzdata" && random.chance(0.5) ? { mustBeAcquired: true as const } : {}),
    },
    ...(random.chance(0.4)
      ? [
          {
            id: `FTSA-2026:${String(30 + i)}`,
            package: name,
            evr: "1-3",
            category: "security" as const,
            publishedAt: random.below(days * DAY_MINUTES),
          },
        ]
      : []),
  ]);

interface JobGround {
  readonly i: number;
  readonly days: number;
  readonly startsAt: number;
  readonly catalogue: readonly PatchSpec[];
  readonly isRough: boolean;
  /** Each job brings one patch, at once. */
  readonly isPiecemeal: boolean;
}

const job = (random: Random.Random, ground: JobGround): JobSpec => {
  const at = ground.isRough ? 30 + random.below(300) : random.below(ground.days * DAY_MINUTES * 0.4);
  const schedule = ground.isPiecemeal ? ({ _tag: "OnDemand" } as const) : scheduled(random, ground, at);
  const isRecurring = schedule._tag === "Recurring";
  const usable = ground.catalogue.filter((p) => p.publishedAt <= at);
  const isRollback = random.chance(0.08);
  const isListed = isRollback || random.chance(0.4);
  const draft: JobDraft = {
    title: `Job ${ground.i}`,
    kind: isRollback ? "rollback" : "deployment",
    platform: "Linux",
    patches: isListed
      ? { _tag: "List", patches: usable.filter((_, n) => n === 0 || random.chance(0.6)).map((p) => p.id) }
      : { _tag: "Query", query: random.chance(0.5) ? "category: security" : "vendor: Lab" },
    targets: {
      assets: [],
      include: {
        mode: "any",
        tags: pick(random, [["fleet"], ["fleet"], ["servers"], ["fleet", "outside"], ["desks"]]),
      },
      exclude: { mode: "any", tags: random.chance(0.3) ? ["kept"] : [] },
    },
    schedule,
    reboot: GeneratedReboots.policy(random.stream("reboot")),
    continueOnFailure: random.chance(0.7),
    ...(random.chance(0.65)
      ? {
          window: { minutes: 30 + random.below(ground.isRough ? 60 : 330), bound: pick(random, ["start", "complete"]) },
        }
      : {}),
    ...(isRecurring && random.chance(0.5) ? { overlap: pick(random, ["wait", "skip"] as const) } : {}),
    ...(isRecurring && random.chance(0.5) ? { catchUp: pick(random, ["skip", "run-once-now"] as const) } : {}),
    ...(ground.isPiecemeal ? GeneratedReboots.piecemeal(usable[ground.i]?.id ?? "") : {}),
  };
  return { name: `job-${ground.i}`, at, enableAt: at + random.below(120), draft };
};

const scheduled = (random: Random.Random, { days, startsAt, isRough }: JobGround, at: number): Schedule => {
  const kind = isRough ? (random.below(2) === 0 ? 0 : 3) : random.below(5);
  if (kind === 0) return { _tag: "OnDemand" };
  const zone = random.chance(0.7)
    ? ({ _tag: "Agent" } as const)
    : ({ _tag: "Named", zone: pick(random, ZONES) } as const);
  // Hours at which clocks change are drawn often.
  const minute = random.chance(0.4) ? 120 + random.below(90) : random.below(DAY_MINUTES);
  const day = startsAt + at * MINUTE_MS + (kind === 1 ? 1 + random.below(Math.max(1, days - 1)) : 0) * 86_400_000;
  const start = { ...dayOf(day), hour: Math.floor(minute / 60), minute: minute % 60, second: 0 };
  if (kind === 1) return { _tag: "Once", at: start, zone };
  const pattern =
    kind < 4
      ? ({ _tag: "Daily", every: 1 } as const)
      : ({ _tag: "Weekly", every: 1, weekdays: [1 + random.below(6), 7] as never } as const);
  return { _tag: "Recurring", rule: { pattern, start, end: { _tag: "Never" }, except: [] }, zone } as Schedule;
};

const dayOf = (at: number) => {
  const date = new Date(at);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
};
