import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import * as Licence from "../../src/domain/license/Licence.ts";
import * as Subscription from "../../src/domain/license/Subscription.ts";
import type { TagTree } from "../../src/domain/tag/TagTree.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Forest from "../scenario/Forest.ts";
import * as Values from "../scenario/Values.ts";

const { any, every, asset, subscription } = Values;
const NOW = Values.START;
const tree = Values.tree({ fleet: null, web: "fleet", lab: null });
const pm = (over: Partial<Subscription.ModuleLicence>) => ({ licences: Values.licences(over) });
const seats = (of: Partial<Subscription.Subscription>, assets: readonly Asset[]) =>
  Licence.assignSeats(subscription(of), tree, assets, NOW);
const licensed = (verdicts: ReadonlyMap<string, Licence.SeatVerdict>) =>
  [...verdicts]
    .filter(([, v]) => v._tag === "Licensed")
    .map(([id]) => id)
    .sort();

/** The rules read literally: whether an asset has a seat, counted against all the others. */
const hasSeat = (of: Subscription.Subscription, forest: TagTree, all: readonly Asset[], one: Asset): boolean => {
  if (of.plan === "Free" || (of.expiresAt !== null && NOW >= of.expiresAt)) return false;
  const { seats: bought, include, exclude } = of.licences.PM ?? Subscription.noLicence;
  const at = (a: Asset) => a.activations.PM ?? 0;
  const isActive = (a: Asset) => a.activations.PM !== undefined;
  if (of.plan === "Trial") return isActive(one);
  const isCandidate = (a: Asset) =>
    isActive(a) &&
    (include.tags.length === 0 || Forest.satisfies(forest, include, a.tags)) &&
    !Forest.satisfies(forest, exclude, a.tags);
  const isBefore = (a: Asset) => at(a) < at(one) || (at(a) === at(one) && a.id < one.id);
  return isCandidate(one) && all.filter((a) => isCandidate(a) && isBefore(a)).length < bought;
};

describe("a subscription's plan", () => {
  it.each(["Trial", "Full"] as const)("LIC-01: %s is in force until its instant, and Free from then on", (plan) => {
    const until = subscription({ plan, expiresAt: NOW });
    expect(Subscription.planAt(until, NOW - 1)).toBe(plan);
    expect(Subscription.planAt(until, NOW)).toBe("Free");
    expect(Subscription.planAt(subscription({ plan, expiresAt: null }), Number.MAX_SAFE_INTEGER)).toBe(plan);
  });
});

