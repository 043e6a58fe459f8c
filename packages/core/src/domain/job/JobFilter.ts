/** The filters of job lists beside QQL (JOB-17), and what a row counts (JOB-31). */
import type { JobKind } from "@fettle/agent-protocol/vocabulary";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Job } from "./Job.ts";
import * as JobStatus from "./JobStatus.ts";
import * as Schedule from "./Schedule.ts";

const kinds: readonly JobKind[] = ["deployment", "rollback"];
const relations = ["owned", "co-authored"] as const;

/** Each that is given narrows the list; what is left out doesn't. */
export interface JobFilter {
  readonly status?: JobStatus.JobStatus;
  readonly kind?: JobKind;
  /** `default`: default jobs; `none`: jobs that lack one. */
  readonly schedule?: Schedule.ScheduleKind;
  /** Jobs that the caller owns, or co-authors. */
  readonly mine?: (typeof relations)[number];
}

/** A filter with every member, null where nothing is asked. */
export type ReadFilter = { readonly [M in keyof JobFilter]-?: NonNullable<JobFilter[M]> | null };

/** The filter as it came from outside, or everything that is wrong with it. */
export const read = (given: JobFilter): Result<ReadFilter, readonly Rejection.Rejection[]> => {
  const { status = null, kind = null, schedule = null, mine = null } = given;
  const filter = { status, kind, schedule, mine };
  const known = { status: JobStatus.all, kind: kinds, schedule: Schedule.kinds, mine: relations } as const;
  const wrong = (Object.keys(known) as readonly (keyof typeof known)[]).flatMap((member) => {
    const value: string | null = filter[member];
    const values: readonly string[] = known[member];
    return value === null || values.includes(value)
      ? []
      : [Rejection.make("JOB-17", "invalid", `one of ${values.join(", ")}`, member)];
  });
  return wrong.length > 0 ? fail(wrong) : ok(filter);
};

/** Whether a job passes; its status is the one that is shown. */
export const compile = (filter: ReadFilter, userId: string): ((job: Job) => boolean) => {
  const { kind, mine } = filter;
  const passes = compileShown({ ...filter, kind: null, mine: null }, userId);
  return (job) =>
    passes(job) &&
    (kind === null || job.kind === kind) &&
    (mine === null || (mine === "owned" ? job.ownerId === userId : job.coAuthors.includes(userId)));
};

/** Whether a job passes of which no more is shown than every row has (JOB-25): what isn't shown is nothing that is asked for. */
export const compileShown = (
  { status, kind, schedule, mine }: ReadFilter,
  userId: string,
): ((job: Pick<Job, "status" | "schedule" | "ownerId">) => boolean) => {
  return (job) =>
    (status === null || job.status === status) &&
    kind === null &&
    (schedule === null || Schedule.kindOf(job.schedule) === schedule) &&
    (mine === null || (mine === "owned" && job.ownerId === userId));
};

export interface JobCounts {
  /** Null where a query chooses them at each run. */
  readonly patches: number | null;
  /** Assets named one by one. */
  readonly assets: number;
  /** Tags whose assets it is for. */
  readonly tags: number;
}

export const counts = ({ patches, targets }: Pick<Job, "patches" | "targets">): JobCounts => ({
  patches: patches === null ? 0 : patches._tag === "List" ? patches.patches.length : null,
  assets: targets?.assets.length ?? 0,
  tags: targets?.include.tags.length ?? 0,
});
