/** Faults of the kind that only show between calls, as something around a sound storage: races, half commits, folded text. */
import * as Effect from "effect/Effect";
import type { Batch, CommitAnswer, StorageError, StorageShape, StoredEvent } from "../../src/ports/Storage.ts";
import type { MemoryStorage } from "../../src/testing/storage/MemoryStorage.ts";

export interface WrappedMutant {
  /** Ends the sentence "a storage that …". */
  readonly name: string;
  readonly wrap: (sound: MemoryStorage) => StorageShape;
}

type Commit = StorageShape["commit"];
type Answer = Effect.Effect<CommitAnswer, StorageError>;

const nothing = { expect: [], counters: [], uniques: [], writes: [], events: [], audit: [], forget: {} } as const;

// The second batch follows when the first was carried out, and others have had their turn.
const then = (first: Answer, second: () => Answer): Answer =>
  Effect.flatMap(first, (answer) =>
    answer._tag === "Refused" ? Effect.succeed(answer) : Effect.flatMap(Effect.yieldNow, second),
  );

const committing = (name: string, commit: (sound: MemoryStorage) => Commit): WrappedMutant => ({
  name,
  wrap: (sound) => ({ ...sound, commit: commit(sound) }),
});

const races: readonly WrappedMutant[] = [
  committing(
    "looks at expectations before its transaction",
    ({ commit }) =>
      (b) =>
        then(commit({ ...b, ...nothing, expect: b.expect }), () => commit({ ...b, expect: [] })),
  ),
  committing(
    "claims keys before its transaction",
    ({ commit }) =>
      (b) =>
        then(commit({ ...b, ...nothing, uniques: b.uniques }), () => commit({ ...b, uniques: [] })),
  ),
  committing(
    "counts before its transaction",
    ({ commit }) =>
      (b) =>
        then(commit({ ...b, ...nothing, counters: b.counters }), () => commit({ ...b, counters: [] })),
  ),
  committing(
    "writes a counter that it read before its transaction",
    (sound) => (b) =>
      Effect.gen(function* () {
        const keys = [...new Set(b.counters.map((c) => c.key))];
        const read = new Map<string, number>();
        for (const key of keys) read.set(key, yield* sound.counter(b.tenantId, key));
        yield* Effect.yieldNow;
        const answer = yield* sound.commit(b);
        if (answer._tag === "Refused") return answer;
        for (const key of keys) {
          const by = b.counters.filter((c) => c.key === key).reduce((n, c) => n + c.by, read.get(key) ?? 0);
          const now = yield* sound.counter(b.tenantId, key);
          yield* sound.commit({ ...b, ...nothing, counters: [{ key, by: by - now }] });
        }
        return answer;
      }),
  ),
  committing(
    "tells of a change after its transaction",
    ({ commit }) =>
      (b) =>
        then(commit({ ...b, events: [] }), () => commit({ ...b, ...nothing, events: b.events })),
  ),
  committing(
    "records a change after its transaction",
    ({ commit }) =>
      (b) =>
        then(commit({ ...b, audit: [] }), () => commit({ ...b, ...nothing, audit: b.audit ?? [] })),
  ),
  committing(
    "tells of each change by itself",
    ({ commit }) =>
      (b) =>
        b.events.reduce<Answer>(
          (done, event) => then(done, () => commit({ ...b, ...nothing, events: [event] })),
          commit({ ...b, events: [] }),
        ),
  ),
  committing(
    "writes each entity by itself",
    ({ commit }) =>
      (b) =>
        b.writes.reduceRight<Answer>(
          (done, write) => then(commit({ ...b, ...nothing, expect: b.expect, writes: [write] }), () => done),
          commit({ ...b, expect: [], writes: [] }),
        ),
  ),
  committing(
    "answers before it has written",
    (sound) => (b) =>
      Effect.flatMap(Effect.sync(sound.dump), (dump) =>
        Effect.map(sound.commit(b), (answer) => {
          sound.restore(dump);
          setTimeout(() => Effect.runSync(sound.commit(b)), 1);
          return answer;
        }),
      ),
  ),
  committing("refuses a whole group for one of its batches", ({ commit }) => {
    let group: { refused: CommitAnswer | null } | null = null;
    return (b) =>
      Effect.suspend(() => {
        const mine = group ?? { refused: null };
        if (group === null)
          setImmediate(() => {
            group = null;
          });
        group = mine;
        if (mine.refused !== null) return Effect.succeed(mine.refused);
        return Effect.tap(commit(b), (answer) =>
          Effect.sync(() => {
            if (answer._tag === "Refused") mine.refused = answer;
          }),
        );
      });
  }),
  committing("fails a whole group for one of its batches", ({ commit }) => {
    let failed: StorageError | null = null;
    return (b) =>
      Effect.suspend(() =>
        failed === null
          ? Effect.tapError(commit(b), (error) =>
              Effect.sync(() => {
                failed = error;
                setImmediate(() => {
                  failed = null;
                });
              }),
            )
          : Effect.fail(failed),
      );
  }),
  committing(
    "looks at claims before anything else",
    (sound) => (b) =>
      Effect.flatMap(Effect.sync(sound.dump), (dump) =>
        then(
          Effect.tap(sound.commit({ ...b, ...nothing, uniques: b.uniques }), () =>
            Effect.sync(() => sound.restore(dump)),
          ),
          () => sound.commit(b),
        ),
      ),
  ),
  {
    // As with numbers from a sequence: who took the lower one may commit later than who took the higher.
    name: "shows some events later than those after them",
    wrap: (sound) => {
      const hidden = new Map<string, Set<number>>();
      const working = new Map<string, number>();
      return {
        ...sound,
        commit: (b) =>
          Effect.gen(function* () {
            const late = hidden.get(b.tenantId) ?? new Set();
            hidden.set(b.tenantId, late);
            working.set(b.tenantId, (working.get(b.tenantId) ?? 0) + 1);
            yield* Effect.yieldNow;
            const before = yield* headOf(sound, b);
            const answer = yield* sound.commit(b);
            const others = (working.get(b.tenantId) ?? 1) - 1;
            working.set(b.tenantId, others);
            for (const [i] of b.events.entries()) if (others % 3 === 1) late.add(before + i + 1);
            setTimeout(() => late.clear(), 1);
            return answer;
          }),
        events: (tenantId, after, limit) =>
          Effect.map(sound.events(tenantId, after, limit), (events) =>
            events.filter((e) => !hidden.get(tenantId)?.has(e.position)),
          ),
      };
    },
  },
];

