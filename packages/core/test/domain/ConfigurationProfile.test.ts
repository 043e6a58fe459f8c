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

describe("a profile's settings", () => {
  const validate = (over: Partial<typeof standard>, limits = Limits.defaults) =>
    ConfigurationProfile.validate(profile("p", over), limits);

  it.each([900, 901, 2_700])("AGT-04: a status interval of %i s is taken", (statusIntervalSeconds) => {
    expect(validate({ statusIntervalSeconds }).ok).toBe(true);
  });

  it.each([899, 2_701, 0, -900, 900.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "AGT-04: a status interval of %d s is refused, saying what is allowed",
    (statusIntervalSeconds) => {
      expect(validate({ statusIntervalSeconds })).toMatchObject({
        ok: false,
        error: {
          rule: "AGT-04",
          code: "invalid",
          path: "statusIntervalSeconds",
          message: expect.stringContaining("900–2700 s"),
        },
      });
    },
  );

  it.each([240 * 60, 43_200 * 60])(
    "CFG-02: a scan interval of %i s is taken (of its settings, the scan interval)",
    (scanIntervalSeconds) => {
      expect(validate({ scanIntervalSeconds }).ok).toBe(true);
    },
  );

  it.each([240 * 60 - 1, 43_200 * 60 + 1, 14_400.5, Number.NaN])(
    "CFG-02: a scan interval of %d s is refused (of its settings, the scan interval)",
    (scanIntervalSeconds) => {
      expect(validate({ scanIntervalSeconds })).toMatchObject({
        ok: false,
        error: { rule: "CFG-02", code: "invalid", path: "scanIntervalSeconds" },
      });
    },
  );

  it("a subscription's own limits count, not the defaults", () => {
    const limits = Limits.withOverrides({ statusIntervalSecondsMin: 60 });
    expect(validate({ statusIntervalSeconds: 60 }, limits).ok).toBe(true);
    expect(validate({ statusIntervalSeconds: 59 }, limits).ok).toBe(false);
  });
});
