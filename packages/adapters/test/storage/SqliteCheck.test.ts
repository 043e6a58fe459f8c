import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteCheck, SqliteStats } from "../../src/storage/sqlite/index.ts";
import { migrations } from "../../src/storage/sqlite/SqliteMigrations.ts";
import { directories } from "./Directories.ts";
import { happening, make, using } from "./SampleStorage.ts";

const directory = directories();

const sample = async (count = 5): Promise<string> => {
  const file = join(directory(), "plane.db");
  await make(file, count);
  return file;
};

const check = (file: string) => Effect.runPromise(SqliteCheck.check({ file }));

const tampered = async (sql: string): Promise<SqliteCheck.CheckReport> => {
  const file = await sample();
  const database = new Database(file);
  database.pragma("foreign_keys = OFF");
  database.exec(sql);
  database.close();
  return check(file);
};

describe("the check of a storage", () => {
  test("finds nothing in what the storage wrote, also while it is open, and changes nothing", async () => {
    const file = await sample();
    const before = readFileSync(file);
    const report = await check(file);
    expect(report).toMatchObject({ isSound: true, version: migrations.length, findings: [] });
    expect(new Set(report.looks)).toEqual(
      new Set(["pages", "references", "bodies", "entities", "events", "audit", "counters"]),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    const open = await using(file, (storage) =>
      Effect.andThen(storage.commit(happening("acme", 99)), SqliteCheck.check({ file })),
    );
    expect(open.isSound).toBe(true);
  });

  test("CFG-07: takes a storage for sound whose oldest events and records retention removed", async () => {
    const file = await sample();
    const hash = await using(file, (storage) =>
      Effect.map(storage.audit("acme", { after: 2, limit: 1 }), ([record]) => record?.hash ?? ""),
    );
    const told = {
      at: 9,
      by: "system:retention",
      action: "retention.tick",
      kind: "retention",
      id: "retention",
    } as const;
    const body = { changes: { audit: { after: { count: 3, position: 3, hash } } }, why: null };
    const forgetting = { ...happening("acme", 9), forget: { events: 4, audit: 3 }, audit: [{ ...told, body }] };
    await using(file, (storage) => storage.commit(forgetting));
    expect(await check(file)).toMatchObject({ isSound: true });
    // The same removal, that no record tells of.
    await using(file, (storage) => storage.commit({ ...happening("acme", 10), forget: { audit: 4 } }));
    expect((await check(file)).findings).toMatchObject([{ look: "audit", tenantId: "acme" }]);
  });

  test.each([
    [
      "EVT-01: finds an event that is missing",
      "DELETE FROM event WHERE tenant_id = 'acme' AND position = 4",
      "events",
      "acme",
      "no event 4, though there are events up to 10",
    ],
    [
      "EVT-01: finds the last event missing",
      "DELETE FROM event WHERE tenant_id = 'acme' AND position = 10",
      "events",
      "acme",
      "the last event is 9, the head says 10",
    ],
    [
      "EVT-01: finds a head that would give a position again",
      "UPDATE event_head SET position = 3 WHERE tenant_id = 'umbrella'",
      "events",
      "umbrella",
      "the last event is 10, the head says 3",
    ],
    [
      "EVT-01: finds events without a head",
      "DELETE FROM event_head WHERE tenant_id = 'acme'",
      "events",
      "acme",
      "the head says nothing",
    ],
    [
      "EVT-03: finds an event that was moved to another tenant",
      "UPDATE event SET tenant_id = 'umbrella', position = 11 WHERE tenant_id = 'acme' AND position = 10",
      "events",
      "umbrella",
      "the last event is 11, the head says 10",
    ],
    [
      "RBAC-11: finds a record of the audit trail that was changed",
      "UPDATE audit SET by = 'user:eve' WHERE tenant_id = 'acme' AND position = 3",
      "audit",
      "acme",
      "record 3 is not what was written",
    ],
    [
      "RBAC-11: finds an audit trail whose end was cut off",
      "DELETE FROM audit WHERE tenant_id = 'acme' AND position = 5",
      "audit",
      "acme",
      "the trail ends at record 4, the head says 5",
    ],
    [
      "finds an index entry whose entity is gone",
      "DELETE FROM entity WHERE tenant_id = 'acme' AND id = 'tag-2'",
      "references",
      "acme",
      "tag tag-2 is not there, but its index entry job",
    ],
    [
      "finds a body that is no JSON",
      "UPDATE entity SET body = '{' WHERE tenant_id = 'umbrella' AND id = 'job-1'",
      "bodies",
      "umbrella",
      "the body of job job-1 is no JSON",
    ],
    [
      "finds an event's body that is no JSON",
      "UPDATE event SET body = 'x' WHERE tenant_id = 'acme' AND position = 2",
      "bodies",
      "acme",
      "the body of event 2 is no JSON",
    ],
    [
      "finds a kind that nobody knows",
      "INSERT INTO entity VALUES ('acme', 'spell', 'a', 1, '1')",
      "entities",
      "acme",
      "1 of the kind spell, which this code does not know",
    ],
    [
      "finds a revision that no write gave",
      "UPDATE entity SET revision = 0 WHERE tenant_id = 'acme' AND id = 'job-1'",
      "entities",
      "acme",
      "job job-1 has no tenant, no id or no revision",
    ],
    [
      "finds a counter that is no number to count with",
      "UPDATE counter SET value = 1 << 60 WHERE tenant_id = 'acme'",
      "counters",
      "acme",
      "the counter jobs is beyond what is ever counted",
    ],
  ])("%s", async (_, sql, look, tenantId, message) => {
    const { isSound, findings } = await tampered(sql);
    expect(isSound).toBe(false);
    expect(findings).toContainEqual({ look, tenantId, message: expect.stringContaining(message) });
    expect(findings.every((finding) => finding.look === look || finding.look === "events")).toBe(true);
  });

  test("a record of the audit trail whose body is no JSON is a finding, not the end of the check", async () => {
    const { findings } = await tampered("UPDATE audit SET body = '{' WHERE tenant_id = 'acme' AND position = 2");
    expect(findings.map(({ look }) => look)).toEqual(["bodies", "audit"]);
  });

  test("tells of each look at most FINDINGS_MAX findings", async () => {
    const file = await sample(SqliteCheck.FINDINGS_MAX + 1);
    const database = new Database(file);
    database.exec("UPDATE entity SET body = 'x' WHERE tenant_id = 'acme' AND kind = 'job'");
    database.close();
    expect((await check(file)).findings).toHaveLength(SqliteCheck.FINDINGS_MAX);
  });

  test("a body deeper than SQLite's JSON goes is no finding: what was written is read again", async () => {
    const file = await sample();
    const deep = JSON.parse(`${"[".repeat(1_500)}${"]".repeat(1_500)}`);
    const [put] = happening("acme", 9).writes;
    await using(file, (storage) =>
      storage.commit({ ...happening("acme", 9), writes: [{ ...put, body: deep } as never] }),
    );
    expect(await check(file)).toMatchObject({ isSound: true });
  });

  test("finds damaged pages, wherever they are; a file that was cut short is Corrupt", async () => {
    const file = await sample(60);
    const whole = readFileSync(file);
    const pages = whole.length / 4_096;
    let found = 0;
    for (let page = 1; page < pages; page += 1) {
      const damaged = Buffer.from(whole);
      damaged.fill(0xa5, page * 4_096, page * 4_096 + 512);
      writeFileSync(file, damaged);
      if (!(await check(file)).isSound) found += 1;
    }
    // The rest of one page is free room.
    expect(found).toBe(pages - 1);
    writeFileSync(file, whole);
    truncateSync(file, whole.length - 4_096);
    expect(await Effect.runPromise(Effect.flip(SqliteCheck.check({ file })))).toMatchObject({ reason: "Corrupt" });
  });

  test("looks at a storage of an earlier version for what that version has", async () => {
    const file = join(directory(), "v1.db");
    const database = new Database(file);
    database.exec(migrations[0]?.sql ?? "");
    database.pragma("application_id = 0x46455453");
    database.pragma("user_version = 1");
    database.exec("INSERT INTO entity VALUES ('acme', 'job', 'a', 1, '1')");
    database.close();
    const report = await check(file);
    expect(report).toMatchObject({ isSound: true, version: 1 });
    expect(report.looks).not.toContain("audit");
  });

  test("refuses what is no storage", async () => {
    const other = join(directory(), "other.db");
    const database = new Database(other);
    database.exec("CREATE TABLE a (b)");
    database.close();
    for (const [file, reason] of [
      [other, "Unavailable"],
      [join(directory(), "none.db"), "Unavailable"],
      [directory(), "Unavailable"],
    ] as const) {
      expect(await Effect.runPromise(Effect.flip(SqliteCheck.check({ file })))).toMatchObject({ reason });
    }
  });
});

test("EVT-03: the figures of a storage tell tenants apart, and tables with their indexes", async () => {
  const file = await sample(7);
  await using(file, (storage) => storage.commit(happening("umbrella", 99)));
  const stats = await Effect.runPromise(SqliteStats.read({ file }));
  expect(stats.kinds.map(({ tenantId, kind, rows }) => [tenantId, kind, rows])).toEqual([
    ["acme", "job", 7],
    ["acme", "tag", 7],
    ["umbrella", "job", 8],
    ["umbrella", "tag", 8],
  ]);
  expect(stats.kinds[0]?.bytes).toBe(7 * JSON.stringify({ n: 1, text: "" }).length);
  expect(stats.tables.find(({ name }) => name === "entity")?.rows).toBe(30);
  expect(stats.tables.map(({ name }) => name)).toContain("index_entry");
  expect(stats.tables.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(stats.pages * stats.pageBytes);
  expect(stats).toMatchObject({ version: migrations.length, freePages: 0, bytes: stats.pages * stats.pageBytes });
  const open = await using(file, (storage) =>
    Effect.andThen(storage.commit(happening("acme", 100)), SqliteStats.read({ file })),
  );
  expect(open.logBytes).toBeGreaterThan(4_096);
});
