/** What the control plane found about asset runs, as it is stored, and as it was before there were marks. */
import { Facts } from "@fettle/agent-protocol";
import * as z from "zod";
import type { Decider } from "../domain/run/RunFold.ts";
import { int, text } from "./StoredParts.ts";

const verdicts = z.record(z.string(), z.enum(["Satisfied", "Unsatisfied", "NotApplicable", "Broken"]));
const reason = text;

const body = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Revoked"), reason }),
  z.strictObject({ _tag: z.literal("Withdrawn"), reason }),
  z.strictObject({ _tag: z.literal("Presumed"), reason, facts: int.nullable() }),
  z.strictObject({ _tag: z.literal("Skipped"), reason }),
  z.strictObject({ _tag: z.literal("NotLicensed"), reason }),
  z.strictObject({ _tag: z.literal("OutOfScope"), reason }),
  z.strictObject({ _tag: z.literal("Scanned"), takenAt: int, bootId: text, verdicts }),
  z.strictObject({ _tag: z.literal("Unheard"), scan: int }),
  z.strictObject({ _tag: z.literal("AllTold") }),
]);

export const marks = z.array(z.strictObject({ at: int, body }));

export const scan = z.strictObject({ takenAt: int, at: int, verdicts });

export const deciders = [
  "placement",
  "agent",
  "scan",
  "Revoked",
  "Withdrawn",
  "Presumed",
  "Skipped",
  "NotLicensed",
  "OutOfScope",
] as const satisfies readonly Decider[];

export const rebootState = z.strictObject({
  need: z.enum(["needed", "not-needed", "unknown"]).nullable(),
  latestAt: int.nullable(),
  last: Facts.rebootEvent.nullable(),
  bootId: text.nullable(),
});

interface Before {
  readonly placed: {
    readonly status: string;
    readonly reason: string | null;
    readonly at: number;
    readonly isRevoked?: true;
    readonly isPresumed?: true;
  };
  readonly state: {
    readonly status: string;
    readonly reason: string | null;
    readonly changedAt: number;
    readonly results: object;
  };
}

/**
 * Before there were marks, an asset run said in `placed` alone what the control plane found last, in the place of how it stood at
 * first; and how many facts it followed from was not told.
 */
export const withMarks = (stored: unknown): unknown =>
  typeof stored === "object" && stored !== null && "placed" in stored && "state" in stored && !("marks" in stored)
    ? { ...stored, ...converted(stored as Before) }
    : stored;

const converted = ({ placed: { isRevoked, isPresumed, ...placed }, state }: Before): object => {
  const found = findingOf(placed, { isRevoked, isPresumed });
  const isHeard = Object.keys(state.results ?? {}).length > 0 || state.status !== placed.status;
  const isFound = found !== null && state.status === placed.status;
  const by = isFound ? found._tag : state.status === placed.status ? "placement" : "agent";
  return {
    placed: found === null ? placed : { status: "Pending", reason: null, at: placed.at },
    marks: found === null ? [] : [{ at: placed.at, body: found }],
    // Whoever folds it anew reads the facts wherever there may be some.
    state: {
      ...state,
      by,
      facts: isHeard ? 1 : 0,
      heardAt: isHeard ? state.changedAt : null,
      reboot: null,
      scan: null,
    },
  };
};

// An ended asset run was one that was withdrawn with its asset, or skipped for an earlier one, which its reason says.
const findingOf = (
  placed: Pick<Before["placed"], "status" | "reason">,
  { isRevoked, isPresumed }: { readonly isRevoked: true | undefined; readonly isPresumed: true | undefined },
) => {
  const reason = placed.reason ?? "";
  if (isRevoked === true) return { _tag: "Revoked", reason };
  if (isPresumed === true) return { _tag: "Presumed", reason, facts: null };
  if (placed.status !== "JobFailed") return null;
  return { _tag: reason.startsWith("WIN-06") ? "Skipped" : "Withdrawn", reason };
};
