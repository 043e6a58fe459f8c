/** Feeds that are broken or meant to do harm: an error that says where, and nothing else. */
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FeedError, type FeedInput, parseUpdateinfo } from "../../src/feed/updateinfo/index.ts";
import { feed } from "./FeedXml.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);

async function* pieces<A>(...all: readonly A[]): AsyncGenerator<A> {
  yield* all;
}

const errorOf = async (input: FeedInput): Promise<FeedError> => {
  const result = await parseUpdateinfo(input);
  if (result.ok) throw new Error(`taken: ${JSON.stringify(result.value)}`);
  expect(Object.keys(result)).toEqual(["ok", "error"]);
  return result.error;
};

const sound = feed(
  { id: "A-1", title: "é ü 漢字 😀", cves: ["CVE-2026-0001"] },
  { id: "A-2", packages: [{}, { name: "zlib", extra: "<reboot_suggested>1</reboot_suggested>" }] },
  { id: "bad id" },
);

describe("XML that is refused", () => {
  it("T16: a DOCTYPE, so no entity is ever defined, expanded or fetched", async () => {
    const bomb = `<!DOCTYPE updates [<!ENTITY a "${"x".repeat(100)}"><!ENTITY b "&a;&a;">]>\n<updates>&b;</updates>`;
    expect((await errorOf(bomb)).reason).toBe("forbidden-xml");
    const external = '<!DOCTYPE updates SYSTEM "file:///etc/passwd"><updates/>';
    expect((await errorOf(external)).reason).toBe("forbidden-xml");
    expect(await errorOf("<updates>\n &xxe;</updates>")).toMatchObject({ reason: "not-xml", line: 2, column: 6 });
  });

  it.each([
    ["another document", "<html>\n<body/></html>", { reason: "not-updateinfo", line: 1, column: 6 }],
    ["a foreign name space", '<u:updates xmlns:u="urn:u"/>', { reason: "not-updateinfo" }],
    ["no document", "", { reason: "not-xml" }],
    ["no XML", "\n\nupdates", { reason: "not-xml", line: 3 }],
    ["a wrong end tag", "<updates>\n<update>\n</updates>", { reason: "not-xml", line: 3, column: 10 }],
    ["two roots", "<updates/><updates/>", { reason: "not-xml" }],
    ["text after the root", "<updates/>x", { reason: "not-xml" }],
    ["an attribute given twice", '<updates a="" a=""/>', { reason: "not-xml" }],
    ["a forbidden character", "<updates>\u0001</updates>", { reason: "not-xml" }],
    ["a forbidden character reference", "<updates>&#0;</updates>", { reason: "not-xml" }],
  ])("%s", async (_, text, expected) => {
    expect(await errorOf(text)).toMatchObject(expected);
  });

  it("says where, without saying it twice", async () => {
    expect((await errorOf("<updates>\n  <a></b>")).message).toBe("not well-formed XML: unexpected close tag.");
  });
});

describe("bytes that are refused", () => {
  it("not UTF-8, also where it breaks off within a character", async () => {
    expect((await errorOf(pieces(Buffer.from([0x3c, 0x61, 0xff, 0x3e])))).reason).toBe("not-utf8");
    expect((await errorOf(pieces(Buffer.from("<updates/>é").subarray(0, 11)))).reason).toBe("not-utf8");
    const declared = '<?xml version="1.0" encoding="ISO-8859-1"?><updates/>';
    expect((await errorOf(pieces(Buffer.from(declared)))).reason).toBe("not-utf8");
    // A string was decoded by whoever gave it.
    expect((await parseUpdateinfo(declared)).ok).toBe(true);
  });

  it.each([
    ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
    ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
    ["bzip2", [0x42, 0x5a, 0x68, 0x39]],
  ])("%s, by name", async (name, magic) => {
    const error = await errorOf(pieces(...magic.map((b) => Buffer.from([b]))));
    expect(error).toMatchObject({ reason: "compression", line: 0 });
    expect(error.message).toContain(name);
  });

  it("gzip that is cut or damaged, anywhere", async () => {
    const whole = gzipSync(sound);
    for (let at = 4; at < whole.length; at += 7) {
      expect((await errorOf(pieces(whole.subarray(0, at)))).reason).toBe("compression");
    }
    for (let at = 10; at < whole.length - 8; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      expect((await parseUpdateinfo(pieces(damaged))).ok).toBe(false);
    }
  });

  it("bytes and strings mixed", async () => {
    expect((await errorOf(pieces<string | Uint8Array>("<updates>", Buffer.from("</updates>")))).reason).toBe(
      "unreadable",
    );
    expect((await errorOf(pieces<string | Uint8Array>(Buffer.from("<updates>"), "</updates>"))).reason).toBe(
      "unreadable",
    );
    expect((await errorOf(pieces<string | Uint8Array>(Buffer.from("<u"), "pdates/>"))).reason).toBe("unreadable");
  });
});

describe("a source", () => {
  it("that fails gives its error and no patch", async () => {
    async function* failing(): AsyncGenerator<string> {
      yield sound.slice(0, -20);
      throw new Error("disk gone");
    }
    expect(await errorOf(failing())).toMatchObject({
      reason: "unreadable",
      message: "the feed could not be read: disk gone",
    });
  });

  it.each(["plain", "gzip"])("is closed when its %s feed is refused half-way", async (how) => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        const bad = Buffer.from("<html>".padEnd(100_000));
        yield how === "gzip" ? gzipSync(bad) : bad;
        for (;;) yield Buffer.alloc(1_000, 32);
      } finally {
        isClosed = true;
      }
    }
    await errorOf(endless());
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(true);
  });
});

describe("properties", () => {
  it("the pieces in which a feed comes make no difference", async () => {
    const expected = await parseUpdateinfo(sound);
    expect(expected.ok && expected.value.patches).toHaveLength(2);
    const bytes = Buffer.from(sound);
    const zipped = gzipSync(sound);
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.constantFrom("bytes", "gzip", "strings"), async (at, how) => {
        const whole = how === "gzip" ? zipped : bytes;
        const marks = [0, ...at.filter((a) => a <= whole.length).sort((a, b) => a - b), whole.length];
        const parts = marks.slice(1).map((end, i) => whole.subarray(marks[i], end));
        const strings = marks.slice(1).map((end, i) => sound.slice(marks[i], end));
        expect(
          await parseUpdateinfo(how === "strings" ? pieces(...strings, sound.slice(marks.at(-1))) : pieces(...parts)),
        ).toEqual(expected);
      }),
      { numRuns: 300 * RUNS, seed: 21 },
    );
  });

  it("a feed cut off anywhere is refused", async () => {
    const end = sound.indexOf("</updates>") + "</updates>".length;
    for (let at = 0; at < end; at += 1) expect((await parseUpdateinfo(sound.slice(0, at))).ok).toBe(false);
    expect((await parseUpdateinfo(sound.slice(0, end))).ok).toBe(true);
  });

  it("a feed with random damage is an error or sound patches, never a throw", async () => {
    const bytes = Buffer.from(sound);
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, to] of changes) damaged[at] = to;
        const result = await parseUpdateinfo(pieces(damaged));
        if (!result.ok) {
          refused += 1;
          expect(result.error.message).not.toBe("");
        } else
          for (const p of result.value.patches) {
            expect(p.id).toMatch(/^[A-Za-z0-9][A-Za-z0-9:._-]*$/);
            expect(p.packages.length).toBeGreaterThan(0);
          }
      }),
      { numRuns: 2_000 * RUNS, seed: 22 },
    );
    expect(refused).toBeGreaterThan(200);
  });
});
