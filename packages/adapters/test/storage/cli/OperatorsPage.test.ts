/** The commands in the operators' page do what it says, in its order, on one storage. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { run } from "../../../src/storage/sqlite/cli/db/Run.ts";
import { looks } from "../../../src/storage/sqlite/Looks.ts";
import { directories } from "../Directories.ts";
import { fill, jobs, make, using } from "../SampleStorage.ts";

const page = readFileSync(new URL("../../../../../docs/guides/operating-sqlite.md", import.meta.url), "utf8");
const directory = directories();

const commands = [...page.matchAll(/^ *fettle-db (.+)$/gm)].map(([, args = ""]) => args.split(" "));

it("every command of the page ends well, and the restored storage is the one of the backup", async () => {
  const folder = directory();
  const at = (word: string): string => (word.endsWith(".db") ? join(folder, word) : word);
  await make(at("control-plane.db"), 3);
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  expect(commands.map(([name]) => name)).toEqual(
    expect.arrayContaining(["backup", "check", "restore", "stats", "migrate"]),
  );
  for (const args of commands) {
    const { signal } = new AbortController();
    const code = await run(args.map(at), {
      output: stream,
      complaints: stream,
      isTerminal: false,
      now: () => 0,
      signal,
    });
    expect([args, code, written.at(-1)]).toEqual([args, 0, expect.not.stringContaining("error")]);
    if (args[1] === "control-plane.db" && args[2] === "monday.db")
      await using(at("control-plane.db"), (s) => fill(s, 2, 50));
  }
  expect(await jobs(at("control-plane.db"))).toBe(3);
  expect(await jobs(at("before-restore.db"))).toBe(5);
  expect(existsSync(at("nightly.db"))).toBe(true);
});

it("the page tells everything that a check looks at", () => {
  const told = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name);
  expect(told).toEqual(expect.arrayContaining([...new Set(looks.map(({ name }) => name))]));
});
