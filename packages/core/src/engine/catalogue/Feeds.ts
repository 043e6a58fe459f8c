/**
 * Takes feeds up into the catalogue (PAT-11). What a feed says is kept whole under its digest, and the catalogue is what
 * all feeds say together ({@link ../domain/patch/Feed.ts}): so a write that was cut off is completed by the next ingest,
 * and the same feed again changes nothing.
 */
import { Crypto, Json } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Feed from "../../domain/patch/Feed.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { BlobError, BlobStore } from "../../ports/BlobStore.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage, StorageError } from "../../ports/Storage.ts";
import * as StorageText from "../../ports/StorageText.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as AuditTrail from "../audit/AuditTrail.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, Rejected, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** A feed as a host brings it; without a name it is the one called `default`. */
export interface FeedInput {
  readonly feed?: string;
  readonly patches: readonly Patch[];
}

export interface FeedOptions extends Idempotency.Repeatable {
  /** The feed may take more of its patches out of the catalogue than the limits let pass without a question. */
  readonly acceptLoss?: boolean;
}

export interface Ingested {
  /** How many patches the feed has. */
  readonly patches: number;
  /** How many patches of the catalogue are new or another now, those that are deprecated now among them. */
  readonly changed: number;
  /** How many of these no feed has any more, or are withdrawn by their vendor now (PAT-06). */
  readonly deprecated: number;
}

/** Ingests at once try again so often before one of them gives up. */
const ATTEMPTS_MAX = 10;
/** How deep a patch's JSON nests. */
const DEPTH_MAX = 16;

/**
 * Replaces what a feed says, as one; other feeds' patches stay. A patch that no feed has any more is deprecated (PAT-06).
 *
 * Rejects a feed with anything wrong in it, whole: the old catalogue stands. So does one that would take more than half of
 * its patches out of the catalogue, as a feed that was cut short would; `acceptLoss` says that it is meant. The same feed
 * again writes nothing.
 *
 * @example
 * yield* fettle.catalogue.ingest(actor, { feed: "rocky-9-baseos", patches });
 */
export const ingest = Effect.fn("Feeds.ingest")(function* (
  actor: Actor,
  input: FeedInput | readonly Patch[],
  { idempotencyKey: key, acceptLoss = false }: FeedOptions = {},
) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const feed = yield* read(input, limits);
  const bytes = yield* encode(feed.patches);
  const digest = Crypto.digest(bytes);
  const call = { method: "catalogue.ingest", key, request: { feed: feed.id, digest, acceptLoss } };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { known, keep } = yield* Idempotency.recall<Ingested>(actor, call);
    const done = known === null ? yield* take({ actor, feed, bytes, digest, limits, acceptLoss, keep }) : known.answer;
    if (done !== null) return done;
  }
  return yield* reject("PAT-11", "conflict", "other feeds come in all the time; try again later");
});

/** The feeds of the catalogue: what each is called, how many patches it has, when it was last taken up. */
export const list = Effect.fn("Feeds.list")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assets");
  const feeds = yield* Repository.all(actor.tenantId, "feed");
  return feeds.map(({ value: { id, patches, ingestedAt, state } }) => ({
    id,
    patches,
    ingestedAt,
    isSettled: state === "settled",
  }));
});

const isList = (input: FeedInput | readonly Patch[]): input is readonly Patch[] => Array.isArray(input);

const read = Effect.fn("Feeds.read")(function* (input: FeedInput | readonly Patch[], limits: Limits) {
  const given: Feed.Feed = isList(input)
    ? { id: Feed.DEFAULT, patches: input }
    : { id: input.feed ?? Feed.DEFAULT, patches: input.patches };
  const { id, patches } = yield* lift(Feed.validate(given, limits));
  const feed: Feed.Feed = { id, patches: patches.map(Feed.asTold) };
  const problems: Rejection.Rejection[] = [];
  for (const [i, patch] of feed.patches.entries()) {
    const readable = Stored.readable("patch", patch);
    if (!readable.ok) problems.push(...readable.error.map((r) => at(r, i)));
    if (problems.length >= Feed.PROBLEMS_TOLD_MAX) break;
  }
  if (problems.length > 0) return yield* new Rejected({ rejections: problems.slice(0, Feed.PROBLEMS_TOLD_MAX) });
  return feed;
});

