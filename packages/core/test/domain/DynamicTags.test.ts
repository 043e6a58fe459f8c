import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as DynamicTags from "../../src/domain/tag/DynamicTags.ts";
import * as TagTree from "../../src/domain/tag/TagTree.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";

const catalog = Qql.Catalog.define({
  name: { type: "text", required: true, description: "Name", example: "web" },
  platform: { type: "keyword", description: "Platform", example: "Linux" },
  cores: { type: "number", description: "Cores", example: "4" },
  lastBoot: { type: "date", description: "Booted", example: "2026-01-01" },
  module: { type: "keyword", repeated: true, description: "Modules", example: "PM" },
});

interface Machine {
  readonly id: string;
  readonly name: string;
  readonly platform: string | null;
  readonly cores: number;
  readonly lastBoot: number;
  readonly module: readonly string[];
  readonly assignedTags: readonly string[];
  readonly tags: readonly string[];
}

const machine = (over: Partial<Machine> = {}): Machine => ({
  id: "m",
  name: "web",
  platform: "Linux",
  cores: 4,
  lastBoot: Values.START,
  module: [],
  assignedTags: [],
  tags: [],
  ...over,
});
const treeOf = (rules: { readonly [id: string]: string | null }): TagTree.TagTree =>
  new Map(
    Object.entries(rules).map(([id, query]) => {
      const rule: TagTree.TagRule = query === null ? TagTree.assigned : { _tag: "Dynamic", query };
      return [id, { id, name: id, parent: null, rule }];
    }),
  );
const document = (m: Machine): Qql.Catalog.AnyDocument => ({ ...m });
const tagged = (m: Machine, tree: TagTree.TagTree, now = Values.START): Machine =>
  DynamicTags.withTags(m, DynamicTags.compile(tree, catalog), document(m), now);

describe("dynamic tags", () => {
  const tree = treeOf({ linux: "platform: Linux", big: "cores >= 8", fleet: null });

  it("TAG-08: an asset bears the tags assigned to it and those whose rule it meets, sorted", () => {
    expect(tagged(machine({ assignedTags: ["fleet", "unknown"], cores: 8 }), tree).tags).toEqual([
      "big",
      "fleet",
      "linux",
      "unknown",
    ]);
    expect(tagged(machine({ platform: "Windows", tags: ["linux"] }), tree).tags).toEqual([]);
  });

  it("TAG-08: an asset that bears what it bore is the very same value", () => {
    const asset = tagged(machine(), tree);
    expect(tagged(asset, tree)).toBe(asset);
  });

  it("TAG-08: what was assigned of a tag that has a rule by now doesn't count, until it is static again", () => {
    const asset = machine({ platform: "Windows", assignedTags: ["linux"] });
    expect(tagged(asset, tree).tags).toEqual([]);
    expect(tagged(asset, treeOf({ linux: null })).tags).toEqual(["linux"]);
  });

  it("TAG-08: a relative date counts from the moment of asking", () => {
    const idle = treeOf({ idle: "lastBoot < now-7d" });
    expect(DynamicTags.compile(idle, catalog).isOnClock).toBe(true);
    expect(DynamicTags.compile(tree, catalog).isOnClock).toBe(false);
    expect(tagged(machine(), idle, Values.START + 7 * Values.DAY_MS).tags).toEqual([]);
    expect(tagged(machine(), idle, Values.START + 7 * Values.DAY_MS + 1).tags).toEqual(["idle"]);
  });

  it("DSH-04: a stored rule that no longer reads is told with what is wrong, and assets keep the tag they had", () => {
    const broken = treeOf({ old: "gone: 1", linux: "platform: Linux" });
    const rules = DynamicTags.compile(broken, catalog);
    expect([...rules.unreadable.keys()]).toEqual(["old"]);
    expect(rules.unreadable.get("old")?.join(" ")).toContain("gone");
    expect(tagged(machine({ tags: ["old"] }), broken).tags).toEqual(["linux", "old"]);
    expect(tagged(machine({ tags: [] }), broken).tags).toEqual(["linux"]);
  });

  it.each([
    ["platfrom: Linux", "platfrom"],
    ["cores > many", "many"],
    ["tags.name: a", "tags"],
    ["(platform: Linux", "never closed"],
    [`name: ${"x".repeat(9_000)}`, "8192"],
  ])("TAG-08: a rule is refused, saying what is wrong and where: %#", (query, told) => {
    const result = DynamicTags.check(query, catalog);
    expect(result).toMatchObject({ ok: false });
    const errors = result.ok ? [] : result.error;
    expect(errors[0]).toMatchObject({ rule: "TAG-08", code: "invalid", path: "rule.query" });
    expect(errors.map((e) => e.message).join(" ")).toContain(told);
  });

  it("TAG-08: every error of a rule is told at once, and a sound rule reads", () => {
    const result = DynamicTags.check("platfrom: Linux and coers > 2", catalog);
    expect(result.ok ? [] : result.error).toHaveLength(2);
    expect(DynamicTags.check("platform: Linux and cores > 2", catalog).ok).toBe(true);
  });

  it("TAG-08: what enters and leaves is the difference of the tags", () => {
    expect(DynamicTags.difference(["a", "b"], ["b", "c"])).toEqual({ entered: ["c"], left: ["a"] });
    expect(DynamicTags.difference(["a"], ["a"])).toEqual({ entered: [], left: [] });
  });
});

