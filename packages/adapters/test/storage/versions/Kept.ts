/**
 * What databases of earlier versions hold, and the plain SQL that put it there: the names of tables and columns are those of
 * the version, whatever today's code calls them. `version-1.json` was written by the code of version 1.
 */
import { readFileSync } from "node:fs";
import { AuditChain, type EntityKind, entityKinds, type StorageShape } from "@fettle/core";
import * as Effect from "effect/Effect";
import { expect } from "vitest";

type Json = never;

interface KeptEntity {
  readonly kind: EntityKind;
  readonly id: string;
  readonly revision: number;
  readonly body: Json;
  readonly indexes: readonly { readonly name: string; readonly value: string }[];
}

interface KeptEvent {
  readonly position: number;
  readonly type: string;
  readonly kind: EntityKind;
  readonly id: string;
  readonly at: number;
  readonly body: Json;
}

interface KeptRecord {
  readonly at: number;
  readonly by: string;
  readonly action: string;
  readonly kind: EntityKind;
  readonly id: string;
  readonly body: Json;
}

export interface Kept {
  readonly tenantId: string;
  readonly entities: readonly KeptEntity[];
  readonly counters: readonly (readonly [string, number])[];
  readonly owners: readonly (readonly [string, string])[];
  readonly events: readonly KeptEvent[];
  /** The last position given to an event, when later ones were removed; that of the last event otherwise. */
  readonly eventHead?: number;
  /** Of versions that have a trail. */
  readonly audit: readonly KeptRecord[];
}

const story = JSON.parse(readFileSync(new URL("./version-1.json", import.meta.url), "utf8")) as Omit<Kept, "audit">;

const strange = ["é", "e\u0301", "😀", "a/b", "A", "a", "line\u2028end", " "];

// What the story doesn't have: ids of every sort, the largest counters, events of which the oldest were removed.
const edge: Omit<Kept, "audit"> = {
  tenantId: "zwei – é/😀",
  entities: strange.map((id, i) => ({
    kind: "document",
    id,
    revision: i + 1,
    body: { id, nul: "a\u0000b", lone: "\ud800", n: [0.1, -1.5e-7, 2 ** 53] } as Json,
    indexes: strange.slice(0, i).map((value) => ({ name: "like", value })),
  })),
  counters: [
    ["most", Number.MAX_SAFE_INTEGER],
    ["least", Number.MIN_SAFE_INTEGER],
    ["é", 0],
  ],
  owners: strange.map((key) => [key, `owner of ${key}`]),
  events: [7, 8].map((position) => ({ position, type: "E", kind: "job", id: "x", at: 0, body: { position } as Json })),
  eventHead: 9,
};

const record = (by: string, kind: EntityKind, id: string, body: unknown): KeptRecord => ({
  at: 1_790_000_000_000,
  by,
  action: "jobs.enable",
  kind,
  id,
  body: body as Json,
});

/** What a database of that version holds. */
export const keptBy = (version: number): readonly Kept[] =>
  [story, edge].map((kept) => ({
    ...kept,
    audit:
      version < 2 ? [] : kept.entities.map((e, i) => record(i % 2 ? "user:mara" : "system:tick", e.kind, e.id, e.body)),
  }));

type Row = Readonly<Record<string, string | number>>;

/** The rows of a database of that version, tables in the order in which they may be filled. */
export const rowsOf = (version: number): readonly (readonly [table: string, row: Row])[] =>
  keptBy(version).flatMap((kept) => {
    const of = { tenant_id: kept.tenantId };
    const last = kept.events.at(-1)?.position;
    return [
      ...kept.entities.map(({ kind, id, revision, body }) =>
        row("entity", { ...of, kind, id, revision, body: text(body) }),
      ),
      ...kept.entities.flatMap(({ kind, id, indexes }) =>
        indexes.map(({ name, value }) => row("index_entry", { ...of, kind, id, name, value })),
      ),
      ...kept.counters.map(([key, value]) => row("counter", { ...of, key, value })),
      ...kept.owners.map(([key, owner]) => row("unique_key", { ...of, key, owner })),
      ...kept.events.map(({ body, ...event }) => row("event", { ...of, ...event, body: text(body) })),
      ...(last === undefined ? [] : [row("event_head", { ...of, position: kept.eventHead ?? last })]),
      ...auditRows(kept),
    ];
  });

