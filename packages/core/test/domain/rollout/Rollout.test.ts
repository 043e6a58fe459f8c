import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Job from "../../../src/domain/job/Job.ts";
import * as Rollout from "../../../src/domain/rollout/Rollout.ts";
import * as Limits from "../../../src/domain/shared/Limits.ts";
import * as TagSelection from "../../../src/domain/tag/TagSelection.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as Values from "../../scenario/Values.ts";

const promotion: Rollout.Promotion = { failedPercentMax: 5, silentPercentMax: 20, by: "automatic" };
const ring = (name: string, members: Rollout.RingMembers, over: Partial<Rollout.Ring> = {}): Rollout.Ring => ({
  name,
  members,
  soakDays: 2,
  promotion,
  ...over,
});
const count = (assets: number) => ({ _tag: "Count", assets }) as const;
const rest = (over: Partial<Rollout.Ring> = {}) =>
  ring("rest", { _tag: "Rest" }, { soakDays: null, promotion: null, ...over });
const paths = (...rings: readonly Rollout.Ring[]) =>
  Rollout.problems({ rings }, Limits.defaults).map((p) => [p.rule, p.path]);
const first = (over: Partial<Rollout.Ring>) => paths(ring("first", count(1), over), rest());
const refused = (path: string) => [["RNG-02", `rollout.rings.0.${path}`]];

describe("what a rollout may be", () => {
  it("RNG-02: has 1 to 20 rings", () => {
    const many = (n: number) => [...Array.from({ length: n - 1 }, (_, i) => ring(`r${i}`, count(1))), rest()];
    expect(paths()).toEqual([["RNG-02", "rollout.rings"]]);
    expect(paths(rest())).toEqual([]);
    expect(paths(...many(20))).toEqual([]);
    expect(paths(...many(21))).toEqual([["RNG-02", "rollout.rings"]]);
  });

  it("RNG-02: its last ring, and no other, takes all that is left, soaks for nobody and promotes to nothing", () => {
    expect(paths(ring("first", count(1)), ring("last", count(1)))).toEqual([
      ["RNG-02", "rollout.rings.1.members"],
      ["RNG-02", "rollout.rings.1.soakDays"],
      ["RNG-02", "rollout.rings.1.promotion"],
    ]);
    expect(paths(rest({ soakDays: 1 }))).toEqual(refused("soakDays"));
    expect(paths(rest({ promotion }))).toEqual(refused("promotion"));
    expect(first({ members: { _tag: "Rest" } })).toEqual(refused("members"));
  });

  it("RNG-02: every ring before the last soaks for a day or more and says what is asked of it", () => {
    for (const soakDays of [1, 365]) expect([soakDays, first({ soakDays })]).toEqual([soakDays, []]);
    for (const soakDays of [null, 0, -1, 1.5, 366]) {
      expect([soakDays, first({ soakDays })]).toEqual([soakDays, refused("soakDays")]);
    }
    expect(first({ promotion: null })).toEqual(refused("promotion"));
    for (const percent of [0, 100]) {
      expect(first({ promotion: { ...promotion, failedPercentMax: percent, silentPercentMax: percent } })).toEqual([]);
    }
    for (const percent of [-1, 101, Number.NaN]) {
      expect(first({ promotion: { ...promotion, failedPercentMax: percent } })).toEqual(
        refused("promotion.failedPercentMax"),
      );
      expect(first({ promotion: { ...promotion, silentPercentMax: percent } })).toEqual(
        refused("promotion.silentPercentMax"),
      );
    }
  });

  it("RNG-02: takes assets by count, percentage or tags, at least some", () => {
    for (const bad of [0, -1, 1.5]) expect(first({ members: count(bad) })).toEqual(refused("members.assets"));
    const percent = (of: number) => first({ members: { _tag: "Percent", percent: of } });
    for (const good of [0.1, 50, 100]) expect([good, percent(good)]).toEqual([good, []]);
    for (const bad of [0, -1, 100.1, Number.NaN])
      expect([bad, percent(bad)]).toEqual([bad, refused("members.percent")]);
    const tagged = (n: number) =>
      first({ members: { _tag: "Tags", tags: Values.any(...Array.from({ length: n }, (_, i) => `t${i}`)) } });
    expect([tagged(0), tagged(1), tagged(500), tagged(501)]).toEqual([
      refused("members.tags"),
      [],
      [],
      refused("members.tags"),
    ]);
  });

  it("RNG-02: its rings have a name each, and no two the same", () => {
    for (const name of ["", " ", "n".repeat(65)]) expect(first({ name })).toEqual(refused("name"));
    expect(first({ name: "n".repeat(64) })).toEqual([]);
    expect(paths(ring("a", count(1)), ring("a", count(2)), rest())).toEqual([["RNG-02", "rollout.rings.1.name"]]);
  });

  it("RNG-02: what is wrong with it keeps the job from being saved", () => {
    const draft = Values.draft({ rollout: { rings: [] } });
    expect(Job.problems(draft, Limits.defaults).map((p) => [p.rule, p.path])).toEqual([["RNG-02", "rollout.rings"]]);
  });

  it("RNG-02: tells the tags of its rings, each once", () => {
    const tags = (...names: readonly string[]) => ({ _tag: "Tags", tags: Values.any(...names) }) as const;
    const rollout = { rings: [ring("a", tags("x", "y")), ring("b", tags("y", "z")), ring("c", count(1)), rest()] };
    expect(Rollout.tagsOf(rollout)).toEqual(["x", "y", "z"]);
    expect(Rollout.tagsOf(undefined)).toEqual([]);
  });
});