const at = (r: Rejection.Rejection, index: number): Rejection.Rejection => ({
  ...r,
  path: ["patches", index, ...(r.path === null ? [] : [r.path])].join("."),
});

// In the order of their ids, so that the same patches in any order are the same feed.
const encode = Effect.fn("Feeds.encode")(function* (patches: readonly Patch[]) {
  const sorted = [...patches].sort((a, b) => (a.id < b.id ? -1 : 1));
  const text = Json.canonical(sorted);
  if (!text.ok) return yield* reject("PAT-11", "invalid", `not JSON: ${text.error.message}`, "patches");
  return new TextEncoder().encode(text.value);
});

const decode = Effect.fn("Feeds.decode")(function* (tenantId: TenantId, record: Stored.FeedRecord) {
  const bytes = yield* (yield* BlobStore).get(tenantId, record.digest);
  const decoded = Json.decode(bytes, { bytes: bytes.byteLength, depth: DEPTH_MAX });
  const message = `feed ${record.id} doesn't read back`;
  if (!decoded.ok || !Array.isArray(decoded.value)) {
    return yield* new BlobError({ reason: "Corrupt", message, isRetryable: false });
  }
  const patches: Patch[] = [];
  for (const value of decoded.value) {
    const parsed = Stored.codecs.patch.safeParse(value);
    if (!parsed.success) return yield* new BlobError({ reason: "Corrupt", message, isRetryable: false });
    patches.push(parsed.data);
  }
  const feed: Feed.Feed = { id: record.id, patches };
  return feed;
});

interface Taking {
  readonly actor: Actor;
  readonly feed: Feed.Feed;
  readonly bytes: Uint8Array;
  readonly digest: Crypto.Digest;
  readonly limits: Limits;
  readonly acceptLoss: boolean;
  /** Keeps the answer, in the commit that completes the feed. */
  readonly keep: Idempotency.Recalled<Ingested>["keep"];
}

// Null: somebody else changed the catalogue meanwhile; read again.
const take = Effect.fn("Feeds.take")(function* (taking: Taking) {
  const { feed, digest, limits } = taking;
  const { tenantId } = taking.actor;
  const now = (yield* Environment).now();
  // The count is read first: a change after it makes the guard refuse, whichever patches were read.
  const changes = yield* (yield* Storage).counter(tenantId, Assessments.CATALOGUE_COUNTER);
  const records = (yield* Repository.all(tenantId, "feed")).map((f) => f.value);
  const own = records.find((r) => r.id === feed.id);
  const isSettled = records.every((r) => r.state === "settled");
  if (own?.digest === digest && isSettled) {
    // Nothing is written, but what an earlier call was cut off from is brought to its end.
    yield* Assessments.resume(tenantId, now);
    return yield* nothingNew(taking);
  }
  if (own === undefined && records.length >= limits.catalogueFeedsMax) {
    return yield* reject("PAT-11", "exhausted", `a catalogue has at most ${limits.catalogueFeedsMax} feeds`, "feed");
  }
  const known = (yield* Repository.all(tenantId, "patch")).map((p) => p.value);
  const others: Feed.Feed[] = [];
  for (const record of records) if (record.id !== feed.id) others.push(yield* decode(tenantId, record));
  const legacy = yield* withoutFeed(tenantId, { records, known, feedId: feed.id, now });
  const merged = Feed.delta(known, Feed.merge([...others, feed, ...legacy.feeds]));
  const begunAt = own?.digest === digest && own.state === "writing" ? own.ingestedAt : now;
  const delta = withFirstSeen(merged, known, { records, others, begunAt });
  // What was begun with was asked about then.
  if (own !== undefined && own.digest !== digest) yield* mayLose(taking, own, delta);
  const fresh: Stored.FeedRecord = {
    id: feed.id,
    digest,
    patches: feed.patches.length,
    ingestedAt: now,
    state: "settled",
  };
  const rest = records.filter((r) => r.id !== feed.id).map((r) => ({ ...r, state: "settled" as const }));
  const settled = [...rest, ...legacy.records, fresh];
  yield* (yield* BlobStore).put(tenantId, taking.bytes);
  const isWritten = yield* write({ taking, records: settled, delta, changes, begunAt, now });
  if (!isWritten) return null;
  const touched = new Set(delta.put.map((p) => p.id));
  const former = known.filter((p) => touched.has(p.id));
  const to = changes + partsOf(delta.put, limits.patchesPerWriteMax).length;
  yield* Assessments.reassessDelta(tenantId, { ...delta, former, from: changes, to }, now);
  return answerOf(feed, delta);
});

