/**
 * Generated jobs: every kind of schedule, window and reboot, with what goes together. Their times lie in 2027 to 2030, so that
 * none is past by the clocks of tests.
 */
import type { Catchup, JobSchedule, Overlap, RebootTimeline, Recurrence, TimeZone, WallTime } from "@fettle/scheduler";
import * as fc from "fast-check";
import type { Job, JobDraft, PatchSource } from "../../domain/job/Job.ts";
import { type Notifications, occasions } from "../../domain/job/JobNotifications.ts";
import type { Deferral, JobMessages } from "../../domain/job/JobOptions.ts";
import type { Schedule, Window } from "../../domain/job/Schedule.ts";
import { platforms } from "../../domain/shared/Platform.ts";
import type { TagSelection } from "../../domain/tag/TagSelection.ts";
import { instant } from "./AssetArbitraries.ts";
import { digest, PATCHES } from "./PatchArbitraries.ts";
import { scope, selection } from "./TagArbitraries.ts";

const FIRST_YEAR = 2027;
const LAST_YEAR = 2030;

/** A local time, now and then in an hour that some clocks skip or show twice. */
export const wallTime: fc.Arbitrary<WallTime.WallTime> = fc.record({
  year: fc.integer({ min: FIRST_YEAR, max: LAST_YEAR }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  hour: fc.oneof(fc.integer({ min: 0, max: 23 }), fc.constantFrom(1, 2)),
  minute: fc.constantFrom(0, 30),
  second: fc.constant(0),
});

/** Of whose clock, and what its gaps and overlaps do. */
export const zoned: fc.Arbitrary<{
  readonly zone: JobSchedule.ZoneMode;
  readonly resolution?: TimeZone.Resolution;
}> = fc.record(
  {
    zone: fc.oneof(
      fc.constant<JobSchedule.ZoneMode>({ _tag: "Agent" }),
      fc
        .constantFrom(-720, 0, 345, 840)
        .map((offsetMinutes): JobSchedule.ZoneMode => ({ _tag: "Fixed", offsetMinutes })),
      fc
        .constantFrom("UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe")
        .map((zone): JobSchedule.ZoneMode => ({ _tag: "Named", zone })),
    ),
    resolution: fc.record({
      gap: fc.constantFrom("shift", "next-valid", "skip"),
      overlap: fc.constantFrom("earlier", "later"),
    }),
  },
  { requiredKeys: ["zone"] },
);

const every = fc.integer({ min: 1, max: 4 });
const weekday = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 5 as const, 6 as const, 7 as const);

/** Daily, weekly, monthly by day or weekday, anchored as often as not. */
export const pattern: fc.Arbitrary<Recurrence.Pattern> = fc.oneof(
  fc.record({ _tag: fc.constant("Daily" as const), every }),
  fc.record({
    _tag: fc.constant("Weekly" as const),
    every,
    weekdays: fc.uniqueArray(weekday, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ _tag: fc.constant("MonthlyOnDay" as const), every, day: fc.integer({ min: 1, max: 28 }) }),
  fc.record({ _tag: fc.constant("MonthlyOnLastDay" as const), every }),
  fc.record({
    _tag: fc.constant("MonthlyOnWeekday" as const),
    every,
    nth: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, "last" as const),
    weekday,
    offsetDays: fc.oneof(fc.constant(0), fc.integer({ min: -27, max: 27 })),
  }),
);

const end: fc.Arbitrary<Recurrence.End> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Recurrence.End>({ _tag: "Never" }) },
  wallTime.map((at): Recurrence.End => ({ _tag: "Until", at: { ...at, year: at.year + LAST_YEAR - FIRST_YEAR + 2 } })),
  fc.integer({ min: 1, max: 5 }).map((count): Recurrence.End => ({ _tag: "After", count })),
);

/** A recurrence that comes at least once. */
export const rule: fc.Arbitrary<Recurrence.Rule> = fc.record({
  pattern,
  start: wallTime,
  end,
  except: fc.subarray(["2026-12-24", "2026-12-31"]),
});

/** A schedule of one kind. */
export const schedules: { readonly [T in Schedule["_tag"]]: fc.Arbitrary<Extract<Schedule, { readonly _tag: T }>> } = {
  OnDemand: fc.constant({ _tag: "OnDemand" }),
  Once: fc.tuple(wallTime, zoned).map(([at, more]) => ({ _tag: "Once", at, ...more })),
  Recurring: fc.tuple(rule, zoned).map(([rule, more]) => ({ _tag: "Recurring", rule, ...more })),
  OnActivation: fc.constant({ _tag: "OnActivation" }),
  AfterInactivity: fc.integer({ min: 3, max: 180 }).map((days) => ({ _tag: "AfterInactivity", days })),
};

/** Any schedule, a recurring one most often. */
export const schedule: fc.Arbitrary<Schedule> = fc.oneof(
  { weight: 2, arbitrary: schedules.OnDemand },
  { weight: 3, arbitrary: schedules.Once },
  { weight: 5, arbitrary: schedules.Recurring },
  { weight: 1, arbitrary: schedules.OnActivation },
  { weight: 1, arbitrary: schedules.AfterInactivity },
);

/** WIN-01, WIN-02. */
export const window: fc.Arbitrary<Window> = fc.record(
  {
    minutes: fc.oneof(fc.constantFrom(30, 10_080), fc.integer({ min: 30, max: 10_080 })),
    bound: fc.constantFrom("start", "complete"),
  },
  { requiredKeys: ["minutes"] },
);

const minutes = fc.oneof(fc.constantFrom(1, 15, 1_440), fc.integer({ min: 1, max: 1_440 }));

/** RBT-03, JOB-29. */
export const deferral: fc.Arbitrary<Deferral> = fc.record({ count: fc.integer({ min: 1, max: 9 }), minutes });

