import { describe, expect, it } from "vitest";
import * as AgentUpgrade from "../../src/domain/profile/AgentUpgrade.ts";

const decide = (installed: string, offered: string, isAutoUpdatePrevented = false) =>
  AgentUpgrade.decide({ installed, offered, isAutoUpdatePrevented });

describe("an agent's own upgrade", () => {
  it.each([
    ["2.9", "2.10"],
    ["2.1", "2.1.0"],
    ["2.1.0-rc", "2.1.0.1"],
    ["", "1.0"],
  ])("AGT-09: goes from %j to %j, for versions compare as versions", (installed, offered) => {
    expect(decide(installed, offered)).toEqual({ _tag: "Upgrade", from: installed, to: offered });
  });

  it.each([
    ["2.10", "2.9"],
    ["2.1", "2.1"],
    ["02.1", "2.01"],
  ])("AGT-15: doesn't replace %j by %j", (installed, offered) => {
    expect(decide(installed, offered)).toMatchObject({ _tag: "Stay", rule: "AGT-15" });
  });

  it("AGT-09: doesn't happen when the profile prevents it, whatever is offered", () => {
    expect(decide("1.0", "2.0", true)).toEqual({
      _tag: "Stay",
      rule: "AGT-09",
      reason: "its configuration profile prevents it",
    });
    expect(decide("2.0", "1.0", true)).toMatchObject({ _tag: "Stay", rule: "AGT-15" });
  });

  it("AGT-09: is to a version and nothing else", () => {
    expect(decide("1.0", "?")).toMatchObject({ _tag: "Stay", rule: "AGT-09", reason: "? is no version" });
  });
});
