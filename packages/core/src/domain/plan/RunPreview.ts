/**
 * The next runs of a job, place by place, with what is known of each now (SCH-12): when it starts and ends there, what puts it
 * off, and what its plan would be. What a person looks at before enabling. Pure.
 *
 * What a run does depends on its time only by which places it leaves out: so one plan serves all runs that leave out the
 * same ones. {@link frame} tells which plans are needed, {@link fill} puts them in.
 */
import { Calendar, Duration, Instant, WallTime } from "@fettle/scheduler";
import { Preview } from "@fettle/scheduler/preview";
import * as Job from "../job/Job.ts";
import * as Schedule from "../job/Schedule.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Plan } from "./Plan.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import * as PlanRings from "./PlanRings.ts";
import * as PlanTiming from "./PlanTiming.ts";
import * as PreviewPlaces from "./PreviewPlaces.ts";

/** How many runs may be asked for, and how many are shown unless told. */
export const RUNS_MAX = 60;
export const RUNS_DEFAULT = 5;

/** Places that are shown at most, those with the most assets; of the others their number is told. */
export const PLACES_MAX = 100;

/** Slots of later rings that one preview tells at most, over all runs and places; runs past that tell none. */
export const RING_SLOTS_MAX = 1_000;

/** Plans that one preview compiles at most; runs past that tell times alone. */
export const PLANS_MAX = 8;

/** A run in a place. Instants are epoch milliseconds; local times are texts such as `2026-03-08T03:30:00`. */
export interface PreviewRow {
  /** The number of the place. */
  readonly place: number;
  readonly zone: string;
  /** When it starts, nothing keeping it; null where it doesn't start there. */
  readonly start: number | null;
  readonly startLocal: string | null;
  /** When it truly starts, after blackouts and freezes; null: as soon as the job is enabled, or not at all. */
  readonly begins: number | null;
  readonly windowEnd: number | null;
  readonly windowEndLocal: string | null;
  /** RBT-08; null where it isn't bounded, or nothing reboots. */
  readonly latestReboot: number | null;
  /** The rule by which nothing runs there this time; null when it runs. */
  readonly outBy: string | null;
  /** Assets there that get something; null where that isn't known. */
  readonly gets: number | null;
  /** Of how many. */
  readonly assets: number;
  readonly notes: readonly Preview.Note[];
  /** Of a job in rings those after the first, whose times the row tells; left out where there are none, empty past {@link RING_SLOTS_MAX}. */
  readonly rings?: readonly PreviewRing[];
}

/** A later ring of a run in a place (RNG-05), whether or not it has assets there. */
export interface PreviewRing extends PlanRings.PlanRing {
  /** As that of the row. */
  readonly latestReboot: number | null;
}

/** What the run would do, as far as known: who gets what is decided when it is made. */
export interface RunOutline {
  readonly assets: number;
  readonly patches: number;
  /** Assets of the selection that get nothing, by rule. */
  readonly excluded: readonly { readonly rule: string; readonly assets: number }[];
  /** Patches that are left out, wholly or on some assets. */
  readonly leftOut: number;
  /** The latest reboot of all (RBT-08); null, too, where not all rings are told of. */
  readonly latestReboot: number | null;
}

export interface PreviewRun {
  /** Of a recurring job, the slot that plans and runs name; else null. */
  readonly slot: number | null;
  /** What the schedule says; null on demand. */
  readonly nominalLocal: string | null;
  readonly rows: readonly PreviewRow[];
  readonly outline: RunOutline | null;
  /** Why there is no outline; null when there is one. */
  readonly unknown: Rejection.Rejection | null;
}

export interface RunPreview {
  readonly jobId: string;
  readonly title: string;
  /** By query or of another job: who gets what may be otherwise by then (JOB-22). */
  readonly isProvisional: boolean;
  readonly runs: readonly PreviewRun[];
  readonly places: readonly PreviewPlaces.PreviewPlace[];
  /** Places past {@link PLACES_MAX}. */
  readonly unshown: { readonly places: number; readonly assets: number };
  /** The zone rules that the instants were worked out with. */
  readonly tzdata: string;
}

