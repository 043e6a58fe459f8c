/**
 * WIN-06: two occurrences of one job never overlap on one asset. A later one waits for an unfinished earlier one, or skips past
 * it, and says which.
 */
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";

/** `wait`: for the end of the earlier one, as long as the later one's own window allows. */
export type Policy = "wait" | "skip";

/** An earlier run of the job on the asset; `finishedAt` is null while it goes on. */
export type Earlier = { readonly key: string; readonly finishedAt: Instant.Instant | null };

export type Verdict =
  | { readonly _tag: "Starts"; readonly at: Instant.Instant }
  | { readonly _tag: "Waits"; readonly forKey: string; readonly until: Instant.Instant | null }
  | { readonly _tag: "Skipped"; readonly rule: "WIN-06"; readonly becauseOf: string };

/** What a run due at an instant does about the earlier ones. `validity` is its own window; `until` null waits for ever. */
export const judge = (
  earlier: readonly Earlier[],
  validity: Interval.Interval,
  { now, policy }: { readonly now: Instant.Instant; readonly policy: Policy },
): Verdict => {
  const unfinished = earlier.find(({ finishedAt }) => finishedAt === null || finishedAt > now);
  if (unfinished === undefined) {
    const at = Instant.max(validity.start, now);
    return Interval.isOver(validity, at) ? skipped(earlier.at(-1)?.key ?? "") : { _tag: "Starts", at };
  }
  if (policy === "skip" || Interval.isOver(validity, now)) return skipped(unfinished.key);
  return { _tag: "Waits", forKey: unfinished.key, until: validity.end };
};

const skipped = (becauseOf: string): Verdict => ({ _tag: "Skipped", rule: "WIN-06", becauseOf });
