/** What is told and what is kept of it: I18 to I21, I31, EVT-01. */
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import type * as AssetRun from "../../../domain/run/AssetRun.ts";
import type { FactRecord } from "../../../schema/Stored.ts";
import * as History from "../History.ts";
import { TENANT } from "../Plane.ts";
import type { Played } from "../Simulator.ts";
import { groupBy, type Invariant, iso, type Ledger, type Seen, seen } from "./Invariant.ts";

const byAgents = (ledger: Ledger): readonly Seen[] =>
  [...ledger.journals].flatMap(([asset, lines]) => {
    const at = new Map<string, RunStatus.RunStatus>();
    // How a run stands may be told again, once, as its manifest came again, or the platform lost what it was told (RUN-11).
    const again = new Set<string>();
    return lines.flatMap(({ value: { record } }) => {
      if (record._tag === "ManifestHeld" && at.has(record.manifest.runId)) again.add(record.manifest.runId);
      if (record._tag === "FactsLost") for (const runId of at.keys()) again.add(runId);
      if (record._tag !== "FactRecorded" || record.fact.body._tag !== "Status") return [];
      const { runId, status } = record.fact.body;
      const from = at.get(runId) ?? "Pending";
      at.set(runId, status);
      if (RunStatus.mayMove(from, status, "agent") || (from === status && again.delete(runId))) return [];
      return [seen(asset, `${runId}: ${from} → ${status}`)];
    });
  });

/** Evidence may turn one into the other (RUN-06). */
const JUDGED: readonly RunStatus.RunStatus[] = ["Completed", "CompletedWithFailure"];

// What the control plane decided by itself gives way to a beginning (RUN-06), unless the asset is gone.
const STANDS: readonly AssetRun.AssetRunState["by"][] = ["agent", "scan", "placement", "Withdrawn"];
const isPresumption = ({ state }: AssetRun.AssetRun): boolean => !STANDS.includes(state.by);

/**
 * What a scan shows done while its agent is silent gives way to the agent's late word: it is still at it, a reboot is needed for it, or
 * its window was over before all was tried, and somebody else did the rest.
 */
const isLateWord = (status: RunStatus.RunStatus): boolean => !RunStatus.isFinal(status) || status === "TimedOut";

// A presumption gives way to what is known better; what an agent told stands, and only evidence may judge it anew.
const byPlatform = (ledger: Ledger): readonly Seen[] =>
  [...ledger.history.of("assetRun")].flatMap(([id, versions]) =>
    versions.flatMap((v, i) => {
      const before = versions[i - 1]?.value ?? null;
      const [from, to] = [before?.state, v.value?.state];
      if (before === null || from === undefined || to === undefined || from.status === to.status) return [];
      if (History.isPutBack(ledger.history, v.order)) return [];
      if (!RunStatus.isFinal(from.status) || isPresumption(before)) return [];
      if (from.by === "scan" && to.by === "agent" && isLateWord(to.status)) return [];
      if (JUDGED.includes(from.status) && JUDGED.includes(to.status)) return [];
      return [seen(ledger.names.get(versions[0]?.value?.assetId ?? "") ?? "", `${id}: ${from.status} → ${to.status}`)];
    }),
  );

const table: Invariant = {
  id: "I18",
  title: "a status moves along the table, and an end is an end",
  check: (ledger) => [...byAgents(ledger), ...byPlatform(ledger)],
};

const PAGE = 1_000;

const stored = ({ plane }: Played): readonly FactRecord[] => {
  const found: FactRecord[] = [];
  for (let after: string | undefined; ; ) {
    const page = Effect.runSync(
      plane.storage.list(TENANT, "fact", { limit: PAGE, ...(after === undefined ? {} : { after }) }),
    );
    found.push(...page.map((s) => s.body as unknown as FactRecord));
    if (page.length < PAGE) return found;
    after = page.at(-1)?.id;
  }
};

const removed = (ledger: Ledger): ReadonlySet<string> =>
  new Set([...ledger.history.of("asset")].flatMap(([id, v]) => (v.some((x) => x.value === null) ? [id] : [])));

const kept: Invariant = {
  id: "I19",
  title: "what an agent was told is kept can be read for ever",
  check: (ledger) => {
    const rows = groupBy(stored(ledger.played), (f) => `${f.agentId} ${f.fact.sequence}`);
    const gone = removed(ledger);
    return [...ledger.journals].flatMap(([asset, lines]) => {
      const id = ledger.ids.get(asset) ?? "";
      const records = lines.map((l) => l.value.record);
      const through = Math.max(0, ...records.flatMap((r) => (r._tag === "FactsAcknowledged" ? [r.through] : [])));
      if (gone.has(id)) return [];
      // Since the backup, where there was a restore.
      const isLost = (n: number): boolean => {
        const told = lines.find(({ value: { record: r } }) => r._tag === "FactsAcknowledged" && r.through >= n);
        return told !== undefined && History.isUndone(ledger.history, told.order);
      };
      return Array.from({ length: through }, (_, i) => i + 1).flatMap((n) =>
        rows.has(`${id} ${n}`) || isLost(n) ? [] : [seen(asset, `fact ${n} of ${through} acknowledged ones`)],
      );
    });
  },
};