const countdownMinutes = fc.option(minutes, { freq: 3 });

/** RBT-02, RBT-03, RBT-04, RBT-13. */
export const reboot: fc.Arbitrary<RebootTimeline.RebootSettings> = fc.oneof(
  fc.constant<RebootTimeline.RebootSettings>({ _tag: "Suppress" }),
  fc.record({
    _tag: fc.constant("Request" as const),
    deferrals: fc.option(deferral, { freq: 3 }),
    countdownMinutes,
    whenNobody: fc.constantFrom("reboot", "countdown"),
  }),
  fc.record({ _tag: fc.constant("Automatic" as const), countdownMinutes }),
);

const message = fc.option(
  fc.record({ title: fc.constantFrom("Updates", ""), description: fc.constantFrom("Please wait.", "") }),
  { freq: 2 },
);

/** JOB-15. */
export const messages: fc.Arbitrary<JobMessages> = fc.record({
  before: message,
  progress: message,
  completion: message,
});

/** JOB-15. */
export const notifications: fc.Arbitrary<Notifications> = fc.record({
  on: fc.subarray([...occasions], { minLength: 1 }),
  to: fc.uniqueArray(fc.constantFrom("ops@acme.example", "#patching", "42", "Ω", "x".repeat(128)), { minLength: 1 }),
});

const listed = fc.subarray([...PATCHES], { minLength: 1 }).map((patches): PatchSource => ({ _tag: "List", patches }));
const asked = fc
  .record(
    {
      query: fc.constantFrom("category: security", "vendorSeverity: Critical"),
      approvalAgeDays: fc.integer({ min: 0, max: 60 }),
    },
    { requiredKeys: ["query"] },
  )
  .map((source): PatchSource => ({ _tag: "Query", ...source }));

const title = fc.constantFrom("Servers", "Desktops", "Ω – überall", "x".repeat(256));

const yes = fc.constant(true as const);

/** What a draft may leave out, where it has a use for it. */
const options = {
  window,
  messages,
  deferral,
  opportunisticDownload: yes,
  completion: fc.constantFrom("assets-final" as const, "dispatch-closed" as const),
  overlap: fc.constantFrom<Overlap.Policy>("wait", "skip"),
  catchUp: fc.constantFrom<Catchup.Policy>("skip", "run-once-now"),
  onDrift: fc.constantFrom("report" as const, "hold" as const),
  dynamicTitle: yes,
  notifications,
};

type Optional = keyof typeof options;

const fits = (draft: Pick<JobDraft, "platform" | "schedule" | "patches">): readonly Optional[] => {
  const { platform, schedule, patches } = draft;
  const by = schedule?._tag ?? "none";
  const isAttended = platform !== "Linux";
  return [
    "window",
    "dynamicTitle",
    "notifications",
    ...(isAttended ? (["messages", "deferral"] as const) : []),
    ...(by === "Once" || by === "Recurring" ? (["opportunisticDownload"] as const) : []),
    ...(by === "OnDemand" || by === "Once" ? (["completion"] as const) : []),
    ...(by === "Recurring" ? (["overlap", "catchUp"] as const) : []),
    ...(patches?._tag === "Query" ? (["onDrift"] as const) : []),
  ];
};

const withOptions = <D extends Pick<JobDraft, "platform" | "schedule" | "patches">>(draft: D): fc.Arbitrary<D> => {
  const fitting = Object.fromEntries(fits(draft).map((name) => [name, options[name]]));
  return fc.record(fitting as typeof options, { requiredKeys: [] }).map((more) => ({ ...draft, ...more }));
};

// JOB-24: a default job names no assets.
const targeted = (
  draft: JobDraft & { readonly targets: TagSelection | null },
): JobDraft & { readonly targets: TagSelection | null } => {
  const isDefault = draft.schedule?._tag === "OnActivation" || draft.schedule?._tag === "AfterInactivity";
  return isDefault && draft.targets !== null ? { ...draft, targets: { ...draft.targets, assets: [] } } : draft;
};

/** A draft that may be saved; now and then a part is missing, so that it can't be enabled (JOB-02). */
export const draft: fc.Arbitrary<JobDraft> = fc
  .constantFrom("deployment" as const, "deployment" as const, "rollback" as const)
  .chain((kind) =>
    fc.record({
      title,
      description: fc.constantFrom("", "Every month."),
      kind: fc.constant(kind),
      platform: fc.constantFrom(...platforms),
      patches: fc.option(kind === "rollback" ? listed : fc.oneof(listed, asked), { freq: 8 }),
      targets: fc.option(selection, { freq: 8 }),
      schedule: fc.option(schedule, { freq: 8 }),
      reboot,
      continueOnFailure: fc.boolean(),
    }),
  )
  .map(targeted)
  .chain(withOptions);

/** A job that was saved, and is not enabled. */
export const job: fc.Arbitrary<Job> = fc
  .record({
    draft,
    id: fc.uuid({ version: 4 }),
    ownerId: fc.option(fc.constantFrom("mara", "uli"), { freq: 6 }),
    coAuthors: fc.subarray(["ada", "uma"]),
    readers: fc.subarray(["rita"]),
    formerScopes: fc.array(scope, { maxLength: 1 }),
    createdAt: instant,
    approved: fc.option(fc.record({ planHash: digest, by: fc.constant("sue"), at: instant }), { freq: 3 }),
    enabled: fc.option(fc.record({ planHash: digest, at: instant }), { freq: 3 }),
  })
  .map(
    ({ draft, ...rest }): Job =>
      ({
        ...draft,
        description: draft.description ?? "",
        status: "Disabled",
        makerId: rest.ownerId,
        ...rest,
      }) as Job,
  );
