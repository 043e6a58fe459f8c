import { describe, expect, it } from "vitest";
import * as ModuleStatus from "../../src/vocabulary/ModuleStatus.ts";

describe("what goes on with a module", () => {
  it("RUN-02: has the fourteen words of the field, each another", () => {
    expect(ModuleStatus.all.map(ModuleStatus.label).sort()).toEqual(
      [
        "Enabled",
        "Disabled",
        "Deactivated",
        "Preparing",
        "Preparing - Failed",
        "Ready",
        "Configuring",
        "Configured",
        "Configuring - Failed",
        "Assigning",
        "Assigned",
        "Assigning - Failed",
        "Scanned",
        "Failed",
      ].sort(),
    );
  });

  it("RUN-09: -ed comes after -ing, Ready after Preparing, and no status is a dead end", () => {
    const before = (to: ModuleStatus.ModuleStatus) =>
      ModuleStatus.all.filter((from) => ModuleStatus.mayFollow(from, to));
    expect(before("Ready")).toEqual(["Preparing"]);
    expect(before("Configured")).toContain("Configuring");
    expect(before("Configured")).not.toContain("Enabled");
    expect(before("Assigned")).toEqual(["Assigning", "AssigningFailed"]);
    for (const from of ModuleStatus.all) {
      if (from !== "Deactivated") expect(ModuleStatus.mayFollow(from, "Deactivated")).toBe(true);
      if (from !== "Disabled") expect(ModuleStatus.mayFollow(from, "Disabled")).toBe(true);
      expect(ModuleStatus.mayFollow(from, from)).toBe(false);
    }
  });
});
