/** What is looked at when a storage is checked, each by itself: what SQLite promises, then what this storage does. */
import { AuditChain, AuditVerification, entityKinds, PAGE_LIMIT_MAX } from "@fettle/core";
import type { Database } from "better-sqlite3";
import { type AuditRow, toAuditRecord } from "../sql/StoredRow.ts";

export interface Wrong {
  readonly tenantId: string | null;
  readonly message: string;
}

export interface Look {
  readonly name: string;
  /** The first version of the schema that has what it looks at. */
  readonly since: number;
  readonly at: (database: Database) => Iterable<Wrong>;
}

const pages: Look = {
  name: "pages",
  since: 0,
  *at(database) {
    const rows = database.prepare<[], string>("PRAGMA integrity_check").pluck().iterate();
    for (const message of rows) if (message !== "ok") yield { tenantId: null, message };
  },
};

const references: Look = {
  name: "references",
  since: 1,
  *at(database) {
    const orphans = database.prepare<[], Of & { readonly name: string }>(`
      SELECT tenant_id AS tenantId, kind, id, name FROM index_entry AS i
      WHERE NOT EXISTS (SELECT 1 FROM entity AS e WHERE e.tenant_id = i.tenant_id AND e.kind = i.kind AND e.id = i.id)`);
    for (const { tenantId, kind, id, name } of orphans.iterate()) {
      yield { tenantId, message: `${kind} ${id} is not there, but its index entry ${name}` };
    }
    const others = database.prepare<[], { readonly child: string; readonly parent: string }>(
      `SELECT DISTINCT "table" AS child, parent FROM pragma_foreign_key_check WHERE child <> 'index_entry'`,
    );
    for (const { child, parent } of others.iterate()) {
      yield { tenantId: null, message: `rows of ${child} refer to rows of ${parent} that are not there` };
    }
  },
};

// SQLite's own opinion first, as it is quick; JavaScript, which will read it, has the last word.
const bodies = (table: string, what: string, since: number): Look => ({
  name: "bodies",
  since,
  *at(database) {
    const doubtful = database.prepare<[], { readonly tenantId: string; readonly place: string; readonly body: string }>(
      `SELECT tenant_id AS tenantId, ${what} AS place, body FROM ${table} WHERE NOT json_valid(body)`,
    );
    for (const { tenantId, place, body } of doubtful.iterate()) {
      if (!isJson(body)) yield { tenantId, message: `the body of ${place} is no JSON` };
    }
  },
});

const entities: Look = {
  name: "entities",
  since: 1,
  *at(database) {
    const kinds = database.prepare<[string], Of & { readonly rows: number }>(`
      SELECT tenant_id AS tenantId, kind, min(id) AS id, count(*) AS rows FROM entity
      WHERE kind NOT IN (SELECT value FROM json_each(?)) GROUP BY tenant_id, kind`);
    for (const { tenantId, kind, rows } of kinds.iterate(JSON.stringify(entityKinds))) {
      yield { tenantId, message: `${rows} of the kind ${kind}, which this code does not know` };
    }
    const unwritten = database.prepare<[], Of>(
      "SELECT tenant_id AS tenantId, kind, id FROM entity WHERE revision < 1 OR tenant_id = '' OR id = ''",
    );
    for (const { tenantId, kind, id } of unwritten.iterate()) {
      yield { tenantId, message: `${kind} ${id} has no tenant, no id or no revision` };
    }
  },
};

interface Numbered {
  readonly tenantId: string;
  readonly first: number | null;
  readonly last: number | null;
  readonly rows: number;
  readonly head: number | null;
}

const EVENTS = `
  SELECT h.tenant_id AS tenantId, min(e.position) AS first, max(e.position) AS last, count(e.position) AS rows, h.position AS head
  FROM event_head AS h LEFT JOIN event AS e ON e.tenant_id = h.tenant_id GROUP BY h.tenant_id
  UNION ALL
  SELECT tenant_id, min(position), max(position), count(*), NULL
  FROM event WHERE tenant_id NOT IN (SELECT tenant_id FROM event_head) GROUP BY tenant_id`;

const MISSING = `
  SELECT position + 1 FROM event AS e WHERE tenant_id = ? AND position < ?
  AND NOT EXISTS (SELECT 1 FROM event AS n WHERE n.tenant_id = e.tenant_id AND n.position = e.position + 1) LIMIT 1`;

// From the first that stands, as retention removes the oldest (CFG-07); the head is the last that was ever given.
const events: Look = {
  name: "events",
  since: 1,
  *at(database) {
    const missing = database.prepare<[string, number], number>(MISSING).pluck();
    for (const { tenantId, first, last, rows, head } of database.prepare<[], Numbered>(EVENTS).iterate()) {
      if (first === null || last === null) continue;
      if (first < 1) yield { tenantId, message: `an event has the position ${first}` };
      if (rows !== last - first + 1) {
        const [at] = [missing.get(tenantId, last)];
        yield { tenantId, message: `no event ${at}, though there are events up to ${last}` };
      }
      if (head !== last) yield { tenantId, message: `the last event is ${last}, the head says ${head ?? "nothing"}` };
    }
  },
};

const audit: Look = {
  name: "audit",
  since: 2,
  *at(database) {
    const heads = database.prepare<[string], AuditChain.Link>(
      "SELECT position, hash FROM audit_head WHERE tenant_id = ?",
    );
    const tenants = database
      .prepare<[], string>("SELECT tenant_id FROM audit_head UNION SELECT DISTINCT tenant_id FROM audit")
      .pluck();
    for (const tenantId of tenants.all()) {
      const walk = followed(database, tenantId);
      const { broken } = AuditVerification.verdict(walk);
      if (broken !== null) yield { tenantId, message: broken.message };
      const head = heads.get(tenantId) ?? AuditChain.GENESIS;
      if (broken === null && (head.position !== walk.last.position || head.hash !== walk.last.hash)) {
        yield { tenantId, message: `the trail ends at record ${walk.last.position}, the head says ${head.position}` };
      }
    }
  },
};

const followed = (database: Database, tenantId: string): AuditVerification.Walk => {
  const page = database.prepare<[string, number, number], AuditRow>(
    "SELECT * FROM audit WHERE tenant_id = ? AND position > ? ORDER BY position LIMIT ?",
  );
  let walk = AuditVerification.begin(tenantId, null);
  for (;;) {
    const rows = page.all(tenantId, walk.last.position, PAGE_LIMIT_MAX);
    walk = AuditVerification.step(walk, rows.map(toAuditRecord));
    if (walk.broken !== null || rows.length < PAGE_LIMIT_MAX) return walk;
  }
};

const counters: Look = {
  name: "counters",
  since: 1,
  *at(database) {
    const large = database.prepare<[number], { readonly tenantId: string; readonly key: string }>(
      "SELECT tenant_id AS tenantId, key FROM counter WHERE abs(value) > ?",
    );
    for (const { tenantId, key } of large.iterate(Number.MAX_SAFE_INTEGER)) {
      yield { tenantId, message: `the counter ${key} is beyond what is ever counted` };
    }
  },
};

interface Of {
  readonly tenantId: string;
  readonly kind: string;
  readonly id: string;
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** All of them, the cheapest explanation of what is wrong first. */
export const looks: readonly Look[] = [
  pages,
  references,
  bodies("entity", "kind || ' ' || id", 1),
  bodies("event", "'event ' || position", 1),
  bodies("audit", "'audit record ' || position", 2),
  entities,
  events,
  audit,
  counters,
];