// PLN-07: what is new was first seen when the write began that it came with, though that was cut off and this one completes it.
const withFirstSeen = (
  delta: Feed.Delta,
  known: readonly Patch[],
  { records, others, begunAt }: Pick<Writing, "records" | "begunAt"> & { readonly others: readonly Feed.Feed[] },
): Feed.Delta => {
  const before = new Set(known.map((p) => p.id));
  const seen = new Map<string, number>();
  for (const record of records.filter((r) => r.state === "writing")) {
    for (const { id } of others.find((f) => f.id === record.id)?.patches ?? []) {
      seen.set(id, Math.min(seen.get(id) ?? begunAt, record.ingestedAt));
    }
  }
  return {
    ...delta,
    put: delta.put.map((p) => (before.has(p.id) ? p : Feed.firstSeen(p, seen.get(p.id) ?? begunAt))),
  };
};

// The former feed is read only where the loss may be too much. One that doesn't read back is nothing to go by, and is
// mended by the feed that takes its place.
const mayLose = Effect.fn("Feeds.mayLose")(function* (
  { actor, feed, limits, acceptLoss }: Taking,
  own: Stored.FeedRecord,
  delta: Feed.Delta,
) {
  if (acceptLoss || delta.gone.length <= limits.feedLossPatchesMax) return;
  const unreadable = (e: BlobError) => (e.reason === "Unavailable" ? Effect.fail(e) : Effect.succeed(null));
  const former = yield* Effect.catchTag(decode(actor.tenantId, own), "BlobError", unreadable);
  if (former !== null) yield* lift(Feed.mayLose(Feed.loss(former, feed, delta), limits));
});

const nothingNew = Effect.fn("Feeds.nothingNew")(function* ({ actor, feed, keep }: Taking) {
  const answer = answerOf(feed, { put: [], gone: [] });
  const kept = keep(answer);
  if (kept.writes.length === 0) return answer;
  const committed = yield* Repository.tryCommit(actor.tenantId, kept);
  return committed._tag === "Committed" ? answer : null;
});

const answerOf = (feed: Feed.Feed, delta: Feed.Delta): Ingested => ({
  patches: feed.patches.length,
  changed: delta.put.length,
  deprecated: delta.gone.length,
});

// A catalogue of before feeds were told apart was all of one feed, which another feed must not make forgotten.
const withoutFeed = Effect.fn("Feeds.withoutFeed")(function* (
  tenantId: TenantId,
  before: {
    readonly records: readonly Stored.FeedRecord[];
    readonly known: readonly Patch[];
    readonly feedId: string;
    readonly now: number;
  },
) {
  const nothing = { feeds: [] as readonly Feed.Feed[], records: [] as readonly Stored.FeedRecord[] };
  const patches = before.known.filter((p) => !p.isDeprecated).map(Feed.asTold);
  if (before.records.length > 0 || patches.length === 0 || before.feedId === Feed.DEFAULT) return nothing;
  const digest = yield* (yield* BlobStore).put(tenantId, yield* encode(patches));
  const record: Stored.FeedRecord = {
    id: Feed.DEFAULT,
    digest,
    patches: patches.length,
    ingestedAt: before.now,
    state: "settled",
  };
  return { feeds: [{ id: Feed.DEFAULT, patches }], records: [record] } satisfies typeof nothing;
});

