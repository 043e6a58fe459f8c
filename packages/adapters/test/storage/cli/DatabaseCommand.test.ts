import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { AssetBuilders } from "@fettle/core/testing";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { beforeEach, describe, expect, it } from "vitest";
import * as Progress from "../../../src/storage/sqlite/cli/db/Progress.ts";
import { run } from "../../../src/storage/sqlite/cli/db/Run.ts";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import { migrations } from "../../../src/storage/sqlite/SqliteMigrations.ts";
import { bundle } from "../Bundle.ts";
import { directories } from "../Directories.ts";
import { fill, happening, jobs, make, using } from "../SampleStorage.ts";

const directory = directories();
const VERSION = migrations.length;

const gathering = () => {
  const texts = { output: "", complaints: "" };
  const stream = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  return { texts, output: stream("output"), complaints: stream("complaints") };
};

const command = async (...args: readonly string[]) => {
  const { texts, ...streams } = gathering();
  const { signal } = new AbortController();
  const code = await run(args, { ...streams, isTerminal: false, now: () => 0, signal });
  return { code, ...texts };
};

let file: string;
beforeEach(async () => {
  file = join(directory(), "plane.db");
  await make(file, 3);
});

const edit = (path: string, sql: string): void => {
  const database = new Database(path);
  database.exec(sql);
  database.close();
};

// As the first version of the schema was.
const earlier = (): string => {
  const path = join(directory(), "v1.db");
  edit(
    path,
    `${migrations[0]?.sql}; PRAGMA application_id = ${SqliteStorage.APPLICATION_ID}; PRAGMA user_version = 1;`,
  );
  return path;
};

