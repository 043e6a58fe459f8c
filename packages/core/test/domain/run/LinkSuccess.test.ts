import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AssetRun from "../../../src/domain/run/AssetRun.ts";
import * as LinkSuccess from "../../../src/domain/run/LinkSuccess.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as Facts from "../../scenario/Facts.ts";

type Outcome = Parameters<typeof Facts.patched>[1];

/** An asset run of these patches, with what became of each; null: nothing was told of it. */
const ended = (outcomes: { readonly [patchId: string]: Outcome | null }): AssetRun.AssetRun => {
  const run = Facts.assetRun(Object.keys(outcomes));
  const told = Object.entries(outcomes).flatMap(([id, outcome]) =>
    outcome === null ? [] : [Facts.patched(id, outcome)],
  );
  return { ...run, state: AssetRun.fold(run, Facts.told(...told)) };
};

describe("how far a run has succeeded", () => {
  it("JOB-21: counts what was installed, or was already, among all planned pairs of asset and patch", () => {
    const runs = [
      ended({ a: "Installed", b: "AlreadyInstalled", c: "Failed" }),
      ended({ a: "Skipped", b: "Installed" }),
    ];
    expect(LinkSuccess.ofPatches(runs)).toBe(60);
    expect(LinkSuccess.ofPatches([ended({ a: "Removed", b: "Failed" })])).toBe(50);
  });

  it("JOB-21: counts what nothing was told of as not succeeded, and what waits for a reboot, too", () => {
    expect(LinkSuccess.ofPatches([ended({ a: "Installed", b: null })])).toBe(50);
    expect(LinkSuccess.ofPatches([ended({ a: "Installed", b: "InstalledPendingReboot" })])).toBe(50);
  });

  it("JOB-21: leaves out what didn't apply, and has nothing proven where nothing was to do", () => {
    expect(LinkSuccess.ofPatches([ended({ a: "Installed", b: "NotApplicable" })])).toBe(100);
    expect(LinkSuccess.ofPatches([ended({ a: "NotApplicable" })])).toBe(0);
    expect(LinkSuccess.ofPatches([])).toBe(0);
  });

  it("JOB-21: is all exactly when nothing stands against it", () => {
    const outcomes = fc.constantFrom<Outcome>("Installed", "AlreadyInstalled", "NotApplicable", "Failed", "Skipped");
    const runs = fc.array(fc.dictionary(fc.constantFrom("a", "b", "c"), outcomes, { minKeys: 1 }), { maxLength: 5 });
    fc.assert(
      fc.property(runs, (all) => {
        const percent = LinkSuccess.ofPatches(all.map(ended));
        const each = all.flatMap((one) => Object.values(one));
        const good = each.filter((o) => o === "Installed" || o === "AlreadyInstalled").length;
        const bad = each.filter((o) => o === "Failed" || o === "Skipped").length;
        expect(percent === 100).toBe(good > 0 && bad === 0);
        expect(percent === 0).toBe(good === 0);
        expect(percent).toBeGreaterThanOrEqual(0);
        expect(percent).toBeLessThanOrEqual(100);
      }),
      Arbitraries.runs(300),
    );
  });

  it("JOB-21: the patches of a run are those that it planned for any asset", () => {
    const runs = [ended({ b: "Installed", a: "Failed" }), ended({ c: null, a: "Installed" })];
    expect(LinkSuccess.plannedPatches(runs)).toEqual(["a", "b", "c"]);
  });
});
