import { describe, expect, it } from "vitest";
import * as Asset from "../../src/domain/asset/Asset.ts";
import * as Subscription from "../../src/domain/license/Subscription.ts";
import { codecs } from "../../src/schema/Stored.ts";
import * as Values from "../scenario/Values.ts";

/** An asset as it was stored while all its modules had one instant. */
const assetBefore = {
  id: Values.uuid(1),
  name: "web-01",
  platform: "Linux",
  osFamily: "Enterprise Linux",
  osName: "Enterprise Linux 9",
  arch: "x86_64",
  timeZone: "UTC",
  assignedTags: ["web"],
  tags: ["web"],
  modules: ["AI", "PM", "VM"],
  provisionedAt: 5,
  activatedAt: 7,
  activationKey: Values.uuid(2),
};

const tags = (...named: readonly string[]) => ({ mode: "any", tags: named });

/** A subscription as it was stored while patching was all that was licensed. */
const subscriptionBefore = {
  id: "acme",
  plan: "Full",
  expiresAt: 9,
  seats: 3,
  include: tags("web"),
  exclude: tags("lab"),
  limits: { leaseSeconds: 60 },
};

describe("what was stored before", () => {
  it("LIC-09: an asset's modules are active since the one instant that it had", () => {
    const asset = codecs.asset.parse(assetBefore);
    expect(asset).toMatchObject({ activations: { PM: 7, VM: 7 }, tags: ["web"] });
    expect(asset).not.toHaveProperty("modules");
    expect(Asset.activeModules(asset)).toEqual(["AI", "VM", "PM"]);
    expect(Asset.isPatchManaged(asset)).toBe(true);
    expect(codecs.asset.parse(JSON.parse(JSON.stringify(asset)))).toEqual(asset);
  });

  it("an asset with words that are no modules is read without them, and one without modules as it is", () => {
    for (const modules of [["pm", ""], [], ["AI"]]) {
      expect(codecs.asset.parse({ ...assetBefore, modules }).activations).toEqual({});
    }
  });

  it("an asset of before tags had rules is read too", () => {
    const { assignedTags, ...older } = assetBefore;
    expect(codecs.asset.parse(older)).toMatchObject({ assignedTags, activations: { PM: 7, VM: 7 } });
  });

  it("LIC-09: a subscription's seats and licence tags are those of patching", () => {
    const subscription = codecs.subscription.parse(subscriptionBefore);
    expect(subscription).toMatchObject({
      plan: "Full",
      expiresAt: 9,
      licences: { PM: { seats: 3, include: tags("web"), exclude: tags("lab") } },
      lapsedAt: null,
      limits: { leaseSeconds: 60, tagsMax: 10_000 },
    });
    expect(subscription).not.toHaveProperty("seats");
    expect(Subscription.licenceOf(subscription, "VM").seats).toBe(0);
    expect(codecs.subscription.parse(JSON.parse(JSON.stringify(subscription)))).toEqual(subscription);
  });

  it("what was broken before is still refused, not read as something", () => {
    expect(codecs.asset.safeParse({ ...assetBefore, activatedAt: "seven" }).success).toBe(false);
    expect(codecs.subscription.safeParse({ ...subscriptionBefore, seats: 1.5 }).success).toBe(false);
    expect(codecs.subscription.safeParse({ ...subscriptionBefore, include: null }).success).toBe(false);
    for (const nothing of [null, 1, "x", []]) {
      expect(codecs.asset.safeParse(nothing).success).toBe(false);
      expect(codecs.subscription.safeParse(nothing).success).toBe(false);
    }
  });
});
