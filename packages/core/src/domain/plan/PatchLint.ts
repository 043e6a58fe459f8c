/** What of a job's patches is dead: listed in vain, a query that no longer reads, an age that nothing reaches. Pure. */
import * as ApprovalAge from "../patch/ApprovalAge.ts";
import type { Patch } from "../patch/Patch.ts";
import * as Patches from "../patch/Patch.ts";
import * as Supersedence from "../patch/Supersedence.ts";
import * as LintFinding from "./LintFinding.ts";
import * as PatchChoice from "./PatchChoice.ts";
import type { PlanInputs } from "./PlanInputs.ts";

type Finding = LintFinding.LintFinding;

/** What is found about where a job's patches come from. */
export const ofSource = (inputs: PlanInputs): readonly Finding[] => {
  const { patches } = inputs.job;
  switch (patches?._tag) {
    case undefined:
    case "Linked":
      return [];
    case "List":
      return ofList(inputs, patches.patches);
    case "Query":
      return ofQuery(inputs, patches);
  }
};

const ofList = (inputs: PlanInputs, ids: readonly string[]): readonly Finding[] => {
  const known = new Map(inputs.patches.map((p) => [p.id, p]));
  const listed = ids.flatMap((id) => known.get(id) ?? []);
  const graph = Supersedence.make(inputs.patches);
  const { kind } = inputs.job;
  const isDeployment = kind === "deployment";
  const dead = (patch: Patch): boolean =>
    !patch.isDeprecated && Patches.whyNotIn(patch, kind, inputs.supplied.has(patch.id)) !== null;
  const superseded = (patch: Patch): boolean => isDeployment && Supersedence.isSuperseded(graph, patch.id);
  const idsOf = (is: (patch: Patch) => boolean): readonly string[] => listed.filter(is).map((p) => p.id);
  return [
    ...about(
      ids.filter((id) => !known.has(id)),
      "patches-unknown",
    ),
    ...about(
      idsOf((p) => isDeployment && p.isDeprecated),
      "patches-deprecated",
    ),
    ...about(idsOf(superseded), "patches-superseded"),
    ...about(idsOf(dead), "patches-not-deployable"),
    ...about(
      idsOf((p) => inputs.held.has(p.id)),
      "patches-held",
    ),
  ];
};

interface Words {
  readonly severity: LintFinding.Severity;
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

const WORDS = {
  "patches-unknown": {
    severity: "warning",
    rule: "PAT-03",
    message: "It lists patches that the catalogue doesn't have.",
    remedy: "Take them off the list, or feed the catalogue with them.",
  },
  "patches-deprecated": {
    severity: "warning",
    rule: "PAT-06",
    message: "It lists patches that their vendor withdrew, which are never deployed.",
    remedy: "List what took their place.",
  },
  "patches-superseded": {
    severity: "warning",
    rule: "PAT-08",
    message: "It lists patches whose place later ones have taken.",
    remedy: "List the later ones, or take the patches from a query.",
  },
  "patches-not-deployable": {
    severity: "warning",
    rule: "PAT-03",
    message: "It lists patches that jobs can't carry out.",
    remedy: "Supply their files, or take them off the list; the plan says why.",
  },
  "patches-held": {
    severity: "note",
    rule: "PLN-05",
    message: "It lists patches that are held.",
    remedy: "They are left out until they are released.",
  },
} as const satisfies { readonly [code: string]: Words };

const about = (patches: readonly string[], code: keyof typeof WORDS): readonly Finding[] =>
  patches.length === 0 ? [] : [LintFinding.make({ code, ...WORDS[code] }, { patches: [...patches].sort() })];

const ofQuery = (
  inputs: PlanInputs,
  { query, approvalAgeDays }: { readonly query: string; readonly approvalAgeDays?: number },
): readonly Finding[] => {
  const reading = PatchChoice.read(inputs, query);
  if (!reading.ok) {
    const { message } = reading.error;
    const remedy = "Write the query anew; until then the job has no plan and doesn't run.";
    return [
      LintFinding.make({
        code: "query-unreadable",
        severity: "error",
        rule: "JOB-04",
        message: `Of its patches ${message}.`,
        remedy,
      }),
    ];
  }
  if (approvalAgeDays === undefined) return [];
  const { platform } = inputs.job;
  const chains = ApprovalAge.neverInstalls(reading.value.graph, {
    ageDays: approvalAgeDays,
    now: inputs.now,
    finds: (patch) => patch.platform === platform && isAsked(inputs, reading.value, patch),
  });
  return chains.map(ageFinding);
};

// As if it were missing everywhere: how many lack a patch is another day's matter.
const MISSING: PatchChoice.Need = { missing: 1, standing: 1, installed: 0 };

const isAsked = (inputs: PlanInputs, reading: PatchChoice.Reading, patch: Patch): boolean =>
  [...PatchChoice.queryObstacles(inputs, reading, patch, MISSING)].every(({ rule }) => rule !== "JOB-04");

const ageFinding = ({ chain, cadenceDays, ageDays, outcome }: ApprovalAge.Starvation): Finding =>
  LintFinding.make(
    {
      code: "never-old-enough",
      severity: outcome === "never" ? "error" : "warning",
      rule: "PLN-07",
      message: `It asks for fixes that have been out ${ageDays} days, and these follow each other after ${cadenceDays} at most: ${
        outcome === "never" ? "none of them is ever installed" : "what is installed is always superseded already"
      }.`,
      remedy: "Ask for fewer days.",
    },
    { patches: chain },
  );
