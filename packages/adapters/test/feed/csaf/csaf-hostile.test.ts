/** CSAF documents that are broken or meant to do harm, and each limit at its max and max + 1. */
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CsafOptions,
  csafLimits,
  type FeedDocument,
  type FeedError,
  parseCsaf,
} from "../../../src/feed/csaf/index.ts";
import { RELATIONSHIPS_DEPTH_MAX } from "../../../src/feed/csaf/ProductTree.ts";
import {
  baseos,
  csaf,
  documents,
  type Json,
  only,
  type PlatformJson,
  read,
  skippedBecause,
  treeOf,
  vulnerability,
} from "./CsafJson.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const SEED = Number(process.env.FETTLE_SEED ?? 71);

const errorOf = async (
  all: AsyncIterable<FeedDocument> | Iterable<FeedDocument>,
  options?: CsafOptions,
): Promise<FeedError> => {
  const result = await parseCsaf(all, options);
  if (result.ok) throw new Error(`taken: ${JSON.stringify(result.value)}`);
  expect(Object.keys(result)).toEqual(["ok", "error"]);
  return result.error;
};

const repeat = <A>(count: number, make: (i: number) => A): A[] => Array.from({ length: count }, (_, i) => make(i));
const text = JSON.stringify(csaf());

describe("a broken document", () => {
  const relation = (id: string, component: string, whole: string): Json => ({
    category: "default_component_of",
    full_product_name: { name: id, product_id: id },
    product_reference: component,
    relates_to_product_reference: whole,
  });
  const tree = treeOf(baseos);

  it.each([
    [{ document: { title: undefined } }, "document.title"],
    [{ document: { title: 1 } }, "document.title"],
    [{ document: { publisher: undefined } }, "document.publisher"],
    [{ tracking: { status: "retired" } }, "document.tracking.status"],
    [{ id: "a b" }, 'document.tracking.id: "a b" is not an advisory id'],
    [
      { tracking: { current_release_date: "2026-01-10" } },
      "document.tracking.current_release_date: is not a date and time with a zone",
    ],
    [
      { tracking: { initial_release_date: "2026-02-30T00:00:00Z" } },
      'document.tracking.initial_release_date: "2026-02-30T00:00:00Z" is not a date',
    ],
    [{ document: { notes: [{ text: "x" }] } }, "document.notes[0].category"],
    [{ document: { references: [{}] } }, "document.references[0].url"],
    [{ tree: { branches: {} } }, "product_tree.branches"],
    [
      { tree: { branches: [{ category: "vendor", name: "v", branches: [{ name: "x" }] }] } },
      "product_tree.branches[0].branches[0].category",
    ],
    [{ tree: { ...tree, relationships: [{ category: "part_of" }] } }, "product_tree.relationships[0].category"],
    [{ tree: { full_product_names: [{ name: "x" }] } }, "product_tree.full_product_names[0].product_id"],
    [
      { tree: undefined },
      'vulnerabilities[0].product_status.fixed[0]: the product tree doesn\'t say what "BaseOS-9.3.0:openssl-1:3.0.7-25.el9_3.x86_64" is',
    ],
    [{ tree: { ...tree, relationships: [] } }, "vulnerabilities[0].product_status.fixed[0]"],
    [{ vulnerabilities: [{ cve: "CVE-1" }] }, "vulnerabilities[0].cve"],
    [{ vulnerabilities: [{ product_status: { fixed: [7] } }] }, "vulnerabilities[0].product_status.fixed[0]"],
    [
      { vulnerabilities: [vulnerability("CVE-2026-0001", [baseos], { scores: [{ cvss_v3: { baseScore: 11 } }] })] },
      "vulnerabilities[0].scores[0].cvss_v3.baseScore",
    ],
    [
      {
        vulnerabilities: [
          vulnerability("CVE-2026-0001", [baseos], {
            remediations: [{ category: "vendor_fix", restart_required: { category: "world" } }],
          }),
        ],
      },
      "vulnerabilities[0].remediations[0].restart_required.category",
    ],
    [
      { vulnerabilities: [vulnerability("CVE-2026-0001", [baseos], { threats: [{ category: "impact" }] })] },
      "vulnerabilities[0].threats[0].details",
    ],
  ])("PAT-11: is named with its path, and the rest is taken: %j", async (changes, path) => {
    expect(await skippedBecause(changes)).toContain(`broken ${path}`);
  });

  it("that has no fixed product is sound, and brings nothing", async () => {
    expect(await skippedBecause({ vulnerabilities: [] })).toBe(
      "unsupported vulnerabilities: no vulnerability has a fixed product",
    );
    expect(await skippedBecause({ vulnerabilities: [{ cve: "CVE-2026-0001" }] })).toContain(
      "no vulnerability has a fixed product",
    );
  });

  it("breaks the feed where none may be broken", async () => {
    const all = documents(csaf(), csaf({ id: "B", document: { title: 1 } }), csaf({ id: "C" }));
    expect(await errorOf(all, { strict: true })).toMatchObject({
      reason: "broken-record",
      message: expect.stringContaining("record 1, 1.json, document.title"),
    });
    expect(
      (await parseCsaf(documents(csaf(), csaf({ id: "B", tracking: { status: "draft" } })), { strict: true })).ok,
    ).toBe(true);
  });

  it("T16: a tree that turns in a circle, or lies too many relationships deep, ends", async () => {
    const circle = { ...tree, relationships: [relation("A", "B", "B"), relation("B", "A", "A")] };
    const fixed = [vulnerability("CVE-2026-0001", [], { product_status: { fixed: ["A"] } })];
    expect(await skippedBecause({ tree: circle, vulnerabilities: fixed })).toContain(`doesn't say what "A" is`);
    const self = { ...tree, relationships: [relation("A", "A", "A")] };
    expect(await skippedBecause({ tree: self, vulnerabilities: fixed })).toContain(`doesn't say what "A" is`);
    const [nevra = ""] = baseos.packages.map((p) => p.nevra);
    const stacked = (n: number) => ({
      ...tree,
      relationships: repeat(n, (i) => relation(i === 0 ? "A" : `A${i}`, nevra, i === n - 1 ? baseos.id : `A${i + 1}`)),
    });
    expect((await only({ tree: stacked(RELATIONSHIPS_DEPTH_MAX), vulnerabilities: fixed })).releases).toEqual([
      "rhel:9",
    ]);
    expect(await skippedBecause({ tree: stacked(RELATIONSHIPS_DEPTH_MAX + 1), vulnerabilities: fixed })).toContain(
      `doesn't say what "A" is`,
    );
  });

  it("T16: says nothing through names that objects are born with", async () => {
    const evil = text
      .replace('"document":{', '"document":{"__proto__":{"category":"csaf_vex"},"constructor":{},')
      .replace("{", '{"__proto__":{"polluted":1},');
    const result = await parseCsaf([{ name: "a", content: evil }]);
    expect(result.ok && result.value.patches).toEqual([await only()]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const named = { platforms: [{ ...baseos, id: "__proto__" }] };
    expect((await only(named)).packages).toHaveLength(2);
    const unknown = [vulnerability("CVE-2026-0001", [], { product_status: { fixed: ["constructor"] } })];
    expect(await skippedBecause({ vulnerabilities: unknown })).toContain(`doesn't say what "constructor" is`);
  });

  it("T16: branches as deep as a document may nest are walked, deeper ones are never parsed", async () => {
    const nested = (n: number): string =>
      `${'{"category":"vendor","name":"v","branches":['.repeat(n)}${"]}".repeat(n)}`;
    const withBranch = (n: number): string =>
      JSON.stringify(csaf({ tree: { ...tree, branches: [...(tree.branches as Json[]), "HERE"] } })).replace(
        '"HERE"',
        nested(n),
      );
    const fits = await parseCsaf([{ name: "a", content: withBranch(30) }]);
    expect(fits.ok && fits.value.patches).toHaveLength(1);
    const deep = await parseCsaf([
      { name: "a", content: text },
      { name: "b", content: withBranch(500_000) },
    ]);
    expect(deep.ok && deep.value.skipped.map((s) => s.reason.slice(0, 22))).toEqual(["is nested deeper than "]);
  });

  it("T16: a million wrong elements are one reason", async () => {
    const many = text.replace('"vulnerabilities":[', `"vulnerabilities":[${"1,".repeat(1_000_000)}`);
    const result = await parseCsaf([
      { name: "a", content: text },
      { name: "b", content: many },
    ]);
    expect(result.ok && result.value.skipped.map((s) => s.path)).toEqual(["vulnerabilities[0]"]);
  });
});

describe("a feed that is refused whole", () => {
  it("PAT-11: no document, only broken ones, a source that fails", async () => {
    expect((await errorOf([])).reason).toBe("empty");
    expect(await errorOf([{ name: "a", content: "<html>" }])).toMatchObject({
      reason: "broken-record",
      message: expect.stringContaining("none of its 1 records"),
    });
    async function* failing(): AsyncGenerator<FeedDocument> {
      yield { name: "a", content: text };
      throw new Error("connection reset");
    }
    expect(await errorOf(failing())).toMatchObject({
      reason: "unreadable",
      message: "the feed could not be read: connection reset",
    });
  });

  it("a document that is cut anywhere is broken, never half taken", async () => {
    const short = JSON.stringify(csaf({ platforms: [{ ...baseos, packages: baseos.packages.slice(0, 1) }] }));
    for (let end = 0; end < short.length; end += 7) {
      const result = await parseCsaf([
        { name: "a", content: JSON.stringify(csaf({ id: "S" })) },
        { name: "b", content: short.slice(0, end) },
      ]);
      expect(result.ok && [result.value.patches.length, result.value.skippedCount]).toEqual([1, 1]);
    }
  });

  it("random damage gives an error or sound patches, never a throw", async () => {
    const bytes = Buffer.from(text);
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    let spoilt = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, to] of changes) damaged[at] = to;
        const result = await parseCsaf([{ name: "a", content: damaged }]);
        if (!result.ok) spoilt += 1;
        else
          for (const p of result.value.patches)
            expect([p.id.length > 0, p.packages.length > 0, p.releases.length > 0]).toEqual([true, true, true]);
      }),
      { numRuns: 1_500 * RUNS, seed: SEED },
    );
    expect(spoilt).toBeGreaterThan(200);
  });
});

