/**
 * What the control plane found of an asset run by itself, scans aside: how it stood at first, and its marks ({@link ./Marks.ts}), each
 * with the fact that overruled it where one did (RUN-06). Pure.
 */
import * as AgentFact from "./AgentFact.ts";
import type * as AssetRun from "./AssetRun.ts";
import * as Marks from "./Marks.ts";
import * as RuleOf from "./RuleOf.ts";

export interface Finding {
  readonly at: number;
  readonly finding: string;
  readonly reason: string | null;
  readonly rule: string | null;
  /** What its agent told that made it stand no more; null: it stands. */
  readonly overruledBy: AgentFact.AgentFact | null;
  /** The same for people, but for what overruled it. */
  readonly words: string;
}

/** The findings, in the order in which they are kept. */
export const of = (
  { placed, marks }: Pick<AssetRun.AssetRun, "placed" | "marks">,
  facts: readonly AgentFact.AgentFact[],
): readonly Finding[] => {
  const told = AgentFact.ordered(facts);
  const known: Marks.Known = { facts: told.length, hasBegun: told.some(AgentFact.isBeginning) };
  const first = placed.status === "Pending" ? [] : [finding(placed.at, placed.status, placed.reason)];
  return [
    ...first,
    ...marks.flatMap(({ at, body }): readonly Finding[] => {
      if (body._tag === "Scanned") return [];
      if (body._tag === "Unheard" || body._tag === "AllTold") return [finding(at, body._tag, null)];
      const stands = Marks.stands(body, known);
      return [{ ...finding(at, body._tag, body.reason), overruledBy: stands ? null : overruling(body, told) }];
    }),
  ];
};

// What silence was broken by is the first fact past those that were known; else its agent began all the same.
const overruling = (body: Marks.Ending, told: readonly AgentFact.AgentFact[]): AgentFact.AgentFact | null => {
  const known = body._tag === "Presumed" ? body.facts : null;
  return (known === null ? told.find(AgentFact.isBeginning) : told[known]) ?? null;
};

const finding = (at: number, tag: string, reason: string | null): Finding => ({
  at,
  finding: tag,
  reason,
  rule: RuleOf.reason(reason) ?? RULES[tag] ?? null,
  overruledBy: null,
  words: `${WORDS[tag] ?? tag}${reason === null ? "" : `: ${reason}`}`,
});

const RULES: { readonly [tag: string]: string } = {
  Revoked: "JOB-28",
  Presumed: "WIN-02",
  TimedOut: "WIN-02",
  Skipped: "WIN-06",
  Withdrawn: "AGT-07",
  NotLicensed: "LIC-06",
  OutOfScope: "TAG-05",
  Unheard: "CMP-02",
  AllTold: "RUN-11",
  CanceledBlackout: "WIN-05",
};

const WORDS: { readonly [tag: string]: string } = {
  Presumed: "presumed Timed Out, as nothing was heard of it",
  Revoked: "revoked before it began",
  Withdrawn: "ended, for its asset is gone",
  Skipped: "left out",
  NotLicensed: "not sent: Not Licensed",
  OutOfScope: "not sent: out of its owner's scope",
  Unheard: "nothing more was heard after a scan: what it shows stands",
  AllTold: "some of its patches were in no list that its agent carried out",
  CanceledBlackout: "not sent: Canceled - Blackout",
  TimedOut: "not sent: Timed Out",
};
