/** Situations of what is known of runs: presumptions and what corrects them, scans, failures, the breaker, and runs again of what failed. */
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { AssetRun } from "../../../domain/run/AssetRun.ts";
import * as Rerun from "../../../domain/run/Rerun.ts";
import type { Run } from "../../../domain/run/Run.ts";
import * as Watchdog from "../../../domain/run/Watchdog.ts";
import type { Ledger } from "../invariants/Invariant.ts";
import { type Course, counted, courses, events, marked, type Situation, told } from "./Situation.ts";

// Whose word a run's state was first, and another one's after it.
const gaveWay = (course: Course, from: AssetRun["state"]["by"], to: AssetRun["state"]["by"]): boolean => {
  const first = course.versions.findIndex((v) => v.value.state.by === from);
  return first >= 0 && course.versions.slice(first + 1).some((v) => v.value.state.by === to);
};

// Every re-run with the runs of its chain before it.
const reruns = ({ runs, history }: Ledger): readonly (readonly Rerun.Attempt[])[] => {
  const all = [...history.last("assetRun").values()];
  const attempt = (run: Run): Rerun.Attempt => ({ run, assetRuns: all.filter((a) => a.runId === run.id) });
  return [...runs.values()].flatMap((run) => {
    const { rerun } = run;
    if (rerun === undefined) return [];
    const chain = [...runs.values()].filter(
      (r) => r.id === rerun.of || (r.rerun?.of === rerun.of && r.rerun.number <= rerun.number),
    );
    const sorted = chain.toSorted((a, b) => (a.rerun?.number ?? 0) - (b.rerun?.number ?? 0));
    return [sorted.map(attempt)];
  });
};

const byBreaker = (ledger: Ledger) =>
  events(ledger, "PatchHeld").filter(({ body }) => String((body as { readonly by?: string }).by).startsWith("system:"));

export const evidence: readonly Situation[] = [
  {
    name: "a report came after the watchdog's presumption, and corrected it",
    count: (ledger) => counted(courses(ledger), (c) => gaveWay(c, "Presumed", "agent")),
  },
  {
    name: "a run was presumed over while its agent was at it and silent",
    count: (ledger) =>
      counted(courses(ledger), (c) => {
        const body = marked(c, "Presumed")?.body;
        return body?._tag === "Presumed" && body.facts !== null;
      }),
  },
  {
    name: "a scan's evidence ended a run whose last message was lost",
    count: (ledger) => counted(courses(ledger), ({ versions }) => versions.some((v) => v.value.state.by === "scan")),
  },
  {
    name: "the late word of an agent confirmed what a scan had shown",
    count: (ledger) => counted(courses(ledger), (c) => gaveWay(c, "scan", "agent")),
  },
  {
    name: "a scan told of a run before its agent did",
    count: (ledger) => counted(courses(ledger), ({ versions }) => versions.some((v) => v.value.state.scan !== null)),
  },
  {
    name: "work was begun though it had been revoked, and what was done stands",
    count: (ledger) => counted(courses(ledger), (c) => gaveWay(c, "Revoked", "agent")),
  },
  {
    name: "work without a window was silent to the end, and nobody took that for a failure",
    count: (ledger) =>
      counted(
        courses(ledger),
        ({ last }) => last.timing?.windowEnd === null && Watchdog.silentSince(last, ledger.played.endedAt) !== null,
      ),
  },
  {
    name: "a patch was there before its turn came",
    count: (ledger) => counted(told(ledger, "Patch"), ({ body }) => body.outcome === "AlreadyInstalled"),
  },
  {
    name: "one failure kept the other patches from being tried",
    count: (ledger) => counted(told(ledger, "Patch"), ({ body }) => body.outcome === "Skipped"),
  },
  {
    name: "no patch of a run could be fetched",
    count: (ledger) => counted(told(ledger, "Status"), ({ body }) => body.status === "DownloadingFailed"),
  },
  {
    name: "a patch was overtaken between its plan and its installation",
    count: (ledger) =>
      counted(ledger.begun, (b) => {
        const made = ledger.made.get(`${b.runId}.${ledger.ids.get(b.asset) ?? ""}`);
        const planned = made?.value.patches.find((p) => p.patchId === b.patchId);
        if (made === undefined || planned === undefined || b.action !== "install") return false;
        const names = planned.packages.map((p) => p.name);
        return [...ledger.history.of("patch")].some(([id, versions]) => {
          const first = versions[0];
          const isNew = first !== undefined && first.order > made.order && first.order < b.order;
          return isNew && id !== b.patchId && first.value?.packages.some((p) => names.includes(p.name)) === true;
        });
      }),
  },
  { name: "the circuit breaker held a patch", count: (ledger) => byBreaker(ledger).length },
  {
    name: "the circuit breaker counted the failures of several jobs together",
    count: (ledger) =>
      counted(byBreaker(ledger), ({ id, order }) => {
        const failed = ledger.history.facts.flatMap(({ order: o, value: { fact } }) =>
          o < order && fact.body._tag === "Patch" && fact.body.patchId === id && fact.body.outcome === "Failed"
            ? [ledger.runs.get(fact.body.runId)?.jobId]
            : [],
        );
        return new Set(failed).size > 1;
      }),
  },
  {
    name: "what had failed was run again, and mended",
    count: (ledger) =>
      counted(reruns(ledger), (chain) => {
        const last = chain.at(-1);
        return last !== undefined && last.run.closedAt !== null && Rerun.failures([last]).size === 0;
      }),
  },
  {
    name: "a run again of what had failed mended none of it, and somebody is to look",
    count: (ledger) => counted(reruns(ledger), (chain) => Rerun.standing(chain)?.escalate != null),
  },
  {
    name: "what failed late in a run joined a run again that was made before",
    count: (ledger) =>
      counted(reruns(ledger), (chain) => {
        const [first] = chain;
        const last = chain.at(-1);
        if (first === undefined || last === undefined) return false;
        return first.assetRuns.some((a) => RunStatus.isFinal(a.state.status) && a.state.changedAt > last.run.startedAt);
      }),
  },
];
