import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type * as Subscription from "../../src/domain/license/Subscription.ts";
import * as AssessmentProfile from "../../src/domain/profile/AssessmentProfile.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Forest from "../scenario/Forest.ts";
import * as Values from "../scenario/Values.ts";

const HOUR = 3_600;
const NOW = Values.START;
const { subscription } = Values;
const tree = Values.tree({ emea: null, berlin: "emea", web: null });
const standard = AssessmentProfile.first("Full", 0);
const profile = (id: string, over: Partial<AssessmentProfile.AssessmentProfile> = {}) => ({
  ...standard,
  id,
  name: `profile ${id}`,
  position: 1,
  isDefault: false,
  tags: ["web"],
  intervalSeconds: 6 * HOUR,
  savedAt: NOW,
  ...over,
});
const effective = (
  profiles: readonly AssessmentProfile.AssessmentProfile[],
  tags: readonly string[],
  under: Subscription.Subscription = subscription(),
) => AssessmentProfile.compile(profiles, tree, under, NOW)({ tags });
const rules = (result: ReturnType<typeof AssessmentProfile.validate>) =>
  result.ok ? [] : result.error.map((r) => r.rule);

describe("the default profile", () => {
  it("PRO-01: starts at 24 h on Free, at 4 h on Trial and Full, and applies where no custom profile does", () => {
    expect(AssessmentProfile.first("Free", 0).intervalSeconds).toBe(24 * HOUR);
    for (const plan of ["Trial", "Full"] as const)
      expect(AssessmentProfile.first(plan, 0).intervalSeconds).toBe(4 * HOUR);
    expect(effective([standard, profile("a")], ["emea"])).toMatchObject({
      profileId: "default",
      intervalSeconds: 4 * HOUR,
    });
    expect(effective([], [])).toMatchObject({ profileId: "default", intervalSeconds: 4 * HOUR });
  });

  it("PRO-01: can't be deleted, disabled or bound to tags", () => {
    for (const what of ["deleted", "disabled"] as const) {
      expect(AssessmentProfile.removable(standard, what)).toMatchObject({ ok: false, error: { rule: "PRO-01" } });
      expect(AssessmentProfile.removable(profile("a"), what).ok).toBe(true);
    }
    expect(rules(AssessmentProfile.validate({ ...standard, tags: ["web"] }, "Full", Limits.defaults))).toEqual([
      "PRO-01",
    ]);
  });

  it("PRO-07: takes another interval, within the bounds", () => {
    const saved = (hours: number) =>
      rules(AssessmentProfile.validate({ ...standard, intervalSeconds: hours * HOUR }, "Full", Limits.defaults));
    expect([4, 24, 720].flatMap(saved)).toEqual([]);
    expect([3, 721].flatMap(saved)).toEqual(["PRO-07", "PRO-07"]);
  });
});

