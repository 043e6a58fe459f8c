/** Reboots that agents order: I22 to I24. */
import { type Invariant, iso, type Ledger, seen } from "./Invariant.ts";

const HOUR_MS = 3_600_000;

const ordered = (ledger: Ledger) =>
  ledger.history.deeds.flatMap(({ order, at, value: { asset, truth } }) =>
    truth._tag === "Reboot" && truth.by === "agent" ? [{ order, at, asset }] : [],
  );

// The run whose journal ordered it: the one of the latest word that it was ordered.
const runOf = (ledger: Ledger, asset: string, order: number): string | null => {
  const line = (ledger.journals.get(asset) ?? []).findLast(
    ({ order: o, value: { record } }) =>
      o < order &&
      record._tag === "FactRecorded" &&
      record.fact.body._tag === "Reboot" &&
      record.fact.body.event._tag === "Ordered",
  );
  const body = line?.value.record._tag === "FactRecorded" ? line.value.record.fact.body : null;
  return body?._tag === "Reboot" ? body.runId : null;
};

const manifestOf = (ledger: Ledger, asset: string, runId: string | null) =>
  (ledger.journals.get(asset) ?? []).flatMap(({ value: { record } }) =>
    record._tag === "ManifestHeld" && record.manifest.runId === runId ? [record] : [],
  )[0] ?? null;

const sparing: Invariant = {
  id: "I22",
  title: "an agent reboots only where it may, once all patches were tried, once a phase and three times a day",
  check: (ledger) =>
    ordered(ledger).flatMap(({ asset, at, order }, i, all) => {
      const runId = runOf(ledger, asset, order);
      const held = manifestOf(ledger, asset, runId);
      const at_ = iso(at);
      if (held === null) return [seen(asset, `rebooted at ${at_} for no run`)];
      if (held.manifest.reboot._tag === "Suppress") return [seen(asset, `rebooted at ${at_}, though suppressed`)];
      const settled = new Set(
        (ledger.journals.get(asset) ?? []).flatMap(({ order: o, value: { record } }) =>
          o < order &&
          record._tag === "FactRecorded" &&
          record.fact.body._tag === "Patch" &&
          record.fact.body.runId === runId
            ? [record.fact.body.patchId]
            : [],
        ),
      );
      const untried = held.list.patches.find((p) => !settled.has(p.patchId));
      if (untried !== undefined) return [seen(asset, `rebooted at ${at_} before ${untried.patchId}`)];
      const earlier = all.slice(0, i).filter((o) => o.asset === asset);
      if (earlier.filter((o) => o.at > at - 24 * HOUR_MS).length >= 3)
        return [seen(asset, `a fourth reboot in 24 h at ${at_}`)];
      const isTwice = earlier.some(
        (o) => runOf(ledger, asset, o.order) === runId && !isAgain(ledger, asset, runId, o.order, order),
      );
      return isTwice ? [seen(asset, `rebooted again at ${at_} in one phase`)] : [];
    }),
};

// Whether an attempt lies between, so that it is another phase.
const isAgain = (ledger: Ledger, asset: string, runId: string | null, from: number, to: number): boolean =>
  ledger.begun.some((b) => b.asset === asset && b.runId === runId && b.order > from && b.order < to);

const MINUTE_MS = 60_000;

const inTime: Invariant = {
  id: "I23",
  title: "a user is warned, may defer so often and no more, and is rebooted no sooner than the countdown allows",
  check: (ledger) =>
    ordered(ledger).flatMap(({ asset, at, order }) => {
      const runId = runOf(ledger, asset, order);
      const policy = manifestOf(ledger, asset, runId)?.manifest.reboot;
      if (policy?._tag !== "Request" || policy.deferrals === null) return [];
      const shown = ledger.history.deeds.flatMap((d) =>
        d.value.asset === asset &&
        d.order < order &&
        d.value.truth._tag === "Shown" &&
        d.value.truth.notice.runId === runId
          ? [d.at]
          : [],
      );
      const [first] = shown;
      const prompts = new Set(
        ledger.history.deeds.flatMap(({ value: { asset: a, truth } }) =>
          a === asset && truth._tag === "Shown" && truth.notice._tag === "Prompt" && truth.notice.runId === runId
            ? [truth.notice.number]
            : [],
        ),
      );
      if (prompts.size > policy.deferrals.count + 1)
        return [seen(asset, `${prompts.size} prompts of ${policy.deferrals.count + 1}`)];
      return first !== undefined && at < first ? [seen(asset, `rebooted at ${iso(at)} before ${iso(first)}`)] : [];
    }),
};

const heldBack: Invariant = {
  id: "I24",
  title: "no agent reboots its machine while the machine's own policy forbids it",
  check: (ledger) =>
    ordered(ledger).flatMap(({ asset, at }) => {
      const spec = ledger.played.scenario.assets.find((a) => a.name === asset);
      const minute = (at - ledger.played.scenario.startsAt) / MINUTE_MS;
      const isForbidden = spec?.noReboot?.some((s) => minute >= s.from && minute < s.to) === true;
      return isForbidden ? [seen(asset, `rebooted at ${iso(at)}`)] : [];
    }),
};

export const reboots: readonly Invariant[] = [sparing, inTime, heldBack];
