import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELP } from "../../src/cli/Arguments.ts";
import type { Completion } from "../../src/index.ts";
import * as Command from "./Command.ts";

let command: Command.Command;
let documents: string;
beforeAll(async () => {
  command = await Command.make();
  documents = command.write("patches.json", JSON.stringify(PATCHES, null, 2));
});
afterAll(() => command.close());

const CATALOG = ["--catalog", Command.PATCHES];

const PATCHES = [
  {
    title: "Cumulative Update for Windows 11",
    platform: "Windows",
    category: "security",
    vendorSeverity: "Critical",
    isSuperseded: false,
    publishedDate: "2024-07-09",
    cve: ["CVE-2024-38080", "CVE-2024-38112"],
  },
  {
    title: "openssl",
    platform: "Linux",
    category: "security",
    vendorSeverity: "Low",
    publishedDate: 1_704_067_200_000,
  },
  { title: "kernel\u001b[31m 検索", platform: "Linux", category: "bugfix", vendorSeverity: "Low", isSuperseded: true },
];

const LINES = PATCHES.map((patch) => `${JSON.stringify(patch)}\n`).join("");

describe("fettle-qql check", () => {
  it("says what a sound query comes to", async () => {
    const { code, out, err } = await command.run([
      "check",
      "SEVERITY = critical and publishedDate > now-30d",
      ...CATALOG,
    ]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Sound: vendorSeverity: Critical AND publishedDate > now-30d");
    expect(out).toContain("Asks for vendorSeverity, publishedDate, and for the time.");
  });

  it("shows each fault at its place, and ends with 1", async () => {
    const { code, out } = await command.run(["check", "vendorSeverty: Critical and", ...CATALOG]);
    expect(code).toBe(1);
    expect(out).toContain("  vendorSeverty: Critical and\n  ^^^^^^^^^^^^^\n  Did you mean vendorSeverity?");
    expect(out).toContain("2 errors.");
  });

  it("looks at the form alone where there is no catalogue", async () => {
    expect(await command.run(["check", "anything: goes"])).toMatchObject({ code: 0 });
    expect(await command.run(["check", "anything: "])).toMatchObject({ code: 1 });
  });

  it("answers programs with one document", async () => {
    const sound = await command.run(["check", "severity: critical or now", "--json", ...CATALOG]);
    expect(JSON.parse(sound.out)).toMatchObject({ ok: true, isOnClock: false, diagnostics: [] });
    const faulty = await command.run(["check", "severity: worst", "--json", ...CATALOG]);
    expect(faulty.code).toBe(1);
    expect(JSON.parse(faulty.out)).toMatchObject({
      ok: false,
      diagnostics: [{ code: "unknown-enum-value", start: 10, end: 15, message: expect.any(String) }],
    });
  });

  it("reads the query from standard input, without the end of its last line", async () => {
    const { out } = await command.run(["check", "-", "--json", ...CATALOG], "isSecurity: yes\r\n");
    expect(JSON.parse(out).diagnostics).toMatchObject([{ code: "invalid-boolean", start: 12, end: 15 }]);
  });

  it("refuses a query without end, and doesn't wait for its end", async () => {
    const { code, out } = await command.run(["check", "-", "--json"], "x ".repeat(10_000_000));
    expect(code).toBe(1);
    expect(JSON.parse(out).diagnostics).toMatchObject([{ code: "text-too-long" }]);
  });
});

describe("fettle-qql print", () => {
  it("prints the one spelling, of names and values only with a catalogue", async () => {
    const query = "SEVERITY = critical and(isSuperseded:FALSE)";
    expect((await command.run(["print", query])).out).toBe("SEVERITY: critical AND isSuperseded: FALSE\n");
    expect((await command.run(["print", query, ...CATALOG])).out).toBe(
      "vendorSeverity: Critical AND isSuperseded: false\n",
    );
  });

  it("breaks what is long with --format", async () => {
    const query = `category: security and (${Array.from({ length: 9 }, (_, i) => `kb: KB500000${i}`).join(" or ")})`;
    const { out } = await command.run(["print", query, "--format"]);
    expect(out.split("\n").slice(0, 3)).toEqual(["category: security", "AND (", "  kb: KB5000000"]);
  });

  it("complains to people beside the output, to programs in it", async () => {
    const people = await command.run(["print", "a:"]);
    expect(people).toMatchObject({ code: 1, out: "" });
    expect(people.err).toContain("error[expected-value]");
    const programs = await command.run(["print", "a:", "--json"]);
    expect(programs).toMatchObject({ code: 1, err: "" });
    expect(JSON.parse(programs.out)).toMatchObject({ ok: false });
  });
});

describe("fettle-qql match", () => {
  it("shows people a table of what was asked for, harmless to the terminal", async () => {
    const { code, out } = await command.run(["match", "severity: low", documents, ...CATALOG]);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "#  title             vendorSeverity",
      "2  openssl           Low",
      "3  kernel [31m 検索  Low",
      "2 of 3 documents",
      "",
    ]);
  });

  it.each([
    ["an array", JSON.stringify(PATCHES)],
    ["an array over several lines", JSON.stringify(PATCHES, null, 2)],
    ["one a line", LINES],
    ["one a line, with empty ones and a byte order mark", `\ufeff\n${LINES.replaceAll("\n", "\r\n\r\n")}`],
  ])("reads documents as %s, and gives programs those it selects", async (_, input) => {
    const { code, out } = await command.run(["match", "category: security", "--json", ...CATALOG], input);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, documents: PATCHES.slice(0, 2), matched: 2, total: 3 });
  });

  it("reads a single document over several lines", async () => {
    const { out } = await command.run(["match", "category: security", ...CATALOG], JSON.stringify(PATCHES[0], null, 2));
    expect(out).toContain("1 of 1 documents");
  });

  it("takes dates as text or milliseconds, and --now for the clock", async () => {
    const query = "publishedDate > now-200d";
    const matched = async (now: string): Promise<unknown> =>
      JSON.parse((await command.run(["match", query, documents, "--json", "--now", now, ...CATALOG])).out).matched;
    expect(await matched("2024-07-10")).toBe(2);
    expect(await matched("2024-12-01")).toBe(1);
    expect(await matched("2025-12-01")).toBe(0);
  });

  it("ends with 3 where nothing is selected", async () => {
    const none = await command.run(["match", "title: nothing", documents, ...CATALOG]);
    expect(none).toMatchObject({ code: 3, out: "0 of 3 documents\n" });
    const json = await command.run(["match", "title: nothing", "--json", ...CATALOG], "[]");
    expect(json.code).toBe(3);
    expect(JSON.parse(json.out)).toEqual({ ok: true, documents: [], matched: 0, total: 0 });
  });

  it("tells of dates that are none, and goes on", async () => {
    const lines = `{"title": "a", "publishedDate": "yesterday"}\n`.repeat(20);
    const { code, out, err } = await command.run(["match", "title: a", ...CATALOG], lines);
    expect(code).toBe(0);
    expect(out).toContain("20 of 20 documents");
    expect(err).toContain("warning: publishedDate of document 1 is not a date: yesterday");
    expect(err.trim().split("\n")).toHaveLength(6);
  });
});

