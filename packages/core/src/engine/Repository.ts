/**
 * Typed reading and writing over the storage port: which kind is which domain type, under which ids and indexes. The
 * only place where domain values become stored JSON and back.
 */
import * as Effect from "effect/Effect";
import type { EventType } from "../domain/event/Event.ts";
import * as SavedScript from "../domain/job/SavedScript.ts";
import * as Schedule from "../domain/job/Schedule.ts";
import * as AssetRun from "../domain/run/AssetRun.ts";
import * as DueLook from "../domain/run/DueLook.ts";
import type { TenantId } from "../domain/shared/Tenant.ts";
import {
  type Batch,
  type CommitAnswer,
  type CounterChange,
  type EntityKind,
  type Expectation,
  type Forgetting,
  type NewAuditRecord,
  type NewEvent,
  PAGE_LIMIT_MAX,
  type PutWrite,
  Storage,
  type StorageError,
  type Stored,
  type StoredJson,
  type UniqueClaim,
} from "../ports/Storage.ts";
import * as SearchParts from "../schema/SearchParts.ts";
import type { EntityOf } from "../schema/Stored.ts";
import * as Decoding from "./Decoding.ts";
import * as Commits from "./events/Commits.ts";
import { type Rejected, reject } from "./Rejected.ts";

/** An entity with the revision it was read at. */
export interface Versioned<A> {
  /** Of whom it was read: what is decided on it may be written for nobody else (EVT-03). */
  readonly tenantId: TenantId;
  readonly id: string;
  readonly revision: number;
  readonly value: A;
}

type Indexes = readonly { readonly name: string; readonly value: string }[];

// What each kind can be found by.
const indexesOf: { readonly [K in EntityKind]?: (value: EntityOf<K>) => Indexes } = {
  // Those whose change of modules is on its way to their agents (KEY-02).
  activationKey: (key) => (key.spreading === null ? [] : [{ name: "spreading", value: "yes" }]),
  answer: (a) => [{ name: "day", value: a.day }],
  savedSearch: (search) => [{ name: "user", value: search.userId }],
  vulnerability: (v) => v.cves.map((cve) => ({ name: "cve", value: cve })),
  job: (job) => [
    { name: "status", value: job.status },
    ...(job.patches?._tag === "Linked" ? [{ name: "linksTo", value: job.patches.jobId }] : []),
    // Default jobs that assets may start (JOB-24).
    ...(job.status === "Enabled" && Schedule.isTrigger(job.schedule)
      ? [{ name: "trigger", value: job.schedule._tag }]
      : []),
    ...SavedScript.digestsIn(job.actions).map((value) => ({ name: "script", value })),
  ],
  snapshot: (snapshot) => (snapshot.names ?? []).map((value) => ({ name: "names", value })),
  packageNames: (list) => list.names.map((value) => ({ name: "package", value })),
  // Those that ticks look after: that are not over.
  run: (run) => [
    { name: "job", value: run.jobId },
    ...(run.closedAt === null ? [{ name: "open", value: "yes" }] : []),
    ...(run.rerun === undefined
      ? []
      : [
          { name: "rerunOf", value: run.rerun.of },
          { name: "rerunOfJob", value: run.jobId },
        ]),
  ],
  assetRun: (a) => [
    { name: "run", value: a.runId },
    { name: "asset", value: a.assetId },
    // Those that are not over, and when a tick has to look at them.
    ...(AssetRun.isFinal(a) ? [] : [{ name: "going", value: a.runId }]),
    ...DueLook.of(a).map((value) => ({ name: "due", value })),
    // Those that a scan of their asset may yet tell the end of (CMP-02), and those that keep it until it is rebooted (RBT-02).
    ...(AssetRun.awaitsEvidence(a) ? [{ name: "awaitsScanOf", value: a.assetId }] : []),
    ...(AssetRun.isPendingReboot(a)
      ? [
          { name: "rebootOn", value: a.assetId },
          { name: "pendingReboot", value: "yes" },
        ]
      : []),
  ],
  fact: ({ agentId, isEarly, fact: { body } }) =>
    body.runId === null
      ? []
      : [
          { name: "assetRun", value: `${body.runId}.${agentId}` },
          ...(isEarly === true ? [{ name: "earlyOf", value: body.runId }] : []),
        ],
};

/** An entity by its id, or null. */
export const get = <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  id: string,
): Effect.Effect<Versioned<EntityOf<K>> | null, StorageError, Storage> =>
  Effect.flatMap(Storage, (storage) =>
    Effect.flatMap(storage.get(tenantId, kind, id), (stored) =>
      stored === null ? Effect.succeed(null) : decode(tenantId, kind, stored),
    ),
  );

/** Every entity of a kind in a tenant. */
export const all = Effect.fnUntraced(function* <K extends EntityKind>(tenantId: TenantId, kind: K) {
  const storage = yield* Storage;
  return yield* pages(tenantId, kind, (after) => storage.list(tenantId, kind, { ...after, limit: PAGE_LIMIT_MAX }));
});

/** One page of a kind, in the order of ids; `after` null is the first. */
export const page = Effect.fnUntraced(function* <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  { after, limit }: { readonly after: string | null; readonly limit: number },
) {
  const stored = yield* (yield* Storage).list(tenantId, kind, { limit, ...(after === null ? {} : { after }) });
  const found: Versioned<EntityOf<K>>[] = [];
  for (const each of stored) found.push(yield* decode(tenantId, kind, each));
  return found;
});

