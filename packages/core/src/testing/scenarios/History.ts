/**
 * What truly happened while a scenario was played, in one order: what the simulated machines did, what the journals took, what
 * the control plane committed and what was heard over the wire. Invariants look at this, and at nothing that anybody reported.
 */
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import type { Asset } from "../../domain/asset/Asset.ts";
import type { Job } from "../../domain/job/Job.ts";
import type { Subscription } from "../../domain/license/Subscription.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import type { AssetRun } from "../../domain/run/AssetRun.ts";
import type { Run } from "../../domain/run/Run.ts";
import type { Batch, CommitAnswer, EntityKind, NewEvent } from "../../ports/Storage.ts";
import type { FactRecord } from "../../schema/Stored.ts";
import type { NetworkFault } from "../simulation/SimulatedNetwork.ts";
import type { Truth } from "../simulation/SimulatedOs.ts";

/** Something at its place in the one order; `at` is true time, epoch milliseconds. */
export interface Seen<A> {
  readonly order: number;
  readonly at: number;
  readonly value: A;
}

export type Mark = Pick<Seen<unknown>, "order" | "at">;

/** What a machine did, for which run as far as its journal tells, and what its clock showed. */
export interface Deed {
  readonly asset: string;
  readonly truth: Truth;
  readonly runId: string | null;
  readonly clockAt: number;
}

export interface JournalLine {
  readonly asset: string;
  readonly record: JournalRecord;
  readonly clockAt: number;
}

/** A request that was signed, by what makes it one. */
export interface SignedCall {
  readonly asset: string;
  readonly sequence: string;
  readonly nonce: string;
  readonly digest: string;
}

/** Something that went wrong as the scenario wanted it. */
export type Mishap =
  | { readonly _tag: "AgentDied"; readonly asset: string; readonly where: string }
  /** An append or a compaction said that it failed; `isDurable`: it was carried out all the same. */
  | { readonly _tag: "JournalFailed"; readonly asset: string; readonly isDurable: boolean }
  | {
      readonly _tag: "PlaneDied";
      readonly when: "before" | "after";
      readonly work: "call" | "tick" | "request";
      /** What the commit was to write, or had written. */
      readonly kinds: readonly EntityKind[];
    }
  /** What a commit expected was so no more: somebody else was faster. */
  | {
      readonly _tag: "CommitRefused";
      readonly because: Extract<CommitAnswer, { readonly _tag: "Refused" }>["because"];
      readonly kinds: readonly EntityKind[];
    }
  | { readonly _tag: "Network"; readonly what: NetworkFault; readonly agentId: string; readonly path: string };

interface Kinds {
  readonly asset: Asset;
  readonly job: Job;
  readonly subscription: Subscription;
  readonly patch: Patch;
  readonly hold: { readonly patchId: string };
  readonly run: Run;
  readonly assetRun: AssetRun;
}
export type KeptKind = keyof Kinds;
const keptKinds: readonly KeptKind[] = ["asset", "job", "subscription", "patch", "hold", "run", "assetRun"];

/** An entity as it was committed, version after version; null: removed. */
export type Versions<A> = readonly Seen<A | null>[];

export interface History {
  readonly deeds: readonly Seen<Deed>[];
  readonly journal: readonly Seen<JournalLine>[];
  readonly facts: readonly Seen<FactRecord>[];
  readonly events: readonly Seen<NewEvent>[];
  readonly calls: readonly Seen<SignedCall>[];
  /** Answers to check-ins that reached their agents, at the time the control plane gave them. */
  readonly heard: readonly Seen<{ readonly asset: string }>[];
  readonly mishaps: readonly Seen<Mishap>[];
  /** The tags of the owner's scope, from each change on. */
  readonly scopes: readonly Seen<readonly string[]>[];
  /** Where the control plane was put back to what it was at an earlier place: what was committed since is undone. */
  readonly restores: readonly Seen<{ readonly since: number }>[];
  readonly of: <K extends KeptKind>(kind: K) => ReadonlyMap<string, Versions<Kinds[K]>>;
  readonly last: <K extends KeptKind>(kind: K) => ReadonlyMap<string, Kinds[K]>;
}

