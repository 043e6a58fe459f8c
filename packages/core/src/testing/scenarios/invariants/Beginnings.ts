/** What begins on a machine, and when: I1 to I3, I5 to I8. */
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import { type Begun, groupBy, type Invariant, iso, type Ledger, type Seen, seen } from "./Invariant.ts";
import * as LocalTime from "./LocalTime.ts";

const each = (ledger: Ledger, fault: (b: Begun) => string | null): readonly Seen[] =>
  ledger.begun.flatMap((b) => {
    const wrong = fault(b);
    return wrong === null ? [] : [seen(b.asset, `${b.patchId} at ${iso(b.at)}: ${wrong}`)];
  });

/** Every begin has a verified manifest for that asset and its epoch, unexpired, and the patch is in the frozen list. */
const ordered: Invariant = {
  id: "I1",
  title: "nothing begins that a signed, unexpired manifest of the asset doesn't list",
  check: (ledger) =>
    each(ledger, ({ asset, runId, patchId, action, held }) => {
      const last = held.at(-1);
      if (runId === null || last === undefined) return "no manifest was held for it";
      if (last.manifest.agentId !== ledger.ids.get(asset)) return "by another asset's manifest";
      if (last.manifest.kind !== (action === "install" ? "deployment" : "rollback"))
        return `a ${action} by a ${last.manifest.kind}`;
      if (!last.list.patches.some((p) => p.patchId === patchId)) return "not in the manifest's list";
      const makings = ledger.makings.get(`${runId}.${last.manifest.agentId}`) ?? [];
      if (makings.length === 0) return "of a run that the control plane never made for it";
      const isListed = makings.some(({ value }) => value.patches.some((p) => p.patchId === patchId));
      return isListed ? null : "not in the frozen list";
    }),
};

/** start-within: the first begin lies in the window; complete-within: every begin does. A lease only says until when a run may start. */
const inWindow: Invariant = {
  id: "I2",
  title: "what begins, begins inside its window",
  check: (ledger) => {
    const begun = new Set<string>();
    return each(ledger, (b) => {
      const last = b.held.at(-1)?.manifest;
      if (last === undefined) return null;
      const run = `${b.asset} ${b.runId}`;
      const isFirst = !begun.has(run);
      begun.add(run);
      if (!isFirst && (last.bound === "start" || last.validity === "lease")) return null;
      if (b.agentAt < last.notBefore) return `before ${iso(last.notBefore)}`;
      if (b.agentAt >= last.notAfter) return `at or after ${iso(last.notAfter)}`;
      const makings = ledger.makings.get(`${b.runId}.${last.agentId}`) ?? [];
      const ends = makings.map(({ value }) => value.timing?.windowEnd ?? null);
      const end = ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map(Number));
      return end !== null && b.agentAt >= end ? `after the window's end at ${iso(end)}` : null;
    });
  },
};

// The nominal start of a run on a machine's own clock, or its job's; null where no local time names it.
const nominalOf = (ledger: Ledger, asset: string, runId: string | null): number | null => {
  const run = ledger.runs.get(runId ?? "");
  const local = run === undefined ? null : LocalTime.ofKey(run.occurrenceKey);
  const spec = ledger.played.scenario.assets.find((a) => a.name === asset);
  if (local === null || spec === undefined) return null;
  return LocalTime.firstInstant(local.wall, local.zone === "agent" ? spec.timeZone : local.zone);
};

// Only blackouts and freezes put off what is planned before its time (SCH-03, WIN-05).
const misplanned = (ledger: Ledger): readonly Seen[] => {
  const isPutOff = ledger.played.scenario.edits.some(({ _tag }) => _tag === "Blackout" || _tag === "Freeze");
  return [...ledger.makings.values()].flat().flatMap(({ at, value: { assetId, runId, placed, timing } }) => {
    const asset = ledger.names.get(assetId) ?? "";
    const nominal = nominalOf(ledger, asset, runId);
    if (nominal === null || timing === null || placed.status !== "Pending") return [];
    const isEarly = timing.start < nominal;
    const isLate = timing.start > nominal && nominal > at && !isPutOff;
    return isEarly || isLate
      ? [seen(asset, `${runId} is planned for ${iso(timing.start)}: the nominal start is ${iso(nominal)}`)]
      : [];
  });
};