const headOf = (sound: MemoryStorage, b: Batch): Effect.Effect<number, StorageError> =>
  Effect.map(lastEvents(sound, b.tenantId, 0), (events) => events.at(-1)?.position ?? 0);

const lastEvents = (
  sound: MemoryStorage,
  tenantId: string,
  after: number,
): Effect.Effect<readonly StoredEvent[], StorageError> =>
  Effect.flatMap(sound.events(tenantId, after, 1_000), (events) =>
    events.length < 1_000 ? Effect.succeed(events) : lastEvents(sound, tenantId, events.at(-1)?.position ?? 0),
  );

/** Which texts a storage spells otherwise than it was given them. */
type Part = "tenant" | "id" | "key" | "owner" | "index";

const folding = (name: string, parts: readonly Part[], fold: (text: string) => string): WrappedMutant => {
  const as = (part: Part, text: string): string => (parts.includes(part) && text !== "" ? fold(text) || text : text);
  return {
    name,
    wrap: (sound) => ({
      ...sound,
      commit: (b) => sound.commit(foldedBatch(b, as)),
      get: (tenantId, kind, id) => sound.get(as("tenant", tenantId), kind, as("id", id)),
      getMany: (tenantId, kind, ids) =>
        sound.getMany(
          as("tenant", tenantId),
          kind,
          ids.map((id) => as("id", id)),
        ),
      list: (tenantId, kind, page) => sound.list(as("tenant", tenantId), kind, page),
      find: (tenantId, kind, index, page) =>
        sound.find(as("tenant", tenantId), kind, { ...index, value: as("index", index.value) }, page),
      counter: (tenantId, key) => sound.counter(as("tenant", tenantId), as("key", key)),
      counters: (tenantId, keys) =>
        sound.counters(
          as("tenant", tenantId),
          keys.map((key) => as("key", key)),
        ),
      events: (tenantId, after, limit) => sound.events(as("tenant", tenantId), after, limit),
      audit: (tenantId, query) => sound.audit(as("tenant", tenantId), query),
    }),
  };
};

