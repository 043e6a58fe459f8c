/**
 * The status of a job (JOB-12) and the one table of its transitions (JOB-14): the type, the guard and the diagram in the
 * documentation come from it. Any other move is refused with a rule.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** What may move so: jobs that run once, those that run again and again, or both. */
export type JobSort = "run-once" | "recurring";

interface Move {
  readonly of: readonly JobSort[];
  readonly by: string;
}

const once = (by: string): Move => ({ of: ["run-once"], by });
const recurring = (by: string): Move => ({ of: ["recurring"], by });
const both = (by: string): Move => ({ of: ["run-once", "recurring"], by });

// From each status, where a job may go, and by what.
const table = {
  Disabled: { Enabled: both("enabled; a run-once job once (JOB-07)"), Expired: once("its time passed (SCH-06)") },
  Enabled: {
    Disabled: recurring("disabled (JOB-08)"),
    Completed: once("every asset has a final status (JOB-13)"),
    Ended: recurring("past its end (SCH-07)"),
    Failed: both("could not be carried out (JOB-12)"),
  },
  Completed: {},
  Expired: {},
  Ended: {},
  Failed: {},
} as const;

export type JobStatus = keyof typeof table;

/** Every status, in the order of the table. */
export const all = Object.keys(table) as readonly JobStatus[];

const movesFrom = (from: JobStatus): readonly (readonly [JobStatus, Move])[] =>
  Object.entries<Move>(table[from]).map(([to, move]) => [to as JobStatus, move] as const);

/** From each status, where a job of a sort may go. */
export const transitions = (sort: JobSort): Readonly<Record<JobStatus, readonly JobStatus[]>> =>
  Object.fromEntries(
    all.map((from) => [
      from,
      movesFrom(from)
        .filter(([, move]) => move.of.includes(sort))
        .map(([to]) => to),
    ]),
  ) as unknown as Readonly<Record<JobStatus, readonly JobStatus[]>>;

/** What a job starts as (JOB-06). */
export const initial: JobStatus = "Disabled";

/** The status moved, or the rule that forbids it: JOB-07 where a run-once job was enabled before, else JOB-14. */
export const move = (from: JobStatus, to: JobStatus, sort: JobSort): Result<JobStatus, Rejection.Rejection> => {
  if (movesFrom(from).some(([target, { of }]) => target === to && of.includes(sort))) return ok(to);
  if (to === "Enabled" && sort === "run-once") {
    const message = `a run-once job can be enabled once; this one is ${from}. Clone it to run it again`;
    return fail(Rejection.make("JOB-07", "conflict", message));
  }
  if (to === "Disabled" && sort === "run-once" && from !== "Disabled") {
    const message = `a run-once job that was enabled can't be disabled; this one is ${from}`;
    return fail(Rejection.make("JOB-07", "conflict", message));
  }
  const message = from === to ? `the job is ${from}` : `a ${sort} job that is ${from} can't become ${to}`;
  return fail(Rejection.make("JOB-14", "conflict", message));
};

/** The table as a Mermaid diagram, as the documentation has it. */
export const diagram = (): string => {
  const moves = all.flatMap((from) =>
    movesFrom(from).map(([to, { of, by }]) => `  ${from} --> ${to}: ${of.length > 1 ? "" : `${of[0]}: `}${by}`),
  );
  return ["stateDiagram-v2", `  [*] --> ${initial}: saved (JOB-06)`, ...moves].join("\n");
};