interface Writing {
  readonly taking: Taking;
  /** All feeds as they are once everything is written. */
  readonly records: readonly Stored.FeedRecord[];
  readonly delta: Feed.Delta;
  /** How often the catalogue had changed when it was read. */
  readonly changes: number;
  /** When this feed was first begun to be written; earlier than now where a write of it was cut off. */
  readonly begunAt: number;
  readonly now: number;
}

// In parts that a storage takes at once. The first says what is coming, so that whoever finds the work unfinished
// finishes it; the last says that it is there. Answers whether all of it was written.
const write = Effect.fn("Feeds.write")(function* (writing: Writing) {
  const { taking, delta, changes } = writing;
  const { tenantId } = taking.actor;
  const parts = partsOf(delta.put, taking.limits.patchesPerWriteMax);
  const batches = parts.map((part, i) => changeOf(writing, part, { at: changes + i, isLast: i === parts.length - 1 }));
  const kept = taking.keep(answerOf(taking.feed, delta));
  const begun = yield* AuditTrail.recorded(taking.actor, "catalogue.ingest", batches.shift() ?? { writes: [] });
  batches.unshift(begun);
  batches.push(Idempotency.both(kept, batches.pop() ?? { writes: [] }));
  for (const batch of batches) yield* check(tenantId, batch);
  for (const batch of batches) {
    const answer = yield* Repository.tryCommit(tenantId, batch);
    if (answer._tag === "Refused") return false;
  }
  return true;
});

const partsOf = (put: readonly Patch[], size: number): readonly (readonly Patch[])[] => {
  const parts: (readonly Patch[])[] = [];
  for (let i = 0; i < Math.max(put.length, 1); i += Math.max(size, 1)) parts.push(put.slice(i, i + Math.max(size, 1)));
  return parts;
};

const changeOf = (
  { taking, records, delta, begunAt, now }: Writing,
  part: readonly Patch[],
  { at, isLast }: { readonly at: number; readonly isLast: boolean },
): Repository.Change => {
  const { feed, actor } = taking;
  const gone = new Set(delta.gone);
  const told = {
    by: label(actor),
    feed: feed.id,
    patches: feed.patches.length,
    changed: part.length,
    deprecated: part.filter((p) => gone.has(p.id)).length,
    isComplete: isLast,
  };
  const begun = records
    .filter((r) => r.id === feed.id)
    .map((r) => ({ ...r, ingestedAt: begunAt, state: "writing" as const }));
  const count = at + 1;
  return {
    counters: [{ key: Assessments.CATALOGUE_COUNTER, by: 1, floor: count, ceiling: count }],
    writes: [
      ...(isLast ? records : begun).map((r) => Repository.put("feed", r.id, r)),
      ...part.map((p) => Repository.put("patch", p.id, p)),
    ],
    events: [Repository.event("CatalogueChanged", "patch", "catalogue", now, told)],
  };
};

// What no storage would take is found before anything is written, so that nothing is half done.
const check = (tenantId: TenantId, change: Repository.Change) =>
  Effect.suspend(() => {
    try {
      StorageText.checkBatch({
        tenantId,
        expect: [],
        counters: change.counters ?? [],
        uniques: [],
        writes: change.writes,
        events: change.events ?? [],
      });
      for (const w of change.writes) if (w._tag === "Put") StorageText.encodeBody(w.body, `${w.kind} ${w.id}`);
      return Effect.void;
    } catch (thrown) {
      if (!(thrown instanceof StorageError)) return Effect.die(thrown);
      return reject("PAT-11", "invalid", thrown.message, "patches");
    }
  });