const foldedBatch = (b: Batch, as: (part: Part, text: string) => string): Batch => ({
  ...b,
  tenantId: as("tenant", b.tenantId),
  expect: b.expect.map((e) => ({
    ...e,
    id: as("id", e.id),
    ...(e.tenantId === undefined ? {} : { tenantId: as("tenant", e.tenantId) }),
  })),
  counters: b.counters.map((c) => ({ ...c, key: as("key", c.key) })),
  uniques: b.uniques.map((u) => ({ key: as("key", u.key), owner: as("owner", u.owner) })),
  writes: b.writes.map((w) =>
    w._tag === "Delete"
      ? { ...w, id: as("id", w.id) }
      : { ...w, id: as("id", w.id), indexes: w.indexes.map((i) => ({ ...i, value: as("index", i.value) })) },
  ),
});

const parts: readonly Part[] = ["tenant", "id", "key", "owner", "index"];
const words = { tenant: "tenants", id: "ids", key: "keys", owner: "owners", index: "index values" } as const;

const folded: readonly WrappedMutant[] = [
  folding("has one tenant for all", ["tenant"], () => "all"),
  ...parts.map((part) => folding(`brings ${words[part]} into a normal form`, [part], (text) => text.normalize())),
  ...parts.map((part) => folding(`takes upper case for lower in ${words[part]}`, [part], (text) => text.toLowerCase())),
  ...parts.map((part) => folding(`trims ${words[part]}`, [part], (text) => text.trim())),
  ...parts.map((part) =>
    folding(`drops what nobody sees from ${words[part]}`, [part], (text) => text.replaceAll(/\p{Cf}|\ufe0f/gu, "")),
  ),
];

const ALL = { limit: 1_000 };

const pages: readonly WrappedMutant[] = [
  {
    name: "pages by how many came before",
    wrap: (sound) => {
      const offsets = new Map<string, number>();
      return {
        ...sound,
        list: (tenantId, kind, page) =>
          Effect.flatMap(sound.list(tenantId, kind, page), (checked) =>
            Effect.map(sound.list(tenantId, kind, ALL), (all) => {
              const at = offsets.get(`${tenantId} ${kind} ${page.after}`);
              const shown = at === undefined ? checked : all.slice(at, at + page.limit);
              const from = at ?? all.findIndex((s) => s.id === shown[0]?.id);
              offsets.set(`${tenantId} ${kind} ${shown.at(-1)?.id}`, from + shown.length);
              return shown;
            }),
          ),
      };
    },
  },
  {
    name: "orders what an index finds by when it was written",
    wrap: (sound) => ({
      ...sound,
      find: (tenantId, kind, index, page) =>
        Effect.map(sound.find(tenantId, kind, index, page), (found) =>
          [...found].sort((a, b) => a.revision - b.revision || (a.id < b.id ? 1 : -1)),
        ),
    }),
  },
  {
    name: "answers what it read before",
    wrap: (sound) => {
      const read = new Map<string, ReturnType<StorageShape["get"]>>();
      return {
        ...sound,
        get: (tenantId, kind, id) =>
          Effect.tap(read.get(`${tenantId} ${kind} ${id}`) ?? sound.get(tenantId, kind, id), (stored) =>
            Effect.sync(() => read.set(`${tenantId} ${kind} ${id}`, Effect.succeed(stored))),
          ),
      };
    },
  },
];

const counting = (name: string, counters: (sound: MemoryStorage) => StorageShape["counters"]): WrappedMutant => ({
  name,
  wrap: (sound) => ({ ...sound, counters: counters(sound) }),
});

const counters: readonly WrappedMutant[] = [
  counting(
    "reads at once only the counters that were ever used",
    (sound) => (tenantId, keys) =>
      Effect.map(sound.counters(tenantId, keys), (values) => values.filter((value) => value !== 0)),
  ),
  counting(
    "reads counters at once in an order of its own",
    (sound) => (tenantId, keys) => sound.counters(tenantId, [...keys].sort()),
  ),
  counting(
    "reads a counter that is asked for twice once",
    (sound) => (tenantId, keys) => sound.counters(tenantId, [...new Set(keys)]),
  ),
];

export const wrappedMutants: readonly WrappedMutant[] = [...races, ...folded, ...pages, ...counters];
