/**
 * What jobs should do as time passes, as naively as it can be said: three assets on clocks that never change, a job's times as a
 * list that is gone through from its start, and no storage, plans or revisions. A property holds the façade against it
 * (`engine/TimedJobLifeProperty.test.ts`). Who may do what in every rank is `JobLifeModel`'s.
 */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const LEAD = 3 * HOUR;
/** How late a time may be looked after yet (SCH-13). */
export const LATE = 15 * MINUTE;
export const PATCHES_MAX = 3;
const DAYS_LISTED = 400;

/** The manager, two users of whom uma sees web only, and one who may only read. */
export type Person = "mara" | "uli" | "uma" | "rita";

export interface ModelAsset {
  /** How far its clock is ahead of UTC's. */
  readonly hours: number;
  readonly tags: Set<string>;
  isActive: boolean;
}

export interface Target {
  readonly include: string | null;
  readonly exclude: string | null;
  readonly assets: readonly number[];
}

/** `local`, `from`: what clocks show, as UTC's would. `zone`: hours ahead of UTC, or each asset's own. */
export type ModelSchedule =
  | { readonly kind: "demand" }
  | { readonly kind: "once"; readonly local: number; readonly zone: "agent" | number }
  | {
      readonly kind: "again";
      readonly from: number;
      /** Monday is 1; null: every day. */
      readonly weekdays: readonly number[] | null;
      readonly count: number | null;
      readonly zone: "agent" | number;
    };

export type ModelPatches = { readonly list: readonly string[] } | { readonly query: "security" | "all" };

export interface ModelDraft {
  readonly title: string;
  readonly patches: ModelPatches | null;
  readonly target: Target | null;
  readonly schedule: ModelSchedule | null;
  /** In minutes; null: it has none. */
  readonly window: number | null;
}

export type AssetStatus = "Pending" | "NotLicensed" | "TimedOut" | "JobFailed";

export interface ModelRun {
  readonly local: number | null;
  readonly kind: ModelSchedule["kind"];
  readonly zone: "agent" | number | null;
  readonly madeAt: number;
  /** What each asset is to be sent. */
  readonly lists: ReadonlyMap<number, readonly string[]>;
  readonly statuses: Map<number, AssetStatus>;
  readonly ends: ReadonlyMap<number, number | null>;
  readonly lastStart: number;
  readonly windowEnd: number | null;
  isClosed: boolean;
}

export interface ModelJob extends ModelDraft {
  title: string;
  patches: ModelPatches | null;
  target: Target | null;
  schedule: ModelSchedule | null;
  window: number | null;
  status: "Disabled" | "Enabled" | "Completed" | "Expired" | "Ended" | "Failed";
  owner: Person;
  /** Whether a former owner's scope (only uma's is limited) bounds it. */
  isBound: boolean;
  isDeleted: boolean;
  enabledAt: number | null;
  rescheduledAt: number;
  /** The last local time that was dealt with, counted from an enabling. */
  through: { readonly since: number; readonly local: number } | null;
  readonly runs: ModelRun[];
}

export interface Model {
  now: number;
  readonly assets: readonly ModelAsset[];
  readonly jobs: ModelJob[];
  readonly deprecated: Set<string>;
  freeze: { readonly from: number; readonly to: number } | null;
  subscription: { readonly isFree: boolean; readonly expiresAt: number | null; readonly fellAt: number | null };
}

export const CATALOGUE = [
  { id: "P-1", isSecurity: true, isAcquired: false },
  { id: "P-2", isSecurity: false, isAcquired: false },
  { id: "P-3", isSecurity: true, isAcquired: false },
  { id: "P-4", isSecurity: true, isAcquired: true },
  { id: "P-5", isSecurity: true, isAcquired: false },
  { id: "P-6", isSecurity: false, isAcquired: false },
] as const;

export const make = (now: number): Model => ({
  now,
  assets: [
    { hours: 0, tags: new Set(["fleet"]), isActive: true },
    { hours: 9, tags: new Set(["web"]), isActive: true },
    { hours: -10, tags: new Set(["fleet"]), isActive: true },
  ],
  jobs: [],
  deprecated: new Set(["P-3"]),
  freeze: null,
  subscription: { isFree: false, expiresAt: null, fellAt: null },
});

// --- who and what

export const isRunOnce = ({ schedule }: Pick<ModelDraft, "schedule">): boolean => schedule?.kind !== "again";

/** Web lies below fleet. */
const bears = ({ tags }: ModelAsset, tag: string): boolean => tags.has(tag) || (tag === "fleet" && tags.has("web"));