describe("seats", () => {
  const old = asset(Values.uuid(1), { activations: { PM: 1 }, tags: ["web"] });
  const young = asset(Values.uuid(2), { activations: { PM: 2 }, tags: ["lab"] });

  it("LIC-03: on Free nobody has a seat, so nothing is deployed", () => {
    for (const of of [{ plan: "Free" }, { plan: "Full", expiresAt: NOW }] as const) {
      const verdicts = seats(of, [old, young]);
      expect(licensed(verdicts)).toEqual([]);
      expect(verdicts.get(old.id)).toMatchObject({ rule: "LIC-03", reason: expect.stringContaining("Free") });
    }
  });

  it.each([
    [any("fleet"), any(), [old.id]],
    [any("fleet", "lab"), any(), [old.id, young.id]],
    [every("fleet", "lab"), any(), []],
    [any(), any("fleet"), [young.id]],
    [any("fleet"), any("web"), []],
    [any(), any(), [old.id, young.id]],
  ])("LIC-04: with %j included and %j excluded, the assets licensed are %j", (include, exclude, expected) => {
    const verdicts = seats(pm({ include, exclude }), [old, young]);
    expect(licensed(verdicts)).toEqual(expected);
    for (const id of [old.id, young.id].filter((i) => !expected.includes(i))) {
      expect(verdicts.get(id)).toMatchObject({ _tag: "NotLicensed", rule: "LIC-04" });
    }
  });

  it("LIC-05: past their number, seats go to the oldest activations, ties by asset id", () => {
    const inOrder = [
      asset(Values.uuid(9), { activations: { PM: 1 } }),
      asset(Values.uuid(3), { activations: { PM: 2 } }),
      asset(Values.uuid(4), { activations: { PM: 2 } }),
      asset(Values.uuid(1), { activations: { PM: 3 } }),
    ];
    for (let n = 0; n <= 5; n += 1) {
      const verdicts = seats(pm({ seats: n }), inOrder.toReversed());
      expect(licensed(verdicts)).toEqual(
        inOrder
          .slice(0, n)
          .map((a) => a.id)
          .sort(),
      );
      for (const late of inOrder.slice(n)) {
        expect(verdicts.get(late.id)).toMatchObject({
          rule: "LIC-05",
          reason: expect.stringContaining(`all ${n} seats`),
        });
      }
    }
  });

  it("LIC-05: an asset without PM is no candidate and takes no seat from others", () => {
    const idle = asset(Values.uuid(3), { activations: { VM: 0 } });
    const verdicts = seats(pm({ seats: 1 }), [idle, young]);
    expect(licensed(verdicts)).toEqual([young.id]);
    expect(verdicts.get(idle.id)).toMatchObject({ rule: "LIC-05", reason: expect.stringContaining("PM") });
  });

  it("LIC-12: on Trial every activated asset is licensed, whatever licence tags and seats say", () => {
    const idle = asset(Values.uuid(3), { activations: {} });
    const verdicts = seats({ plan: "Trial", ...pm({ seats: 0, include: any("lab"), exclude: any("web") }) }, [
      old,
      young,
      idle,
    ]);
    expect(licensed(verdicts)).toEqual([old.id, young.id]);
  });

  it("LIC-05, LIC-04, LIC-12, LIC-01: any subscription seats just those assets whom the rules read literally seat, in whatever order they come", () => {
    const settings = fc.record({
      plan: fc.constantFrom("Full", "Full", "Full", "Trial", "Free"),
      expiresAt: fc.constantFrom(null, null, NOW - 1, NOW, NOW + 1),
      licences: fc.record({
        PM: fc.record({
          seats: fc.nat({ max: 6 }),
          include: Arbitraries.tagSet,
          exclude: fc.oneof(fc.constant(any()), Arbitraries.tagSet),
        }),
      }),
    } as const);
    const inputs = fc
      .tuple(Arbitraries.tree, settings, Arbitraries.assets)
      .chain(([forest, of, assets]) =>
        fc.tuple(fc.constant(forest), fc.constant(subscription(of)), fc.constant(assets), Arbitraries.shuffled(assets)),
      );
    let refusals = 0;
    fc.assert(
      fc.property(inputs, ([forest, of, assets, again]) => {
        const verdicts = Licence.assignSeats(of, forest, assets, NOW);
        const expected = assets.filter((a) => hasSeat(of, forest, assets, a)).map((a) => a.id);
        expect(licensed(verdicts)).toEqual([...expected].sort());
        expect(verdicts.size).toBe(assets.length);
        expect(new Map(Licence.assignSeats(of, forest, again, NOW))).toEqual(new Map(verdicts));
        refusals += [...verdicts.values()].filter((v) => v._tag === "NotLicensed" && v.rule === "LIC-05").length;
      }),
      Arbitraries.runs(500),
    );
    expect(refusals).toBeGreaterThan(0);
  });
});

