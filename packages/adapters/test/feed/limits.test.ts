/** Each limit of a feed holds at its max and refuses at max + 1. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Documents } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import { type FeedInput, type FeedLimits, feedLimits, parseUpdateinfo } from "../../src/feed/updateinfo/index.ts";
import { feed, update } from "./FeedXml.ts";

async function* pieces<A>(...all: readonly A[]): AsyncGenerator<A> {
  yield* all;
}

const outcome = async (input: FeedInput, limits: Partial<FeedLimits> = {}): Promise<string> => {
  const result = await parseUpdateinfo(input, { limits });
  if (!result.ok) return result.error.reason;
  const { patches, skipped } = result.value;
  return `${patches.length} taken${skipped.map((s) => `, ${s.reason}`).join("")}`;
};

const repeat = <A>(count: number, make: (i: number) => A): readonly A[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe("limits that refuse the feed", () => {
  it("inputBytes", async () => {
    const bytes = Buffer.from(feed({}));
    expect(await outcome(pieces(bytes.subarray(0, 9), bytes.subarray(9)), { inputBytes: bytes.length })).toBe(
      "1 taken",
    );
    expect(await outcome(pieces(bytes.subarray(0, 9), bytes.subarray(9)), { inputBytes: bytes.length - 1 })).toBe(
      "too-large",
    );
    expect(await outcome(pieces(bytes), { inputBytes: bytes.length - 1 })).toBe("too-large");
  });

  it("documentCharacters, however it comes", async () => {
    const text = feed({});
    for (const input of [
      () => text,
      () => pieces(text),
      () => pieces(Buffer.from(text)),
      () => pieces(gzipSync(text)),
    ]) {
      expect(await outcome(input(), { documentCharacters: text.length })).toBe("1 taken");
      expect(await outcome(input(), { documentCharacters: text.length - 1 })).toBe("too-large");
    }
  });

  it("gzipRatio, once a mebibyte is unpacked", async () => {
    const bomb = gzipSync(`<updates>${" ".repeat(64 * 1024 * 1024)}</updates>`);
    expect(await outcome(pieces(bomb))).toBe("too-large");
    const small = gzipSync(`<updates>${" ".repeat(1024 * 1024 - 19)}</updates>`);
    expect(await outcome(pieces(small))).toBe("0 taken");
    // As dense as real feeds are: each advisory has something of its own.
    const own = (i: number): string =>
      `<description>${createHash("sha256").update(`${i}`).digest("hex")}</description>`;
    const real = gzipSync(
      `<updates>${repeat(3_000, (i) => update({ id: `A-${i}`, extra: own(i) })).join("\n")}</updates>`,
    );
    expect(await outcome(pieces(real))).toBe("3000 taken");
    expect(await outcome(pieces(real), { gzipRatio: 5 })).toBe("too-large");
  });

  it("elementDepth", async () => {
    const nested = (n: number): string => `<updates>${"<a>".repeat(n - 1)}${"</a>".repeat(n - 1)}</updates>`;
    expect(await outcome(nested(feedLimits.elementDepth))).toBe("0 taken");
    expect(await outcome(nested(feedLimits.elementDepth + 1))).toBe("too-large");
  });

  it("attributesPerElement", async () => {
    const wide = (n: number): string => `<updates ${repeat(n, (i) => `a${i}=""`).join(" ")}><b c=""/></updates>`;
    expect(await outcome(wide(feedLimits.attributesPerElement))).toBe("0 taken");
    expect(await outcome(wide(feedLimits.attributesPerElement + 1))).toBe("too-large");
  });

  const tokens: readonly (readonly [string, (long: string) => string])[] = [
    ["text", (long) => `<updates>${long}</updates>`],
    ["CDATA", (long) => `<updates><![CDATA[${long}]]></updates>`],
    ["comment", (long) => `<updates><!--${long}--></updates>`],
    ["instruction", (long) => `<updates><?a ${long}?></updates>`],
    ["attribute", (long) => `<updates a="${long}"/>`],
    ["element name", (long) => `<updates><${long}/></updates>`],
    ["white space in a tag", (long) => `<updates ${long.replaceAll("x", " ")}/>`],
    ["DOCTYPE", (long) => `<!DOCTYPE updates [${long}]><updates/>`],
  ];

  it.each(tokens)("tokenCharacters of a %s, also where it never ends", async (name, wrap) => {
    const limits = { tokenCharacters: 50_000 };
    const refused = name === "DOCTYPE" ? "forbidden-xml" : "0 taken";
    expect(await outcome(wrap("x".repeat(49_900)), limits)).toBe(refused);
    // One more than the limit, the token's own delimiters and the parser's slice aside.
    expect(await outcome(wrap("x".repeat(50_001)), limits)).toBe(name === "DOCTYPE" ? "forbidden-xml" : "too-large");
    let given = 0;
    async function* endless(): AsyncGenerator<string> {
      yield wrap("").slice(0, wrap("|").indexOf("|"));
      for (;;) {
        given += 10_000;
        yield name === "white space in a tag" ? " ".repeat(10_000) : "x".repeat(10_000);
      }
    }
    expect(await outcome(endless(), limits)).toBe("too-large");
    expect(given).toBeLessThan(100_000);
  });

  it("advisories, the bad ones counted too", async () => {
    const many = (n: number): string => feed(...repeat(n, (i) => ({ id: i % 2 === 0 ? `A-${i}` : "!" })));
    expect(await outcome(many(10), { advisories: 10 })).toMatch(/^5 taken/);
    expect(await outcome(many(11), { advisories: 10 })).toBe("too-large");
  });
});

describe("limits that leave an advisory out", () => {
  const packages = (n: number) => repeat(n, (i) => ({ name: `p${i}` }));

  it("packagesPerAdvisory, in one element or over several", async () => {
    const max = feedLimits.packagesPerAdvisory;
    expect(await outcome(feed({ packages: packages(max) }))).toBe("1 taken");
    expect(await outcome(feed({ packages: packages(max + 1) }))).toBe(`0 taken, it has more than ${max} packages`);
    expect(await outcome(feed({ packages: packages(max) }, { packages: packages(1) }))).toBe("1 taken");
    expect(await outcome(feed({ packages: packages(max) }, { packages: [{ name: "q" }] }))).toMatch(
      /^0 taken, .*more than 512/,
    );
  });

  it("packagesPerAdvisory is what one item of a patch list carries", async () => {
    const result = await parseUpdateinfo(feed({ packages: packages(feedLimits.packagesPerAdvisory) }));
    const carried = result.ok ? (result.value.patches[0]?.packages ?? []) : [];
    const item = (all: readonly unknown[]) => ({ patchId: "A", advisory: null, packages: all });
    expect(Documents.PatchListItem.safeParse(item(carried)).success).toBe(true);
    expect(Documents.PatchListItem.safeParse(item([...carried, carried[0]])).success).toBe(false);
  });

  it("source packages are not counted", async () => {
    const sources = repeat(600, () => ({ arch: "src" }));
    expect(await outcome(feed({ packages: [...sources, {}] }))).toBe("1 taken");
  });

  it("elementsPerAdvisory", async () => {
    const max = feedLimits.elementsPerAdvisory;
    expect(await outcome(feed(...repeat(max, () => ({}))))).toBe("1 taken");
    expect(await outcome(feed(...repeat(max + 1, () => ({}))))).toMatch(/^0 taken/);
  });

  it("cvesPerAdvisory", async () => {
    const cves = (n: number) => repeat(n, (i) => `CVE-2026-${10_000 + i}`);
    const max = feedLimits.cvesPerAdvisory;
    expect(await outcome(feed({ cves: cves(max) }))).toBe("1 taken");
    expect(await outcome(feed({ cves: cves(max + 1) }))).toBe(`0 taken, it has more than ${max} CVE references`);
  });

  it("titleCharacters", async () => {
    const max = feedLimits.titleCharacters;
    expect(await outcome(feed({ title: "x".repeat(max) }))).toBe("1 taken");
    expect(await outcome(feed({ title: "x".repeat(max + 1) }))).toBe(
      `0 taken, its title is longer than ${max} characters`,
    );
  });
});