export interface PreviewOptions {
  readonly runs: number;
  /** Runs of a recurring job that start after this instant. */
  readonly after: number;
}

/** The runs without their outlines, and the plans that these need. */
export interface Frame {
  readonly preview: RunPreview;
  /** For each run the number of its plan; null: past {@link PLANS_MAX}. */
  readonly planOf: readonly (number | null)[];
  /** The inputs of each plan. */
  readonly plans: readonly PlanInputs[];
  readonly places: PreviewPlaces.Places;
}

/** What is wrong with a number of runs; null when nothing is. */
export const runsFault = (runs: number): Rejection.Rejection | null =>
  Number.isSafeInteger(runs) && runs >= 1 && runs <= RUNS_MAX
    ? null
    : Rejection.make("SCH-12", "invalid", `1–${RUNS_MAX} runs`, "runs");

/** Works out the times. Refused when the job has no schedule (JOB-02) or no time to run any more (SCH-05, SCH-06). */
export const frame = (
  inputs: PlanInputs,
  { runs, after }: PreviewOptions,
  all: PreviewPlaces.Places = PreviewPlaces.of(inputs),
): Result<Frame, Rejection.Rejection> => {
  const { job } = inputs;
  const fault = runsFault(runs) ?? scheduleFault(job);
  if (fault !== null) return fail(fault);
  const shown = largest(all.places);
  const rows = rowsOf(
    inputs,
    shown.map((i) => all.scheduled[i] as Preview.Place),
    { runs, after },
  );
  if (!rows.ok) return rows;
  const timed: Timed[] = [];
  const later = Math.max(PlanRings.places(job).length - 1, 0) * shown.length;
  for (const group of byRun(rows.value)) {
    const tellsRings = (timed.length + 1) * later <= RING_SLOTS_MAX;
    const run = timedRun(inputs, all, { rows: group, tellsRings });
    if (!run.ok) return run;
    timed.push(run.value);
  }
  const kept = new Set(shown);
  const rest = all.places.filter((_, i) => !kept.has(i));
  return ok({
    ...planned(timed),
    places: all,
    preview: {
      jobId: job.id,
      title: job.title,
      isProvisional: job.patches !== null && job.patches._tag !== "List",
      runs: timed.map(({ run }) => run),
      places: shown.map((i) => all.places[i] as PreviewPlaces.PreviewPlace),
      unshown: { places: rest.length, assets: rest.reduce((sum, p) => sum + p.assets, 0) },
      tzdata: inputs.versions.tzdata,
    },
  });
};

/** The preview with what each run would do; `plans` answers {@link Frame.plans} in order. */
export const fill = (
  { preview, planOf, places }: Frame,
  plans: readonly Result<Plan, Rejection.Rejection>[],
): RunPreview => {
  const counted = plans.map((plan) => (plan.ok ? counts(plan.value, places) : plan.error));
  return {
    ...preview,
    runs: preview.runs.map((run, i) => {
      const at = planOf[i] ?? null;
      const found = at === null ? tooMany : counted[at];
      if (found === undefined || !("outline" in found)) return { ...run, unknown: found ?? tooMany };
      const rows = run.rows.map((row) => {
        const isOut = row.outBy !== null && row.rings === undefined;
        return { ...row, gets: isOut ? 0 : (found.gets[row.place - 1] ?? 0) };
      });
      const isTold = rows.every(({ rings }) => rings === undefined || rings.length > 0);
      const latest = isTold ? rows.flatMap((row) => rebootsOf(row, found.ringsAt[row.place - 1] ?? NO_RINGS)) : [];
      return { ...run, rows, outline: { ...found.outline, latestReboot: maximum(latest) } };
    }),
  };
};

// Of the rings that have assets there.
const rebootsOf = (
  { gets, latestReboot, rings = [] }: PreviewRow,
  at: ReadonlySet<number>,
): readonly (number | null)[] => {
  if ((gets ?? 0) === 0) return [];
  const later = rings.filter(({ number }) => at.has(number)).map((ring) => ring.latestReboot);
  return at.size === 0 || at.has(1) ? [latestReboot, ...later] : later;
};

const NO_RINGS: ReadonlySet<number> = new Set();

