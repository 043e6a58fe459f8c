/**
 * Carries out a batch in PostgreSQL: one transaction of READ COMMITTED, right with any number of connections.
 *
 * Everything that the decision rests on is locked by its row until the commit, in one order for all (entities by kind and
 * id, counters, unique keys, the tenant's event head). What isn't there is locked by putting a row there first: an entity
 * of revision 0, which no other transaction ever sees. Each step is one statement over arrays, whatever the batch's size.
 */
import { AuditChain, type CommitAnswer } from "@fettle/core";
import { type Accepted, decide, type Outcome, type Refused, type Standing } from "../sql/Decision.ts";
import type { EncodedBatch } from "../sql/EncodedBatch.ts";
import { arrayOf, type PostgresConnection, type PostgresSession, type Row } from "./PostgresConnection.ts";
import { isLostRace } from "./PostgresError.ts";

/** How often a batch is run that lost against another; it can't by this code alone, but a host may lock rows too. */
export const COMMIT_ATTEMPTS_MAX = 5;

/** Answers once the batch is committed or refused. */
export const commit = async (connection: PostgresConnection, batch: EncodedBatch): Promise<CommitAnswer> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connection.transaction((session) => carryOut(session, batch));
    } catch (thrown) {
      if (thrown instanceof RefusedBatch) return thrown.answer;
      if (!isLostRace(thrown) || attempt >= COMMIT_ATTEMPTS_MAX) throw thrown;
    }
  }
};

/** Thrown to roll the transaction back: placeholders and claims go with it. */
class RefusedBatch extends Error {
  readonly answer: Refused;
  constructor(answer: Refused) {
    super("refused");
    this.answer = answer;
  }
}

type Key = Pick<EncodedBatch["expect"][number], "kind" | "id">;

const carryOut = async (session: PostgresSession, batch: EncodedBatch): Promise<CommitAnswer> => {
  const { tenantId } = batch;
  const revisions = await lockEntities(session, batch);
  const counters = await lockCounters(session, batch);
  const owners = await claimKeys(session, batch);
  const standing: Standing = {
    revision: (kind, id) => revisions.get(entityKey({ kind, id })) ?? 0,
    counter: (key) => counters.get(key) ?? 0,
    owner: (key) => owners.get(key) ?? null,
  };
  const decision = decide(batch, standing);
  if (decision._tag === "Refused") throw new RefusedBatch(decision);
  await writeEntities(session, tenantId, decision.outcomes);
  await removeEntities(session, tenantId, [...removed(decision.outcomes), ...guards(batch, standing)]);
  await writeCounters(session, tenantId, decision);
  await forget(session, batch);
  await writeEvents(session, batch);
  await writeAudit(session, batch);
  return { _tag: "Committed" };
};

// Locks every entity that the batch looks at or writes, present or not, in one pass and one order: no deadlock.
const lockEntities = async (session: PostgresSession, batch: EncodedBatch): Promise<ReadonlyMap<string, number>> => {
  const keys = distinct([...batch.expect, ...batch.writes]);
  if (keys.length === 0) return new Map();
  const values = [batch.tenantId, kindsOf(keys), idsOf(keys)];
  await session.query(LOCK, values);
  const rows = await session.query(REVISIONS, values);
  return new Map(rows.map((row) => [keyAt(keys, row), Number(row.revision)]));
};

// An update that never happens still locks the row that is there.
const LOCK = `
  INSERT INTO fettle.entity AS e (tenant_id, kind, id, revision, body)
  SELECT $1, k.kind, k.id, 0, 'null' FROM unnest($2::text::text[], $3::text::text[]) AS k (kind, id)
  ORDER BY k.kind COLLATE "C", k.id COLLATE "C"
  ON CONFLICT (tenant_id, kind, id) DO UPDATE SET revision = e.revision WHERE false`;

const REVISIONS = `
  SELECT k.place, e.revision FROM fettle.entity e
  JOIN unnest($2::text::text[], $3::text::text[]) WITH ORDINALITY AS k (kind, id, place) ON e.kind = k.kind AND e.id = k.id
  WHERE e.tenant_id = $1`;

const lockCounters = async (session: PostgresSession, batch: EncodedBatch): Promise<ReadonlyMap<string, number>> => {
  const keys = [...new Set(batch.counters.map((c) => c.key))];
  if (keys.length === 0) return new Map();
  await session.query(LOCK_COUNTERS, [batch.tenantId, arrayOf(keys)]);
  const rows = await session.query(COUNTERS, [batch.tenantId, arrayOf(keys)]);
  return new Map(rows.map((row) => [at(keys, row), Number(row.value)]));
};

const LOCK_COUNTERS = `
  INSERT INTO fettle.counter AS c (tenant_id, key, value) SELECT $1, k.key, 0 FROM unnest($2::text::text[]) AS k (key)
  ORDER BY k.key COLLATE "C" ON CONFLICT (tenant_id, key) DO UPDATE SET value = c.value WHERE false`;