describe("limits", () => {
  const outcome = async (changes: Json | string, limits: CsafOptions["limits"]): Promise<string> => {
    const content = typeof changes === "string" ? changes : JSON.stringify(changes);
    const result = await parseCsaf(
      [
        { name: "a", content: JSON.stringify(csaf({ id: "S", platforms: [small] })) },
        { name: "b", content },
      ],
      { limits: limits ?? {} },
    );
    if (!result.ok) return result.error.reason;
    return `${result.value.patches.length} taken${result.value.skipped.map((s) => `, ${s.reason}`).join("")}`;
  };
  const small: PlatformJson = { ...baseos, packages: baseos.packages.slice(0, 1) };

  it("recordCharacters, documentCharacters and inputBytes, of one document each", async () => {
    expect(await outcome(text, { recordCharacters: text.length })).toBe("2 taken");
    expect(await outcome(text, { recordCharacters: text.length - 1 })).toBe(
      `1 taken, is longer than ${text.length - 1} characters`,
    );
    expect(await outcome(text, { documentCharacters: text.length })).toBe("2 taken");
    expect(await outcome(text, { documentCharacters: text.length - 1 })).toBe(
      `1 taken, the document is longer than ${text.length - 1} characters`,
    );
    const sized = async (inputBytes: number) => {
      const all = [
        { name: "a", content: text },
        { name: "b", content: Buffer.from(JSON.stringify(csaf({ id: "B" }))) },
      ];
      const result = await parseCsaf(all, { limits: { inputBytes } });
      return result.ok && result.value.patches.length;
    };
    const bytes = Buffer.byteLength(JSON.stringify(csaf({ id: "B" })));
    expect([await sized(bytes), await sized(bytes - 1)]).toEqual([2, 1]);
  });

  it("gzipRatio", async () => {
    const bomb = gzipSync(`${text}${" ".repeat(32 * 1024 * 1024)}`);
    const result = await parseCsaf([
      { name: "a", content: text },
      { name: "b", content: bomb },
    ]);
    expect(result.ok && result.value.skipped[0]?.reason).toBe("unpacks to more than 200 times its size");
  });

  it("records and patches", async () => {
    expect(await outcome(csaf(), { records: 2 })).toBe("2 taken");
    expect(await outcome(csaf(), { records: 1 })).toBe("too-large");
    expect(await outcome(csaf(), { patches: 2 })).toBe("2 taken");
    expect(await outcome(csaf(), { patches: 1 })).toBe("too-large");
  });

  it("packagesPerPatch, source packages not counted", async () => {
    const many = (n: number) =>
      csaf({
        platforms: [
          { ...baseos, packages: [...repeat(n, (i) => ({ nevra: `p${i}-1-1.x86_64` })), { nevra: "s-1-1.src" }] },
        ],
      });
    expect(await outcome(many(20), { packagesPerPatch: 20 })).toBe("2 taken");
    expect(await outcome(many(21), { packagesPerPatch: 20 })).toBe("1 taken, has more than 20 packages for rhel:9");
  });

  it("patchesPerRecord", async () => {
    const many = (n: number) =>
      csaf({
        platforms: repeat(n, (i) => ({
          id: `P${i}`,
          cpe: `cpe:/o:redhat:enterprise_linux:${i + 1}`,
          packages: [{ nevra: `a-${i}-1.x86_64` }],
        })),
      });
    expect(await outcome(many(csafLimits.patchesPerRecord), {})).toBe("65 taken");
    expect(await outcome(many(csafLimits.patchesPerRecord + 1), {})).toBe("1 taken, has more than 64 releases");
  });

  it("cvesPerPatch", async () => {
    const many = (n: number) =>
      csaf({ platforms: [small], vulnerabilities: repeat(n, (i) => vulnerability(`CVE-2026-${10_000 + i}`, [small])) });
    expect(await outcome(many(20), { cvesPerPatch: 20 })).toBe("2 taken");
    expect(await outcome(many(21), { cvesPerPatch: 20 })).toBe("1 taken, has more than 20 CVEs for rhel:9");
  });

  it("titleCharacters and descriptionCharacters cut", async () => {
    const { titleCharacters, descriptionCharacters } = csafLimits;
    const cut = async (more: number) => {
      const notes = [{ category: "summary", text: "x".repeat(descriptionCharacters + more) }];
      const patch = await only({ document: { title: "x".repeat(titleCharacters + more), notes } });
      return [patch.title.length, patch.title.at(-1), patch.description.length, patch.description.at(-1)];
    };
    expect(await cut(0)).toEqual([titleCharacters, "x", descriptionCharacters, "x"]);
    expect(await cut(1)).toEqual([titleCharacters, "…", descriptionCharacters, "…"]);
  });

  it("reportEntries: what is beyond is counted", async () => {
    const all = [csaf(), ...repeat(5, (i) => csaf({ id: `D${i}`, tracking: { status: "draft" } }))];
    const { skipped, skippedCount } = await read(all, { limits: { reportEntries: 4 } });
    expect([skipped.length, skippedCount]).toEqual([4, 5]);
  });
});

describe("memory", () => {
  it("PAT-11: one document at a time is held, and of it what is kept", async () => {
    const filler = "lorem ipsum dolor sit amet ".repeat(8_000);
    const count = 600;
    let written = 0;
    let peak = 0;
    const before = process.memoryUsage().heapUsed;
    async function* many(): AsyncGenerator<FeedDocument> {
      for (let i = 0; i < count; i += 1) {
        const notes = [{ category: "summary", text: filler }];
        const content = Buffer.from(JSON.stringify(csaf({ id: `A-${i}`, document: { notes } })));
        written += content.length;
        if (i % 8 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
        yield { name: `${i}.json`, content };
      }
    }
    const result = await parseCsaf(many());
    expect(result.ok && result.value.patches).toHaveLength(count);
    expect(written).toBeGreaterThan(120 * 1024 * 1024);
    expect(peak - before).toBeLessThan(80 * 1024 * 1024);
  });
});