const queries = [
  "platform: Linux",
  "platform: [Linux, Mac]",
  "not platform: Windows",
  "platform is null",
  "cores >= 4",
  "cores: [2 .. 8]",
  "module: PM and cores < 8",
  "module: [PM, VM] or platform: Mac",
  "name: web",
  "name: db and not module: VM",
  "lastBoot < now-3d",
  "lastBoot > now-1d or cores: 16",
  "unreadable: 1",
] as const;

/** One step of a fleet's life. */
type Step =
  | { readonly _tag: "Change"; readonly machine: number; readonly fields: Partial<Machine> }
  | { readonly _tag: "Assign"; readonly machine: number; readonly tags: readonly string[] }
  | { readonly _tag: "Rule"; readonly tag: string; readonly query: string | null }
  | { readonly _tag: "Delete"; readonly tag: string }
  | { readonly _tag: "Pass"; readonly days: number };

const MACHINES = 4;
const tag = fc.constantFrom("t1", "t2", "t3", "t4");
const index = fc.nat({ max: MACHINES - 1 });
const fields: fc.Arbitrary<Partial<Machine>> = fc.record(
  {
    name: fc.constantFrom("web", "db web", "cache"),
    platform: fc.constantFrom("Linux", "Windows", "Mac", null),
    cores: fc.constantFrom(2, 4, 8, 16),
    lastBoot: fc.integer({ min: 0, max: 8 }).map((d) => Values.START - d * Values.DAY_MS),
    module: fc.subarray(["PM", "VM", "FIM"]),
  },
  { requiredKeys: [] },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ _tag: fc.constant("Change" as const), machine: index, fields }) },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("Assign" as const),
      machine: index,
      tags: fc.subarray(["t1", "t2", "t3", "t4", "gone"]),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      _tag: fc.constant("Rule" as const),
      tag,
      query: fc.option(fc.constantFrom(...queries), { freq: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Delete" as const), tag }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Pass" as const), days: fc.integer({ min: 1, max: 4 }) }) },
);

const reads = new Map<string, ReturnType<typeof Qql.compile<typeof catalog.definitions>>>();

/** What each rule says of each machine, asked one by one, whatever was said before. */
const naive = (m: Machine, tree: TagTree.TagTree, held: ReadonlySet<string>, now: number): readonly string[] => {
  const found = new Set<string>();
  for (const { id, rule } of tree.values()) {
    if (rule._tag === "Static") continue;
    const read = reads.get(rule.query) ?? Qql.compile(catalog, rule.query);
    reads.set(rule.query, read);
    if (read.ok ? read.value.predicate(m as never, now) : held.has(id)) found.add(id);
  }
  for (const id of m.assignedTags) if (tree.get(id)?.rule._tag !== "Dynamic") found.add(id);
  return [...found].sort();
};

describe("the law of dynamic tags", () => {
  it("TAG-08: after any sequence of changes the tags are what asking every rule for every asset says", () => {
    let dynamic = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 24 }), (steps) => {
        let now = Values.START;
        let rules: TagTree.TagTree = treeOf({ t1: "platform: Linux", t2: null });
        let compiled = DynamicTags.compile(rules, catalog);
        let fleet = Array.from({ length: MACHINES }, (_unused, i) => machine({ id: `${i}`, cores: 2 ** (i + 1) }));
        const retag = (m: Machine) => DynamicTags.withTags(m, compiled, document(m), now);
        fleet = fleet.map(retag);
        for (const each of steps) {
          const before = fleet.map((m) => new Set(m.tags));
          switch (each._tag) {
            case "Change":
              fleet = fleet.map((m, i) => (i === each.machine ? retag({ ...m, ...each.fields }) : m));
              break;
            case "Assign":
              fleet = fleet.map((m, i) => (i === each.machine ? retag({ ...m, assignedTags: each.tags }) : m));
              break;
            case "Rule":
            case "Delete": {
              const next = new Map(rules);
              if (each._tag === "Delete") next.delete(each.tag);
              else for (const [id, made] of treeOf({ [each.tag]: each.query })) next.set(id, made);
              rules = next;
              compiled = DynamicTags.compile(rules, catalog);
              fleet = fleet.map(retag);
              break;
            }
            default:
              now += each.days * Values.DAY_MS;
              fleet = fleet.map(retag);
          }
          for (const [i, m] of fleet.entries()) {
            expect(m.tags).toEqual(naive(m, rules, before[i] ?? new Set(), now));
            dynamic += m.tags.filter((t) => compiled.ids.has(t)).length;
          }
        }
      }),
      Arbitraries.runs(2_000),
    );
    expect(dynamic).toBeGreaterThan(1_000);
  });
});