const COUNTERS = `
  SELECT k.place, c.value FROM fettle.counter c
  JOIN unnest($2::text::text[]) WITH ORDINALITY AS k (key, place) ON c.key = k.key WHERE c.tenant_id = $1`;

// Claims are never given back, so that an owner who is seen stays; a claim of a batch that is refused is rolled back.
const claimKeys = async (session: PostgresSession, batch: EncodedBatch): Promise<ReadonlyMap<string, string>> => {
  if (batch.uniques.length === 0) return new Map();
  const first = new Map([...batch.uniques].reverse().map((claim) => [claim.key, claim.owner]));
  const keys = [...first.keys()];
  await session.query(CLAIM, [batch.tenantId, arrayOf(keys), arrayOf([...first.values()])]);
  const rows = await session.query(OWNERS, [batch.tenantId, arrayOf(keys)]);
  return new Map(rows.map((row) => [at(keys, row), String(row.owner)]));
};

const CLAIM = `
  INSERT INTO fettle.unique_key (tenant_id, key, owner)
  SELECT $1, k.key, k.owner FROM unnest($2::text::text[], $3::text::text[]) AS k (key, owner)
  ORDER BY k.key COLLATE "C" ON CONFLICT DO NOTHING`;

const OWNERS = `
  SELECT k.place, u.owner FROM fettle.unique_key u
  JOIN unnest($2::text::text[]) WITH ORDINALITY AS k (key, place) ON u.key = k.key WHERE u.tenant_id = $1`;

const writeEntities = async (
  session: PostgresSession,
  tenantId: string,
  outcomes: readonly Outcome[],
): Promise<void> => {
  const kept = outcomes.filter((o) => o._tag === "Kept");
  if (kept.length === 0) return;
  const puts = kept.map((o) => o.put);
  const keys = [tenantId, kindsOf(puts), idsOf(puts)];
  await session.query(UPDATE, [...keys, arrayOf(kept.map((o) => o.revision)), arrayOf(puts.map((p) => p.body))]);
  const entries = puts.flatMap(({ kind, id, indexes }) =>
    indexes.map(({ name, value }) => ({ kind, id, name, value })),
  );
  const columns = [
    kindsOf(entries),
    idsOf(entries),
    arrayOf(entries.map((e) => e.name)),
    arrayOf(entries.map((e) => e.value)),
  ];
  if (kept.some((o) => o.before > 0)) await session.query(UNINDEX, [...keys, ...columns]);
  if (entries.length > 0) await session.query(INDEX, [tenantId, ...columns]);
};

const UPDATE = `
  UPDATE fettle.entity e SET revision = k.revision, body = k.body
  FROM unnest($2::text::text[], $3::text::text[], $4::text::bigint[], $5::text::text[]) AS k (kind, id, revision, body)
  WHERE e.tenant_id = $1 AND e.kind = k.kind AND e.id = k.id`;

const UNINDEX = `
  DELETE FROM fettle.index_entry i USING unnest($2::text::text[], $3::text::text[]) AS k (kind, id)
  WHERE i.tenant_id = $1 AND i.kind = k.kind AND i.id = k.id AND NOT EXISTS (
    SELECT 1 FROM unnest($4::text::text[], $5::text::text[], $6::text::text[], $7::text::text[]) AS w (kind, id, name, value)
    WHERE w.kind = i.kind AND w.id = i.id AND w.name = i.name AND w.value = i.value)`;

const INDEX = `
  INSERT INTO fettle.index_entry (tenant_id, kind, id, name, value)
  SELECT $1, w.kind, w.id, w.name, w.value
  FROM unnest($2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[]) AS w (kind, id, name, value) ON CONFLICT DO NOTHING`;

const removeEntities = async (session: PostgresSession, tenantId: string, keys: readonly Key[]): Promise<void> => {
  if (keys.length > 0) await session.query(REMOVE, [tenantId, kindsOf(keys), idsOf(keys)]);
};

const REMOVE = `
  DELETE FROM fettle.entity e USING unnest($2::text::text[], $3::text::text[]) AS k (kind, id)
  WHERE e.tenant_id = $1 AND e.kind = k.kind AND e.id = k.id`;

const removed = (outcomes: readonly Outcome[]): readonly Key[] => outcomes.filter((o) => o._tag === "Removed");

// Placeholders of what was looked at, isn't there, and isn't written by the batch either.
const guards = (batch: EncodedBatch, standing: Standing): readonly Key[] => {
  const written = new Set(batch.writes.map(entityKey));
  return batch.expect.filter((e) => standing.revision(e.kind, e.id) === 0 && !written.has(entityKey(e)));
};

const writeCounters = async (session: PostgresSession, tenantId: string, { counters }: Accepted): Promise<void> => {
  if (counters.size > 0)
    await session.query(SET_COUNTERS, [tenantId, arrayOf([...counters.keys()]), arrayOf([...counters.values()])]);
};

const SET_COUNTERS = `
  UPDATE fettle.counter c SET value = k.value FROM unnest($2::text::text[], $3::text::bigint[]) AS k (key, value)
  WHERE c.tenant_id = $1 AND c.key = k.key`;