describe("fettle-db", () => {
  it("EVT-01: check says that a storage is sound, and what is wrong with one that isn't, by exit code 1", async () => {
    expect(await command("check", file)).toEqual({
      code: 0,
      output: "sound; looked at pages, references, bodies, entities, events, audit, counters\n",
      complaints: "",
    });
    edit(file, "DELETE FROM event WHERE tenant_id = 'acme' AND position = 4");
    const told = "look    tenant  what is wrong\nevents  acme    no event 4, though there are events up to 6\n";
    expect(await command("check", file)).toEqual({ code: 1, output: told, complaints: "" });
    const { code, output } = await command("check", file, "--json");
    expect([code, JSON.parse(output)]).toMatchObject([
      1,
      { isSound: false, version: VERSION, findings: [{ look: "events" }] },
    ]);
  });

  it("check looks at what searches read where it is asked to, and says what reindex mends", async () => {
    const asset = (id: string) => ({
      _tag: "Put" as const,
      kind: "asset" as const,
      id,
      indexes: [],
      body: AssetBuilders.asset(id, { name: id, activations: { PM: 1 } }) as never,
    });
    const writes = [asset("a-1"), asset("a-2")];
    await using(file, (storage) =>
      storage.commit({ tenantId: "acme", expect: [], counters: [], uniques: [], writes, events: [] }),
    );
    expect(await command("check", file, "--search")).toMatchObject({
      code: 0,
      output: expect.stringMatching(/, search\n$/),
    });
    edit(
      file,
      `DELETE FROM entity WHERE kind = 'asset' AND id = 'a-1';
       UPDATE search_asset SET "missingPatchCount:number" = 3, id = 'a-3' WHERE id = 'a-2'`,
    );
    expect(await command("check", file)).toMatchObject({ code: 0 });
    const { code, output } = await command("check", file, "--search");
    expect(code).toBe(1);
    for (const words of [
      "no search finds asset a-2",
      "find asset a-1, which is not there",
      "asset a-3 are not as many",
    ]) {
      expect(output).toContain(words);
    }
    await command("reindex", file);
    expect(await command("check", file, "--search")).toMatchObject({ code: 0 });
    edit(file, "UPDATE search_stamp SET stamp = 'other'");
    expect((await command("check", file, "--search")).output).toContain("isn't of this code's form");
  });

  it("EVT-03: stats tells what each tenant has, and what the file holds", async () => {
    await using(file, (storage) => storage.commit(happening("acme", 9)));
    const { code, output } = await command("stats", file);
    expect(code).toBe(0);
    expect(output).toMatch(
      new RegExp(`^schema version +${VERSION}\nfile +\\d+\\.\\d KiB: \\d+ pages of 4096 bytes, 0 of them free\n`),
    );
    expect(output).toMatch(/^write-ahead log {2}0 B$/m);
    expect(output).toMatch(/^for searches +\d+\.\d KiB$/m);
    expect(output).toMatch(/^entity +14 +\d+\.\d KiB$/m);
    expect(output).toMatch(/^acme +job +4 +\d+ B$/m);
    expect(output).toMatch(/^umbrella +tag +3 +\d+ B$/m);
    const { kinds } = JSON.parse((await command("stats", file, "--json")).output);
    expect(kinds[0]).toEqual({ tenantId: "acme", kind: "job", rows: 4, bytes: expect.any(Number) });
  });

  it("backs a storage up while it is open, and restores it over what came after", async () => {
    const target = join(directory(), "backup.db");
    const made = await using(file, () => Effect.promise(() => command("backup", file, target)));
    expect(made).toMatchObject({ code: 0, complaints: "" });
    expect(made.output).toMatch(
      new RegExp(`^backed up to ${target}: \\d+\\.\\d KiB, schema version ${VERSION}, checked\n$`),
    );
    await using(file, (storage) => fill(storage, 2, 50));
    expect(await command("restore", target, file)).toMatchObject({
      code: 2,
      complaints: expect.stringContaining("is there already"),
    });
    expect((await command("restore", target, file, "--replace")).output).toMatch(/^restored .*checked\n$/);
    expect(await jobs(file)).toBe(3);
    const answer = JSON.parse((await command("backup", file, target, "--replace", "--json")).output);
    expect(answer).toEqual({ bytes: readFileSync(target).length, version: VERSION });
  });

  it("migrates a storage of an earlier version, and says so when there is nothing to do", async () => {
    const old = earlier();
    expect(await command("stats", old)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^schema version +1\n/),
    });
    expect(await command("check", old)).toMatchObject({ code: 0 });
    expect(await command("migrate", old)).toEqual({
      code: 0,
      output: `${old}: schema version 1 → ${VERSION}\n`,
      complaints: "",
    });
    expect(await command("migrate", old)).toEqual({
      code: 0,
      output: `${old} is at schema version ${VERSION} already\n`,
      complaints: "",
    });
    expect(JSON.parse((await command("migrate", old, "--json")).output)).toEqual({ from: VERSION, to: VERSION });
  });

  it("makes what searches read anew, of a storage of an earlier version as well", async () => {
    edit(file, "DROP TABLE search_asset");
    const answer = await command("reindex", file);
    expect(answer).toEqual({
      code: 0,
      output: expect.stringMatching(/: what searches read was made anew from \d+ entities\n$/),
      complaints: "",
    });
    edit(file, "SELECT count(*) FROM search_asset");
    const old = earlier();
    expect(JSON.parse((await command("reindex", old, "--json")).output)).toEqual({ entities: 0 });
    expect(await command("migrate", old)).toMatchObject({ output: `${old} is at schema version ${VERSION} already\n` });
    expect(await command("check", old)).toMatchObject({ code: 0 });
  });

  it("says what can't be done with a file, by exit code 2, and leaves the file as it is", async () => {
    const none = join(directory(), "none.db");
    const other = join(directory(), "other.db");
    edit(other, "CREATE TABLE accounts (id INTEGER)");
    const newer = join(directory(), "newer.db");
    copyFileSync(file, newer);
    edit(newer, "PRAGMA user_version = 99");
    const before = [other, newer].map((path) => readFileSync(path));
    for (const name of ["check", "stats", "migrate", "reindex", "backup"]) {
      const to = name === "backup" ? [join(directory(), "b.db")] : [];
      expect(await command(name, none, ...to)).toMatchObject({
        code: 2,
        output: "",
        complaints: `error: there is no file ${none}\n`,
      });
      expect(await command(name, dirname(file), ...to)).toMatchObject({
        code: 2,
        complaints: expect.stringContaining("is no file"),
      });
      expect(await command(name, other, ...to)).toMatchObject({
        code: 2,
        complaints: expect.stringContaining("is not a Fettle storage but another database"),
      });
      expect(await command(name, newer, ...to)).toMatchObject({
        code: 2,
        complaints: expect.stringContaining(`has schema version 99, this code knows ${VERSION}: update the code`),
      });
    }
    expect([other, newer].map((path) => readFileSync(path))).toEqual(before);
    expect(readdirSync(dirname(none))).toEqual([]);
  });

  it("tells a damaged file by exit code 1", async () => {
    const text = join(directory(), "text.db");
    writeFileSync(text, "no database at all\n".repeat(500));
    expect(await command("check", text)).toMatchObject({
      code: 1,
      output: "",
      complaints: expect.stringContaining("SQLITE_NOTADB"),
    });
    expect(await command("restore", text, join(directory(), "a.db"))).toMatchObject({ code: 1 });
  });

  it("tells a file that is in use by exit code 75", async () => {
    const target = join(directory(), "backup.db");
    await command("backup", file, target);
    await using(file, () =>
      Effect.map(
        Effect.promise(() => command("restore", target, file, "--replace")),
        (answer) => {
          expect(answer).toMatchObject({
            code: 75,
            complaints: `error: SQLITE_BUSY: ${file} is open: stop what uses it, the control plane above all\n`,
          });
        },
      ),
    );
    const old = earlier();
    const holder = new Database(old);
    holder.exec("BEGIN EXCLUSIVE");
    expect(await command("migrate", old)).toMatchObject({
      code: 75,
      complaints: expect.stringContaining("database is locked"),
    });
    holder.close();
  });

  it.each([
    [[], "a command is missing"],
    [["vacuum", "a.db"], "there is no command vacuum"],
    [["toString", "a.db"], "there is no command toString"],
    [["check"], "check needs FILE"],
    [["backup", "a.db"], "backup needs TARGET"],
    [["restore"], "restore needs BACKUP"],
    [["restore", "a.db"], "restore needs FILE"],
    [["check", ""], "FILE is empty"],
    [["check", "a.db", "b.db"], "b.db is one argument too many"],
    [["check", "a.db", "--replace"], "check takes no --replace"],
    [["stats", "a.db", "--search"], "stats takes no --search"],
    [["check", "a.db", "--all"], "--all is of check --search"],
    [["check", "a.db", "--loud"], "Unknown option '--loud'"],
  ])("refuses %j in words", async (args, words) => {
    const { code, output, complaints } = await command(...args);
    expect([code, output]).toEqual([2, ""]);
    expect(complaints).toMatch(/^error: .*; fettle-db --help tells all\n$/);
    expect(complaints).toContain(words);
  });

  it("tells all of itself, and the package's version", async () => {
    const { code, output } = await command("--help");
    expect(code).toBe(0);
    for (const word of [
      "check",
      "stats",
      "backup",
      "restore",
      "migrate",
      "reindex",
      "--replace",
      "--json",
      "--quiet",
      "75",
    ]) {
      expect(output).toContain(word);
    }
    const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
    expect(await command("--version")).toEqual({ code: 0, output: `${manifest.version}\n`, complaints: "" });
    expect(manifest.bin["fettle-db"]).toBe("./dist/storage/sqlite/cli/db/main.js");
  });

  it("shows no control characters that stand in names", async () => {
    await using(file, (storage) => storage.commit(happening("evil\u001b[2J\nname", 1)));
    expect((await command("stats", file)).output).toContain("evil [2J name");
  });
});

