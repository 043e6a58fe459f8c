/** What an agent told of a run's reboot, from the journal of its machine: the phase that an order belongs to. */
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import type { RebootPolicy } from "@fettle/agent-protocol/vocabulary";
import type * as History from "../History.ts";
import type { AssetSpec } from "../Scenario.ts";
import type { Ledger } from "./Invariant.ts";

type Fact = Extract<JournalRecord, { readonly _tag: "FactRecorded" }>["fact"];
type Event = Extract<Fact["body"], { readonly _tag: "Reboot" }>["event"];

/** Something that was told of a reboot. */
export interface Told {
  readonly order: number;
  readonly at: number;
  readonly runId: string;
  readonly event: Event;
}

/** A reboot that an agent caused. */
export interface Caused {
  readonly asset: string;
  readonly order: number;
  readonly at: number;
  readonly clockAt: number;
  /** Packages that needed it. */
  readonly waited: readonly string[];
}

/** Reboots that agents caused, in order. */
export const caused = (ledger: Ledger): readonly Caused[] =>
  ledger.history.deeds.flatMap(({ order, at, value: { asset, truth, clockAt } }) =>
    truth._tag === "Reboot" && truth.by === "agent" ? [{ asset, order, at, clockAt, waited: truth.waited }] : [],
  );

/** Everything that an asset's journal tells of reboots. */
export const told = (ledger: Ledger, asset: string): readonly Told[] =>
  (ledger.journals.get(asset) ?? []).flatMap(({ order, at, value: { record } }) =>
    record._tag === "FactRecorded" && record.fact.body._tag === "Reboot"
      ? [{ order, at, runId: record.fact.body.runId, event: record.fact.body.event }]
      : [],
  );

/** The order behind a reboot: the last one in the boot that it ended; null: there is none. */
export const orderOf = (ledger: Ledger, { asset, order }: Caused): Told | null => {
  const booted = ledger.history.deeds.findLast(
    (d) => d.order < order && d.value.asset === asset && d.value.truth._tag === "Reboot",
  );
  const since = booted?.order ?? 0;
  return told(ledger, asset).findLast((t) => t.order < order && t.order > since && t.event._tag === "Ordered") ?? null;
};

/** What was told of a run's reboot up to a place in the order. */
export const before = (ledger: Ledger, asset: string, runId: string, order: number): readonly Told[] =>
  told(ledger, asset).filter((t) => t.runId === runId && t.order < order);

/** A run as its agent held it when it began: what comes after that changes nothing. */
export const heldBy = (ledger: Ledger, asset: string, runId: string) => {
  let held: Extract<JournalRecord, { readonly _tag: "ManifestHeld" }> | null = null;
  for (const { value } of ledger.journals.get(asset) ?? []) {
    const { record } = value;
    if (record._tag === "ManifestHeld" && record.manifest.runId === runId) held = record;
    const body = record._tag === "FactRecorded" ? record.fact.body : null;
    if (body?._tag === "Status" && body.runId === runId && body.status === "JobStarted") break;
  }
  return held;
};

export const policyOf = (ledger: Ledger, asset: string, runId: string): RebootPolicy | null =>
  heldBy(ledger, asset, runId)?.manifest.reboot ?? null;

export const specOf = (ledger: Ledger, asset: string): AssetSpec | null =>
  ledger.played.scenario.assets.find(({ name }) => name === asset) ?? null;

/** By how much clocks of a machine differ at most over a scenario, in milliseconds. */
export const swing = ({ clock }: AssetSpec): number => {
  const seconds = [0, ...clock.map((step) => step.seconds)];
  return 1_000 * (Math.max(...seconds) - Math.min(...seconds));
};

/** Notices that came up on an asset's screen for a run. */
export const shown = ({ history }: Ledger, asset: string, runId: string): readonly History.Seen<History.Deed>[] =>
  history.deeds.filter(
    ({ value: { asset: a, truth } }) => a === asset && truth._tag === "Shown" && truth.notice.runId === runId,
  );