/** Fails unless a storage answers all that a database of that version holds, and goes on from there. */
export const expectKept = (storage: StorageShape, version: number): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const tenants = keptBy(version);
    expect([...(yield* storage.tenants())].sort()).toEqual(tenants.map((t) => t.tenantId).sort());
    for (const kept of tenants) yield* expectTenant(storage, kept);
  });

const expectTenant = (storage: StorageShape, kept: Kept): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const { tenantId, entities } = kept;
    for (const kind of entityKinds) {
      const expected = entities.filter((e) => e.kind === kind);
      const listed = yield* storage.list(tenantId, kind, { limit: 1_000 });
      expect(text(listed)).toBe(
        text([...expected].sort(byBytes).map(({ kind: k, id, revision, body }) => ({ kind: k, id, revision, body }))),
      );
    }
    const entries = new Map(
      entities.flatMap((e) => e.indexes.map((i) => [text([e.kind, i]), { kind: e.kind, index: i }])),
    );
    for (const { kind, index } of entries.values()) {
      const expected = entities.filter(
        (e) => e.kind === kind && e.indexes.some((i) => i.name === index.name && i.value === index.value),
      );
      const found = yield* storage.find(tenantId, kind, index, { limit: 1_000 });
      expect(found.map((s) => s.id)).toEqual([...expected].sort(byBytes).map((e) => e.id));
    }
    for (const [key, value] of kept.counters) expect(yield* storage.counter(tenantId, key)).toBe(value);
    expect(yield* storage.events(tenantId, 0, 1_000)).toEqual(kept.events);
    const records = yield* storage.audit(tenantId, { after: 0, limit: 1_000 });
    expect(records.map(({ position: _p, previous: _v, hash: _h, ...r }) => r)).toEqual(kept.audit);
    expect(AuditChain.follow(tenantId, AuditChain.GENESIS, records)._tag).toBe("Whole");
  });

/** Fails unless claims hold and revisions, positions and the chain go on where they were. It writes. */
export const expectGoingOn = (storage: StorageShape, version: number): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    for (const { tenantId, entities, owners, events, eventHead, audit } of keptBy(version)) {
      const none = { tenantId, expect: [], counters: [], uniques: [], writes: [], events: [] };
      for (const [key, owner] of owners) {
        const other = yield* storage.commit({ ...none, uniques: [{ key, owner: "somebody else" }] });
        expect(other).toEqual({ _tag: "Refused", because: { _tag: "Unique", key, owner } });
      }
      const [first] = entities;
      if (first === undefined) throw new Error("a tenant without entities");
      const { kind, id, revision } = first;
      const put = { _tag: "Put", kind, id, body: "rewritten", indexes: [] } as const;
      const event = { type: "E", kind, id, at: 0, body: null } as const;
      const batch = { ...none, expect: [{ kind, id, revision }], writes: [put], events: [event] };
      const answer = yield* storage.commit({ ...batch, audit: [record("user:late", kind, id, null)] });
      expect(answer).toEqual({ _tag: "Committed" });
      expect(yield* storage.get(tenantId, kind, id)).toEqual({ kind, id, revision: revision + 1, body: "rewritten" });
      const told = (yield* storage.events(tenantId, 0, 1_000)).at(-1);
      expect(told?.position).toBe((eventHead ?? events.at(-1)?.position ?? 0) + 1);
      const records = yield* storage.audit(tenantId, { after: 0, limit: 1_000 });
      expect([records.length, AuditChain.follow(tenantId, AuditChain.GENESIS, records)._tag]).toEqual([
        audit.length + 1,
        "Whole",
      ]);
    }
  });

const auditRows = ({ tenantId, audit }: Kept): readonly (readonly [string, Row])[] => {
  const of = { tenant_id: tenantId };
  let last = AuditChain.GENESIS;
  const rows = audit.map((one) => {
    const previous = last.hash;
    const encoded = { ...one, body: text(one.body) };
    last = AuditChain.link(tenantId, last, encoded);
    return row("audit", { ...of, ...encoded, ...last, previous });
  });
  return audit.length === 0 ? [] : [...rows, row("audit_head", { ...of, ...last })];
};

const row = (table: string, values: Row): readonly [string, Row] => [table, values];

const text = (value: unknown): string => JSON.stringify(value);

const byBytes = (a: { readonly id: string }, b: { readonly id: string }): number =>
  Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
