/**
 * The QQL tokens of a job, and how a job answers them. What only a run or a schedule can tell comes as a
 * {@link JobContext}; without one it is null.
 */
import * as Qql from "@fettle/qql";
import type { TimeZone } from "@fettle/scheduler";
import * as Job from "./Job.ts";
import * as JobFilter from "./JobFilter.ts";
import * as JobStatus from "./JobStatus.ts";
import * as Schedule from "./Schedule.ts";

/** The job catalogue: what a query over jobs may ask for. */
export const catalog = Qql.Catalog.define({
  id: {
    type: "uuid",
    required: true,
    description: "The job's id",
    example: "5f0c8a3e-2b74-4d19-8f6a-91c0d7e4b3a2",
  },
  name: {
    type: "text",
    required: true,
    description: "The job's title",
    example: '"Patch Tuesday"',
  },
  status: {
    type: "enum",
    values: JobStatus.all,
    required: true,
    description: "Whether it may run, or why it won't again",
    example: "Enabled",
  },
  type: {
    type: "enum",
    values: ["Install", "Rollback"],
    required: true,
    description: "Whether it installs patches or takes them back",
    example: "Install",
  },
  platform: {
    type: "enum",
    values: ["Windows", "Linux", "Mac"],
    required: true,
    description: "The platform of its assets",
    example: "Linux",
  },
  scheduleType: {
    type: "enum",
    values: ["On-demand", "Once", "Daily", "Weekly", "Monthly", "Default"],
    description: "When it runs",
    example: "Weekly",
  },
  isRecurring: {
    type: "boolean",
    aliases: ["recurring"],
    required: true,
    description: "Whether it runs again and again",
    example: "true",
  },
  startDateTime: {
    type: "date",
    description: "When it starts first",
    example: "2024-07-13T22:00Z",
  },
  nextScheduleDateTime: {
    type: "date",
    description: "When it runs next",
    example: "2024-05-31",
  },
  lastScheduleDateTime: {
    type: "date",
    description: "When it ran last",
    example: "2024-05-31",
  },
  created: {
    type: "group",
    description: "By whom and when it was made",
    tokens: {
      date: {
        type: "date",
        required: true,
        description: "When it was made",
        example: "2024-07-01",
      },
      user: {
        type: "group",
        description: "Who made it",
        tokens: {
          id: {
            type: "keyword",
            description: "The user's id",
            example: "alice",
          },
          name: {
            type: "text",
            description: "The user's name",
            example: "alice",
          },
        },
      },
    },
  },
  updated: {
    type: "group",
    description: "By whom and when it was last changed",
    tokens: {
      date: {
        type: "date",
        description: "When it was changed",
        example: "2024-05-31",
      },
      user: {
        type: "group",
        description: "Who changed it",
        tokens: {
          id: {
            type: "keyword",
            description: "The user's id",
            example: "alice",
          },
          name: {
            type: "text",
            description: "The user's name",
            example: "alice",
          },
        },
      },
    },
  },
  ownerId: {
    type: "keyword",
    description: "Id of the user who owns it; null for an advisory",
    example: "alice",
  },
  coAuthorUserIds: {
    type: "keyword",
    repeated: true,
    description: "Ids of the users who may change it beside its owner",
    example: "alice",
  },
  tags: {
    type: "keyword",
    repeated: true,
    description: "Ids of the tags whose assets it is for",
    example: "cloud-agent",
  },
  exclusionTags: {
    type: "keyword",
    repeated: true,
    description: "Ids of the tags whose assets are left out",
    example: "cloud-agent",
  },
  exclusionAssetIds: {
    type: "uuid",
    repeated: true,
    description: "Ids of the assets left out",
    example: "e4b7d1c0-93a5-4c62-b8f7-2d5a0e6c1f93",
  },
  patchCount: {
    type: "number",
    description: "How many patches it deploys",
    example: "25",
  },
  assetCount: {
    type: "number",
    description: "How many assets it names",
    example: "10",
  },
  taggedAssetCount: {
    type: "number",
    description: "How many assets its tags bring",
    example: "240",
  },
  totalAssetCount: {
    type: "number",
    description: "How many assets it is for in all",
    example: "250",
  },
  applicableAssetCount: {
    type: "number",
    description: "How many of them lack one of its patches",
    example: "180",
  },
  assetResultReceivedCount: {
    type: "number",
    description: "How many of them have reported",
    example: "175",
  },
  completionPercent: {
    type: "number",
    description: "How many of them are done, in percent",
    example: "97.5",
  },
});

