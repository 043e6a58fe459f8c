import { PatchOutcome } from "@fettle/agent-protocol/vocabulary";
import { describe, expect, it } from "vitest";
import * as AssetRun from "../../../src/domain/run/AssetRun.ts";
import * as JobsProgress from "../../../src/domain/run/JobsProgress.ts";
import * as Facts from "../../scenario/Facts.ts";
import * as Values from "../../scenario/Values.ts";

const { patched, status, told } = Facts;
const after = (...bodies: readonly AssetRun.AgentFact["body"][]) =>
  AssetRun.after(Facts.assetRun(["P-1"]), told(...bodies));
const standing = (run: AssetRun.AssetRun) => JobsProgress.patchStanding(run, "P-1");

describe("how a patch stands in a job", () => {
  it("RUN-05: by its outcome, and one that waits for a reboot is not there yet (RBT-12)", () => {
    const standings = PatchOutcome.all.map((o) => [o, standing(after(patched("P-1", o))).standing]);
    expect(Object.fromEntries(standings)).toEqual({
      Pending: "pending",
      Downloaded: "pending",
      Installed: "installed",
      InstalledPendingReboot: "pending",
      Failed: "failed",
      Skipped: "skipped",
      NotApplicable: "not-applicable",
      AlreadyInstalled: "installed",
      Removed: "removed",
    });
  });

  it("RUN-05: failed, with the reason's number and name", () => {
    expect(standing(after(patched("P-1", "Failed")))).toMatchObject({ outcome: "Failed", reason: "9 InstallerFailed" });
  });

  it("RUN-05: failed where its run ended without it, for the reason of that; as long as it goes on, pending", () => {
    expect(standing(after(status("JobStarted")))).toMatchObject({ standing: "pending", reason: null });
    expect(standing(after(status("DownloadingFailed", "no route")))).toMatchObject({
      standing: "failed",
      outcome: null,
      reason: "no route",
    });
    expect(standing(after(status("TimedOut")))).toMatchObject({ standing: "failed", reason: "TimedOut" });
  });

  it("LIC-06: an asset without a licence is shown as such, without patches", () => {
    const run = Facts.assetRun([], { placed: { status: "NotLicensed", reason: "no seat", at: Values.START } });
    const unlicensed = { ...run, state: AssetRun.fold(run, []) };
    expect(JobsProgress.ofAsset("a", [unlicensed])).toMatchObject({
      runs: [{ status: "NotLicensed", isLicensed: false, reason: "no seat" }],
      patches: [],
    });
  });
});
