/** The reads of the storage. Entities are read by statements of the driver's own, prepared once; the rest by drizzle's. */
import type { AuditQuery, EntityKind, StorageError, Stored } from "@fettle/core";
import { StorageText } from "@fettle/core";
import type { Database, Statement } from "better-sqlite3";
import { and, asc, eq, gt, gte, lt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import * as Effect from "effect/Effect";
import { toAuditRecord, toEvent, toStored } from "../sql/StoredRow.ts";
import { toStorageError } from "./SqliteError.ts";
import { audit, event } from "./SqliteSchema.ts";

/** Every call of the port that only reads. */
export const make = (database: Database): StorageText.Reads => {
  const statements = prepare(database);
  return StorageText.checked({
    get: (tenantId, kind, id) =>
      reading("get", () => {
        const row = statements.get.get(tenantId, kind, id);
        return row === undefined ? null : toStored(kind, { id, revision: row[0], body: row[1] });
      }),
    getMany: (tenantId, kind, ids) =>
      reading("getMany", () =>
        statements.getMany.all(tenantId, kind, JSON.stringify(ids)).map((row) => stored(kind, row)),
      ),
    list: (tenantId, kind, page) =>
      reading("list", () => {
        const rows = statements.list.all(tenantId, kind, page.after ?? "", page.limit);
        return rows.map((row) => stored(kind, row));
      }),
    find: (tenantId, kind, index, page) =>
      reading("find", () => {
        const { name, value } = index;
        const rows = statements.find.all(tenantId, kind, name, value, page.after ?? "", page.limit);
        return rows.map((row) => stored(kind, row));
      }),
    counter: (tenantId, key) => reading("counter", () => statements.counter.get(tenantId, key) ?? 0),
    // One by one: SQLite takes as long for a list of them.
    counters: (tenantId, keys) =>
      reading("counters", () => keys.map((key) => statements.counter.get(tenantId, key) ?? 0)),
    events: (tenantId, after, limit) =>
      reading("events", () => statements.events.all({ tenantId, after, limit }).map(toEvent)),
    audit: (tenantId, query) => reading("audit", () => auditQuery(database, tenantId, query).all().map(toAuditRecord)),
    tenants: () => reading("tenants", () => statements.tenants.all()),
  });
};

const given = sql.placeholder;

// Ids are never empty, so that a page after "" is the first.
const prepare = (database: Database) => {
  const orm = drizzle(database);
  return {
    // What drizzle puts around the driver's own costs as much as a read by id, and a twentieth of a page.
    get: database
      .prepare<[string, string, string], [revision: number, body: string]>(
        "SELECT revision, body FROM entity WHERE tenant_id = ? AND kind = ? AND id = ?",
      )
      .raw(),
    getMany: entities<[string, string, string]>(
      database,
      `SELECT id, revision, body FROM entity
       WHERE tenant_id = ? AND kind = ? AND id IN (SELECT value FROM json_each(?))`,
    ),
    list: entities<[string, string, string, number]>(
      database,
      "SELECT id, revision, body FROM entity WHERE tenant_id = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?",
    ),
    find: entities<[string, string, string, string, string, number]>(
      database,
      `SELECT e.id, e.revision, e.body FROM index_entry AS i
       JOIN entity AS e ON e.tenant_id = i.tenant_id AND e.kind = i.kind AND e.id = i.id
       WHERE i.tenant_id = ? AND i.kind = ? AND i.name = ? AND i.value = ? AND i.id > ? ORDER BY i.id LIMIT ?`,
    ),
    counter: database
      .prepare<[string, string], number>("SELECT value FROM counter WHERE tenant_id = ? AND key = ?")
      .pluck(),
    events: orm
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
      .limit(given("limit"))
      .prepare(),
    tenants: database.prepare<[], string>(TENANTS).pluck(),
  };
};

type EntityValues = readonly [id: string, revision: number, body: string];

// As lists of values: for an object the driver makes each column's name anew, row by row.
const entities = <P extends readonly unknown[]>(database: Database, text: string): Statement<[...P], EntityValues> =>
  database.prepare<[...P], EntityValues>(text).raw();

const stored = (kind: EntityKind, [id, revision, body]: EntityValues): Stored => toStored(kind, { id, revision, body });

// Made anew for each question: people ask it, and each asks for other members.
const auditQuery = (database: Database, tenantId: string, query: AuditQuery) => {
  const { after, limit, by, action, entity: of, from, until } = query;
  return drizzle(database)
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

// Jumps from tenant to tenant by the key, where DISTINCT would read every entity.
const TENANTS = `
  WITH RECURSIVE walk (id) AS (
    SELECT min(tenant_id) FROM entity
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM entity WHERE tenant_id > walk.id) FROM walk WHERE walk.id IS NOT NULL
  )
  SELECT id FROM walk WHERE id IS NOT NULL`;

/** A read as an effect; what the driver throws is the port's error. */
export const reading = <A>(operation: string, read: () => A): Effect.Effect<A, StorageError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(read());
    } catch (thrown) {
      const error = toStorageError(operation, thrown);
      return error === null ? Effect.die(thrown) : Effect.fail(error);
    }
  });
