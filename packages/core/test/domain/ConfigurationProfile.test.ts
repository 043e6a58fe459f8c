import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as ConfigurationProfile from "../../src/domain/profile/ConfigurationProfile.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Forest from "../scenario/Forest.ts";
import * as Values from "../scenario/Values.ts";

const { any, every, profile, select } = Values;
const tree = Values.tree({ fleet: null, web: "fleet", lab: null });
const web = { id: Values.uuid(1), tags: ["web"] };
const of = (...profiles: readonly ConfigurationProfile.ConfigurationProfile[]) =>
  ConfigurationProfile.effective(profiles, tree, web)?.id ?? null;
const byTag = (id: string, position: number, ...tags: readonly string[]) =>
  profile(id, { position, targets: select({ include: any(...tags) }) });
const standard = profile("standard", { isDefault: true, position: 99 });

describe("the profile of an asset", () => {
  it("CFG-01: of several that match, the topmost in the list wins", () => {
    expect(of(byTag("low", 3, "web"), byTag("high", 1, "fleet"), byTag("other", 0, "lab"), standard)).toBe("high");
  });

  it("CFG-01: the default catches the rest, wherever it stands in the list", () => {
    expect(of(byTag("other", 1, "lab"), standard)).toBe("standard");
    expect(of(byTag("high", 5, "web"), { ...standard, position: 0 })).toBe("high");
  });

  it("CFG-01: an asset named in a profile gets it, though a higher one matches by tags; named in two, the topmost", () => {
    const named = (id: string, position: number) => profile(id, { position, targets: select({ assets: [web.id] }) });
    expect(of(byTag("tagged", 1, "web"), named("named", 2), standard)).toBe("named");
    expect(of(byTag("tagged", 1, "web"), named("second", 3), named("first", 2), standard)).toBe("first");
  });

  it("CFG-01: without any that matches and without a default there is none", () => {
    expect(of(byTag("other", 1, "lab"))).toBeNull();
    expect(of()).toBeNull();
  });

  it("CFG-08: hosts come by tags to include and to exclude, each by any or by all", () => {
    const targets = (include: typeof tags, exclude: typeof tags) =>
      profile("it", { targets: select({ include, exclude }) });
    const tags = any();
    expect(of(targets(every("fleet", "web"), any()))).toBe("it");
    expect(of(targets(every("fleet", "lab"), any()))).toBeNull();
    expect(of(targets(any("fleet", "lab"), any("web")))).toBeNull();
    expect(of(targets(any("fleet", "lab"), every("web", "lab")))).toBe("it");
  });

  it("CFG-01: any profiles give every asset the one that the rule read literally gives, in whatever order they come", () => {
    const made = fc
      .array(fc.record({ position: fc.nat({ max: 3 }), isDefault: fc.boolean(), targets: Arbitraries.selection }), {
        maxLength: 5,
      })
      .map((list) => list.map((over, i) => profile(`p${i}`, over)));
    const inputs = fc
      .tuple(Arbitraries.tree, made, Arbitraries.assets)
      .chain(([forest, profiles, assets]) =>
        fc.tuple(fc.constant({ forest, profiles, assets }), Arbitraries.shuffled(profiles)),
      );
    const ways = { named: 0, tagged: 0, standard: 0 };
    fc.assert(
      fc.property(inputs, ([{ forest, profiles, assets }, again]) => {
        for (const asset of assets) {
          const above = (a: typeof standard, b: typeof standard) =>
            a.position < b.position || (a.position === b.position && a.id < b.id);
          const top = (among: readonly (typeof standard)[]) =>
            among.find((p) => among.every((q) => q === p || above(p, q)));
          const matching = profiles.filter((p) => Forest.verdict(forest, p.targets, asset) === "selected");
          const named = top(matching.filter((p) => p.targets.assets.includes(asset.id)));
          const fallback = top(profiles.filter((p) => p.isDefault));
          const expected = named ?? top(matching) ?? fallback ?? null;
          expect(ConfigurationProfile.effective(profiles, forest, asset)).toBe(expected);
          expect(ConfigurationProfile.effective(again, forest, asset)).toBe(expected);
          if (named !== undefined) ways.named += 1;
          else if (matching.length > 0) ways.tagged += 1;
          else if (fallback !== undefined) ways.standard += 1;
        }
      }),
      Arbitraries.runs(300),
    );
    for (const times of Object.values(ways)) expect(times).toBeGreaterThan(20);
  });
});