const targets = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: Values.uuid(i), tags: i % 5 === 0 ? ["lab"] : ["fleet"] }));
const tree = Values.tree({ all: null, lab: "all", fleet: "all" });
const sizes = (rings: readonly Rollout.Ring[], n: number, jobId = "job") => {
  const ringOf = Rollout.assign({ rings }, targets(n), { jobId, tree });
  return rings.map((_, i) => [...ringOf.values()].filter((at) => at === i).length);
};

describe("which ring an asset is in", () => {
  it("RNG-02: takes a count, a percentage of all targets rounded up, or those that bear the tags", () => {
    expect(sizes([ring("a", count(10)), ring("b", count(100)), rest()], 1_000)).toEqual([10, 100, 890]);
    expect(sizes([ring("a", { _tag: "Percent", percent: 1 }), rest()], 150)).toEqual([2, 148]);
    const lab = ring("a", { _tag: "Tags", tags: Values.any("lab") });
    expect(sizes([lab, ring("b", { _tag: "Percent", percent: 10 }), rest()], 50)).toEqual([10, 5, 35]);
    expect(sizes([ring("a", { _tag: "Tags", tags: Values.every("all") }), rest()], 50)).toEqual([50, 0]);
    expect(sizes([ring("a", count(10)), ring("b", count(10)), rest()], 12)).toEqual([10, 2, 0]);
  });

  it("RNG-02: is neither by its id nor the same in every job, and always the same in one", () => {
    const rollout = { rings: [ring("a", count(100)), rest()] };
    const firstOf = (jobId: string, list = targets(1_000)) => {
      const ringOf = Rollout.assign(rollout, list, { jobId, tree });
      return [...ringOf].filter(([, at]) => at === 0).map(([id]) => id);
    };
    const chosen = firstOf("job");
    expect(new Set(firstOf("job", [...targets(1_000)].reverse()))).toEqual(new Set(chosen));
    // Of a hundred in a thousand, ten or so are of each tenth of the ids, and of another job's.
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const here = new Set(
        targets(1_000)
          .slice(tenth * 100, tenth * 100 + 100)
          .map((a) => a.id),
      );
      const among = chosen.filter((id) => here.has(id)).length;
      expect([tenth, among > 1 && among < 25]).toEqual([tenth, true]);
    }
    const shared = firstOf("other").filter((id) => chosen.includes(id)).length;
    expect(shared).toBeLessThan(30);
  });

  const members: fc.Arbitrary<Rollout.RingMembers> = fc.oneof(
    fc.integer({ min: 1, max: 8 }).map(count),
    fc.integer({ min: 1, max: 100 }).map((percent) => ({ _tag: "Percent", percent }) as const),
    Arbitraries.tagSet.filter(({ tags }) => tags.length > 0).map((tags) => ({ _tag: "Tags", tags }) as const),
  );
  const rollouts = fc
    .array(members, { maxLength: 6 })
    .map((all) => ({ rings: [...all.map((each, i) => ring(`r${i}`, each)), rest()] }));

  it("RNG-02: every target is in exactly one ring, each ring as full as it may be before the next takes any", () => {
    const seen = { Count: 0, Percent: 0, Tags: 0 };
    fc.assert(
      fc.property(rollouts, Arbitraries.tree, Arbitraries.assets, fc.string(), (rollout, anyTree, assets, jobId) => {
        expect(Rollout.problems(rollout, Limits.defaults)).toEqual([]);
        const ringOf = Rollout.assign(rollout, assets, { jobId, tree: anyTree });
        expect([...ringOf.keys()]).toEqual(assets.map((a) => a.id));
        let left = [...assets];
        for (const [i, each] of rollout.rings.entries()) {
          const taken = left.filter((a) => ringOf.get(a.id) === i);
          if (each.members._tag !== "Rest") seen[each.members._tag] += taken.length;
          expect(new Set(taken.map((a) => a.id))).toEqual(
            new Set(expected(each.members, left, assets.length, anyTree, taken)),
          );
          left = left.filter((a) => ringOf.get(a.id) !== i);
        }
        expect(left).toEqual([]);
      }),
      Arbitraries.runs(300),
    );
    for (const taken of Object.values(seen)) expect(taken).toBeGreaterThan(0);
  });

  // Of those that are left, whom the ring must hold; by number any will do, so those that it took, as many as there must be.
  const expected = (
    of: Rollout.RingMembers,
    left: readonly TagSelection.Selectable[],
    all: number,
    anyTree: Parameters<typeof TagSelection.matcher>[1],
    taken: readonly TagSelection.Selectable[],
  ): readonly string[] => {
    const ids = (some: readonly TagSelection.Selectable[]) => some.map((a) => a.id);
    if (of._tag === "Rest") return ids(left);
    if (of._tag === "Tags") return ids(left.filter((a) => TagSelection.matcher(of.tags, anyTree)(a.tags)));
    const wanted = of._tag === "Count" ? of.assets : Math.ceil((all * of.percent) / 100);
    expect(taken.length).toBe(Math.min(wanted, left.length));
    return ids(taken);
  };
});

describe("when a ring starts", () => {
  it("RNG-05, RNG-06: at the earliest after the soaks of those before it, the day of deployment among them", () => {
    const rollout = {
      rings: [ring("a", count(1), { soakDays: 3 }), ring("b", count(1), { soakDays: 5 }), rest()],
    };
    expect(Rollout.daysAfterFirst(rollout)).toEqual([0, 3, 8]);
    expect(Rollout.earliestDays(rollout, 20_000)).toEqual([20_000, 20_003, 20_008]);
    expect(Rollout.daysAfterFirst({ rings: [rest()] })).toEqual([0]);
  });
});