const main = await bundle(new URL("../../../src/storage/sqlite/cli/db/main.ts", import.meta.url));

describe("fettle-db as a process", () => {
  it("answers on standard output, complains on standard error, and ends with the code", () => {
    const call = (...args: readonly string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
    expect(call("check", file)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^sound/), stderr: "" });
    expect(call("check", "/none.db")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: "error: there is no file /none.db\n",
    });
  });

  it("stopped by a signal it takes what it has half done away", async () => {
    const large = join(directory(), "large.db");
    await using(large, (storage) => fill(storage, 12, 0, "x".repeat(1_000_000)));
    const target = join(directory(), "backup.db");
    const child = spawn(process.execPath, [main, "backup", large, target], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "close");
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
    while (readdirSync(dirname(target)).length === 0 && child.exitCode === null) await new Promise(setImmediate);
    child.kill("SIGTERM");
    const [code] = await ended;
    // On a fast machine it may have been done before.
    if (code === 0) expect(readdirSync(dirname(target))).toEqual(["backup.db"]);
    else expect([code, told, readdirSync(dirname(target))]).toEqual([130, "error: stopped; nothing was changed\n", []]);
  });
});

describe("progress", () => {
  const shown = (isTerminal: boolean, steps: readonly (readonly [number, string])[]) => {
    const { texts, complaints } = gathering();
    let at = 0;
    const progress = Progress.make(complaints, isTerminal, () => at);
    for (const [now, text] of steps) {
      at = now;
      progress.tell(text);
    }
    progress.end();
    return texts.complaints;
  };

  it("is one line on a terminal, gone at the end", () => {
    const steps = [
      [0, "a"],
      [50, "b"],
      [100, "c"],
    ] as const;
    expect(shown(true, steps)).toBe("\r\u001b[Ka\r\u001b[Kc\r\u001b[K");
  });

  it("is a line now and then in a log, none of what is soon done", () => {
    const steps = [
      [0, "a"],
      [4_999, "b"],
      [5_000, "c"],
      [9_000, "d"],
      [10_000, "e"],
    ] as const;
    expect(shown(false, steps)).toBe("c\ne\n");
  });
});