/** Nothing is planned or begun earlier than the nominal start in the asset's own zone, or the job's, and nothing planned later. */
const notEarly: Invariant = {
  id: "I3",
  title: "nothing begins before its nominal start on the clock that is meant, and it is planned for that",
  check: (ledger) => [
    ...misplanned(ledger),
    ...each(ledger, (b) => {
      const nominal = nominalOf(ledger, b.asset, b.runId);
      return nominal !== null && b.agentAt < nominal ? `the nominal start is ${iso(nominal)}` : null;
    }),
  ],
};

const once: Invariant = {
  id: "I5",
  title: "a patch takes effect at most once per run, unless it was seen to be gone",
  check: ({ effects, played }) => {
    const byHand = new Set(played.scenario.edits.flatMap((e) => (e._tag === "ByHand" ? [e.asset] : [])));
    const groups = groupBy(effects, ({ value: { asset, runId, truth } }) =>
      truth._tag === "Effect" ? `${asset} ${runId} ${truth.action} ${truth.patchId}` : "",
    );
    return [...groups].flatMap(([key, all]) => {
      const asset = all[0]?.value.asset ?? "";
      return all.length > 1 && !byHand.has(asset) ? [seen(asset, `${key}: ${all.length} times`)] : [];
    });
  },
};

const attempts: Invariant = {
  id: "I6",
  title: "a patch is attempted at most twice per run",
  check: ({ begun }) =>
    [...groupBy(begun, (b) => `${b.asset} ${b.runId} ${b.patchId}`)].flatMap(([key, all]) =>
      all.length > 2 ? [seen(all[0]?.asset ?? "", `${key}: ${all.length} times`)] : [],
    ),
};

/** Statuses that a journal tells of its runs, in order. */
const statuses = (ledger: Ledger, asset: string) =>
  (ledger.journals.get(asset) ?? []).flatMap(({ order, at, value: { record } }) =>
    record._tag === "FactRecorded" && record.fact.body._tag === "Status"
      ? [{ order, at, runId: record.fact.body.runId, status: record.fact.body.status }]
      : [],
  );

const WAITING: readonly RunStatus.RunStatus[] = ["Downloaded"];

const oneAtATime: Invariant = {
  id: "I7",
  title: "at most one run is under way on an asset",
  check: (ledger) =>
    [...ledger.journals.keys()].flatMap((asset) => {
      const open = new Set<string>();
      return statuses(ledger, asset).flatMap(({ runId, status, at }) => {
        // PendingReboot ends a run's work for now (RBT-02): what may begin then is I8's.
        if (RunStatus.isFinal(status) || status === "PendingReboot") open.delete(runId);
        else if (!WAITING.includes(status)) open.add(runId);
        return open.size > 1 ? [seen(asset, `${[...open].join(" and ")} at ${iso(at)}`)] : [];
      });
    }),
};

const pendingBlocks: Invariant = {
  id: "I8",
  title: "nothing of another job begins while a run waits for its reboot",
  check: (ledger) =>
    [...ledger.journals.keys()].flatMap((asset) => {
      const told = statuses(ledger, asset);
      return ledger.begun
        .filter((b) => b.asset === asset)
        .flatMap((b) => {
          const before = told.filter((s) => s.order < b.order);
          const blocking = [...groupBy(before, (s) => s.runId)].find(
            ([runId, all]) => runId !== b.runId && all.at(-1)?.status === "PendingReboot",
          );
          return blocking === undefined
            ? []
            : [seen(asset, `${b.patchId} at ${iso(b.at)}, while ${blocking[0]} waits`)];
        });
    }),
};

export const beginnings: readonly Invariant[] = [
  ordered,
  inWindow,
  notEarly,
  once,
  attempts,
  oneAtATime,
  pendingBlocks,
];
