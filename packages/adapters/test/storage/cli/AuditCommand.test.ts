import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Crypto } from "@fettle/agent-protocol";
import { AuditVerification } from "@fettle/core";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { beforeEach, describe, expect, it } from "vitest";
import { run } from "../../../src/storage/sqlite/cli/Run.ts";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import { directories } from "../Directories.ts";

const directory = directories();
const keys = Crypto.generateKeyPair();

const command = async (...args: readonly string[]) => {
  const texts = { output: "", complaints: "" };
  const stream = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const code = await run(args, { output: stream("output"), complaints: stream("complaints") });
  return { code, ...texts };
};

const record = (n: number) => ({
  at: Date.UTC(2026, 0, 1 + n),
  by: n % 2 === 0 ? "user:anna" : "user:ben",
  action: "tags.save",
  kind: "tag" as const,
  id: `tag-${n}`,
  body: { changes: { name: { after: `n${n}` } }, why: null },
});

let file: string;

// Two tenants; acme has 1,200 records, more than a page.
beforeEach(async () => {
  file = join(directory(), "plane.db");
  const parts = { expect: [], counters: [], uniques: [], events: [] };
  const put = { _tag: "Put", kind: "tag", id: "a", body: {}, indexes: [] } as const;
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = yield* SqliteStorage.open({ file });
        for (const [tenantId, count] of [
          ["acme", 1_200],
          ["umbrella", 2],
        ] as const) {
          const audit = Array.from({ length: count }, (_, i) => record(i + 1));
          yield* storage.commit({ ...parts, tenantId, writes: [put], audit });
        }
      }),
    ),
  );
});

const tamper = (sql: string): void => {
  const database = new Database(file);
  database.exec(sql);
  database.close();
};

const checkpoint = (position: number): string => {
  const database = new Database(file, { readonly: true });
  const hash = database
    .prepare<[number], string>("SELECT hash FROM audit WHERE tenant_id = 'acme' AND position = ?")
    .pluck()
    .get(position);
  database.close();
  const path = join(directory(), "checkpoint.json");
  writeFileSync(path, AuditVerification.seal({ tenantId: "acme", position, hash: hash ?? "", at: 0 }, keys));
  return path;
};

describe("fettle-audit verify", () => {
  it("RBAC-11: says that every tenant's trail is whole", async () => {
    expect(await command("verify", file)).toEqual({
      code: 0,
      output: "tenant    records  trail\nacme         1200  whole\numbrella        2  whole\n",
      complaints: "",
    });
    const { code, output } = await command("verify", file, "--tenant", "umbrella", "--json");
    expect([code, JSON.parse(output)]).toEqual([
      0,
      { isWhole: true, tenants: [{ tenant: "umbrella", isWhole: true, records: 2, broken: null }] },
    ]);
  });

  it.each([
    ["changed", "UPDATE audit SET by = 'user:eve' WHERE tenant_id = 'acme' AND position = 1100", 1_100, "changed"],
    ["changed in its body", "UPDATE audit SET body = 'null' WHERE tenant_id = 'acme' AND position = 3", 3, "changed"],
    ["removed", "DELETE FROM audit WHERE tenant_id = 'acme' AND position = 1001", 1_001, "missing"],
    [
      "moved to another tenant",
      "UPDATE audit SET tenant_id = 'acme', position = 1201 WHERE tenant_id = 'umbrella' AND position = 2",
      1_201,
      "changed",
    ],
  ])("RBAC-11: finds a record that was %s, and where", async (_, sql, position, reason) => {
    tamper(sql);
    const { code, output } = await command("verify", file, "--json");
    const [acme] = JSON.parse(output).tenants;
    expect(code).toBe(1);
    expect(acme).toMatchObject({ isWhole: false, records: position - 1, broken: { position, reason } });
    expect((await command("verify", file)).output).toMatch(/^acme {2}.*BROKEN: .*\d/m);
  });

  it("RBAC-11: finds by a checkpoint that the end was cut off, which the chain alone can't show", async () => {
    const mark = checkpoint(1_200);
    const args = ["verify", file, "--tenant", "acme", "--checkpoint", mark, "--key", keys.publicKey];
    expect((await command(...args)).code).toBe(0);
    tamper("DELETE FROM audit WHERE tenant_id = 'acme' AND position > 1150");
    expect((await command("verify", file, "--tenant", "acme")).code).toBe(0);
    const { code, output } = await command(...args);
    expect(code).toBe(1);
    expect(output).toContain("the trail ends at 1150; at the checkpoint there was a record 1200");
  });

  // As retention does it: the oldest go in the commit whose record tells of the last of them.
  const forget = (through: number) => {
    const database = new Database(file, { readonly: true });
    const hash = database
      .prepare<[number], string>("SELECT hash FROM audit WHERE tenant_id = 'acme' AND position = ?")
      .pluck()
      .get(through);
    database.close();
    const audit = { count: through, position: through, hash: hash ?? "" };
    const told = {
      by: "system:retention",
      action: "retention.tick",
      kind: "retention",
      id: "retention",
      at: 0,
    } as const;
    const body = { changes: { audit: { after: audit } }, why: null };
    const parts = { expect: [], counters: [], uniques: [], writes: [], events: [] };
    const batch = { ...parts, tenantId: "acme", forget: { audit: through }, audit: [{ ...told, body }] };
    return Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), (s) => s.commit(batch))));
  };

  it("CFG-07: says from where on a trail is whole whose oldest records retention removed", async () => {
    const [old, last] = [checkpoint(5), checkpoint(1_100)];
    await forget(1_100);
    const { code, output } = await command("verify", file);
    expect(code).toBe(0);
    expect(output).toContain("acme          101  whole, from record 1101 on: retention removed the older ones");
    const told = await command("verify", file, "--tenant", "acme", "--json");
    expect(JSON.parse(told.output).tenants[0]).toMatchObject({ isWhole: true, records: 101, removedThrough: 1_100 });
    const against = (mark: string) =>
      command("verify", file, "--tenant", "acme", "--checkpoint", mark, "--key", keys.publicKey);
    expect((await against(last)).code).toBe(0);
    expect(await against(old)).toMatchObject({ code: 1, output: expect.stringContaining("take a newer one") });
  });

  it("CFG-07: finds that the oldest were removed by hand, or more than retention did, or what it tells was changed", async () => {
    tamper("DELETE FROM audit WHERE tenant_id = 'umbrella' AND position = 1");
    expect(await command("verify", file, "--tenant", "umbrella")).toMatchObject({
      code: 1,
      output: expect.stringContaining("no record 1; the next one is 2"),
    });
    await forget(1_100);
    tamper("DELETE FROM audit WHERE tenant_id = 'acme' AND position = 1101");
    expect(await command("verify", file, "--tenant", "acme")).toMatchObject({
      code: 1,
      output: expect.stringContaining("no record 1101; the next one is 1102"),
    });
    tamper("UPDATE audit SET body = replace(body, '1100', '1101') WHERE tenant_id = 'acme' AND position = 1201");
    expect((await command("verify", file, "--tenant", "acme")).code).toBe(1);
  });

  it("refuses a checkpoint of another key or tenant, and one without its key", async () => {
    const mark = checkpoint(5);
    const other = Crypto.generateKeyPair().publicKey;
    for (const [args, words] of [
      [["--tenant", "acme", "--checkpoint", mark, "--key", other], "not signed by the tenant's key"],
      [
        ["--tenant", "umbrella", "--checkpoint", mark, "--key", keys.publicKey],
        "a checkpoint of acme, not of umbrella",
      ],
      [["--tenant", "acme", "--checkpoint", mark], "--checkpoint and --key go together"],
      [["--checkpoint", mark, "--key", other], "--checkpoint needs --tenant"],
    ] as const) {
      const { code, complaints } = await command("verify", file, ...args);
      expect([code, complaints]).toEqual([2, expect.stringContaining(words)]);
    }
  });
});

