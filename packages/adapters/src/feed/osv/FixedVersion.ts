/** The version that fixes a package, from the ranges of versions in which it is affected. Pure. */
import { DebVersion, type Result, RpmVersion } from "@fettle/agent-protocol";
import { all, one, type Problem } from "../reading/Checked.ts";
import { Event, Range } from "./OsvSchema.ts";

export interface Fix {
  /** Null where no version fixes it, or where it was never affected. */
  readonly version: string | null;
  readonly isNeverAffected: boolean;
  readonly note: string | null;
}

/**
 * The highest fixed version of all ranges of type ECOSYSTEM: a patch has one version a package, and of several only
 * the highest leaves none of the ranges. An `introduced` above 0 can't be kept: an asset with an older, unaffected version
 * is offered the update as well.
 */
export const of = (ranges: readonly unknown[], format: "rpm" | "deb", path: string): Result<Fix, Problem> => {
  const compare = format === "rpm" ? RpmVersion.compare : DebVersion.compare;
  const fixed = new Set<string>();
  let unaffected = 0;
  let isLater = false;
  for (const [i, range] of ranges.entries()) {
    const events = eventsOf(range, `${path}.ranges[${i}]`);
    if (!events.ok) return events;
    if (events.value.some((event) => event.fixed === NEVER)) unaffected += 1;
    for (const event of events.value) {
      if (event.introduced !== undefined && event.introduced !== "0") isLater = true;
      if (event.fixed !== undefined && event.fixed !== NEVER) fixed.add(event.fixed);
    }
  }
  const [highest] = [...fixed].sort((a, b) => compare(b, a));
  const isSeveral = [...fixed].some((version) => compare(version, highest ?? version) !== 0);
  const note = isSeveral ? SEVERAL : isLater && highest !== undefined ? LATER : null;
  return {
    ok: true,
    value: { version: highest ?? null, isNeverAffected: unaffected > 0 && unaffected === ranges.length, note },
  };
};

/** `fixed: 0` says that no version was ever affected. */
const NEVER = "0";
const SEVERAL = "has several fixed versions; the highest counts";
const LATER = "is only affected from some version on; older ones are offered the update too";

const eventsOf = (range: unknown, path: string): Result<readonly Event[], Problem> => {
  const read = one(Range, range, path);
  if (!read.ok) return read;
  const events = all(Event, read.value.events, `${path}.events`);
  if (!events.ok) return events;
  const has = (key: keyof Event): boolean => events.value.some((event) => event[key] !== undefined);
  const refused = (reason: string): Result<never, Problem> => ({
    ok: false,
    error: { path: `${path}.events`, reason },
  });
  if (!has("introduced")) return refused("names no version that introduced it");
  if (has("fixed") && has("last_affected")) return refused("has both fixed and last_affected");
  return { ok: true, value: read.value.type === "ECOSYSTEM" ? events.value : [] };
};