export type JobDocument = Qql.Catalog.DocumentOf<typeof catalog.definitions>;

/** What the platform knows of a job beside its definition. Epoch milliseconds. */
export interface JobContext {
  /** When it ran last; null when it never did. */
  readonly lastRunAt: number | null;
  /** Of its latest run: assets in it, assets that have answered, assets with a final status. */
  readonly progress: { readonly assets: number; readonly responded: number; readonly final: number } | null;
  /** The first start that its schedule names, and the next one that it may have; left out: not worked out. */
  readonly starts?: Schedule.Starts;
}

/** A job that never ran. */
export const noContext: JobContext = { lastRunAt: null, progress: null };

/** When a job starts first, and next: from now on, and where it is enabled already, in time for it (SCH-08). */
export const startsOf = (
  job: Pick<Job.Job, "schedule" | "status" | "enabled" | "rescheduledAt">,
  clock: { readonly now: number; readonly zone: TimeZone.TimeZone; readonly leadMilliseconds: number },
): Schedule.Starts => {
  const { now, zone, leadMilliseconds } = clock;
  const isEnabled = job.status === "Enabled" && job.schedule?._tag === "Recurring";
  const since = isEnabled ? Job.countsFrom(job) : null;
  const after = since === null ? now : Math.max(now, since + leadMilliseconds - 1);
  const { first, next } = Schedule.starts(job.schedule, zone, after);
  return { first, next: job.status === "Enabled" || job.status === "Disabled" ? next : null };
};

const scheduleTypes = {
  "on-demand": "On-demand",
  once: "Once",
  daily: "Daily",
  weekly: "Weekly",
  monthly: "Monthly",
  default: "Default",
  none: null,
} as const satisfies { readonly [K in Schedule.ScheduleKind]: string | null };

/** A job as the query language sees it. */
export const toDocument = (job: Job.Job, context: JobContext = noContext): JobDocument => {
  const { progress } = context;
  return {
    ...shownDocument(job, context.starts, JobFilter.counts(job)),
    type: job.kind === "rollback" ? "Rollback" : "Install",
    platform: job.platform,
    lastScheduleDateTime: context.lastRunAt,
    created: { date: job.createdAt, user: { id: job.makerId } },
    coAuthorUserIds: job.coAuthors,
    tags: job.targets?.include.tags ?? [],
    exclusionTags: job.targets?.exclude.tags ?? [],
    exclusionAssetIds: [],
    totalAssetCount: progress?.assets ?? null,
    assetResultReceivedCount: progress?.responded ?? null,
    completionPercent: progress === null || progress.assets === 0 ? null : (100 * progress.final) / progress.assets,
  };
};

/**
 * A job as those see it who may not view it (JOB-25): what a row of the list shows of it. All else is unknown to a query, so that
 * whether one finds it tells nothing that the row doesn't.
 */
export const toShownDocument = (
  row: Pick<Job.Job, ShownMember>,
  starts: Schedule.Starts,
  counts: JobFilter.JobCounts,
): JobDocument => shownDocument(row, starts, counts) as JobDocument;

/** What every row shows of a job. */
export type ShownMember = "id" | "title" | "status" | "schedule" | "ownerId";

const shownDocument = (
  { id, title, status, schedule, ownerId }: Pick<Job.Job, ShownMember>,
  starts: Schedule.Starts | undefined,
  counts: JobFilter.JobCounts,
) => ({
  id,
  name: title,
  status,
  scheduleType: scheduleTypes[Schedule.kindOf(schedule)],
  isRecurring: schedule !== null && !Schedule.isRunOnce(schedule),
  startDateTime: starts?.first ?? null,
  nextScheduleDateTime: starts?.next ?? null,
  ownerId,
  patchCount: counts.patches,
  assetCount: counts.assets,
});