const tooMany = Rejection.make(
  "SCH-12",
  "exhausted",
  `it leaves out other places than the runs before it, and a preview compiles ${PLANS_MAX} plans; ask for the plan itself`,
);

const scheduleFault = (job: Job.Job): Rejection.Rejection | null =>
  job.schedule === null
    ? Rejection.make("JOB-02", "conflict", "partially configured: without a schedule there are no runs", "schedule")
    : null;

const largest = (places: readonly PreviewPlaces.PreviewPlace[]): readonly number[] => {
  const order = places.map((_, i) => i);
  if (order.length <= PLACES_MAX) return order;
  const assetsAt = (i: number): number => places[i]?.assets ?? 0;
  return order
    .sort((a, b) => assetsAt(b) - assetsAt(a) || a - b)
    .slice(0, PLACES_MAX)
    .sort((a, b) => a - b);
};

const rowsOf = (
  inputs: PlanInputs,
  places: readonly Preview.Place[],
  { runs, after }: PreviewOptions,
): Result<readonly Preview.Row[], Rejection.Rejection> => {
  const { job } = inputs;
  const { enabledAt, leadMilliseconds } = inputs.occasion ?? PlanTiming.noOccasion(inputs.now);
  // What an asset triggers is looked at as if it ran now.
  const timed = job.schedule === null || Schedule.isTrigger(job.schedule) ? ON_DEMAND : job.schedule;
  const compiled = Schedule.compile(timed);
  if (!compiled.ok)
    return fail(compiled.error[0] ?? Rejection.make("SCH-01", "invalid", "this is no schedule", "schedule"));
  const found = Preview.of(
    compiled.value,
    {
      places,
      enabledAt: Instant.held(enabledAt),
      after: Instant.held(after),
      window: Job.windowOf(job),
      lead: Duration.milliseconds(leadMilliseconds),
    },
    runs,
  );
  if (found.ok) return found;
  const { error } = found;
  const rule = error._tag === "UnknownZone" ? "SCH-02" : error._tag === "InvalidWallTime" ? "SCH-01" : error.rule;
  return fail(Rejection.make(rule, "conflict", error.message, "schedule"));
};

const ON_DEMAND = { _tag: "OnDemand" } as const;

const byRun = (rows: readonly Preview.Row[]): readonly (readonly Preview.Row[])[] => {
  const runs = new Map<string, Preview.Row[]>();
  for (const row of rows) {
    const key = row.nominalLocal === null ? "" : WallTime.print(row.nominalLocal);
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [row]);
    else run.push(row);
  }
  return [...runs.values()];
};

interface Timed {
  readonly run: PreviewRun;
  readonly inputs: PlanInputs;
  /** Equal for runs that leave out the same places by the same rules. */
  readonly signature: string;
}

const timedRun = (
  inputs: PlanInputs,
  { places, samples }: PreviewPlaces.Places,
  { rows, tellsRings }: { readonly rows: readonly Preview.Row[]; readonly tellsRings: boolean },
): Result<Timed, Rejection.Rejection> => {
  const local = rows[0]?.nominalLocal ?? null;
  const slot = local === null || inputs.job.schedule?._tag !== "Recurring" ? null : Calendar.millisecondsOf(local);
  const at: PlanInputs = { ...inputs, occasion: { ...(inputs.occasion ?? PlanTiming.noOccasion(inputs.now)), slot } };
  const timings = PlanTiming.compile(at.job, at.occasion ?? PlanTiming.noOccasion(at.now));
  if (!timings.ok) return timings;
  const found = samples.map((sample) => timings.value.of(sample));
  const rings = PlanRings.places(inputs.job);
  const outs = found.map((t) => (t._tag === "Runs" ? "" : t.obstacle.rule));
  const open = rings.length < 2 ? [] : samples.map((sample) => `${lastOpen(timings.value, sample, rings.length)}`);
  const signature = [...outs, ...open].join(" ");
  const run: PreviewRun = {
    slot,
    nominalLocal: local === null ? null : WallTime.print(local),
    rows: rows.map((row) => ({
      ...rowOf(row, places, found),
      ...ringsOf(timings.value, tellsRings ? samples[Number(row.label) - 1] : undefined, rings),
    })),
    outline: null,
    unknown: null,
  };
  return ok({ run, inputs: at, signature });
};