describe("consumption", () => {
  const of = (over: Partial<Subscription.Subscription>, assets: readonly Asset[]) =>
    Licence.consumption({ subscription: subscription(over), tree, assets, now: NOW });
  const four = [1, 2, 3, 4].map((n) =>
    asset(Values.uuid(n), { activations: { PM: n }, tags: [n === 4 ? "lab" : "web"] }),
  );

  it("LIC-05: is candidates of seats, and passes 100 %", () => {
    for (const [seats, percent, holders] of [
      [8, 50, 4],
      [4, 100, 4],
      [2, 200, 2],
      [0, null, 0],
    ] as const) {
      const expected = { module: "PM", seats, candidates: 4, licensed: holders, percent };
      expect(of(pm({ seats }), four)).toEqual([expected]);
    }
  });

  it("LIC-04: leaves out what licence tags leave out, LIC-09: counts each module by itself", () => {
    const both = [...four, asset(Values.uuid(5), { activations: { VM: 1 } })];
    const licences = {
      ...Values.licences({ seats: 3, include: any("fleet") }),
      VM: { ...Subscription.noLicence, seats: 4 },
    };
    expect(of({ licences }, both)).toEqual([
      { module: "PM", seats: 3, candidates: 3, licensed: 3, percent: 100 },
      { module: "VM", seats: 4, candidates: 1, licensed: 1, percent: 25 },
    ]);
  });

  it("LIC-12: there is none on Trial, on Free, and from the instant that Full expires", () => {
    for (const over of [{ plan: "Trial" }, { plan: "Free" }, { expiresAt: NOW }] as const)
      expect(of(over, four)).toEqual([]);
    expect(of({ expiresAt: NOW + 1 }, four)).toHaveLength(1);
  });
});

describe("seats of a module", () => {
  it("LIC-09: go by its own activations and seats, whatever other modules have", () => {
    const [a, b] = [
      asset(Values.uuid(1), { activations: { PM: 1, VM: 9 } }),
      asset(Values.uuid(2), { activations: { PM: 9, VM: 1 } }),
    ];
    const one = { seats: 1, include: any(), exclude: any() };
    const both = subscription({ licences: { PM: one, VM: one } });
    expect(licensed(Licence.assignSeats(both, tree, [a, b], NOW, "PM"))).toEqual([a.id]);
    expect(licensed(Licence.assignSeats(both, tree, [a, b], NOW, "VM"))).toEqual([b.id]);
    expect(licensed(Licence.assignSeats(both, tree, [a, b], NOW, "EDR"))).toEqual([]);
  });
});

describe("who gains or loses a seat", () => {
  const [first, second, third] = [1, 2, 3].map((n) => asset(Values.uuid(n), { activations: { PM: n } })) as [
    Asset,
    Asset,
    Asset,
  ];
  const standing = (over: Partial<Licence.Standing> = {}): Licence.Standing => ({
    subscription: subscription(pm({ seats: 2 })),
    tree,
    assets: [first, second, third],
    now: NOW,
    ...over,
  });
  const told = (after: Licence.Standing) =>
    Licence.changesIf(standing(), after).map((c) => [c.assetId, c.change, c.rule] as const);

  it("LIC-11, LIC-08: whoever is deactivated or removed makes room for the next in order, and for nobody else", () => {
    const deactivated = { ...first, activations: {} };
    expect(told(standing({ assets: [deactivated, second, third] }))).toEqual([
      [first.id, "loses", "LIC-05"],
      [third.id, "gains", "LIC-05"],
    ]);
    expect(told(standing({ assets: [second, third] }))).toEqual([
      [first.id, "loses", "LIC-08"],
      [third.id, "gains", "LIC-05"],
    ]);
  });

  it("LIC-11: whoever is activated again stands behind the others", () => {
    const again = { ...first, activations: { PM: 9 } };
    expect(told(standing({ assets: [again, second, third] }))).toEqual([
      [first.id, "loses", "LIC-05"],
      [third.id, "gains", "LIC-05"],
    ]);
  });

  it("LIC-04, LIC-01: is told with the rule for tags and for the end of the plan", () => {
    const tagged = [{ ...second, tags: ["lab"] }, first, third];
    const excluding = subscription(pm({ seats: 2, exclude: any("lab") }));
    expect(told(standing({ assets: tagged, subscription: excluding }))).toEqual([
      [second.id, "loses", "LIC-04"],
      [third.id, "gains", "LIC-05"],
    ]);
    const ended = standing({ subscription: subscription({ ...pm({ seats: 2 }), expiresAt: NOW + 5 }), now: NOW + 5 });
    expect(told(ended).map(([, change, rule]) => [change, rule])).toEqual([
      ["loses", "LIC-03"],
      ["loses", "LIC-03"],
    ]);
    expect(told(standing())).toEqual([]);
  });
});
