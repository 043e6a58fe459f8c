/** The state of asset runs from their facts, against a bare switch over the same facts that keeps the last of each. */
import type { AgentFact } from "../../packages/core/src/domain/run/AgentFact.ts";
import * as AssetRun from "../../packages/core/src/domain/run/AssetRun.ts";
import type { Contest } from "../Entry.ts";

const RUNS = 5_000;
const PATCHES = 5;

export const contest = (): Contest => {
  const runs = Array.from({ length: RUNS }, (_, i) => ({ run: runOf(i), facts: factsOf(i) }));
  return {
    ours: () => perSecond(() => runs.reduce((sum, { run, facts }) => sum + AssetRun.fold(run, facts).status.length, 0)),
    peer: () => perSecond(() => runs.reduce((sum, { facts }) => sum + bare(facts).status.length, 0)),
  };
};

const perSecond = (work: () => number): number => {
  const begun = performance.now();
  let sum = 0;
  for (let i = 0; i < 10; i += 1) sum += work();
  if (sum === 0) throw new Error("nothing folded");
  return (10 * RUNS * (PATCHES + 3)) / ((performance.now() - begun) / 1_000);
};

const bare = (facts: readonly AgentFact[]) => {
  const state = { status: "Pending", reason: null as string | null, results: new Map<string, unknown>() };
  for (const { body } of facts) {
    switch (body._tag) {
      case "Status":
        state.status = body.status;
        state.reason = body.reason;
        break;
      case "Patch":
        state.results.set(body.patchId, body);
        break;
      default:
        break;
    }
  }
  return state;
};

const runOf = (i: number) => ({
  placed: { status: "Pending" as const, reason: null, at: i },
  marks: [],
  patches: Array.from({ length: PATCHES }, (_, p) => ({ patchId: `P-${p}`, advisory: null, packages: [] })),
});

const factsOf = (i: number): readonly AgentFact[] => {
  const bodies: AgentFact["body"][] = [
    { _tag: "Status", status: "Downloaded", reason: null },
    { _tag: "Status", status: "JobStarted", reason: null },
    ...Array.from({ length: PATCHES }, (_, p) => ({
      _tag: "Patch" as const,
      patchId: `P-${p}`,
      attempt: 1,
      outcome: "Installed" as const,
      reasonCode: null,
      exitCode: 0,
      outputTail: `done ${i}`,
      packages: [{ name: `p-${p}`, arch: "x86_64", before: ["1-1"], after: ["2-1"] }],
    })),
    { _tag: "Status", status: "Completed", reason: null },
  ];
  return bodies.map((body, n) => ({ epoch: 1, sequence: n + 1, at: i + n, body }));
};
