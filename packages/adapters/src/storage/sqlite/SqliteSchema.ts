/**
 * The tables of the storage in SQLite. The tenant begins every key (EVT-03). Bodies are JSON text, kept byte for byte.
 *
 * Index entries are keyed by their entity, so that a rewrite reads and replaces them by one range, and searched by a
 * second index that ends in the id, so that a search is answered in order.
 */
import { foreignKey, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const entity = sqliteTable(
  "entity",
  {
    tenantId: text("tenant_id").notNull(),
    kind: text("kind").notNull(),
    id: text("id").notNull(),
    revision: integer("revision").notNull(),
    body: text("body").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.kind, t.id] })],
);

export const indexEntry = sqliteTable(
  "index_entry",
  {
    tenantId: text("tenant_id").notNull(),
    kind: text("kind").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    value: text("value").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.kind, t.id, t.name, t.value] }),
    index("index_entry_search").on(t.tenantId, t.kind, t.name, t.value, t.id),
    foreignKey({
      columns: [t.tenantId, t.kind, t.id],
      foreignColumns: [entity.tenantId, entity.kind, entity.id],
    }).onDelete("cascade"),
  ],
);

export const counter = sqliteTable(
  "counter",
  {
    tenantId: text("tenant_id").notNull(),
    key: text("key").notNull(),
    value: integer("value").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] })],
);

export const uniqueKey = sqliteTable(
  "unique_key",
  {
    tenantId: text("tenant_id").notNull(),
    key: text("key").notNull(),
    owner: text("owner").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] })],
);

export const event = sqliteTable(
  "event",
  {
    tenantId: text("tenant_id").notNull(),
    position: integer("position").notNull(),
    type: text("type").notNull(),
    kind: text("kind").notNull(),
    id: text("id").notNull(),
    at: integer("at").notNull(),
    body: text("body").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.position] })],
);

/** The audit trail. Nothing here updates a record of it, and only what retention says is removed, from the oldest on. */
export const audit = sqliteTable(
  "audit",
  {
    tenantId: text("tenant_id").notNull(),
    position: integer("position").notNull(),
    at: integer("at").notNull(),
    by: text("by").notNull(),
    action: text("action").notNull(),
    kind: text("kind").notNull(),
    id: text("id").notNull(),
    body: text("body").notNull(),
    previous: text("previous").notNull(),
    hash: text("hash").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.position] }),
    index("audit_by").on(t.tenantId, t.by, t.position),
    index("audit_entity").on(t.tenantId, t.kind, t.id, t.position),
  ],
);

/** Where the chain of a tenant's audit trail stands. */
export const auditHead = sqliteTable("audit_head", {
  tenantId: text("tenant_id").primaryKey().notNull(),
  position: integer("position").notNull(),
  hash: text("hash").notNull(),
});

/** The last position given to an event of a tenant: kept apart, so that removing old events never gives one again. */
export const eventHead = sqliteTable("event_head", {
  tenantId: text("tenant_id").primaryKey().notNull(),
  position: integer("position").notNull(),
});