describe("fettle-qql explain", () => {
  it("shows why, for each document", async () => {
    const query = "category: security and not isSuperseded: true and publishedDate > 2024-01";
    const { code, out } = await command.run(["explain", query, documents, ...CATALOG]);
    expect(code).toBe(0);
    expect(out.split("\n\n")[1]?.split("\n")).toEqual([
      "✗ document 2: openssl",
      "✗ all of",
      "  ✓ category: security  (category is security)",
      "  ✓ not",
      "    ✗ isSuperseded: true  (no value)",
      "  ✗ publishedDate > 2024-01  (publishedDate is 2024-01-01T00:00:00.000Z)",
    ]);
  });

  it("gives programs the same, values by token", async () => {
    const { out } = await command.run(["explain", "severity: low", "--json", ...CATALOG], LINES);
    const { explanations } = JSON.parse(out);
    expect(explanations.map(({ holds }: { holds: boolean }) => holds)).toEqual([false, true, true]);
    expect(explanations[0].explanation.values).toEqual({ vendorSeverity: ["Critical"] });
  });
});

describe("fettle-qql complete", () => {
  it("offers what may come next, in a table or as JSON", async () => {
    const people = await command.run(["complete", "vendorSeverity: Cri", ...CATALOG]);
    expect(people).toMatchObject({ code: 0, out: "Critical  value\n" });
    const programs = await command.run([
      "complete",
      "vendorSev and isSecurity: true",
      "--offset",
      "9",
      "--json",
      ...CATALOG,
    ]);
    const { items, start, end } = JSON.parse(programs.out) as Completion.Completion;
    expect({ start, end, first: items[0]?.insert }).toEqual({ start: 0, end: 9, first: "vendorSeverity" });
  });
});

describe("fettle-qql highlight", () => {
  it("gives programs the pieces, and prints plainly where no terminal is", async () => {
    const { out } = await command.run(["highlight", "a: b", "--json"]);
    expect(JSON.parse(out).pieces).toMatchObject([{ kind: "name" }, { kind: "operator" }, { kind: "value" }]);
    expect((await command.run(["highlight", "a: b"])).out).toBe("a: b\n");
  });
});

