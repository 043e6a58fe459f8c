/** Feeds of records that are broken or meant to do harm: what is wrong, where, and the rest as if it weren't there. */
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FeedError,
  type FeedInput,
  type OsvOptions,
  parseOsv,
  parseOsvDocuments,
} from "../../../src/feed/osv/index.ts";
import { affected, ndjson, read, record, skippedBecause } from "./OsvJson.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const SEED = Number(process.env.FETTLE_SEED ?? 41);

async function* pieces<A>(...all: readonly A[]): AsyncGenerator<A> {
  yield* all;
}

const errorOf = async (input: FeedInput, options?: OsvOptions): Promise<FeedError> => {
  const result = await parseOsv(input, options);
  if (result.ok) throw new Error(`taken: ${JSON.stringify(result.value)}`);
  expect(Object.keys(result)).toEqual(["ok", "error"]);
  return result.error;
};

const good = (id: string): string => JSON.stringify(record({ id }));

describe("a broken record", () => {
  it.each([
    ["no JSON", '{"id": nonsense}', "", /^is no JSON: n can't stand there .line 3, column 8.$/],
    ["cut within", good("X").slice(0, 100), "", /^is no JSON/],
    ["of another kind", "[1, 2]", "", /expected object/],
    ["without an id", JSON.stringify(record({ id: undefined })), "id", /./],
    ["with an id that can't be one", JSON.stringify(record({ id: "a b" })), "id", /is not an advisory id/],
    ["with a number for its id", JSON.stringify(record({ id: 7 })), "id", /expected string/],
    ["without a time", JSON.stringify(record({ modified: "yesterday" })), "modified", /is not a time of UTC/],
    [
      "with a time of another zone",
      JSON.stringify(record({ published: "2026-01-10T00:00:00+02:00" })),
      "published",
      /UTC/,
    ],
    [
      "on the 30th of February",
      JSON.stringify(record({ modified: "2026-02-30T00:00:00Z" })),
      "modified",
      /is not a date/,
    ],
    ["with affected that is no list", JSON.stringify(record({ affected: {} })), "affected", /expected array/],
    [
      "with a package of no name",
      JSON.stringify(record({ affected: [{ package: { ecosystem: "AlmaLinux:9" } }] })),
      "affected[0].package.name",
      /./,
    ],
    [
      "with a name that is an option",
      JSON.stringify(record({ affected: [affected("-rf", "1-1")] })),
      "affected[0]",
      /is not a package name/,
    ],
    [
      "with a range of no kind",
      JSON.stringify(record({ affected: [affected("a", "1-1", { ranges: [{ type: "X", events: [{}] }] })] })),
      "affected[0].ranges[0].type",
      /./,
    ],
    ["with a huge number for a text", '{"id":"A","modified":1e99999}', "modified", /expected string/],
    [
      "with aliases that are none",
      JSON.stringify(record({ aliases: ["CVE-2026-0001", 1] })),
      "aliases[1]",
      /expected string/,
    ],
    [
      "with references that are none",
      JSON.stringify(record({ references: [{ type: "ADVISORY" }] })),
      "references[0].url",
      /./,
    ],
  ])("PAT-11: %s, is named with its line and path, and the rest is taken", async (_, line, path, reason) => {
    const { patches, skipped, skippedCount, records } = await read(`${good("A-1")}\r\n\r\n${line}\n${good("A-2")}\n`);
    expect(patches.map((p) => p.id)).toEqual(["A-1", "A-2"]);
    expect(skipped).toMatchObject([{ kind: "broken", line: 3, index: 1, path, source: "" }]);
    expect(skipped[0]?.reason).toMatch(reason);
    expect([skippedCount, records]).toEqual([1, 3]);
  });

  it("breaks the feed where none may be broken", async () => {
    const text = `${good("A-1")}\n${JSON.stringify(record({ id: "A-2", affected: [affected("-x", "1-1")] }))}\n`;
    expect(await errorOf(text, { strict: true })).toMatchObject({
      reason: "broken-record",
      line: 2,
      message: 'record 1, A-2, affected[0]: "-x" is not a package name',
    });
    const unsupported = `${good("A-1")}\n${JSON.stringify(record({ id: "A-2", affected: [] }))}\n`;
    expect((await parseOsv(unsupported, { strict: true })).ok).toBe(true);
  });

  it("of several documents is named with its document", async () => {
    const result = await parseOsvDocuments(
      pieces(
        { name: "a.json", content: good("A-1") },
        { name: "b.json", content: '{\n  "id": ,\n}' },
        { name: "c.json", content: Buffer.from([0x7b, 0xff]) },
        { name: "d.json", content: gzipSync(good("A-4")).subarray(0, 40) },
        { name: "e.json", content: "" },
        { name: "f.json", content: pieces(good("A-6").slice(0, 9), good("A-6").slice(9)) },
      ),
    );
    expect(result.ok && result.value.patches.map((p) => p.id)).toEqual(["A-1", "A-6"]);
    expect(result.ok && result.value.skipped.map((s) => [s.source, s.index, s.kind])).toEqual([
      ["b.json", 1, "broken"],
      ["c.json", 2, "broken"],
      ["d.json", 3, "broken"],
      ["e.json", 4, "broken"],
    ]);
    expect(result.ok && result.value.skipped.map((s) => s.reason)).toMatchObject([
      expect.stringContaining("(line 2, column 9)"),
      "the feed is not UTF-8",
      expect.stringContaining("gzip data is broken"),
      expect.stringContaining("is no JSON"),
    ]);
  });
});

describe("a feed that is refused whole", () => {
  it.each([
    ["nothing", "", { reason: "empty" }],
    ["white space", " \n\n", { reason: "empty" }],
    ["a page of HTML", "\n<!doctype html><html>", { reason: "not-json", line: 2 }],
    ["a text", '"record"', { reason: "not-json", line: 1 }],
    [
      "only broken records",
      "{}\n{}\n",
      { reason: "broken-record", line: 1, message: expect.stringContaining("none of its 2 records") },
    ],
    [
      "one record over several lines",
      JSON.stringify(record(), null, 2),
      { reason: expect.stringMatching(/truncated|broken-record/) },
    ],
    ["an array that ends within", `[${good("A-1")},\n`, { reason: "truncated", line: 2 }],
    ["an array that ends within a record", `[${good("A-1").slice(0, 50)}`, { reason: "truncated" }],
    ["an array with an empty place", `[${good("A-1")},,${good("A-2")}]`, { reason: "not-json" }],
    ["an array with a last comma", `[${good("A-1")},]`, { reason: "not-json" }],
    [
      "an array with wrong brackets",
      `[${good("A-1").slice(0, -1)}],${good("A-2")}]`,
      { reason: expect.stringMatching(/not-json|truncated/) },
    ],
    ["an array with an element that is no JSON", `[${good("A-1")},\n {"id": x}]`, { reason: "not-json", line: 2 }],
    ["something behind the array", `[${good("A-1")}]\n{}`, { reason: "not-json", line: 2 }],
  ])("PAT-11: %s", async (_, text, expected) => {
    expect(await errorOf(text)).toMatchObject(expected);
  });

  it("PAT-11: a last line that was cut off, anywhere: more may be missing", async () => {
    const text = `${good("A-1")}\n${good("A-2")}`;
    const from = text.indexOf("\n") + 2;
    for (let end = from; end < text.length; end += 1) {
      expect(await errorOf(text.slice(0, end))).toMatchObject({ reason: "truncated", line: 2 });
    }
    expect((await read(text)).patches).toHaveLength(2);
    expect((await read(text.slice(0, from - 1))).patches).toHaveLength(1);
  });

  it("what is not UTF-8, with the line after which it stands", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${good("A-1")}\n${good("A-2")}\n`),
      Buffer.from([0x7b, 0x22, 0xff, 0x22]),
    ]);
    expect(await errorOf(pieces(bytes.subarray(0, -3), bytes.subarray(-3)))).toMatchObject({
      reason: "not-utf8",
      line: 2,
      message: "after line 2: the feed is not UTF-8",
    });
  });

  it("foreign compressions, by name; bytes and strings mixed; no document", async () => {
    expect((await errorOf(pieces(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])))).message).toContain(
      "compressed by xz",
    );
    expect((await errorOf(pieces<string | Uint8Array>("{", Buffer.from("}")))).reason).toBe("unreadable");
    const none = await parseOsvDocuments([]);
    expect(!none.ok && none.error.reason).toBe("empty");
  });

  it("a source that fails: its error and no patch, and it is closed", async () => {
    let isClosed = false;
    async function* failing(): AsyncGenerator<string> {
      try {
        yield `${good("A-1")}\n`;
        throw new Error("disk gone");
      } finally {
        isClosed = true;
      }
    }
    expect(await errorOf(failing())).toMatchObject({
      reason: "unreadable",
      message: "the feed could not be read: disk gone",
    });
    expect(isClosed).toBe(true);
    const documents = await parseOsvDocuments([
      { name: "a", content: good("A-1") },
      { name: "b", content: failing() },
    ]);
    expect(!documents.ok && documents.error.reason).toBe("unreadable");
  });
});

describe("input that is meant to do harm", () => {
  it("T16: names that objects are born with say nothing and change nothing", async () => {
    const inner = '"__proto__":{"severity":"Critical","polluted":1},"constructor":{"prototype":{"polluted":1}}';
    const silent = record({ id: "A-1", summary: "x" });
    const text = JSON.stringify(silent).replace("{", `{${inner},"database_specific":{${inner}},`);
    const { patches } = await read(`${text}\n`);
    expect(patches.map((p) => [p.id, p.vendorSeverity])).toEqual([["A-1", "None"]]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(patches[0])).toBe(Object.prototype);
    const binaries = '"ecosystem_specific":{"binaries":[{"__proto__":"1-1","constructor":"1-1"}]},';
    const odd = JSON.stringify(record({ affected: [affected("a", "1-1", { ecosystem: "Ubuntu:22.04:LTS" })] })).replace(
      '"ranges"',
      `${binaries}"ranges"`,
    );
    expect((await read(`${good("A-1")}\n${odd}\n`)).skipped[0]?.reason).toBe('"__proto__" is not a package name');
  });

  it("T16: halves of characters and control characters don't get into the catalogue", async () => {
    const { patches } = await read(
      ndjson(record({ summary: "a\u0000b\u001b[31m\ud800c\u0085d", details: "one\r\n\ttwo\u0007\udc00" })),
    );
    expect(patches.map((p) => [p.title, p.description])).toEqual([["a b [31m\ufffdc d", "one\n\ttwo \ufffd"]]);
  });

  it("T16: nesting far past the limit is counted before it is parsed", async () => {
    const deep = (n: number) => `{"id":"D","modified":"2026-01-01T00:00:00Z","x":${"[".repeat(n)}${"]".repeat(n)}}`;
    const { skipped } = await read(`${good("A-1")}\n${deep(2_000_000)}\n${deep(200)}\n`);
    expect(skipped.map((s) => [s.line, s.reason.slice(0, 25)])).toEqual([
      [2, "is nested deeper than 32 "],
      [3, "is nested deeper than 32 "],
    ]);
    const inArray = await read(`[${good("A-1")},${deep(200_000)}]`);
    expect(inArray.skipped).toHaveLength(1);
  });

  it("T16: a million wrong elements are one reason", async () => {
    const { skipped } = await read(
      `${good("A-1")}\n{"id":"B","modified":"2026-01-01T00:00:00Z","aliases":[${"1,".repeat(1_000_000)}1]}\n`,
    );
    expect(skipped.map((s) => s.path)).toEqual(["aliases[0]"]);
  });

  it("T16: long texts are shown cut", async () => {
    const long = "!".repeat(100_000);
    const text = ndjson(
      record({ id: "A-1" }),
      record({ id: long }),
      record({ affected: [affected("a", "1-1", { ecosystem: long })] }),
      record({ affected: [affected(long, "1-1")] }),
    );
    const { skipped } = await read(text);
    expect(skipped).toHaveLength(3);
    for (const each of skipped) expect(each.id.length + each.reason.length).toBeLessThan(400);
    expect(await skippedBecause({ id: `${"A".repeat(128)}B` })).toContain("is not an advisory id");
  });

  it("random damage gives an error or sound patches, never a throw", async () => {
    const sound = Buffer.from(
      ndjson(record({ id: "A-1", details: "é 漢字" }), record({ id: "A-2" }), record({ id: "A-3" })),
    );
    const damage = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    let spoilt = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(sound);
        for (const [at, to] of changes) damaged[at] = to;
        const result = await parseOsv(pieces(damaged));
        if (!result.ok || result.value.skippedCount > 0) spoilt += 1;
        if (!result.ok) expect(result.error.message).not.toBe("");
        else
          for (const p of result.value.patches) {
            expect(p.id).toMatch(/^[A-Za-z0-9][A-Za-z0-9:._-]*$/);
            expect(p.packages.length).toBeGreaterThan(0);
          }
      }),
      { numRuns: 1_500 * RUNS, seed: SEED },
    );
    expect(spoilt).toBeGreaterThan(200);
  });
});