export interface Recorder extends History {
  readonly deed: (deed: Deed) => void;
  readonly journaled: (line: JournalLine) => void;
  readonly committed: (batch: Batch) => void;
  readonly called: (call: SignedCall) => void;
  readonly hear: (asset: string, since: Mark) => void;
  /** A place in the order. */
  readonly mark: () => Mark;
  readonly scoped: (tags: readonly string[]) => void;
  readonly befell: (mishap: Mishap) => void;
  /** The control plane is what it was at that place; what machines did and journals took stays. */
  readonly restored: (since: Mark) => void;
}

/** A history with nothing in it. */
export const make = (now: () => number): Recorder => {
  let order = 0;
  const seen = <A>(value: A): Seen<A> => {
    order += 1;
    return { order, at: now(), value };
  };
  const deeds: Seen<Deed>[] = [];
  const journal: Seen<JournalLine>[] = [];
  const facts: Seen<FactRecord>[] = [];
  const events: Seen<NewEvent>[] = [];
  const calls: Seen<SignedCall>[] = [];
  const scopes: Seen<readonly string[]>[] = [];
  const mishaps: Seen<Mishap>[] = [];
  const heard: Seen<{ readonly asset: string }>[] = [];
  const restores: Seen<{ readonly since: number }>[] = [];
  const kept = new Map<EntityKind, Map<string, Seen<unknown>[]>>(keptKinds.map((kind) => [kind, new Map()]));
  const of = <K extends KeptKind>(kind: K) => kept.get(kind) as unknown as ReadonlyMap<string, Versions<Kinds[K]>>;
  const committed = (batch: Batch): void => {
    for (const write of batch.writes) {
      const body = write._tag === "Put" ? write.body : null;
      if (write.kind === "fact" && body !== null) facts.push(seen(body as unknown as FactRecord));
      const versions = kept.get(write.kind);
      if (versions === undefined) continue;
      const known = versions.get(write.id);
      if (known === undefined) versions.set(write.id, [seen(body)]);
      else known.push(seen(body));
    }
    for (const event of batch.events) events.push(seen(event));
  };
  const restored = ({ order: since }: Mark): void => {
    const place = seen({ since });
    restores.push(place);
    for (const list of [facts, events]) list.splice(list.findLastIndex((e) => e.order <= since) + 1);
    for (const versions of [...kept.values()].flatMap((ids) => [...ids.values()])) {
      const last = versions.at(-1);
      if (last !== undefined && last.order > since) versions.push({ ...place, value: standing(versions, since) });
    }
  };
  return {
    deeds,
    journal,
    facts,
    events,
    calls,
    heard,
    mishaps,
    scopes,
    restores,
    of,
    last: (kind) =>
      new Map(
        [...of(kind)].flatMap(([id, versions]) => {
          const value = versions.at(-1)?.value ?? null;
          return value === null ? [] : [[id, value] as const];
        }),
      ),
    deed: (deed) => void deeds.push(seen(deed)),
    journaled: (line) => void journal.push(seen(line)),
    committed,
    called: (call) => void calls.push(seen(call)),
    scoped: (tags) => void scopes.push(seen(tags)),
    hear: (asset, since) => void heard.push({ ...since, value: { asset } }),
    mark: () => {
      const { order: at_, at } = seen(null);
      return { order: at_, at };
    },
    befell: (mishap) => void mishaps.push(seen(mishap)),
    restored,
  };
};

/** Whether what was committed at a place is undone by a restore before another one; forever, unless told. */
export const isUndone = ({ restores }: History, order: number, by: number = Number.POSITIVE_INFINITY): boolean =>
  restores.some((r) => r.value.since < order && order < r.order && r.order <= by);

/** Those of an entity's versions that stood in line at a place: what a restore undid, and what it put back, is not among them. */
export const lasting = <A>(history: History, versions: Versions<A>, by?: number): Versions<A> =>
  versions.filter((v) => !isUndone(history, v.order, by) && !isPutBack(history, v.order));

/** Whether a version is one that a restore put back. */
export const isPutBack = ({ restores }: History, order: number): boolean => restores.some((r) => r.order === order);

/** The version that stood at a place in the order; null: none. */
export const standing = <A>(versions: Versions<A> | undefined, order: number): A | null =>
  versions?.findLast((v) => v.order <= order)?.value ?? null;