/** Every entity of a kind under an index entry. */
export const allBy = Effect.fnUntraced(function* <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  name: string,
  value: string,
) {
  const storage = yield* Storage;
  return yield* pages(tenantId, kind, (after) =>
    storage.find(tenantId, kind, { name, value }, { ...after, limit: PAGE_LIMIT_MAX }),
  );
});

/** One page of a kind under an index entry, in the order of ids; `after` null is the first. */
export const pageBy = Effect.fnUntraced(function* <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  [name, value]: readonly [name: string, value: string],
  { after, limit }: { readonly after: string | null; readonly limit: number },
) {
  const page = { limit, ...(after === null ? {} : { after }) };
  const found: Versioned<EntityOf<K>>[] = [];
  for (const stored of yield* (yield* Storage).find(tenantId, kind, { name, value }, page)) {
    found.push(yield* decode(tenantId, kind, stored));
  }
  return found;
});

/** Those of the ids that exist. */
export const some = Effect.fnUntraced(function* <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  ids: readonly string[],
) {
  const storage = yield* Storage;
  const found: Versioned<EntityOf<K>>[] = [];
  for (let i = 0; i < ids.length; i += PAGE_LIMIT_MAX) {
    const page = yield* storage.getMany(tenantId, kind, ids.slice(i, i + PAGE_LIMIT_MAX));
    for (const stored of page) found.push(yield* decode(tenantId, kind, stored));
  }
  return found;
});

/** A write of an entity, with its index entries and what it is searched by. */
export const put = <K extends EntityKind>(kind: K, id: string, value: EntityOf<K>): PutWrite => {
  const part = SearchParts.ofValue(kind, value);
  return {
    _tag: "Put",
    kind,
    id,
    // Domain values are plain readonly data, so they are JSON as they stand.
    body: value as unknown as StoredJson,
    indexes: (indexesOf[kind] as ((value: EntityOf<K>) => Indexes) | undefined)?.(value) ?? [],
    ...(part === undefined ? {} : { part }),
  };
};

/** Expects an entity as it was read, or not at all. */
export const expected = (
  kind: EntityKind,
  id: string,
  read: { readonly revision: number; readonly tenantId?: string } | null,
): Expectation => ({
  kind,
  id,
  revision: read?.revision ?? "absent",
  ...(read?.tenantId === undefined ? {} : { tenantId: read.tenantId }),
});

/** An event about an entity. */
export const event = (type: EventType, kind: EntityKind, id: string, at: number, body: StoredJson = {}): NewEvent => ({
  type,
  kind,
  id,
  at,
  body,
});

/** A batch's parts; what is left out is empty. */
export interface Change {
  readonly expect?: readonly Expectation[];
  readonly counters?: readonly CounterChange[];
  readonly uniques?: readonly UniqueClaim[];
  readonly writes: Batch["writes"];
  readonly events?: readonly NewEvent[];
  readonly audit?: readonly NewAuditRecord[];
  readonly forget?: Forgetting;
}

/** Commits and gives back the answer, refusals included. */
export const tryCommit = (tenantId: TenantId, change: Change): Effect.Effect<CommitAnswer, StorageError, Storage> =>
  Effect.flatMap(Storage, (storage) =>
    storage
      .commit({
        tenantId,
        expect: change.expect ?? [],
        counters: change.counters ?? [],
        uniques: change.uniques ?? [],
        writes: change.writes,
        events: change.events ?? [],
        audit: change.audit ?? [],
        ...(change.forget === undefined ? {} : { forget: change.forget }),
      })
      .pipe(
        Effect.map((answer) => {
          if (answer._tag === "Committed" && (change.events ?? []).length > 0) Commits.tell(storage, tenantId);
          return answer;
        }),
      ),
  );

/** Commits; a refusal becomes a rejection: somebody else changed what was read (JOB-18). */
export const commit = Effect.fnUntraced(function* (tenantId: TenantId, change: Change) {
  const answer = yield* tryCommit(tenantId, change);
  if (answer._tag === "Refused") yield* refused(answer.because);
});

/** A refusal as the rejection that tells what somebody else changed. */
export const refused = (
  because: Extract<CommitAnswer, { readonly _tag: "Refused" }>["because"],
): Effect.Effect<never, Rejected> => {
  const what = because._tag === "Revision" ? `${because.expected.kind} ${because.expected.id}` : because.key;
  const message = `${what} is not as it was read; read it again and decide anew`;
  return because._tag === "Revision" ? reject("JOB-18", "stale", message) : reject(null, "conflict", message);
};

const decode = <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  stored: Stored,
): Effect.Effect<Versioned<EntityOf<K>>, StorageError> => {
  const decoded = Decoding.decode(kind, stored);
  return decoded.ok
    ? Effect.succeed({ tenantId, id: stored.id, revision: stored.revision, value: decoded.value })
    : Effect.fail(decoded.error);
};

const pages = <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  read: (after: { readonly after?: string }) => Effect.Effect<readonly Stored[], StorageError>,
) =>
  Effect.gen(function* () {
    const found: Versioned<EntityOf<K>>[] = [];
    let after: { readonly after?: string } = {};
    for (;;) {
      const page = yield* read(after);
      for (const stored of page) found.push(yield* decode(tenantId, kind, stored));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_LIMIT_MAX) return found;
      after = { after: last.id };
      // A run of 100,000 assets is read for seconds: others have their turn between pages.
      yield* Effect.yieldNow;
    }
  });
