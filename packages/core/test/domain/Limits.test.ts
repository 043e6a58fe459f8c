import { describe, expect, it } from "vitest";
import * as Limits from "../../src/domain/shared/Limits.ts";

describe("the limits of a subscription", () => {
  it("are the numbers of the rules", () => {
    expect(Limits.defaults).toMatchObject({
      statusIntervalSecondsMin: 900,
      statusIntervalSecondsMax: 2_700,
      scanIntervalSecondsMin: 240 * 60,
      scanIntervalSecondsMax: 43_200 * 60,
      patchesPerJobMax: 2_000,
    });
  });

  it("show which members were overridden, and no others", () => {
    expect(Limits.overridden(Limits.defaults)).toEqual({});
    expect(Limits.overridden(Limits.withOverrides({ tagsMax: 7, leaseSeconds: Limits.defaults.leaseSeconds }))).toEqual(
      { tagsMax: 7 },
    );
  });

  it("keep the defaults where nothing was overridden", () => {
    expect(Limits.withOverrides({})).toEqual(Limits.defaults);
    expect(Limits.withOverrides({ tagsMax: 7 })).toEqual({ ...Limits.defaults, tagsMax: 7 });
    expect(Limits.defaults.tagsMax).not.toBe(7);
  });
});
