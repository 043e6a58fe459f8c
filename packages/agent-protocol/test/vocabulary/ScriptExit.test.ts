import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as ScriptExit from "../../src/vocabulary/ScriptExit.ts";
import { runs } from "../Runs.ts";

describe("how a script ends", () => {
  it.each([
    [0, "ok", false, false],
    [1, "failed", false, false],
    [10, "ok", true, false],
    [11, "failed", true, false],
    [12, "failed", false, true],
    [101, "skipped", false, false],
  ] as const)(
    "JOB-20: exit code %i means %s, a reboot: %s, an end of it all: %s",
    (code, outcome, wantsReboot, aborts) => {
      expect(ScriptExit.afterScript(code)).toEqual({ outcome, wantsReboot, aborts });
    },
  );

  it("JOB-20: any other code, and none, is a failure that neither reboots nor ends the rest", () => {
    const known = Object.keys(ScriptExit.exitCodes).map(Number);
    expect(known).toEqual([0, 1, 10, 11, 12, 101]);
    const failed = { outcome: "failed", wantsReboot: false, aborts: false };
    expect(ScriptExit.afterScript(null)).toEqual(failed);
    fc.assert(
      fc.property(fc.integer(), (code) => {
        fc.pre(!known.includes(code));
        expect(ScriptExit.afterScript(code)).toEqual(failed);
      }),
      runs(200),
    );
  });
});
