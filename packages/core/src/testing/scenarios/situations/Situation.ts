/**
 * A rare situation that a scenario may come to: not what must hold, but what should happen sometimes, for what never happens was never
 * tried. Counted from what truly happened, and from nothing that the generator meant.
 */
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { AssetRun, MarkBody } from "../../../domain/run/AssetRun.ts";
import type * as History from "../History.ts";
import type { Ledger } from "../invariants/Invariant.ts";

export interface Situation {
  /** A sentence; no two have the same. */
  readonly name: string;
  /** How often it came about. */
  readonly count: (ledger: Ledger) => number;
}

/** A record of an asset's journal, at its place in the one order. */
export interface Line<R extends JournalRecord = JournalRecord> {
  readonly asset: string;
  readonly order: number;
  /** True time. */
  readonly at: number;
  readonly record: R;
}

type RecordOf<T extends JournalRecord["_tag"]> = Extract<JournalRecord, { readonly _tag: T }>;
type Fact = RecordOf<"FactRecorded">["fact"];
type BodyOf<T extends Fact["body"]["_tag"]> = Extract<Fact["body"], { readonly _tag: T }>;

/** What journals took of these kinds, in order. */
export const lines = <T extends JournalRecord["_tag"]>(
  ledger: Ledger,
  ...tags: readonly T[]
): readonly Line<RecordOf<T>>[] =>
  ledger.history.journal.flatMap(({ order, at, value: { asset, record } }) =>
    (tags as readonly string[]).includes(record._tag) ? [{ asset, order, at, record: record as RecordOf<T> }] : [],
  );

/** A fact as its agent put it on record. */
export interface Told<T extends Fact["body"]["_tag"]> {
  readonly asset: string;
  readonly order: number;
  readonly at: number;
  readonly fact: Fact;
  readonly body: BodyOf<T>;
}

/** The facts of a kind, in order. */
export const told = <T extends Fact["body"]["_tag"]>(ledger: Ledger, tag: T): readonly Told<T>[] =>
  lines(ledger, "FactRecorded").flatMap(({ asset, order, at, record: { fact } }) =>
    fact.body._tag === tag ? [{ asset, order, at, fact, body: fact.body as BodyOf<T> }] : [],
  );

/** How an asset run went: what the control plane kept of it, and when its agent held, started and ended it. Places in the order; null: never. */
export interface Course {
  readonly asset: string;
  readonly runId: string;
  readonly jobId: string;
  readonly made: History.Seen<AssetRun>;
  readonly versions: readonly History.Seen<AssetRun>[];
  readonly last: AssetRun;
  readonly held: Line<RecordOf<"ManifestHeld">> | null;
  readonly started: Told<"Status"> | null;
  readonly ended: Told<"Status"> | null;
}

const kept = new WeakMap<Ledger, readonly Course[]>();

/** Of every asset run. */
export const courses = (ledger: Ledger): readonly Course[] => {
  const known = kept.get(ledger) ?? coursesOf(ledger);
  kept.set(ledger, known);
  return known;
};

const coursesOf = (ledger: Ledger): readonly Course[] => {
  const manifests = firsts(lines(ledger, "ManifestHeld"), (l) => `${l.asset} ${l.record.manifest.runId}`);
  const statuses = told(ledger, "Status");
  const of = (t: Told<"Status">) => `${t.asset} ${t.body.runId}`;
  const started = firsts(
    statuses.filter((t) => t.body.status === "JobStarted"),
    of,
  );
  const ended = firsts(
    statuses.filter((t) => RunStatus.isFinal(t.body.status)),
    of,
  );
  return [...ledger.made].flatMap(([id, made]): readonly Course[] => {
    const { runId, jobId, assetId } = made.value;
    const asset = ledger.names.get(assetId) ?? "";
    const versions = (ledger.history.of("assetRun").get(id) ?? []).filter(
      (v): v is History.Seen<AssetRun> => v.value !== null,
    );
    const key = `${asset} ${runId}`;
    const [held, start, end] = [manifests.get(key) ?? null, started.get(key) ?? null, ended.get(key) ?? null];
    const last = versions.at(-1)?.value ?? made.value;
    return [{ asset, runId, jobId, made, versions, last, held, started: start, ended: end }];
  });
};

const firsts = <A>(all: readonly A[], key: (a: A) => string): ReadonlyMap<string, A> => {
  const found = new Map<string, A>();
  for (const a of all) if (!found.has(key(a))) found.set(key(a), a);
  return found;
};

const order = (seen: { readonly order: number } | null, otherwise: number): number => seen?.order ?? otherwise;

/** Whether its agent had started it and not come to its end at that place. */
export const isUnderWay = ({ started, ended }: Course, at: number): boolean =>
  order(started, Number.POSITIVE_INFINITY) < at && order(ended, Number.POSITIVE_INFINITY) > at;

/** Whether its agent held it and had not started it at that place. */
export const isWaiting = ({ held, started, ended }: Course, at: number): boolean =>
  order(held, Number.POSITIVE_INFINITY) < at &&
  order(started, Number.POSITIVE_INFINITY) > at &&
  order(ended, Number.POSITIVE_INFINITY) > at;

/** Whether the control plane knew of no end of it at that place. */
export const isOpen = ({ made, versions }: Course, at: number): boolean => {
  const standing = versions.findLast((v) => v.order <= at);
  return made.order < at && standing !== undefined && !RunStatus.isFinal(standing.value.state.status);
};

/** The version in which the control plane first had a mark of that kind on it, and the one before; null: it never had. */
export const marked = (
  { versions }: Course,
  tag: MarkBody["_tag"],
): { readonly before: AssetRun | null; readonly is: History.Seen<AssetRun>; readonly body: MarkBody } | null => {
  for (const [i, is] of versions.entries()) {
    const body = is.value.marks.find((m) => m.body._tag === tag)?.body;
    if (body !== undefined) return { before: versions[i - 1]?.value ?? null, is, body };
  }
  return null;
};

/** Whether an agent died, or its journal failed it, between two places. */
export const hasDied = ({ history }: Ledger, asset: string, from: number, to: number): boolean =>
  deaths(history, asset).some((o) => o > from && o < to);

/** The places at which lives of an agent ended by a crash. */
export const deaths = ({ mishaps }: History.History, asset: string): readonly number[] =>
  mishaps.flatMap(({ order: o, value }) =>
    (value._tag === "AgentDied" || value._tag === "JournalFailed") && value.asset === asset ? [o] : [],
  );

/** The order's places at which events of these kinds were committed, and what they are of. */
export const events = (ledger: Ledger, ...types: readonly string[]) =>
  ledger.history.events.flatMap(({ order: o, at, value }) =>
    types.includes(value.type) ? [{ order: o, at, id: value.id, body: value.body }] : [],
  );

/** How many of them are so. */
export const counted = <A>(all: Iterable<A>, is: (a: A) => boolean): number => {
  let count = 0;
  for (const a of all) if (is(a)) count += 1;
  return count;
};
