import { TimeZone } from "@fettle/scheduler";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as JobTitle from "../../../src/domain/job/JobTitle.ts";
import { runs } from "../../scenario/Arbitraries.ts";

const tokyo = TimeZone.of("Asia/Tokyo");
if (!tokyo.ok) throw new Error("no Tokyo");
const at = (nominalLocal: string | null) => ({
  nominalLocal,
  now: Date.UTC(2026, 1, 10, 21, 59, 59),
  zone: tokyo.value,
});
const ofRun = (title: string, nominalLocal: string | null, max = 256): string =>
  JobTitle.ofRun({ title, dynamicTitle: true }, at(nominalLocal), max);

describe("the title of a run", () => {
  it("JOB-15: is its job's, with the run's own time behind it where the job says so", () => {
    expect(JobTitle.ofRun({ title: "Servers" }, at("2026-02-10T21:00:00"), 256)).toBe("Servers");
    expect(ofRun("Servers", "2026-02-10T21:00:00")).toBe("Servers 2026-02-10 21:00");
  });

  it("JOB-15: tells, where its occurrence names no time, when it is made, on the clock that stands for those of assets", () => {
    expect(ofRun("Servers", null)).toBe("Servers 2026-02-11 06:59");
  });

  it("JOB-15: is cut where it would be too long, before the time and never within a character", () => {
    const time = " 2026-02-10 21:00";
    expect(ofRun("x".repeat(256), "2026-02-10T21:00:00")).toBe(`${"x".repeat(256 - time.length)}${time}`);
    expect(ofRun("a\u{1F600}b", "2026-02-10T21:00:00", time.length + 2)).toBe(`a${time}`);
    expect(ofRun("a\u{1F600}b", "2026-02-10T21:00:00", time.length + 3)).toBe(`a\u{1F600}${time}`);
  });

  it("JOB-15: of whatever title is one that a job may have, begins as its job's and ends with the whole time", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 17, max: 60 }), (title, max) => {
        const made = ofRun(title, "2026-02-10T21:00:00", max);
        expect(made.length).toBeLessThanOrEqual(max);
        expect(made.endsWith(" 2026-02-10 21:00")).toBe(true);
        const rest = made.slice(0, -17);
        expect(title.startsWith(rest)).toBe(true);
        expect(rest).not.toMatch(/[\uD800-\uDBFF]$/);
        // No more is cut than must be.
        expect(title.length - rest.length).toBeLessThanOrEqual(Math.max(0, title.length + 17 - max) + 1);
      }),
      runs(300),
    );
  });
});
