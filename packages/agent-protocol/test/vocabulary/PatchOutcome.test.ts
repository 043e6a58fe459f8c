import { describe, expect, it } from "vitest";
import { PatchOutcome, ReasonCode } from "../../src/vocabulary/index.ts";

describe("PatchOutcome", () => {
  it("RUN-03: has the field's nine outcomes, in the field's words", () => {
    expect(PatchOutcome.all.map(PatchOutcome.label)).toEqual([
      "Pending",
      "Downloaded",
      "Installed",
      "Installed - Pending Reboot",
      "Failed",
      "Skipped",
      "Not Applicable",
      "Already Installed",
      "Removed",
    ]);
  });

  it("RUN-08: a run is Completed by exactly these four outcomes", () => {
    const good = PatchOutcome.all.filter(PatchOutcome.isSuccess).map(PatchOutcome.label);
    expect(good).toEqual(["Installed", "Not Applicable", "Already Installed", "Removed"]);
  });
});

describe("ReasonCode", () => {
  it("RUN-04: gives the field's numbers the field's names", () => {
    const named = Object.values(ReasonCode.reasonCodes).map((code) => [code, ReasonCode.nameOf(code)]);
    expect(named).toEqual([
      [3, "LanguageDownloadNotAvailable"],
      [4, "FileDownloadFailed"],
      [5, "UnspecifiedAgentError"],
      [7, "FileValidationFailed"],
      [8, "Cancelled"],
      [9, "InstallerFailed"],
      [10, "DeployerProcessCrashed"],
      [11, "FileSignatureFailed"],
      [12, "FileHashValidationFailed"],
      [13, "PatchURLMissing"],
    ]);
  });

  it.each([0, 1, 2, 6, 14, 65_535])("RUN-10: keeps the unknown code %d and says that it is unknown", (code) => {
    expect(ReasonCode.nameOf(code)).toBe(`Unknown(${code})`);
  });
});