// The heads stay, so that no position is given again and the chain goes on.
const forget = async (session: PostgresSession, { tenantId, forget: oldest }: EncodedBatch): Promise<void> => {
  if (oldest?.events !== undefined) await session.query(FORGET_EVENTS, [tenantId, oldest.events]);
  if (oldest?.audit !== undefined) await session.query(FORGET_AUDIT, [tenantId, oldest.audit]);
};

const FORGET_EVENTS = "DELETE FROM fettle.event WHERE tenant_id = $1 AND position <= $2";

const FORGET_AUDIT = "DELETE FROM fettle.audit WHERE tenant_id = $1 AND position <= $2";

// The head's row stays locked until the commit: who gets the next positions commits later.
const writeEvents = async (session: PostgresSession, { tenantId, events }: EncodedBatch): Promise<void> => {
  if (events.length === 0) return;
  const [head] = await session.query(TAKE_POSITIONS, [tenantId, events.length]);
  const before = Number(head?.position) - events.length;
  const columns = [
    arrayOf(events.map((e) => e.type)),
    kindsOf(events),
    idsOf(events),
    arrayOf(events.map((e) => e.at)),
  ];
  await session.query(INSERT_EVENTS, [tenantId, before, ...columns, arrayOf(events.map((e) => e.body))]);
};

const TAKE_POSITIONS = `
  INSERT INTO fettle.event_head AS h (tenant_id, position) VALUES ($1, $2)
  ON CONFLICT (tenant_id) DO UPDATE SET position = h.position + excluded.position RETURNING position`;

const INSERT_EVENTS = `
  INSERT INTO fettle.event (tenant_id, position, type, kind, id, at, body)
  SELECT $1, $2::bigint + e.ordinal, e.type, e.kind, e.id, e.at, e.body
  FROM unnest($3::text::text[], $4::text::text[], $5::text::text[], $6::text::bigint[], $7::text::text[])
    WITH ORDINALITY AS e (type, kind, id, at, body, ordinal)`;

// As with events: the head's row stays locked until the commit.
const writeAudit = async (session: PostgresSession, { tenantId, audit }: EncodedBatch): Promise<void> => {
  if (audit.length === 0) return;
  await session.query(TAKE_AUDIT_HEAD, [tenantId]);
  const [head] = await session.query(AUDIT_HEAD, [tenantId]);
  let last: AuditChain.Link = {
    position: Number(head?.position ?? 0),
    hash: head === undefined ? "" : String(head.hash),
  };
  const links = audit.map((record) => {
    const previous = last.hash;
    last = AuditChain.link(tenantId, last, record);
    return { ...last, previous };
  });
  const before = last.position - audit.length;
  const columns = [
    arrayOf(audit.map((a) => a.at)),
    arrayOf(audit.map((a) => a.by)),
    arrayOf(audit.map((a) => a.action)),
    kindsOf(audit),
    idsOf(audit),
    arrayOf(audit.map((a) => a.body)),
    arrayOf(links.map((l) => l.previous)),
    arrayOf(links.map((l) => l.hash)),
  ];
  await session.query(INSERT_AUDIT, [tenantId, before, ...columns]);
  await session.query(SET_AUDIT_HEAD, [tenantId, last.position, last.hash]);
};

const TAKE_AUDIT_HEAD = `
  INSERT INTO fettle.audit_head AS h (tenant_id, position, hash) VALUES ($1, 0, '')
  ON CONFLICT (tenant_id) DO UPDATE SET position = h.position WHERE false`;

const AUDIT_HEAD = "SELECT position, hash FROM fettle.audit_head WHERE tenant_id = $1 FOR UPDATE";

const SET_AUDIT_HEAD = "UPDATE fettle.audit_head SET position = $2, hash = $3 WHERE tenant_id = $1";

const INSERT_AUDIT = `
  INSERT INTO fettle.audit (tenant_id, position, at, by, action, kind, id, body, previous, hash)
  SELECT $1, $2::bigint + a.ordinal, a.at, a.by, a.action, a.kind, a.id, a.body, a.previous, a.hash
  FROM unnest($3::text::bigint[], $4::text::text[], $5::text::text[], $6::text::text[], $7::text::text[],
    $8::text::text[], $9::text::text[], $10::text::text[])
    WITH ORDINALITY AS a (at, by, action, kind, id, body, previous, hash, ordinal)`;

// Rows say for which of the values asked they are, counted from 1.
const at = (keys: readonly string[], row: Row): string => keys[Number(row.place) - 1] ?? "";

const keyAt = (keys: readonly Key[], row: Row): string => {
  const key = keys[Number(row.place) - 1];
  return key === undefined ? "" : entityKey(key);
};

const entityKey = ({ kind, id }: Key): string => `${kind}\0${id}`;

const distinct = (keys: readonly Key[]): readonly Key[] => [
  ...new Map(keys.map((key) => [entityKey(key), key])).values(),
];

const kindsOf = (keys: readonly Key[]): string => arrayOf(keys.map((key) => key.kind));

const idsOf = (keys: readonly Key[]): string => arrayOf(keys.map((key) => key.id));
