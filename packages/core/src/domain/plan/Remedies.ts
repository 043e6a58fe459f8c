/** What would have to change for a rule not to stand in the way any more, in words for people. */
import type { Obstacle } from "./PlanInputs.ts";

/** An obstacle with what would lift it. */
export interface Blocker {
  readonly rule: string;
  readonly reason: string;
  /**
   * The first instant at which it would stand in the way no more by time alone; null: never, or that isn't known. Of the rules
   * of the job's own time (SCH, WIN): when the job could start there after all, in a later run if need be.
   */
  readonly until: number | null;
  readonly change: string;
}

const byRule: { readonly [rule: string]: string } = {
  "TAG-03": "name the asset in the job's targets, or give it a tag that they include",
  "TAG-04": "take the excluded tag from the asset, or the exclusion from the job",
  "OWN-02": "let a manager lift the former owners' scopes from the job",
  "TAG-06": "give the owner a scope that the asset is in, or the job another owner",
  "AST-07": "upgrade it to a full edition",
  "AST-11": "activate the patch module on its agent",
  "AST-13": "nothing: no job patches such a machine",
  "CFG-09": "turn the patch module on in that configuration profile, or assign the asset to another one",
  "JOB-01": "target it by a job for its own platform",
  "JOB-04": "add the patch to the job's list, or change the query so that it finds it",
  "LIC-06": "free a seat or add one, within the licence's tags",
  "SYN-03": "wait for the asset's next snapshot, or find out why it can't be judged",
  "JOB-22": "nothing, unless it is missing there at the next assessment",
  "PAT-02": "nothing here: its vendor's feed has to name files that an agent can be told of",
  "PAT-03":
    "wait until a feed carries it in a form that agents can fetch, or supply its file where it is to be acquired",
  "PAT-04": "supply its file",
  "PAT-06": "take the patch that its vendor names instead",
  "PAT-07": "nothing: feature updates are never deployed",
  "PAT-12": "nothing: it can't be taken back by a job",
  "PLN-05": "release the patch",
  "PLN-07": "wait until it is old enough, or let the job's query take younger fixes",
  "SCH-05": "choose a local time that the clocks don't skip there, or let the schedule shift it",
  "SCH-06": "clone the job with a later start, or with a longer window",
  "SCH-08": "nothing: it takes the next run",
  "WIN-05": "give the job a longer window or another time, or the asset's profile fewer blackouts",
  "WIN-07": "wait for the freeze to end, or take the asset out of it",
  "PAT-14": "nothing here: its vendor would have to split it",
};

/** The obstacle as people are told of it. */
export const blocker = ({ rule, reason, until = null }: Obstacle, change?: string): Blocker => ({
  rule,
  reason,
  until,
  change: change ?? byRule[rule] ?? "see the rule",
});
