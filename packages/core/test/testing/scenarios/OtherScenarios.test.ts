import { describe, expect, it } from "vitest";
import * as Playing from "./Playing.ts";

// The other half, in a file of its own: another core plays it at the same time.
describe("the other scenarios", () => {
  it("I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I13 I14 I15 I16 I17 I18 I19 I20 I22 I23 I24 L1 L2 L5 L7: hold as those of Scenarios.test.ts do", () => {
    const { broken, played, begun, completed } = Playing.half(1);
    expect(broken).toEqual([]);
    expect(begun).toBeGreaterThan(played);
    expect(completed).toBeGreaterThan(0);
  }, 7_200_000);

  it("hold with the signatures that are shipped", () => {
    const { broken, begun } = Playing.signedInEarnest();
    expect(broken).toEqual([]);
    expect(begun).toBeGreaterThan(5);
  }, 3_600_000);
});