describe("a profile that turns the patch module off", () => {
  const off = (id: string, over: Partial<typeof standard> = {}) =>
    profile(id, { settings: { isPmEnabled: false }, ...over });
  const other = { id: Values.uuid(2), tags: ["lab"] };
  const turned = (...profiles: readonly ConfigurationProfile.ConfigurationProfile[]) => [
    ...ConfigurationProfile.turningOff(profiles, tree, [web, other]),
  ];

  it("CFG-09: does so for the assets that get it, and for no others", () => {
    const targets = select({ include: any("fleet") });
    expect(turned(off("off", { targets }), standard)).toEqual([[web.id, "profile off"]]);
    expect(turned(byTag("on", 0, "web"), off("off", { targets, position: 5 }), standard)).toEqual([]);
    expect(turned(off("all", { isDefault: true })).map(([id]) => id)).toEqual([web.id, other.id]);
    expect(turned(standard)).toEqual([]);
  });
});

describe("the list of profiles", () => {
  const list = [standard, profile("b", { position: 1 }), profile("a", { position: 1 }), profile("c", { position: 0 })];

  it("CFG-01: is ordered by place, then by id; a new one goes below the others", () => {
    expect(ConfigurationProfile.ordered(list).map((p) => p.id)).toEqual(["c", "a", "b", "standard"]);
    expect(ConfigurationProfile.nextPosition(list)).toBe(100);
    expect(ConfigurationProfile.nextPosition([ConfigurationProfile.first(Limits.defaults)])).toBe(0);
  });

  it("CFG-01: takes another order when every profile is named once; those that stay are not written", () => {
    const moved = ConfigurationProfile.reordered(list, ["c", "standard", "b", "a"]);
    expect(moved.ok && moved.value.map((p) => [p.id, p.position])).toEqual([
      ["standard", 1],
      ["b", 2],
      ["a", 3],
    ]);
    expect(ConfigurationProfile.reordered(list, ["c", "c", "ghost", "a"])).toMatchObject({
      ok: false,
      error: [
        { code: "not-found", path: "ids.2" },
        { code: "invalid", path: "ids.1" },
        { code: "invalid", path: "ids", message: expect.stringContaining("standard, b") },
      ],
    });
  });

  it("CFG-01: has one default, whoever it is; it moves from one profile to another", () => {
    const moved = ConfigurationProfile.redesignated(list, "b");
    expect(moved.ok && moved.value.map((p) => [p.id, p.isDefault])).toEqual([
      ["standard", false],
      ["b", true],
    ]);
    expect(ConfigurationProfile.redesignated(list, "standard")).toEqual({ ok: true, value: [] });
    expect(ConfigurationProfile.redesignated(list, "ghost")).toMatchObject({ error: { code: "not-found" } });
  });

  it("CFG-01: keeps its default; any other may be deleted", () => {
    expect(ConfigurationProfile.deletable(list, "standard")).toMatchObject({
      error: { rule: "CFG-01", code: "conflict" },
    });
    expect(ConfigurationProfile.deletable(list, "ghost")).toMatchObject({ error: { code: "not-found" } });
    expect(ConfigurationProfile.deletable(list, "a").ok).toBe(true);
  });
});

describe("a profile", () => {
  const wrongWith = (over: Partial<typeof standard>, limits = Limits.defaults) => {
    const validated = ConfigurationProfile.validate(profile("p", over), limits);
    return validated.ok ? [] : validated.error.map((r) => `${r.rule} ${r.path}`);
  };
  const many = (n: number) => Array.from({ length: n }, (_, i) => `t${i}`);

  it("CFG-02: says everything that is wrong with it at once, with rules and paths", () => {
    const targets = select({
      assets: many(Limits.defaults.assetsPerSelectionMax + 1),
      include: any(...many(501)),
      exclude: any(...many(501)),
    });
    const settings = { statusIntervalSeconds: 899, chunkKilobytes: 63, cacheMegabytes: 2_047 };
    expect(wrongWith({ id: "", name: " ", targets, settings })).toEqual([
      "CFG-01 id",
      "CFG-01 name",
      "CFG-08 targets.assets",
      "CFG-08 targets.include.tags",
      "CFG-08 targets.exclude.tags",
      "AGT-04 settings.statusIntervalSeconds",
      "CFG-02 settings.chunkKilobytes",
      "CFG-06 settings.cacheMegabytes",
    ]);
  });

  it("has a name and an id that agents can be told, however long the subscription lets titles be", () => {
    const limits = Limits.withOverrides({ titleCharactersMax: 1_000 });
    expect(wrongWith({ name: "n".repeat(256), id: "i".repeat(128) }, limits)).toEqual([]);
    expect(wrongWith({ name: "n".repeat(257), id: "i".repeat(129) }, limits)).toEqual(["CFG-01 id", "CFG-01 name"]);
    expect(wrongWith({ name: "n".repeat(257) })).toEqual(["CFG-01 name"]);
  });

  it("begins a subscription inside its own limits", () => {
    const limits = Limits.withOverrides({ statusIntervalSecondsMin: 5, statusIntervalSecondsMax: 60 });
    expect(ConfigurationProfile.validate(ConfigurationProfile.first(limits), limits).ok).toBe(true);
  });
});