const caused: Invariant = {
  id: "I20",
  title:
    "a fact is kept once, as its agent's journal has it, and something made it so, at that time on the machine's clock",
  check: (ledger) => {
    const facts = stored(ledger.played);
    const twice = [...groupBy(facts, (f) => `${f.agentId} ${f.epoch} ${f.fact.sequence}`)].flatMap(([key, all]) =>
      all.length > 1 ? [seen(ledger.names.get(all[0]?.agentId ?? "") ?? "", `${key}: ${all.length} rows`)] : [],
    );
    return [...twice, ...facts.flatMap((f) => faultOf(ledger, f)), ...misdated(ledger)];
  },
};

const misdated = ({ history }: Ledger): readonly Seen[] =>
  history.journal.flatMap(({ value: { asset, record, clockAt } }) =>
    record._tag === "FactRecorded" && record.fact.at !== clockAt
      ? [seen(asset, `fact ${record.fact.sequence} of ${iso(clockAt)} is dated ${iso(record.fact.at)}`)]
      : [],
  );

const faultOf = (ledger: Ledger, { agentId, fact }: FactRecord): readonly Seen[] => {
  const asset = ledger.names.get(agentId) ?? "";
  const own = (ledger.journals.get(asset) ?? []).find(
    ({ value: { record } }) => record._tag === "FactRecorded" && record.fact.sequence === fact.sequence,
  );
  const told = own?.value.record._tag === "FactRecorded" ? own.value.record.fact : null;
  if (told === null) return [seen(asset, `fact ${fact.sequence} was never recorded`)];
  const { body } = told;
  // The record of what was offered names the run that a refusal couldn't read.
  const isSame = body._tag === "Refusal" || JSON.stringify(body) === JSON.stringify(fact.body);
  if (!isSame) return [seen(asset, `fact ${fact.sequence} is another one: ${JSON.stringify(fact.body).slice(0, 200)}`)];
  if (body._tag !== "Patch" || !["Installed", "Removed"].includes(body.outcome)) return [];
  const isReal = ledger.effects.some(
    ({ value }) => value.asset === asset && value.truth._tag === "Effect" && value.truth.patchId === body.patchId,
  );
  return isReal ? [] : [seen(asset, `${body.patchId} is ${body.outcome}, and never took effect`)];
};

const viewed: Invariant = {
  id: "I21",
  title: "a patch that is shown as installed or removed took effect on the machine",
  check: (ledger) =>
    [...ledger.history.last("assetRun").values()].flatMap((run) => {
      const asset = ledger.names.get(run.assetId) ?? "";
      return Object.values(run.state.results).flatMap((r) => {
        const action = r.outcome === "Installed" ? "install" : r.outcome === "Removed" ? "rollback" : null;
        const isReal = ledger.effects.some(
          ({ value: { asset: a, truth } }) =>
            a === asset && truth._tag === "Effect" && truth.action === action && truth.patchId === r.patchId,
        );
        return action === null || isReal ? [] : [seen(asset, `${r.patchId}: ${r.outcome}`)];
      });
    }),
};

const signedOnce: Invariant = {
  id: "I31",
  title: "no request number and no nonce is used for two requests",
  check: ({ history }) => {
    const of = (key: (c: (typeof history.calls)[number]["value"]) => string) =>
      [...groupBy(history.calls, (c) => key(c.value))].flatMap(([used, all]) =>
        all.length > 1
          ? [seen(all[0]?.value.asset ?? "", `${used}: ${all.length} times, last at ${iso(all.at(-1)?.at ?? 0)}`)]
          : [],
      );
    return [...of((c) => `number ${c.sequence}`), ...of((c) => `nonce ${c.asset} ${c.nonce}`)];
  },
};

const gapless: Invariant = {
  id: "EVT-01",
  title: "events are numbered without gap and without repetition",
  check: ({ history, played }) => {
    const first = Effect.runSync(played.plane.storage.events(TENANT, 0, PAGE));
    const wrong = first.find((e, i) => e.position !== i + 1);
    const written = first.every((e, i) => history.events[i]?.value.type === e.type);
    return [
      ...(wrong === undefined ? [] : [seen("", `position ${wrong.position}`)]),
      ...(written ? [] : [seen("", "an event that was committed is not there")]),
    ];
  },
};

export const facts: readonly Invariant[] = [table, kept, caused, viewed, signedOnce, gapless];