describe("fettle-audit export", () => {
  it("RBAC-11: prints a tenant's records, one object a line, in order", async () => {
    const { code, output } = await command("export", file, "--tenant", "acme");
    const lines = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, lines.length]).toEqual([0, 1_200]);
    expect(lines[0]).toMatchObject({ ...record(1), position: 1, previous: "" });
    expect(lines.map((l) => l.position)).toEqual(Array.from({ length: 1_200 }, (_, i) => i + 1));
  });

  it("prints those of a time", async () => {
    const between = ["--from", "2026-01-03T00:00Z", "--until", "2026-01-05T00:00:00Z"];
    const { output } = await command("export", file, "--tenant", "acme", ...between);
    expect(
      output
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).position),
    ).toEqual([2, 3]);
  });
});

describe("fettle-audit", () => {
  it("says what it can't read, by exit code 2", async () => {
    const other = join(directory(), "other.db");
    new Database(other).exec("CREATE TABLE t (a)").close();
    const newer = join(directory(), "newer.db");
    const database = new Database(newer);
    database.pragma(`application_id = ${SqliteStorage.APPLICATION_ID}`);
    database.pragma("user_version = 99");
    database.close();
    for (const [args, words] of [
      [[], "a command is missing"],
      [["check", file], "there is no command check"],
      [["verify"], "FILE is missing"],
      [["verify", file, "x"], "x is one argument too many"],
      [["verify", file, "--from", "2026-01-03T00:00Z"], "verify takes no --from"],
      [["export", file, "--tenant", "acme", "--json"], "export takes no --json"],
      [["export", file], "export needs --tenant"],
      [["export", file, "--tenant", "acme", "--from", "yesterday"], "--from yesterday"],
      [["verify", file, "--what"], "--what"],
      [["verify", join(directory(), "none.db")], "unable to open database file"],
      [["verify", other], "is no Fettle storage"],
      [["verify", newer], "schema version 99"],
    ] as const) {
      const { code, complaints } = await command(...args);
      expect([code, complaints]).toEqual([2, expect.stringContaining(words)]);
    }
  });

  it("tells its help and version", async () => {
    expect(await command("--help")).toMatchObject({ code: 0, output: expect.stringContaining("fettle-audit COMMAND") });
    expect((await command("--version")).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