export const isSelected = (target: Target | null, assets: Model["assets"], n: number): boolean => {
  const asset = assets[n];
  if (target === null || asset === undefined) return false;
  const isIn = target.assets.includes(n) || (target.include !== null && bears(asset, target.include));
  return isIn && !(target.exclude !== null && bears(asset, target.exclude));
};

export const isInScopes = (job: Pick<ModelJob, "owner" | "isBound">, asset: ModelAsset): boolean =>
  (job.owner !== "uma" && !job.isBound) || bears(asset, "web");

/** The patches that a job brings as of now: what is deprecated or must be acquired never; of a query the newest. */
export const patchesOf = (m: Model, { patches }: Pick<ModelDraft, "patches">): readonly string[] => {
  const good = CATALOGUE.filter((p) => !m.deprecated.has(p.id) && !p.isAcquired);
  if (patches === null) return [];
  if ("list" in patches) return good.map((p) => p.id as string).filter((id) => patches.list.includes(id));
  const found = good.filter((p) => patches.query === "all" || p.isSecurity);
  return found.slice(-PATCHES_MAX).map((p) => p.id);
};

/** Without a schedule, a job is planned as if it ran now. */
export const isPlannable = ({ patches, target }: ModelDraft): boolean => patches !== null && target !== null;

export const isPartial = ({ patches, target, schedule }: ModelDraft): boolean =>
  patches === null || target === null || schedule === null;

// --- the subscription

export const isFree = ({ now, subscription: { isFree, expiresAt } }: Model): boolean =>
  isFree || (expiresAt !== null && now >= expiresAt);

export const fellAt = ({ now, subscription: { expiresAt, fellAt } }: Model): number | null =>
  expiresAt !== null && now >= expiresAt ? expiresAt : fellAt;

export const subscribe = (m: Model, to: "Free" | "Full", expiresAt: number | null): void => {
  const fell = to === "Free" && !isFree(m) ? m.now : fellAt(m);
  m.subscription = { isFree: to === "Free", expiresAt, fellAt: fell };
};

/** LIC-02. */
export const isSuspended = (m: Model, { status, enabledAt }: ModelJob): boolean => {
  const fell = fellAt(m);
  return status === "Enabled" && (isFree(m) || (fell !== null && enabledAt !== null && enabledAt <= fell));
};

// --- times

/** The hours ahead of UTC that a job's local times are read in, of the assets that it may reach; UTC where there are none. */
const places = (m: Model, job: ModelJob): readonly number[] => {
  const { schedule, target } = job;
  if (schedule === null || schedule.kind === "demand") return [0];
  if (schedule.zone !== "agent") return [schedule.zone];
  const reached = m.assets.filter((asset, n) => isSelected(target, m.assets, n) && isInScopes(job, asset));
  const hours = reached.map((a) => a.hours);
  return hours.length === 0 ? [0] : hours;
};

/** The zone that counts on an asset. */
const hoursOn = (zone: "agent" | number, { hours }: ModelAsset): number => (zone === "agent" ? hours : zone);

/** Every local time of a recurring schedule, one after the other. */
export const timesOf = (schedule: ModelSchedule | null): readonly number[] => {
  if (schedule?.kind !== "again") return [];
  const { from, weekdays, count } = schedule;
  const days = Array.from({ length: DAYS_LISTED }, (_, i) => from + i * DAY);
  const meant = days.filter((day) => weekdays === null || weekdays.includes(new Date(day).getUTCDay() || 7));
  return count === null ? meant : meant.slice(0, count);
};

/** From when on starts are a job's own. */
export const sinceOf = ({ enabledAt, rescheduledAt }: ModelJob): number => Math.max(enabledAt ?? 0, rescheduledAt);

/** The starts of a local time that are in time, of the assets' zones (SCH-08). */
export const startsOf = (m: Model, job: ModelJob, local: number): readonly number[] =>
  places(m, job)
    .map((hours) => local - hours * HOUR)
    .filter((start) => start >= sinceOf(job) + LEAD);

/** The times that are still to be dealt with. */
export const timesLeft = (job: ModelJob): readonly number[] => {
  const { through, schedule } = job;
  const isKnown = through !== null && through.since === sinceOf(job);
  if (isKnown) return timesOf(schedule).filter((local) => local > through.local);
  return timesOf(schedule).filter((local) => isToCome(schedule, local, sinceOf(job)));
};

/** When a time becomes a run: the lead before it comes first, or the one after it, for they do in their order. */
export const dueAt = (m: Model, job: ModelJob, local: number): number => {
  const following = timesLeft(job).find((other) => other > local);
  const starts = [local, following].flatMap((time) => (time === undefined ? [] : startsOf(m, job, time)));
  return Math.min(...starts) - LEAD;
};