describe("a custom profile", () => {
  it.each([
    ["Free", 24 * HOUR],
    ["Trial", 4 * HOUR],
    ["Full", 4 * HOUR],
  ] as const)("PRO-02: on %s has an interval of %d s to 30 days, to the second", (plan, min) => {
    const max = 30 * 24 * HOUR;
    const saved = (intervalSeconds: number) =>
      rules(AssessmentProfile.validate(profile("a", { intervalSeconds }), plan, Limits.defaults));
    expect([min, max].flatMap(saved)).toEqual([]);
    for (const wrong of [min - 1, max + 1, min + 0.5, Number.NaN]) expect(saved(wrong)).toEqual(["PRO-02"]);
  });

  it("PRO-02: has a name and at least one tag, and everything wrong is said at once", () => {
    const { titleCharactersMax: longest } = Limits.defaults;
    expect(
      rules(AssessmentProfile.validate(profile("a", { name: "x".repeat(longest) }), "Full", Limits.defaults)),
    ).toEqual([]);
    for (const name of [" ", "x".repeat(longest + 1)]) {
      const wrong = profile("a", { name, tags: [], intervalSeconds: 1 });
      expect(rules(AssessmentProfile.validate(wrong, "Full", Limits.defaults))).toEqual(["PRO-02", "PRO-02", "PRO-02"]);
    }
    const tags = Array.from({ length: Limits.defaults.tagsPerSelectionMax + 1 }, (_, i) => `t${i}`);
    expect(rules(AssessmentProfile.validate(profile("a", { tags }), "Full", Limits.defaults))).toEqual(["PRO-02"]);
    expect(rules(AssessmentProfile.validate(profile("a", { tags: tags.slice(1) }), "Full", Limits.defaults))).toEqual(
      [],
    );
  });

  it("PRO-03: holds its tags with all that is below them, disabled too; a second use is refused and names the holder", () => {
    const holder = profile("holder", { name: "Europe", tags: ["emea"] });
    const refused = (one: AssessmentProfile.AssessmentProfile, held: AssessmentProfile.AssessmentProfile) => {
      const result = AssessmentProfile.exclusive(one, [standard, held, one], tree);
      return result.ok ? null : result.error;
    };
    for (const held of [holder, { ...holder, isEnabled: false }]) {
      for (const tags of [["emea"], ["berlin"], ["web", "berlin"]]) {
        expect(refused(profile("b", { tags }), held)).toMatchObject({ rule: "PRO-03", code: "conflict" });
        expect(refused(profile("b", { tags }), held)?.message).toContain("Europe");
      }
    }
    expect(
      refused(profile("b", { tags: ["emea"] }), profile("c", { name: "Below", tags: ["berlin"] }))?.message,
    ).toContain("Below");
    expect(refused(profile("b", { tags: ["web"] }), holder)).toBeNull();
    expect(AssessmentProfile.exclusive(holder, [holder], tree).ok).toBe(true);
  });

  it("PRO-03: an overlap that moving a tag made is reported, and PRO-05: the topmost enabled one decides and says why", () => {
    const moved = Values.tree({ emea: null, berlin: "emea", web: "emea" });
    const [top, below] = [profile("top", { tags: ["emea"], position: 1 }), profile("below", { position: 2 })];
    expect(AssessmentProfile.overlaps([below, top], tree)).toEqual([]);
    expect(AssessmentProfile.overlaps([below, top], moved)).toEqual([{ tag: "web", profiles: ["top", "below"] }]);
    const of = (profiles: readonly AssessmentProfile.AssessmentProfile[]) =>
      AssessmentProfile.compile(profiles, moved, subscription(), NOW)({ tags: ["web"] });
    expect(of([below, top])).toMatchObject({ profileId: "top", why: expect.stringContaining("web") });
    expect(of([below, { ...top, isEnabled: false }]).profileId).toBe("below");
    expect(of([{ ...below, position: 0 }, top]).profileId).toBe("below");
  });

  it("PRO-08: an asset of a disabled or deleted one falls back by PRO-05, then to the default", () => {
    const profiles = [
      standard,
      profile("a", { tags: ["web"], position: 1 }),
      profile("b", { tags: ["berlin"], position: 2 }),
    ];
    const of = (list: readonly AssessmentProfile.AssessmentProfile[]) => effective(list, ["web", "berlin"]).profileId;
    const without = (ids: readonly string[]) =>
      profiles.map((p) => (ids.includes(p.id) ? { ...p, isEnabled: false } : p));
    expect([of(profiles), of(without(["a"])), of(without(["a", "b"]))]).toEqual(["a", "b", "default"]);
    expect(of(profiles.filter((p) => p.id !== "a"))).toBe("b");
  });

  it("PRO-06: applies by tags whatever the platform is", () => {
    const of = AssessmentProfile.compile([standard, profile("a")], tree, subscription(), NOW);
    for (const platform of ["Windows", "Mac", "Linux"] as const) {
      expect(of(Values.asset(Values.uuid(1), { platform, tags: ["web"] })).profileId).toBe("a");
    }
  });
});

