import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Licence from "../../src/domain/license/Licence.ts";
import * as SeatRule from "../../src/domain/license/SeatRule.ts";
import type { Subscription } from "../../src/domain/license/Subscription.ts";
import * as Keyset from "../../src/domain/shared/Keyset.ts";
import { defaults } from "../../src/domain/shared/Limits.ts";
import * as TagSelection from "../../src/domain/tag/TagSelection.ts";
import * as AssetBuilders from "../../src/testing/builders/AssetBuilders.ts";
import { assets, runs, tagId, tagSet, tree } from "../scenario/Arbitraries.ts";

const subscription: fc.Arbitrary<Subscription> = fc
  .record({
    plan: fc.constantFrom("Free", "Trial", "Full", "Full", "Full" as const),
    expiresAt: fc.constantFrom(null, null, 5),
    seats: fc.integer({ min: 0, max: 6 }),
    include: tagSet,
    exclude: tagSet,
  })
  .map(({ plan, expiresAt, seats, include, exclude }) => ({
    id: "tenant",
    plan: plan as Subscription["plan"],
    expiresAt: plan === "Free" ? null : expiresAt,
    licences: { PM: { seats, include, exclude } },
    lapsedAt: null,
    limits: defaults,
  }));

describe("who holds a seat, as a rule that stores can work out", () => {
  it("LIC-03, LIC-04, LIC-05, LIC-12: comes to the assets that get a seat one by one", () => {
    let held = 0;
    fc.assert(
      fc.property(subscription, tree, assets, fc.constantFrom(1, 9), (bought, tags, fleet, now) => {
        const verdicts = Licence.assignSeats(bought, tags, fleet, now);
        const expected = fleet.map((a) => a.id).filter((id) => verdicts.get(id)?._tag === "Licensed");
        const holders = SeatRule.holders(SeatRule.of(bought, tags, now), fleet);
        held += holders.size;
        expect([...holders].sort()).toEqual(expected.sort());
      }),
      runs(1_000),
    );
    expect(held).toBeGreaterThan(500);
  });

  it("LIC-05: ties go to the same asset, whatever its id is made of", () => {
    const fleet = ["\u{10000}", "\u{ffff}"].map((id) => AssetBuilders.asset(id, { activations: { PM: 1 } }));
    const bought: Subscription = {
      id: "tenant",
      plan: "Full",
      expiresAt: null,
      licences: { PM: { seats: 1, include: TagSelection.none.include, exclude: TagSelection.none.exclude } },
      lapsedAt: null,
      limits: defaults,
    };
    const verdicts = Licence.assignSeats(bought, new Map(), fleet, 1);
    const seated = [...verdicts].filter(([, verdict]) => verdict._tag === "Licensed").map(([id]) => id);
    expect(seated).toEqual(["\u{ffff}"]);
    expect([...SeatRule.holders(SeatRule.of(bought, new Map(), 1), fleet)]).toEqual(seated);
  });

  it("TAG-03: sets of tags spelled out are borne by the assets that the selection means", () => {
    fc.assert(
      fc.property(tagSet, tree, fc.array(tagId, { maxLength: 4 }), (set, tags, borne) => {
        const spelled = TagSelection.bearing(set, tags);
        expect(TagSelection.bears(spelled)(borne)).toBe(TagSelection.matcher(set, tags)(borne));
      }),
      runs(1_000),
    );
  });

  it("texts of a list stand in the order of their code points, as stores sort them", () => {
    const inOrder = ["z", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}"];
    const turned = [...inOrder].reverse();
    turned.sort((a, b) => Keyset.compare([a, "id"], [b, "id"], "ascending"));
    expect(turned).toEqual(inOrder);
    expect(turned).toEqual([...inOrder].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
});
