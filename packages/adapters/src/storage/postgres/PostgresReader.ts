/** The reads of the storage: SQL made once by drizzle's query builder, run by whatever driver there is. */
import { type AuditQuery, StorageError, StorageText } from "@fettle/core";
import { and, asc, eq, gt, gte, is, lt, Placeholder, sql } from "drizzle-orm";
import { QueryBuilder } from "drizzle-orm/pg-core";
import * as Effect from "effect/Effect";
import { type AuditRow, type EntityRow, type EventRow, toAuditRecord, toEvent, toStored } from "../sql/StoredRow.ts";
import { arrayOf, type PostgresSession, type Row } from "./PostgresConnection.ts";
import { toStorageError } from "./PostgresError.ts";
import { audit, counter, entity, event, indexEntry } from "./PostgresSchema.ts";

/** Every call of the port that only reads. */
export const make = (session: PostgresSession): StorageText.Reads => {
  const run = (
    { text, names }: Statement,
    values: Readonly<Record<string, string | number>>,
  ): Promise<readonly Row[]> =>
    session.query(
      text,
      names.map((name) => values[name] ?? ""),
    );
  return StorageText.checked({
    get: (tenantId, kind, id) =>
      reading("get", async () => {
        const [row] = await run(statements.get, { tenantId, kind, id });
        return row === undefined ? null : toStored(kind, entityRow(row));
      }),
    getMany: (tenantId, kind, ids) =>
      reading("getMany", async () => {
        const rows = await run(statements.getMany, { tenantId, kind, ids: arrayOf(ids) });
        return rows.map((row) => toStored(kind, entityRow(row)));
      }),
    list: (tenantId, kind, page) =>
      reading("list", async () => {
        const rows = await run(statements.list, { tenantId, kind, after: page.after ?? "", limit: page.limit });
        return rows.map((row) => toStored(kind, entityRow(row)));
      }),
    find: (tenantId, kind, { name, value }, page) =>
      reading("find", async () => {
        const given = { tenantId, kind, name, value, after: page.after ?? "", limit: page.limit };
        return (await run(statements.find, given)).map((row) => toStored(kind, entityRow(row)));
      }),
    counter: (tenantId, key) =>
      reading("counter", async () => {
        const [row] = await run(statements.counter, { tenantId, key });
        return Number(row?.value ?? 0);
      }),
    counters: (tenantId, keys) =>
      reading("counters", async () =>
        (await session.query(COUNTERS, [tenantId, arrayOf(keys)])).map((row) => Number(row.value)),
      ),
    events: (tenantId, after, limit) =>
      reading("events", async () =>
        (await run(statements.events, { tenantId, after, limit })).map((row) => toEvent(eventRow(row))),
      ),
    audit: (tenantId, asked) =>
      reading("audit", async () => {
        const { sql: text, params } = auditQuery(tenantId, asked).toSQL();
        const rows = await session.query(text, params as readonly (string | number)[]);
        return rows.map((row) => toAuditRecord(auditRow(row)));
      }),
    tenants: () => reading("tenants", async () => (await session.query(TENANTS, [])).map((row) => String(row.id))),
  });
};

interface Statement {
  readonly text: string;
  /** Which value stands at `$1`, `$2`, … */
  readonly names: readonly string[];
}

const once = (query: {
  readonly toSQL: () => { readonly sql: string; readonly params: readonly unknown[] };
}): Statement => {
  const { sql: text, params } = query.toSQL();
  const names = params.map((param) => {
    if (!is(param, Placeholder)) throw new Error(`a constant among the parameters of ${text}`);
    return param.name;
  });
  return { text, names };
};

const given = sql.placeholder;
const query = new QueryBuilder();
const columns = { id: entity.id, revision: entity.revision, body: entity.body };
const ofKind = and(eq(entity.tenantId, given("tenantId")), eq(entity.kind, given("kind")));
const sameEntity = and(
  eq(entity.tenantId, indexEntry.tenantId),
  eq(entity.kind, indexEntry.kind),
  eq(entity.id, indexEntry.id),
);