describe("an interval as the subscription falls back", () => {
  const fell = subscription({ expiresAt: NOW });
  const renewed = subscription({ lapsedAt: NOW - 10 });

  it("LIC-02: counts as 24 h from the instant on, a millisecond before it not yet; longer ones stay", () => {
    const short = profile("a", { savedAt: NOW - 100 });
    const at = (now: number) => AssessmentProfile.intervalOf(short, fell, now);
    expect([NOW - 1, NOW, NOW + 1].map(at)).toEqual([6 * HOUR, 24 * HOUR, 24 * HOUR]);
    expect(AssessmentProfile.intervalOf({ ...short, intervalSeconds: 48 * HOUR }, fell, NOW)).toBe(48 * HOUR);
  });

  it("LIC-02: a converted interval stays 24 h after the renewal, until it is saved anew", () => {
    const at = (savedAt: number) => AssessmentProfile.intervalOf(profile("a", { savedAt }), renewed, NOW);
    expect([NOW - 11, NOW - 10, NOW - 9].map(at)).toEqual([24 * HOUR, 24 * HOUR, 6 * HOUR]);
    expect(effective([profile("a", { savedAt: NOW - 11 })], ["web"], renewed).why).toContain("LIC-02");
    expect(effective([profile("a")], ["web"], renewed).why).not.toContain("LIC-02");
  });
});

describe("the choice of a profile", () => {
  const one = fc.record({
    position: fc.nat({ max: 4 }),
    isEnabled: fc.boolean(),
    tags: fc.uniqueArray(Arbitraries.tagId, { maxLength: 3 }),
    intervalSeconds: fc.constantFrom(4 * HOUR, 24 * HOUR, 48 * HOUR),
    savedAt: fc.constantFrom(NOW - 20, NOW - 10, NOW),
  });
  const profiles = fc
    .array(one, { maxLength: 5 })
    .map((all) => [standard, ...all.map((over, i) => profile(`p${i}`, over))]);

  it("PRO-05, PRO-01, PRO-08: is the first match top-down, else the default, in whatever order the list comes (I35)", () => {
    let custom = 0;
    const cases = fc
      .tuple(Arbitraries.tree, profiles, Arbitraries.assets)
      .chain(([t, p, a]) => fc.tuple(fc.constant(t), fc.constant(p), fc.constant(a), Arbitraries.shuffled(p)));
    fc.assert(
      fc.property(cases, ([forest, list, assets, again]) => {
        const of = AssessmentProfile.compile(list, forest, subscription(), NOW);
        const same = AssessmentProfile.compile(again, forest, subscription(), NOW);
        for (const asset of assets) {
          const matching = list
            .filter((p) => !p.isDefault && p.isEnabled)
            .filter((p) => p.tags.length > 0 && Forest.satisfies(forest, { mode: "any", tags: p.tags }, asset.tags))
            .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
          const chosen = of(asset);
          expect(chosen.profileId).toBe(matching[0]?.id ?? "default");
          expect(same(asset)).toEqual(chosen);
          custom += matching.length > 0 ? 1 : 0;
        }
      }),
      Arbitraries.runs(500),
    );
    expect(custom).toBeGreaterThan(0);
  });

  it("PRO-03: what may be saved one after the other overlaps in no tree", () => {
    fc.assert(
      fc.property(Arbitraries.tree, profiles, (forest, list) => {
        let kept: readonly AssessmentProfile.AssessmentProfile[] = [standard];
        for (const p of list) if (AssessmentProfile.exclusive(p, kept, forest).ok) kept = [...kept, p];
        expect(AssessmentProfile.overlaps(kept, forest)).toEqual([]);
        for (const p of list.filter((each) => !kept.includes(each))) {
          expect(AssessmentProfile.overlaps([...kept, p], forest)).not.toEqual([]);
        }
      }),
      Arbitraries.runs(500),
    );
  });
});
