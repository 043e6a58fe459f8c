/** Each limit of a feed of records holds at its max and refuses at max + 1; memory doesn't grow with what isn't kept. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  type FeedInput,
  osvLimits,
  parseOsv,
  parseOsvDocuments,
  type RecordLimits,
} from "../../../src/feed/osv/index.ts";
import { affected, type Json, ndjson, only, patchesOf, read, record } from "./OsvJson.ts";

async function* pieces<A>(...all: readonly A[]): AsyncGenerator<A> {
  yield* all;
}

const outcome = async (input: FeedInput, limits: Partial<RecordLimits>): Promise<string> => {
  const result = await parseOsv(input, { limits });
  if (!result.ok) return result.error.reason;
  const { patches, skipped } = result.value;
  return `${patches.length} taken${skipped.map((s) => `, ${s.reason}`).join("")}`;
};

const repeat = <A>(count: number, make: (i: number) => A): A[] => Array.from({ length: count }, (_, i) => make(i));

describe("limits that refuse the feed", () => {
  const text = ndjson(record({ id: "A-1" }), record({ id: "A-2" }));

  it("inputBytes and documentCharacters", async () => {
    const bytes = Buffer.from(text);
    expect(await outcome(pieces(bytes), { inputBytes: bytes.length })).toBe("2 taken");
    expect(await outcome(pieces(bytes), { inputBytes: bytes.length - 1 })).toBe("too-large");
    expect(await outcome(text, { documentCharacters: text.length })).toBe("2 taken");
    expect(await outcome(text, { documentCharacters: text.length - 1 })).toBe("too-large");
  });

  it("gzipRatio, once a mebibyte is unpacked", async () => {
    const bomb = gzipSync(`[${" ".repeat(64 * 1024 * 1024)}]`);
    expect(await outcome(pieces(bomb), {})).toBe("too-large");
    expect(await outcome(pieces(bomb), { gzipRatio: 2_000, recordCharacters: 10 })).toBe("broken-record");
  });

  it("records, the bad ones counted too", async () => {
    const many = (n: number): string => ndjson(...repeat(n, (i) => record({ id: i % 2 === 0 ? `A-${i}` : "!" })));
    expect(await outcome(many(10), { records: 10 })).toMatch(/^5 taken/);
    expect(await outcome(many(11), { records: 10 })).toBe("too-large");
  });

  it("patches", async () => {
    expect(await outcome(text, { patches: 2 })).toBe("2 taken");
    expect(await outcome(text, { patches: 1 })).toBe("too-large");
    const twice = ndjson(record({ modified: "2026-01-01T00:00:00Z" }), record());
    expect(await outcome(twice, { patches: 1 })).toBe("1 taken");
  });
});

describe("limits that leave a record out", () => {
  const beside = (changes: Json): string =>
    ndjson(record({ id: "S-1", affected: [affected("a", "1-1")] }), record(changes));

  it("recordCharacters, of a line, an element or a document, also where it never ends", async () => {
    const long = JSON.stringify(record());
    const short = JSON.stringify(record({ id: "S", details: "", references: [] }));
    const reason = `is longer than ${long.length - 1} characters`;
    for (const wrap of [(r: string) => `${short}\n${r}\n`, (r: string) => `[${short},${r}]`]) {
      expect(await outcome(wrap(long), { recordCharacters: long.length })).toBe("2 taken");
      expect(await outcome(wrap(long), { recordCharacters: long.length - 1 })).toBe(`1 taken, ${reason}`);
    }
    const documents = [
      { name: "a", content: short },
      { name: "b", content: long },
    ];
    const result = await parseOsvDocuments(documents, { limits: { recordCharacters: long.length - 1 } });
    expect(result.ok && result.value.skipped[0]?.reason).toBe(reason);
    let given = 0;
    async function* endless(): AsyncGenerator<string> {
      yield '{"id":"';
      for (; given < 3_000_000; given += 10_000) yield "x".repeat(10_000);
      yield `"}\n${short}\n`;
    }
    expect(await outcome(endless(), { recordCharacters: 100_000 })).toBe("1 taken, is longer than 100000 characters");
    let taken = 0;
    async function* hanging(): AsyncGenerator<string> {
      for (;;) {
        taken += 1;
        yield " ".repeat(10_000);
      }
    }
    const hung = await parseOsvDocuments(
      [
        { name: "a", content: short },
        { name: "b", content: hanging() },
      ],
      {
        limits: { recordCharacters: 100_000 },
      },
    );
    expect(hung.ok && hung.value.skipped).toHaveLength(1);
    expect(taken).toBeLessThan(20);
  });

  it("nestingDepth", async () => {
    const nested = (n: number): Json => ({
      database_specific: JSON.parse(`${'{"a":'.repeat(n)}1${"}".repeat(n)}`) as Json,
    });
    // The record itself is one.
    const { nestingDepth } = osvLimits;
    expect(await outcome(beside(nested(nestingDepth - 1)), {})).toBe("2 taken");
    expect(await outcome(beside(nested(nestingDepth)), {})).toMatch(/^1 taken, is nested deeper than 32/);
  });

  it("packagesPerPatch", async () => {
    const packages = (n: number): Json => ({ affected: repeat(n, (i) => affected(`p${i}`, "1-1")) });
    expect(await outcome(beside(packages(10)), { packagesPerPatch: 10 })).toBe("2 taken");
    expect(await outcome(beside(packages(11)), { packagesPerPatch: 10 })).toBe(
      "1 taken, has more than 10 packages for almalinux:9",
    );
    expect((await only(packages(osvLimits.packagesPerPatch))).packages).toHaveLength(4_096);
  });

  it("patchesPerRecord", async () => {
    const releases = (n: number): Json => ({
      affected: repeat(n, (i) => affected("a", `1-${i}`, { ecosystem: `AlmaLinux:${i + 1}` })),
    });
    expect(await patchesOf(releases(osvLimits.patchesPerRecord))).toHaveLength(64);
    expect(await outcome(beside(releases(65)), {})).toBe("1 taken, has more than 64 releases");
  });

  it("cvesPerPatch", async () => {
    const cves = (n: number): Json => ({ aliases: repeat(n, (i) => `CVE-2026-${10_000 + i}`) });
    const { cvesPerPatch } = osvLimits;
    expect((await only(cves(cvesPerPatch))).cves).toHaveLength(cvesPerPatch);
    expect(await outcome(beside(cves(cvesPerPatch + 1)), {})).toBe(`1 taken, has more than ${cvesPerPatch} CVEs`);
  });
});

describe("limits that cut", () => {
  it("titleCharacters and descriptionCharacters", async () => {
    const { titleCharacters, descriptionCharacters } = osvLimits;
    const cut = async (title: number, description: number): Promise<readonly number[]> => {
      const patch = await only({ summary: "x".repeat(title), details: "x".repeat(description) });
      return [patch.title.length, patch.description.length];
    };
    expect(await cut(titleCharacters, descriptionCharacters)).toEqual([titleCharacters, descriptionCharacters]);
    const patch = await only({
      summary: "x".repeat(titleCharacters + 1),
      details: "x".repeat(descriptionCharacters + 1),
    });
    expect([patch.title.length, patch.title.at(-1)]).toEqual([titleCharacters, "…"]);
    expect([patch.description.length, patch.description.at(-1)]).toEqual([descriptionCharacters, "…"]);
  });

  it("reportEntries: what is beyond is counted", async () => {
    const alpine = (i: number): Json => affected("a", "1-r0", { ecosystem: `Alpine:v${i}` });
    const noted = record({ affected: [affected("a", "1-1"), ...repeat(5, alpine)] });
    const text = ndjson(noted, ...repeat(5, () => record({ id: "!" })));
    const at = async (reportEntries: number): Promise<readonly number[]> => {
      const { skipped, skippedCount, notes, notesCount } = await read(text, { limits: { reportEntries } });
      return [skipped.length, skippedCount, notes.length, notesCount];
    };
    expect(await at(5)).toEqual([5, 5, 5, 5]);
    expect(await at(4)).toEqual([4, 5, 4, 5]);
  });
});

describe("memory", () => {
  it("PAT-11: doesn't grow with the parts of a feed that are not kept", async () => {
    const filler = "lorem ipsum dolor sit amet ".repeat(3_600);
    const count = 1_200;
    let written = 0;
    let peak = 0;
    const before = process.memoryUsage().heapUsed;
    async function* long(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < count; i += 1) {
        const line = Buffer.from(
          ndjson(
            record({
              id: `A-${i}`,
              summary: `a title of some length ${i}`,
              details: filler,
              database_specific: { filler },
            }),
          ),
        );
        written += line.length;
        if (i % 16 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
        yield line;
      }
    }
    const result = await parseOsv(long());
    expect(result.ok && result.value.patches).toHaveLength(count);
    expect(written).toBeGreaterThan(200 * 1024 * 1024);
    expect(peak - before).toBeLessThan(80 * 1024 * 1024);
    // What is kept holds no longer text alive.
    globalThis.gc?.();
    expect(result.ok && result.value.patches[0]?.description.length).toBe(osvLimits.descriptionCharacters);
  });
});