// Ids are never empty, so that a page after "" is the first.
const statements = {
  get: once(
    query
      .select(columns)
      .from(entity)
      .where(and(ofKind, eq(entity.id, given("id")))),
  ),
  getMany: once(
    query
      .select(columns)
      .from(entity)
      .where(and(ofKind, sql`${entity.id} = any(${given("ids")}::text::text[])`)),
  ),
  list: once(
    query
      .select(columns)
      .from(entity)
      .where(and(ofKind, gt(entity.id, given("after"))))
      .orderBy(asc(entity.id))
      .limit(given("limit")),
  ),
  find: once(
    query
      .select(columns)
      .from(indexEntry)
      .innerJoin(entity, sameEntity)
      .where(
        and(
          eq(indexEntry.tenantId, given("tenantId")),
          eq(indexEntry.kind, given("kind")),
          eq(indexEntry.name, given("name")),
          eq(indexEntry.value, given("value")),
          gt(indexEntry.id, given("after")),
        ),
      )
      .orderBy(asc(indexEntry.id))
      .limit(given("limit")),
  ),
  counter: once(
    query
      .select({ value: counter.value })
      .from(counter)
      .where(and(eq(counter.tenantId, given("tenantId")), eq(counter.key, given("key")))),
  ),
  events: once(
    query
      .select({
        position: event.position,
        type: event.type,
        kind: event.kind,
        id: event.id,
        at: event.at,
        body: event.body,
      })
      .from(event)
      .where(and(eq(event.tenantId, given("tenantId")), gt(event.position, given("after"))))
      .orderBy(asc(event.position))
      .limit(given("limit")),
  ),
};

// Made anew for each question: people ask it, and each asks for other members.
const auditQuery = (tenantId: string, asked: AuditQuery) => {
  const { after, limit, by, action, entity: of, from, until } = asked;
  return query
    .select({
      position: audit.position,
      at: audit.at,
      by: audit.by,
      action: audit.action,
      kind: audit.kind,
      id: audit.id,
      body: audit.body,
      previous: audit.previous,
      hash: audit.hash,
    })
    .from(audit)
    .where(
      and(
        eq(audit.tenantId, tenantId),
        gt(audit.position, after),
        by === undefined ? undefined : eq(audit.by, by),
        action === undefined ? undefined : eq(audit.action, action),
        of === undefined ? undefined : and(eq(audit.kind, of.kind), eq(audit.id, of.id)),
        from === undefined ? undefined : gte(audit.at, from),
        until === undefined ? undefined : lt(audit.at, until),
      ),
    )
    .orderBy(asc(audit.position))
    .limit(limit);
};

// By their places: a key isn't read back, as drivers change some (a byte order mark at its beginning).
const COUNTERS = `
  SELECT coalesce(c.value, 0) AS value FROM unnest($2::text::text[]) WITH ORDINALITY AS k (key, place)
  LEFT JOIN fettle.counter c ON c.tenant_id = $1 AND c.key = k.key ORDER BY k.place`;

// Jumps from tenant to tenant by the key, where DISTINCT would read every entity.
const TENANTS = `
  WITH RECURSIVE walk (id) AS (
    SELECT min(tenant_id) FROM fettle.entity
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM fettle.entity WHERE tenant_id > walk.id) FROM walk WHERE walk.id IS NOT NULL
  )
  SELECT id FROM walk WHERE id IS NOT NULL`;

// Drivers give bigint as number, string or bigint; all are safe integers here.
const entityRow = (row: Row): EntityRow => ({
  id: String(row.id),
  revision: Number(row.revision),
  body: String(row.body),
});

const eventRow = (row: Row): EventRow => ({
  position: Number(row.position),
  type: String(row.type),
  kind: String(row.kind),
  id: String(row.id),
  at: Number(row.at),
  body: String(row.body),
});

const auditRow = (row: Row): AuditRow => ({
  position: Number(row.position),
  at: Number(row.at),
  by: String(row.by),
  action: String(row.action),
  kind: String(row.kind),
  id: String(row.id),
  body: String(row.body),
  previous: String(row.previous),
  hash: String(row.hash),
});

/** Runs a promise, its failure classified; what is no failure of the database is a bug. */
export const reading = <A>(operation: string, read: () => Promise<A>): Effect.Effect<A, StorageError> =>
  Effect.catch(Effect.tryPromise({ try: read, catch: (thrown) => thrown }), (thrown) => {
    const error = toStorageError(operation, thrown);
    return error instanceof StorageError ? Effect.fail(error) : Effect.die(thrown);
  });
