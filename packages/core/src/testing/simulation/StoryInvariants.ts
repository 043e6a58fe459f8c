/**
 * What must hold of a finished simulation whatever went wrong (reliability.md 3.2): held against what the machines
 * truly did and what the journals truly say, never against what anybody reported.
 */
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import type { FactRecord } from "../../schema/Stored.ts";
import type * as SimulatedAgent from "./SimulatedAgent.ts";
import type { Truth } from "./SimulatedOs.ts";
import * as Simulation from "./Simulation.ts";
import * as Story from "./Story.ts";

/** A broken invariant: which, on what machine, and what was seen. */
export interface Violation {
  readonly invariant: string;
  readonly machine: string;
  readonly seen: string;
}

/** Everything that a simulation broke; nothing is the only good answer. */
export const check = (sim: Simulation.Simulation): readonly Violation[] => [
  ...sim.agents.flatMap((agent) => [
    ...onlyWhatWasOrdered(agent),
    ...nothingTwice(agent),
    ...attemptsBounded(agent),
    ...droppedForGood(agent),
    ...factsKept(sim, agent),
  ]),
  ...eventsGapless(sim),
  ...viewIsTruth(sim),
  ...successIsReal(sim),
  ...assessmentsFresh(sim),
];

const violation = (invariant: string, machine: string, seen: string): Violation => ({ invariant, machine, seen });

// I1, I9, I10, PLN-04: an installer begins only for a patch in a list that a stored, signed manifest of a licensed, in-scope
// asset run names, inside that manifest's validity interval.
const onlyWhatWasOrdered = (agent: SimulatedAgent.SimulatedAgent): readonly Violation[] => {
  const allowed = Object.keys(Story.expected[agent.name] ?? {});
  const manifests = agent.journal
    .dump()
    .flatMap((r) =>
      r._tag === "ManifestHeld"
        ? [r.manifest]
        : r._tag === "Checkpoint"
          ? Object.values(r.state.runs).map((h) => h.manifest)
          : [],
    );
  return agent.os.truth.flatMap((t): readonly Violation[] => {
    if (t._tag !== "Begin" && t._tag !== "Effect") return [];
    if (!allowed.includes(t.patchId)) return [violation("nothing starts that was not ordered", agent.name, t.patchId)];
    const kind = t.action === "install" ? "deployment" : "rollback";
    const inTime = manifests.some((m) => m.kind === kind && t.at >= m.notBefore && t.at < m.notAfter);
    return inTime
      ? []
      : [violation("nothing starts out of its validity interval", agent.name, `${t.patchId} at ${t.at}`)];
  });
};

// I5: a patch takes effect once per run; the story has one deployment and one rollback.
const nothingTwice = (agent: SimulatedAgent.SimulatedAgent): readonly Violation[] =>
  counts(agent.os.truth, "Effect").flatMap(([key, n]) =>
    n > 1 ? [violation("nothing is installed twice", agent.name, `${key}: ${n} times`)] : [],
  );

// I6: at most two begun attempts per run and patch.
const attemptsBounded = (agent: SimulatedAgent.SimulatedAgent): readonly Violation[] =>
  counts(agent.os.truth, "Begin").flatMap(([key, n]) =>
    n > 2 ? [violation("at most two attempts", agent.name, `${key}: ${n} times`)] : [],
  );