type Sample = PreviewPlaces.Places["samples"][number];

// Where one ring has no slot, those after it have none either.
const lastOpen = (timings: PlanTiming.Timings, sample: Sample, rings: number): number => {
  const isOpen = (ring: number): boolean => timings.inRing(sample, ring)._tag === "Runs";
  if (isOpen(rings)) return rings;
  let last = 1;
  while (isOpen(last + 1)) last += 1;
  return last;
};

const ringsOf = (
  timings: PlanTiming.Timings,
  sample: Sample | undefined,
  rings: readonly PlanRings.RingPlace[],
): Pick<PreviewRow, "rings"> => {
  if (rings.length < 2) return {};
  if (sample === undefined) return { rings: [] };
  const later = rings.slice(1).map((place): PreviewRing => {
    const timing = timings.inRing(sample, place.number);
    if (timing._tag === "Out") return { ...place, earliest: null, why: timing.obstacle.reason, latestReboot: null };
    return { ...PlanRings.timed(place, timing.timing), latestReboot: timing.timing.latestReboot };
  });
  return { rings: later };
};

const rowOf = (
  row: Preview.Row,
  places: readonly PreviewPlaces.PreviewPlace[],
  timings: readonly PlanTiming.AssetTiming[],
): PreviewRow => {
  const index = Number(row.label) - 1;
  const [place, timing] = [places[index], timings[index]];
  return {
    place: index + 1,
    zone: place?.zone ?? "UTC",
    start: row.start,
    startLocal: row.startLocal === null ? null : WallTime.print(row.startLocal),
    begins: timing?._tag === "Runs" ? timing.timing.start : null,
    windowEnd: row.windowEnd,
    windowEndLocal: row.windowEndLocal === null ? null : WallTime.print(row.windowEndLocal),
    latestReboot: timing?._tag === "Runs" ? timing.timing.latestReboot : null,
    outBy: timing?._tag === "Out" ? timing.obstacle.rule : null,
    gets: null,
    assets: place?.assets ?? 0,
    notes: row.notes,
  };
};

const planned = (timed: readonly Timed[]): Pick<Frame, "planOf" | "plans"> => {
  const known = new Map<string, number>();
  const plans: PlanInputs[] = [];
  const planOf = timed.map(({ signature, inputs }) => {
    const at = known.get(signature);
    if (at !== undefined) return at;
    if (plans.length === PLANS_MAX) return null;
    known.set(signature, plans.length);
    plans.push(inputs);
    return plans.length - 1;
  });
  return { planOf, plans };
};

interface Counted {
  readonly outline: RunOutline;
  /** In the order of the places. */
  readonly gets: readonly number[];
  /** The rings that have assets there, likewise. */
  readonly ringsAt: readonly ReadonlySet<number>[];
}

const counts = (plan: Plan, places: PreviewPlaces.Places): Counted => {
  const patches = new Set<string>();
  const getting = new Map<string, number | null>();
  for (const group of plan.groups) {
    for (const { patchId } of group.patches) patches.add(patchId);
    for (const id of group.assets) getting.set(id, group.ring?.number ?? null);
  }
  const gets = places.assets.map((ids) => ids.reduce((sum, id) => sum + (getting.has(id) ? 1 : 0), 0));
  const ringsAt = places.assets.map((ids) => new Set(ids.flatMap((id) => getting.get(id) ?? [])));
  const excluded = new Map<string, number>();
  for (const { rule } of plan.excluded) excluded.set(rule, (excluded.get(rule) ?? 0) + 1);
  const byRule = [...excluded].map(([rule, n]) => ({ rule, assets: n })).sort((a, b) => (a.rule < b.rule ? -1 : 1));
  const leftOut = new Set(plan.leftOut.map((l) => l.patchId)).size;
  const outline = { assets: getting.size, patches: patches.size, excluded: byRule, leftOut, latestReboot: null };
  return { gets, ringsAt, outline };
};

const maximum = (instants: readonly (number | null)[]): number | null =>
  instants.reduce<number | null>((latest, at) => (at === null ? latest : Math.max(latest ?? at, at)), null);
