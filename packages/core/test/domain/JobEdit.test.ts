import { describe, expect, it } from "vitest";
import * as JobClone from "../../src/domain/job/JobClone.ts";
import * as JobEdit from "../../src/domain/job/JobEdit.ts";
import * as JobOptions from "../../src/domain/job/JobOptions.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Values from "../scenario/Values.ts";

const { any, job, select } = Values;
const limits = Limits.defaults;

describe("what an edit needs", () => {
  const targets = select({ include: any("fleet"), assets: ["a"] });
  it.each([
    ["title", { title: "x" }, ["edit"]],
    ["patches", { patches: null }, ["edit-patches"]],
    ["tags", { targets: select({ include: any("lab"), assets: ["a"] }) }, ["change-tags"]],
    ["excluded tags", { targets: { ...targets, exclude: any("lab") } }, ["change-tags"]],
    ["assets", { targets: { ...targets, assets: ["a", "b"] } }, ["change-assets"]],
    ["no targets", { targets: null }, ["change-assets", "change-tags"]],
    ["the same targets", { targets }, ["change-tags"]],
    ["nothing", {}, ["edit"]],
    ["all", { title: "x", patches: null, targets: null }, ["edit-patches", "change-assets", "change-tags", "edit"]],
  ] as const)("RBAC-06: is permitted by what it changes: %s", (_, edit, needs) => {
    const found = JobEdit.actions(job({ targets }), edit as JobEdit.JobEdit);
    expect([...found].sort()).toEqual([...needs].sort());
  });
});

describe("an edit", () => {
  it("JOB-07: goes through in no state but Disabled and never enabled", () => {
    for (const status of ["Enabled", "Completed", "Expired", "Ended", "Failed"] as const) {
      expect(JobEdit.edit(job({ status }), { title: "x" }, limits)).toMatchObject({
        ok: false,
        error: [{ rule: "JOB-07" }],
      });
      expect(JobEdit.addPatches(job({ status }), ["P-9"], limits)).toMatchObject({
        ok: false,
        error: [{ rule: "JOB-09" }],
      });
      expect(JobEdit.addAssets(job({ status }), ["a"], limits)).toMatchObject({
        ok: false,
        error: [{ rule: "JOB-09" }],
      });
    }
    expect(JobEdit.edit(job(), { title: "x" }, limits)).toMatchObject({ ok: true, value: { title: "x" } });
  });
});

describe("a job's messages", () => {
  const message = (title: string, description: string) => ({ title, description });
  const messages = (before: JobOptions.JobMessage | null) => ({ ...JobOptions.noMessages, before });

  it("JOB-15: draw a warning when title or description is missing", () => {
    const warned = (before: JobOptions.JobMessage | null) =>
      JobOptions.warnings({ messages: messages(before) }).map((w) => [w.rule, w.path]);
    expect(warned(null)).toEqual([]);
    expect(warned(message("Wait", "Patches come."))).toEqual([]);
    expect(warned(message("Wait", " "))).toEqual([["JOB-15", "messages.before.description"]]);
    expect(warned(message("", "Patches come."))).toEqual([["JOB-15", "messages.before.title"]]);
    expect(JobOptions.warnings({})).toEqual([]);
  });

  it("JOB-15: are for the platforms that the table names, and no longer than it says", () => {
    const wrong = (platform: "Windows" | "Linux" | "Mac", before: JobOptions.JobMessage | null) =>
      JobOptions.problems({ platform, messages: messages(before) }).map((p) => [p.rule, p.path]);
    for (const platform of ["Windows", "Linux", "Mac"] as const) {
      const has = JobOptions.options["messages.before"].platforms.some((p) => p === platform);
      expect(wrong(platform, message("a", "b"))).toEqual(has ? [] : [["JOB-15", "messages.before"]]);
      expect(wrong(platform, null)).toEqual([]);
    }
    expect(wrong("Mac", message("x".repeat(256), "x".repeat(4_096)))).toEqual([]);
    expect(wrong("Mac", message("x".repeat(257), "x".repeat(4_097)))).toEqual([
      ["JOB-15", "messages.before.title"],
      ["JOB-15", "messages.before.description"],
    ]);
  });
});

describe("a clone's title", () => {
  const titled = (title: string, titleCharactersMax: number) =>
    JobClone.draft(job({ title }), { now: 1_999, coAuthors: [], titleCharactersMax }).title;

  it("CLN-02: is Copy of, the title, and epoch seconds, cut where it would be too long, never within a character", () => {
    expect(titled("Fixes", 256)).toBe("Copy of Fixes 1");
    expect(titled("Fixes", 13)).toBe("Copy of Fix 1");
    expect(titled("a\u{1F600}b", 12)).toBe("Copy of a 1");
  });
});
