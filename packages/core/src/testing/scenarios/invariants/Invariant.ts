/** What an invariant is, and what those of several families look up of a scenario that was played. */
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import type { AssetRun } from "../../../domain/run/AssetRun.ts";
import type { Run } from "../../../domain/run/Run.ts";
import type * as History from "../History.ts";
import type { Played } from "../Simulator.ts";

/** A broken invariant: its id (reliability.md 3.2), where, and what was seen. */
export interface Violation {
  readonly id: string;
  readonly asset: string;
  readonly seen: string;
}

/** One thing that must hold, whatever went wrong. */
export interface Invariant {
  readonly id: string;
  readonly title: string;
  readonly check: (ledger: Ledger) => readonly Seen[];
}

export interface Seen {
  readonly asset: string;
  readonly seen: string;
}

/** Begun work, with the manifests that its agent held for it by then. */
export interface Begun {
  readonly asset: string;
  readonly order: number;
  readonly at: number;
  /** What its agent goes by: its clock, and no earlier than the latest signed time that it holds. */
  readonly agentAt: number;
  readonly runId: string | null;
  readonly patchId: string;
  readonly action: "install" | "rollback";
  readonly held: readonly Extract<JournalRecord, { readonly _tag: "ManifestHeld" }>[];
  readonly floor: number;
}

/** A played scenario, looked up by what invariants ask for. */
export interface Ledger {
  readonly played: Played;
  readonly history: History.History;
  readonly begun: readonly Begun[];
  readonly effects: readonly History.Seen<History.Deed>[];
  /** Journals by the names of their machines. */
  readonly journals: ReadonlyMap<string, readonly History.Seen<History.JournalLine>[]>;
  /** Machines' names by ids of their assets, and the other way round. */
  readonly names: ReadonlyMap<string, string>;
  readonly ids: ReadonlyMap<string, string>;
  readonly runs: ReadonlyMap<string, Run>;
  /** Of every asset run, as it was made, and where in the order that was. */
  readonly made: ReadonlyMap<string, History.Seen<AssetRun>>;
  /** The same of each time that it was made: once more after a restore. */
  readonly makings: ReadonlyMap<string, readonly History.Seen<AssetRun>[]>;
}

export const seen = (asset: string, text: string): Seen => ({ asset, seen: text });

/** Looks everything up once. */
export const ledgerOf = (played: Played): Ledger => {
  const { history, machines } = played;
  const journals = new Map<string, History.Seen<History.JournalLine>[]>(machines.map((m) => [m.spec.name, []]));
  for (const line of history.journal) journals.get(line.value.asset)?.push(line);
  const ids = new Map(
    machines.flatMap((m) => (m.agentId() === null ? [] : [[m.spec.name, m.agentId() ?? ""] as const])),
  );
  const makings = [...history.of("assetRun")].map(
    ([id, versions]) =>
      [
        id,
        versions.flatMap(({ value, ...at }, i) => (value === null || versions[i - 1]?.value ? [] : [{ ...at, value }])),
      ] as const,
  );
  const made = makings.flatMap(([id, [first]]) => (first === undefined ? [] : [[id, first] as const]));
  const runs = [...history.of("run")].flatMap(([id, versions]) => {
    const value = versions.findLast((v) => v.value !== null)?.value;
    return value == null ? [] : [[id, value] as const];
  });
  return {
    played,
    history,
    journals,
    begun: begunOf(history.deeds, journals),
    effects: history.deeds.filter((d) => d.value.truth._tag === "Effect"),
    names: new Map([...ids].map(([name, id]) => [id, name])),
    ids,
    runs: new Map(runs),
    made: new Map(made),
    makings: new Map(makings),
  };
};

const begunOf = (
  deeds: readonly History.Seen<History.Deed>[],
  journals: ReadonlyMap<string, readonly History.Seen<History.JournalLine>[]>,
): readonly Begun[] =>
  deeds.flatMap(({ order, at, value: { asset, truth, runId, clockAt } }): readonly Begun[] => {
    if (truth._tag !== "Begin") return [];
    const all = (journals.get(asset) ?? []).flatMap((line) =>
      line.order < order && line.value.record._tag === "ManifestHeld" ? [line.value.record] : [],
    );
    const floor = Math.max(0, ...all.map((m) => m.serverTime));
    const held = all.filter((m) => m.manifest.runId === runId);
    const { patchId, action } = truth;
    return [{ asset, order, at, agentAt: Math.max(clockAt, floor), runId, patchId, action, held, floor }];
  });

/** Groups in the order of their first members. */
export const groupBy = <A>(all: readonly A[], key: (a: A) => string): ReadonlyMap<string, readonly A[]> => {
  const groups = new Map<string, A[]>();
  for (const a of all) {
    const known = groups.get(key(a));
    if (known === undefined) groups.set(key(a), [a]);
    else known.push(a);
  }
  return groups;
};

export const iso = (at: number): string => new Date(at).toISOString();
