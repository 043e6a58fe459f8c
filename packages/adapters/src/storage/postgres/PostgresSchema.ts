/**
 * The tables of the storage in PostgreSQL: those of SQLite. Text is collated "C", so that ids have the same order in
 * every storage whatever the database's locale; bodies are text and not jsonb, which would drop NUL and key order.
 */
import { bigint, customType, foreignKey, index, integer, pgSchema, primaryKey, text } from "drizzle-orm/pg-core";

/** Text in the order of its bytes. */
const key = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

/** A schema of its own, so that the tables stand apart from the host's. */
export const schema = pgSchema("fettle");

export const entity = schema.table(
  "entity",
  {
    tenantId: key("tenant_id").notNull(),
    kind: key("kind").notNull(),
    id: key("id").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    body: text("body").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.kind, t.id] })],
);

export const indexEntry = schema.table(
  "index_entry",
  {
    tenantId: key("tenant_id").notNull(),
    kind: key("kind").notNull(),
    id: key("id").notNull(),
    name: key("name").notNull(),
    value: key("value").notNull(),
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

export const counter = schema.table(
  "counter",
  {
    tenantId: key("tenant_id").notNull(),
    key: key("key").notNull(),
    value: bigint("value", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] })],
);

export const uniqueKey = schema.table(
  "unique_key",
  {
    tenantId: key("tenant_id").notNull(),
    key: key("key").notNull(),
    owner: key("owner").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] })],
);

export const event = schema.table(
  "event",
  {
    tenantId: key("tenant_id").notNull(),
    position: bigint("position", { mode: "number" }).notNull(),
    type: key("type").notNull(),
    kind: key("kind").notNull(),
    id: key("id").notNull(),
    at: bigint("at", { mode: "number" }).notNull(),
    body: text("body").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.position] })],
);

/** The audit trail. Nothing here updates a record of it, and only what retention says is removed, from the oldest on. */
export const audit = schema.table(
  "audit",
  {
    tenantId: key("tenant_id").notNull(),
    position: bigint("position", { mode: "number" }).notNull(),
    at: bigint("at", { mode: "number" }).notNull(),
    by: key("by").notNull(),
    action: key("action").notNull(),
    kind: key("kind").notNull(),
    id: key("id").notNull(),
    body: text("body").notNull(),
    previous: key("previous").notNull(),
    hash: key("hash").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.position] }),
    index("audit_by").on(t.tenantId, t.by, t.position),
    index("audit_entity").on(t.tenantId, t.kind, t.id, t.position),
  ],
);

/** Where the chain of a tenant's audit trail stands. Its row lock puts a tenant's audited commits one after another. */
export const auditHead = schema.table("audit_head", {
  tenantId: key("tenant_id").primaryKey().notNull(),
  position: bigint("position", { mode: "number" }).notNull(),
  hash: key("hash").notNull(),
});

/** The last position given to an event of a tenant. Its row lock puts a tenant's commits with events one after another. */
export const eventHead = schema.table("event_head", {
  tenantId: key("tenant_id").primaryKey().notNull(),
  position: bigint("position", { mode: "number" }).notNull(),
});

/** Which steps of the schema were taken; the highest version is the database's. */
export const schemaMigration = schema.table("schema_migration", {
  version: integer("version").primaryKey().notNull(),
  name: text("name").notNull(),
});
