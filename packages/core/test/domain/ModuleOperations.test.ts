import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Activity from "../../src/domain/asset/Activity.ts";
import * as ModuleOperations from "../../src/domain/asset/ModuleOperations.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

const fresh: ModuleOperations.Known = {
  isActive: true,
  isEnabled: true,
  configuration: "c1",
  manifest: 0,
  isAtWork: false,
  holds: ModuleOperations.nothing,
  scannedAt: null,
};
const after = (over: Partial<ModuleOperations.Known>, holds: Partial<ModuleOperations.Holds> = {}) =>
  ModuleOperations.of({ ...fresh, ...over, holds: { ...ModuleOperations.nothing, ...holds } }).status;

describe("how far the patch module has come on an asset", () => {
  it("RUN-09: follows the configuration and the job's manifest: taken is -ing, held is -ed, refused is - Failed", () => {
    expect(after({})).toBe("Enabled");
    expect(after({}, { fetched: "c1" })).toBe("Configuring");
    expect(after({}, { fetched: "c1", refused: "c1" })).toBe("ConfiguringFailed");
    const held = { configuration: "c1", fetched: "c1" };
    expect(after({}, held)).toBe("Configured");
    expect(after({ scannedAt: 1 }, held)).toBe("Scanned");
    expect(after({ scannedAt: 1, manifest: 3, isAtWork: true }, held)).toBe("Scanned");
    expect(after({ scannedAt: 1, manifest: 3, isAtWork: true }, { ...held, manifestFetched: 3 })).toBe("Assigning");
    expect(after({ manifest: 3, isAtWork: true }, { ...held, manifestFetched: 3, manifest: 3 })).toBe("Assigned");
    expect(after({ manifest: 3, scannedAt: 1 }, { ...held, manifestFetched: 3, manifest: 3 })).toBe("Scanned");
    expect(after({ manifest: 3 }, { ...held, manifestFetched: 3, manifestRefused: 3 })).toBe("AssigningFailed");
    expect(after({ manifest: 4 }, { ...held, manifestFetched: 4, manifestRefused: 3 })).toBe("Assigning");
  });

  it("RUN-09: a new configuration that isn't taken yet leaves it as it was under the one that is held", () => {
    expect(after({ configuration: "c2", scannedAt: 1 }, { configuration: "c1", fetched: "c1" })).toBe("Scanned");
    expect(after({ configuration: "c2", scannedAt: 1 }, { configuration: "c1", fetched: "c2" })).toBe("Configuring");
  });

  it("RUN-02: is Disabled where the profile turns it off and Deactivated where it isn't active, whatever else is so; and never invented", () => {
    const holds = fc.record({
      configuration: fc.constantFrom(null, "c1", "c2"),
      fetched: fc.constantFrom(null, "c1", "c2"),
      refused: fc.constantFrom(null, "c1", "c2"),
      manifest: fc.nat(3),
      manifestFetched: fc.nat(3),
      manifestRefused: fc.nat(3),
    });
    const known = fc.record({
      isActive: fc.boolean(),
      isEnabled: fc.boolean(),
      configuration: fc.constantFrom(null, "c1"),
      manifest: fc.nat(3),
      isAtWork: fc.boolean(),
      holds,
      scannedAt: fc.constantFrom(null, 1),
    });
    fc.assert(
      fc.property(known, (each) => {
        const { status } = ModuleOperations.of(each);
        expect(status === "Deactivated").toBe(!each.isActive);
        expect(status === "Disabled").toBe(each.isActive && !each.isEnabled);
        expect(["Preparing", "PreparingFailed", "Ready", "Failed"]).not.toContain(status);
      }),
      Arbitraries.runs(500),
    );
  });
});

describe("what an agent did", () => {
  const entry = (at: number): Activity.ActivityEntry => ({ what: "ScanComplete", at, about: null });

  it("AGT-05: has the six words of the field", () => {
    expect(Activity.all.map(Activity.label)).toEqual([
      "Provisioned",
      "Configuration Downloaded",
      "Manifest Downloaded",
      "Agent Downloaded",
      "Inventory Scan Complete",
      "Scan Complete",
    ]);
  });

  it(`AGT-05: keeps the latest ${Activity.ENTRIES_MAX} entries of an agent`, () => {
    const full = Activity.noted(
      null,
      "a",
      Array.from({ length: Activity.ENTRIES_MAX }, (_, i) => entry(i)),
    );
    expect(full.entries).toHaveLength(Activity.ENTRIES_MAX);
    const over = Activity.noted(full, "a", [entry(Activity.ENTRIES_MAX)]);
    expect([over.entries.length, over.entries[0]?.at, over.entries.at(-1)?.at]).toEqual([
      Activity.ENTRIES_MAX,
      1,
      Activity.ENTRIES_MAX,
    ]);
  });

  it("CFG-07: goes by age", () => {
    const log = Activity.noted(null, "a", [entry(1), entry(2), entry(3)]);
    expect(Activity.since(log, 2).entries.map((e) => e.at)).toEqual([2, 3]);
    expect(Activity.since(log, 1)).toBe(log);
  });
});
