/** Situations of agents that die, journals that fail, and installers that don't do what they say. */
import { PatchOutcome } from "@fettle/agent-protocol/vocabulary";
import type { Ledger } from "../invariants/Invariant.ts";
import { counted, courses, deaths, hasDied, isUnderWay, lines, type Situation, told } from "./Situation.ts";

const patchesTold = (ledger: Ledger, is: (p: ReturnType<typeof told<"Patch">>[number]["body"]) => boolean): number =>
  counted(told(ledger, "Patch"), ({ body }) => is(body));

// What the journal says next of an attempt that was announced.
const attempts = (ledger: Ledger) =>
  lines(ledger, "InstallIntended").map((intended) => {
    const { asset, order, record } = intended;
    const next = ledger.journals
      .get(asset)
      ?.find(({ order: o, value: { record: r } }) => o > order && isOf(r, record.runId, record.patchId));
    return { intended, next: next === undefined ? null : { order: next.order, record: next.value.record } };
  });

type Recorded = ReturnType<typeof lines>[number]["record"];

const isOf = (r: Recorded, runId: string, patchId: string): boolean => {
  if (r._tag === "InstallReported" || r._tag === "InstallDeferred" || r._tag === "AttemptLost")
    return r.runId === runId && r.patchId === patchId;
  const body = r._tag === "FactRecorded" ? r.fact.body : null;
  return body?._tag === "Patch" && body.runId === runId && body.patchId === patchId;
};

export const lives: readonly Situation[] = [
  {
    name: "an agent died between announcing an attempt and hearing of its end",
    count: (ledger) =>
      counted(attempts(ledger), ({ next }) =>
        next === null ? false : next.record._tag === "AttemptLost" || next.record._tag === "FactRecorded",
      ),
  },
  {
    name: "an agent died between an installer's report and its own judgement",
    count: (ledger) =>
      counted(lines(ledger, "InstallReported"), ({ asset, order, record }) => {
        const judged = told(ledger, "Patch").find(
          (t) =>
            t.asset === asset &&
            t.order > order &&
            isOf({ _tag: "FactRecorded", fact: t.fact }, record.runId, record.patchId),
        );
        return judged !== undefined && hasDied(ledger, asset, order, judged.order);
      }),
  },
  {
    name: "an agent died with the end of its run on record, and told it in its next life",
    count: (ledger) =>
      counted(courses(ledger), ({ asset, ended }) => {
        if (ended === null) return false;
        const acknowledged = lines(ledger, "FactsAcknowledged").find(
          (l) => l.asset === asset && l.order > ended.order && l.record.through >= ended.fact.sequence,
        );
        return acknowledged !== undefined && hasDied(ledger, asset, ended.order, acknowledged.order);
      }),
  },
  {
    name: "an agent died three times within one run",
    count: (ledger) =>
      counted(
        courses(ledger),
        (c) => deaths(ledger.history, c.asset).filter((order) => isUnderWay(c, order)).length >= 3,
      ),
  },
  {
    name: "an agent died between dropping a revoked run and telling of it",
    count: (ledger) =>
      counted(lines(ledger, "ManifestDropped"), ({ asset, order, record }) => {
        const dropped = told(ledger, "Dropped").find((t) => t.asset === asset && t.body.runId === record.runId);
        return dropped !== undefined && hasDied(ledger, asset, order, dropped.order);
      }),
  },
  {
    name: "an agent died before it belonged to anybody, and joined as who it was",
    count: (ledger) =>
      counted(lines(ledger, "Identity"), ({ asset, order }) => {
        const joined = lines(ledger, "Membership").find((l) => l.asset === asset);
        return joined !== undefined && hasDied(ledger, asset, order, joined.order);
      }),
  },
  {
    name: "an append that was said to have failed was durable",
    count: ({ history }) => counted(history.mishaps, ({ value: m }) => m._tag === "JournalFailed" && m.isDurable),
  },
  {
    name: "a journal failed in the middle of a run that came to its end all the same",
    count: (ledger) =>
      counted(
        ledger.history.mishaps,
        ({ order, value: m }) =>
          m._tag === "JournalFailed" &&
          courses(ledger).some((c) => c.asset === m.asset && c.ended !== null && isUnderWay(c, order)),
      ),
  },
  {
    name: "a transaction that was left half done was mended",
    count: ({ history: { deeds }, played }) =>
      played.machines.reduce((sum, { spec }) => {
        const own = deeds.filter((d) => d.value.asset === spec.name).map((d) => d.value.truth._tag);
        return sum + own.filter((tag, i) => tag === "Repair" && own[i + 1] === "Effect").length;
      }, 0),
  },
  {
    name: "what a dead installer had brought about was seen, and not done again",
    count: (ledger) =>
      patchesTold(ledger, (p) => p.attempt > 0 && p.exitCode === null && PatchOutcome.takesEffect(p.outcome)),
  },
  {
    name: "a second attempt succeeded where a crash had taken the first",
    count: (ledger) => patchesTold(ledger, (p) => p.attempt === 2 && PatchOutcome.takesEffect(p.outcome)),
  },
  {
    name: "both attempts at a patch were lost to crashes",
    count: (ledger) => patchesTold(ledger, (p) => p.attempt === 2 && p.exitCode === null && p.outcome === "Failed"),
  },
  {
    name: "an installer's lock was waited out",
    count: (ledger) =>
      counted(lines(ledger, "InstallDeferred"), ({ asset, order, record: r }) =>
        lines(ledger, "InstallIntended").some(
          (l) => l.asset === asset && l.order > order && l.record.runId === r.runId && l.record.patchId === r.patchId,
        ),
      ),
  },
  {
    name: "a success was claimed, and seen through",
    count: (ledger) => patchesTold(ledger, (p) => p.attempt > 0 && p.exitCode === 0 && p.outcome === "Failed"),
  },
];