/** When the next time of each job that is enabled becomes a run. */
export const dues = (m: Model): readonly number[] =>
  m.jobs
    .filter((job) => !job.isDeleted && job.status === "Enabled" && !isSuspended(m, job))
    .flatMap((job) => {
      const next = timesLeft(job).find((local) => startsOf(m, job, local).length > 0);
      return next === undefined ? [] : [dueAt(m, job, next)];
    });

// Somewhere on earth.
const isToCome = (schedule: ModelSchedule | null, local: number, after: number): boolean =>
  schedule?.kind === "again" && local - (schedule.zone === "agent" ? -12 : schedule.zone) * HOUR > after;

/** Whether a schedule has no time left anywhere on earth (SCH-07). */
export const isOver = (schedule: ModelSchedule | null, now: number): boolean =>
  schedule?.kind === "again" && !timesOf(schedule).some((local) => isToCome(schedule, local, now));

/** The window's end of a job that runs once, by a zone. */
const onceEnd = ({ schedule, window }: ModelDraft, hours: number): number =>
  schedule?.kind !== "once" || window === null
    ? Number.POSITIVE_INFINITY
    : schedule.local - (schedule.zone === "agent" ? hours : schedule.zone) * HOUR + window * MINUTE;

/** Whether its window is over in the last zone on earth (SCH-06). */
export const isExpired = (job: ModelDraft, now: number): boolean => onceEnd(job, -12) <= now;

/** Why a job that is enabled at an instant has no time to run: SCH-06, SCH-07; null: it has one. */
export const noTime = (m: Model, job: ModelJob, enabledAt: number): "SCH-06" | "SCH-07" | null => {
  const { schedule } = job;
  const hours = places(m, job);
  if (schedule?.kind === "once" && hours.every((h) => onceEnd(job, h) <= enabledAt)) return "SCH-06";
  if (schedule?.kind !== "again") return null;
  const isInTime = (local: number) => hours.some((h) => local - h * HOUR >= enabledAt + LEAD);
  return timesOf(schedule).some(isInTime) ? null : "SCH-07";
};

/** Whether a start is past as somebody saves it: in every zone of the assets that they see; with none, on all the earth. */
export const isPast = (
  m: Model,
  who: Person,
  { schedule, target }: Pick<ModelDraft, "schedule" | "target">,
): boolean => {
  if (schedule?.kind !== "once") return false;
  const { zone, local } = schedule;
  const seen = m.assets.filter((a, n) => isSelected(target, m.assets, n) && (who !== "uma" || bears(a, "web")));
  const hours = zone !== "agent" ? [zone] : seen.length === 0 ? [-12] : seen.map((a) => a.hours);
  return hours.every((h) => local - h * HOUR < m.now);
};

/** How an asset would stand in a run that is made now; null: not in it. */
export interface Fate {
  readonly status: AssetStatus;
  readonly start: number;
  readonly end: number | null;
  /** Whether it gets a list, or stands in the run without one. */
  readonly isListed: boolean;
}

/** Whether an asset may be in a run at all (I9): include − exclude, the owner's scope, former scopes, an active module. */
export const mayBeIn = (m: Model, job: ModelJob, n: number): boolean => {
  const asset = m.assets[n];
  return asset?.isActive === true && isSelected(job.target, m.assets, n) && isInScopes(job, asset);
};

/** What it comes to on an asset, at a local time (recurring) or whenever its schedule says. */
export const fateOf = (m: Model, job: ModelJob, n: number, local: number | null): Fate | null => {
  const asset = m.assets[n];
  const { schedule, window } = job;
  if (asset === undefined || !mayBeIn(m, job, n)) return null;
  const since = sinceOf(job);
  if (asset.tags.has("lab")) return { status: "NotLicensed", start: since, end: null, isListed: false };
  const named = schedule?.kind === "once" ? schedule.local : local;
  const zone = schedule === null || schedule.kind === "demand" ? 0 : schedule.zone;
  const nominal = named === null ? since : named - hoursOn(zone, asset) * HOUR;
  if (schedule?.kind === "again" && nominal < since + LEAD) return null;
  const end = window === null ? null : nominal + window * MINUTE;
  const due = Math.max(nominal, since);
  const start = m.freeze !== null && m.freeze.from <= due && due < m.freeze.to ? m.freeze.to : due;
  const lost: Fate = { status: "TimedOut", start, end, isListed: false };
  if (end !== null && (end <= since || end <= start)) return lost;
  if (patchesOf(m, job).length === 0) return null;
  const isMissed = schedule?.kind === "again" && start <= m.now - LATE;
  const isLate = isMissed || (end !== null && end <= m.now);
  return { status: isLate ? "TimedOut" : "Pending", start, end, isListed: true };
};