describe("fettle-qql", () => {
  it.each([
    [[], "a command is missing"],
    [["chek", "a: b"], "there is no command chek"],
    [["check"], "check needs a query"],
    [["check", "a:", "b"], "b is one argument too many"],
    [["match", "a: b"], "match needs --catalog FILE"],
    [["check", "a: b", "--catalogue", "x"], "--catalogue"],
    [["check", "a: b", "--now", "tomorrow"], "--now tomorrow is not an instant"],
    [["complete", "a", "--offset", "-1", ...CATALOG], "--offset"],
    [["match", "-", ...CATALOG], "can't both come from standard input"],
    [["check", "a: b", "--catalog", "no-such-file"], "no-such-file can't be read"],
    [["match", "title: a", "no-such-file", ...CATALOG], "no-such-file can't be read"],
  ])("ends with 2 and a sentence when it is called as %j", async (args, complaint) => {
    const { code, out, err } = await command.run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(complaint);
    expect(err).toMatch(/^error: /);
  });

  it("names everything wrong with a catalogue", async () => {
    const faulty = command.write("faulty.json", `{ "a": { "type": "txt", "description": "", "example": "" }, "b": 1 }`);
    const { code, err } = await command.run(["check", "a: b", "--catalog", faulty]);
    expect(code).toBe(2);
    expect(err).toContain("b: A definition is an object.");
    const broken = command.write("broken.json", "{");
    expect((await command.run(["check", "a: b", "--catalog", broken])).err).toContain("broken.json is not JSON");
  });

  it.each([
    ["a line that is broken", `{"title": "a"}\n{"title": \n`, "standard input, line 2 is not JSON"],
    ["a document that is none", `[{"title": "a"}, 5]`, "document 2 is not an object"],
    ["a document that is a list", `[{"title": "a"}, [1]]`, "document 2 is not an object"],
    ["a document that is null", `{"title": "a"}\nnull\n`, "document 2 is not an object"],
    ["a mark of the byte order in the middle", `{"title": "a"}\n\ufeff{"title": "a"}\n`, "line 2 is not JSON"],
  ])("ends with 2 on %s", async (_, input, complaint) => {
    const { code, err } = await command.run(["match", "title: a", ...CATALOG], input);
    expect(code).toBe(2);
    expect(err).toContain(complaint);
  });

  it("takes documents with lines of spaces between them, and a mark of the byte order before them", async () => {
    const input = `\ufeff{"title": "a"}\r\n  \n\n{"title": "b"}\n \t\n{"title": "a"}`;
    const { code, out } = await command.run(["match", "title: a", "--json", ...CATALOG], input);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ matched: 2, total: 3 });
  });

  it("takes a query of several lines", async () => {
    const { out } = await command.run(["print", "-"], "title: a\r\nor\ntitle: b\n");
    expect(out).toBe("title: a OR title: b\n");
  });

  it.each([
    ["--offset=0", 0],
    ["--offset=3", 0],
    ["--offset=-1", 2],
    ["--offset=1.5", 2],
    ["--offset=x", 2],
  ])("takes places of a text and nothing else: %s", async (offset, expected) => {
    const { code, err } = await command.run(["complete", "title: a", offset, ...CATALOG]);
    expect([code, err.includes("is not a whole number")]).toEqual([expected, expected === 2]);
  });

  it("takes no query in another encoding for one with unknown characters", async () => {
    const latin = Buffer.from("title: caf\u00e9", "latin1");
    const { code, out, err } = await command.run(["print", "-"], latin);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^error: standard input can't be read: .*utf-8/i);
    expect((await command.run(["print", "-"], "\ufefftitle: caf\u00e9\r\n")).out).toBe("title: caf\u00e9\n");
  });

  it.skipIf(process.platform !== "linux")("ends with 2 and a sentence when its answer can't be written", () => {
    const full = openSync("/dev/full", "w");
    try {
      const args = [command.file, "match", "platform: *", "--json", ...CATALOG, documents];
      const { status, stderr } = spawnSync(process.execPath, args, {
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      expect(stderr).toMatch(/^error: the answer can't be written: ENOSPC.*\n$/);
      expect(status).toBe(2);
    } finally {
      closeSync(full);
    }
  });

  it("tells how it is used, and its version", async () => {
    expect(await command.run(["--help"])).toEqual({ code: 0, out: HELP, err: "" });
    expect((await command.run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("stops when its reader has had enough, though its input has no end", async () => {
    const child = spawn(process.execPath, [command.file, "match", "title: a", "--json", ...CATALOG]);
    const code = new Promise((resolve) => child.on("close", resolve));
    child.stdin.on("error", () => {});
    const line = `${JSON.stringify({ title: "a", description: "x".repeat(1_000) })}\n`;
    const pour = (): void => {
      while (child.stdin.writable && child.stdin.write(line));
    };
    child.stdin.on("drain", pour);
    pour();
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdout.destroy();
    expect(await code).toBe(0);
  });

  it("reads documents without end one by one", async () => {
    const count = 200_000;
    const { code, out } = await command.run(
      ["match", "vendorSeverity: Critical", "--json", ...CATALOG],
      LINES.repeat(count / 3),
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ matched: Math.floor(count / 3), total: 3 * Math.floor(count / 3) });
  });

  it("runs from the source", async () => {
    const source = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const { code, out } = await Command.ended(["--import", "tsx", source, "print", "a:b"], "");
    expect({ code, out }).toEqual({ code: 0, out: "a: b\n" });
  });
});