const counts = (truth: readonly Truth[], tag: "Begin" | "Effect"): readonly (readonly [string, number])[] => {
  const found = new Map<string, number>();
  for (const t of truth) {
    if (t._tag !== tag) continue;
    const key = `${t.action} ${t.patchId}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return [...found];
};

// JOB-28: a run that its agent has dropped has not begun, and doesn't begin unless it is ordered anew.
const droppedForGood = (agent: SimulatedAgent.SimulatedAgent): readonly Violation[] => {
  const begun = new Set<string>();
  const dropped = new Set<string>();
  return agent.journal.dump().flatMap((r): readonly Violation[] => {
    if (r._tag === "ManifestHeld") dropped.delete(r.manifest.runId);
    if (r._tag === "ManifestDropped") dropped.add(r.runId);
    const runId = beginningOf(r);
    if (runId !== null) begun.add(runId);
    const broken = [...dropped].find((id) => begun.has(id));
    return broken === undefined ? [] : [violation("what was dropped never begins", agent.name, `run ${broken}`)];
  });
};

const beginningOf = (r: JournalRecord): string | null => {
  if (r._tag === "InstallIntended") return r.runId;
  if (r._tag !== "FactRecorded" || r.fact.body._tag !== "Status") return null;
  return r.fact.body.status === "Downloaded" ? null : r.fact.body.runId;
};

// I19, I20: what an agent was told is durable is there, once, and says what the journal says.
const factsKept = (sim: Simulation.Simulation, agent: SimulatedAgent.SimulatedAgent): readonly Violation[] => {
  const stored = storedFacts(sim);
  const records = agent.journal.dump();
  const recorded = records.flatMap((r) => (r._tag === "FactRecorded" ? [r.fact] : []));
  const acknowledged = Math.max(0, ...records.map((r) => (r._tag === "FactsAcknowledged" ? r.through : 0)));
  const identity = records.find((r) => r._tag === "Identity");
  const agentId = identity?._tag === "Identity" ? identity.agentId : "";
  return recorded.flatMap((fact): readonly Violation[] => {
    const found = stored.filter((s) => s.agentId === agentId && s.fact.sequence === fact.sequence);
    if (fact.sequence <= acknowledged && found.length !== 1) {
      return [
        violation("no acknowledged fact is lost", agent.name, `fact ${fact.sequence} stands ${found.length} times`),
      ];
    }
    const same = found.every((s) => s.fact.at === fact.at && s.fact.body._tag === fact.body._tag);
    return same ? [] : [violation("a stored fact is the agent's own", agent.name, `fact ${fact.sequence}`)];
  });
};

const storedFacts = (sim: Simulation.Simulation): readonly FactRecord[] =>
  Effect.runSync(sim.storage.list(Simulation.TENANT, "fact", { limit: 1_000 })).map(
    (s) => s.body as unknown as FactRecord,
  );

// EVT-01: the outbox has no gap and no repetition.
const eventsGapless = (sim: Simulation.Simulation): readonly Violation[] => {
  const events = Effect.runSync(sim.storage.events(Simulation.TENANT, 0, 1_000));
  return events.flatMap((e, i) =>
    e.position === i + 1 ? [] : [violation("events are numbered without gaps", "", `${e.position} at place ${i + 1}`)],
  );
};

// CMP-02: once the dust has settled, the control plane's snapshot is what stands on the machine.
const assessmentsFresh = (sim: Simulation.Simulation): readonly Violation[] => {
  const missing = sim.call(sim.fettle.assets.missing(Simulation.manager));
  return missing.flatMap((m) => {
    const standing = sim.agents.find((a) => a.name === m.asset.name)?.os.installed();
    return m.packages.flatMap((p) => {
      const evrs = standing?.get(`${p.name}.${p.arch}`) ?? [];
      return p.installed === null || evrs.includes(p.installed)
        ? []
        : [
            violation(
              "an assessment is of what stands there",
              m.asset.name,
              `${p.name}: ${p.installed}, stands ${evrs.join()}`,
            ),
          ];
    });
  });
};

// F9, CMP-02: a patch that is shown as installed or removed truly took effect; no exit code made it so.
const successIsReal = (sim: Simulation.Simulation): readonly Violation[] => {
  const names = new Map(sim.call(sim.fettle.assets.list(Simulation.manager)).map((a) => [a.asset.id, a.asset.name]));
  return assetRuns(sim).flatMap((run) => {
    const truth = sim.agents.find((a) => a.name === names.get(run.assetId))?.os.truth ?? [];
    return Object.values(run.state.results).flatMap((result): readonly Violation[] => {
      const action = { Installed: "install", Removed: "rollback" }[result.outcome as string];
      const isReal = truth.some((t) => t._tag === "Effect" && t.action === action && t.patchId === result.patchId);
      return action === undefined || isReal
        ? []
        : [violation("a success is real", names.get(run.assetId) ?? "", `${result.patchId}: ${result.outcome}`)];
    });
  });
};

const assetRuns = (sim: Simulation.Simulation): readonly AssetRun.AssetRun[] =>
  Effect.runSync(sim.storage.list(Simulation.TENANT, "assetRun", { limit: 1_000 })).map(
    (r) => r.body as unknown as AssetRun.AssetRun,
  );

// I21: at rest, what the control plane shows of a patch is what stands on the machine.
const viewIsTruth = (sim: Simulation.Simulation): readonly Violation[] => {
  const names = new Map(sim.call(sim.fettle.assets.list(Simulation.manager)).map((a) => [a.asset.id, a.asset.name]));
  const latest = [...assetRuns(sim)].sort((a, b) => a.state.changedAt - b.state.changedAt);
  const last = new Map<string, readonly string[]>(
    latest.flatMap((run) =>
      Object.values(run.state.results).flatMap((result) =>
        result.packages.map((p) => [`${names.get(run.assetId)} ${p.name}.${p.arch}`, p.after] as const),
      ),
    ),
  );
  return sim.agents.flatMap((agent) =>
    [...agent.os.installed()].flatMap(([key, evrs]) => {
      const shown = last.get(`${agent.name} ${key}`);
      return shown === undefined || shown.join() === evrs.join()
        ? []
        : [
            violation(
              "what is shown is what stands there",
              agent.name,
              `${key}: shown ${shown.join()}, stands ${evrs.join()}`,
            ),
          ];
    }),
  );
};
