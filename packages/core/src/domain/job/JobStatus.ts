/**
 * The status of a job (JOB-12) and the one table of its transitions (JOB-14): the type, the guard and the diagram in the
 * documentation come from it. Any other move is refused with a rule.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

// From each status, where a run-once job may go, and by what. Recurring jobs bring their own moves when they come.
const table = {
  Disabled: { Enabled: "enabled, once (JOB-07)", Expired: "its time passed (SCH-06)" },
  Enabled: { Completed: "every asset has a final status (JOB-13)", Failed: "could not be carried out (JOB-12)" },
  Completed: {},
  Expired: {},
  Ended: {},
  Failed: {},
} as const;

export type JobStatus = keyof typeof table;

/** Every status, in the order of the table. */
export const all = Object.keys(table) as readonly JobStatus[];

/** From each status, where a job may go. */
export const transitions = Object.fromEntries(
  all.map((from) => [from, Object.keys(table[from]) as readonly JobStatus[]]),
) as Readonly<Record<JobStatus, readonly JobStatus[]>>;

/** What a job starts as (JOB-06). */
export const initial: JobStatus = "Disabled";

/** The status moved, or the rule that forbids it: JOB-07 where a run-once job was enabled before, else JOB-14. */
export const move = (from: JobStatus, to: JobStatus): Result<JobStatus, Rejection.Rejection> => {
  if (transitions[from].includes(to)) return ok(to);
  if (to === "Enabled") {
    const message = `a run-once job can be enabled once; this one is ${from}. Clone it to run it again`;
    return fail(Rejection.make("JOB-07", "conflict", message));
  }
  return fail(Rejection.make("JOB-14", "conflict", `a job that is ${from} can't become ${to}`));
};

/** The table as a Mermaid diagram, as the documentation has it. */
export const diagram = (): string => {
  const moves = all.flatMap((from) =>
    Object.entries<string>(table[from]).map(([to, by]) => `  ${from} --> ${to}: ${by}`),
  );
  return ["stateDiagram-v2", `  [*] --> ${initial}: saved (JOB-06)`, ...moves].join("\n");
};
