/** Reboots that agents order, and those that they owe: I22, I24, RBT-01. */
import { type Invariant, iso, type Ledger, type Seen, seen } from "./Invariant.ts";
import * as Phase from "./Phase.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PER_DAY_MAX = 3;

const sparing: Invariant = {
  id: "I22",
  title: "an agent reboots only where it may and must, once all patches were tried, once a phase and three times a day",
  check: (ledger) => {
    const all = Phase.caused(ledger);
    return all.flatMap((c, i) => {
      const wrong = wrongly(ledger, c) ?? tooOften(ledger, c, all.slice(0, i));
      return wrong === null ? [] : [seen(c.asset, `rebooted at ${iso(c.at)} ${wrong}`)];
    });
  },
};

const wrongly = (ledger: Ledger, c: Phase.Caused): string | null => {
  const ordered = Phase.orderOf(ledger, c);
  const held = ordered === null ? null : Phase.heldBy(ledger, c.asset, ordered.runId);
  if (ordered === null || held === null) return "for no run";
  if (held.manifest.reboot._tag === "Suppress") return "though suppressed";
  if (c.waited.length === 0) return "though nothing needed it";
  const settled = new Set(
    (ledger.journals.get(c.asset) ?? []).flatMap(({ order, value: { record } }) =>
      order < c.order &&
      record._tag === "FactRecorded" &&
      record.fact.body._tag === "Patch" &&
      record.fact.body.runId === ordered.runId
        ? [record.fact.body.patchId]
        : [],
    ),
  );
  const untried = held.list.patches.find((p) => !settled.has(p.patchId));
  return untried === undefined ? null : `before ${untried.patchId}`;
};

// By its own clock: a machine whose clock is put forward has another day.
const tooOften = (ledger: Ledger, c: Phase.Caused, earlier: readonly Phase.Caused[]): string | null => {
  const spec = Phase.specOf(ledger, c.asset);
  const own = earlier.filter(({ asset }) => asset === c.asset);
  const since = c.at - DAY_MS + (spec === null ? 0 : Phase.swing(spec));
  if (own.filter(({ at }) => at > since).length >= PER_DAY_MAX) return "for the fourth time in 24 h";
  const runId = Phase.orderOf(ledger, c)?.runId;
  const isTwice = own.some((o) => Phase.orderOf(ledger, o)?.runId === runId && !isAgain(ledger, c, runId, o.order));
  return isTwice ? "again in one phase" : null;
};

// Whether an attempt lies between, so that it is another phase.
const isAgain = (ledger: Ledger, { asset, order }: Phase.Caused, runId: string | undefined, from: number): boolean =>
  ledger.begun.some((b) => b.asset === asset && b.runId === runId && b.order > from && b.order < order);

// The machine goes by its own clock as well; what a user wants at once is theirs to want.
const heldBack: Invariant = {
  id: "I24",
  title: "no agent reboots its machine while the machine's own policy forbids it",
  check: (ledger) =>
    Phase.caused(ledger).flatMap((c) => {
      const minute = (c.clockAt - ledger.played.scenario.startsAt) / MINUTE_MS;
      const isForbidden = Phase.specOf(ledger, c.asset)?.noReboot?.some((s) => minute >= s.from && minute < s.to);
      const order = Phase.orderOf(ledger, c)?.event;
      const isWanted = order?._tag === "Ordered" && order.by === "user";
      return isForbidden === true && !isWanted ? [seen(c.asset, `rebooted at ${iso(c.at)}`)] : [];
    }),
};

const needed: Invariant = {
  id: "RBT-01",
  title: "no run ends without a word on the reboot that its patches wait for",
  check: (ledger) => [...ledger.journals.keys()].flatMap((asset) => unsaid(ledger, asset)),
};

const unsaid = (ledger: Ledger, asset: string): readonly Seen[] => {
  const waits = Phase.specOf(ledger, asset)?.rebootsFor;
  if (waits === undefined) return [];
  const told = Phase.told(ledger, asset);
  return (ledger.journals.get(asset) ?? []).flatMap(({ order, at, value: { record } }) => {
    if (record._tag !== "FactRecorded" || record.fact.body._tag !== "Status") return [];
    const { runId, status } = record.fact.body;
    if (status !== "Completed" && status !== "CompletedWithFailure") return [];
    if (told.some((t) => t.runId === runId && t.order < order)) return [];
    const waiting = waitingAt(ledger, asset, runId, order).filter((name) => waits.includes(name));
    return waiting.length === 0 ? [] : [seen(asset, `run ${runId} ended at ${iso(at)}, while ${waiting.join()} waits`)];
  });
};

// Packages that a run brought since the last boot, and that nobody brought otherwise by hand since.
const waitingAt = (ledger: Ledger, asset: string, runId: string, before: number): readonly string[] => {
  const patches = new Map(Phase.heldBy(ledger, asset, runId)?.list.patches.map((p) => [p.patchId, p.packages]) ?? []);
  const waiting = new Set<string>();
  for (const { order, value } of ledger.history.deeds) {
    if (value.asset !== asset || order >= before) continue;
    const { truth } = value;
    if (truth._tag === "Reboot") waiting.clear();
    if (truth._tag === "ByHand") waiting.delete(truth.package);
    if (truth._tag !== "Effect" || value.runId !== runId) continue;
    for (const { name } of patches.get(truth.patchId) ?? []) waiting.add(name);
  }
  return [...waiting];
};

export const reboots: readonly Invariant[] = [sparing, heldBack, needed];
