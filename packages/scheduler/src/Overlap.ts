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
  | { readonly _tag: "Skipped"; readonly rule: "WIN-06"; readonly becauseOf: string }
  /** Nothing was in its way: it is late for reasons of its own. */
  | { readonly _tag: "WindowOver"; readonly rule: "WIN-02"; readonly endedAt: Instant.Instant };

/** What a run due at an instant does about the earlier ones. `validity` is its own window; `until` null waits for ever. */
export const judge = (
  earlier: readonly Earlier[],
  validity: Interval.Interval,
  { now, policy }: { readonly now: Instant.Instant; readonly policy: Policy },
): Verdict => {
  const unfinished = earlier.find(({ finishedAt }) => finishedAt === null || finishedAt > now);
  if (unfinished === undefined) {
    const { start, end } = validity;
    const at = Instant.max(start, now);
    if (end === null || at < end) return { _tag: "Starts", at };
    const inTheWay = lastAfter(earlier, start);
    return inTheWay === null ? { _tag: "WindowOver", rule: "WIN-02", endedAt: end } : skipped(inTheWay.key);
  }
  if (policy === "skip" || Interval.isOver(validity, now)) return skipped(unfinished.key);
  return { _tag: "Waits", forKey: unfinished.key, until: validity.end };
};

/** The one that finished last, if after an instant. */
const lastAfter = (earlier: readonly Earlier[], instant: Instant.Instant): Earlier | null => {
  let last: Earlier | null = null;
  for (const each of earlier) if ((each.finishedAt ?? 0) > (last?.finishedAt ?? instant)) last = each;
  return last;
};

const skipped = (becauseOf: string): Verdict => ({ _tag: "Skipped", rule: "WIN-06", becauseOf });
