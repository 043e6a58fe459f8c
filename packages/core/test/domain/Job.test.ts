import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Job from "../../src/domain/job/Job.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";

const { any, draft, select } = Values;
const about = { id: Values.uuid(900), ownerId: "mara", now: Values.START, limits: Limits.defaults };
const create = (over: Partial<Job.JobDraft>, limits = Limits.defaults) => Job.create(draft(over), { ...about, limits });
const problems = (over: Partial<Job.JobDraft>, limits = Limits.defaults) => {
  const made = create(over, limits);
  return made.ok ? [] : made.error.map((e) => [e.rule, e.path]);
};
const made = (over: Partial<Job.JobDraft> = {}): Job.Job => {
  const job = create(over);
  if (!job.ok) throw new Error(job.error.map((e) => e.message).join("; "));
  return job.value;
};
const list = (length: number) => ({ _tag: "List", patches: Array.from({ length }, (_, i) => `P-${i}`) }) as const;
const ids = (length: number) => Array.from({ length }, (_, i) => `id-${i}`);
const enable = (job: Job.Job) => Job.enable(job, { planHash: "sha256:00", now: Values.START + 1 });

describe("a job that is made", () => {
  it("JOB-06, JOB-26: is saved Disabled, never enabled, and its maker owns it", () => {
    expect(made()).toEqual({
      ...draft(),
      id: about.id,
      description: "",
      status: "Disabled",
      ownerId: "mara",
      makerId: "mara",
      coAuthors: [],
      readers: [],
      formerScopes: [],
      createdAt: Values.START,
      approved: null,
      enabled: null,
    });
  });

  it.each(["", "   ", "\t\n"])("JOB-03: needs a title; %j is none", (title) => {
    expect(problems({ title })).toEqual([["JOB-03", "title"]]);
  });

  it("JOB-03: may go without a description, and keeps one", () => {
    expect(made().description).toBe("");
    expect(made({ description: "monthly" }).description).toBe("monthly");
  });

  it("JOB-03: has a title of at most 256 characters, blanks around it counted as they are stored", () => {
    expect(problems({ title: "x".repeat(256) })).toEqual([]);
    expect(problems({ title: "x".repeat(257) })).toEqual([["JOB-03", "title"]]);
    expect(problems({ title: `x${" ".repeat(256)}` })).toEqual([["JOB-03", "title"]]);
  });

  it("JOB-04: has a list of 1 to 2000 patches", () => {
    expect(problems({ patches: list(0) })).toEqual([["JOB-04", "patches.patches"]]);
    expect(problems({ patches: list(1) })).toEqual([]);
    expect(problems({ patches: list(2_000) })).toEqual([]);
    expect(problems({ patches: list(2_001) })).toEqual([["JOB-04", "patches.patches"]]);
  });

  it("JOB-04: has each patch of its list once", () => {
    expect(problems({ patches: { _tag: "List", patches: ["P-1", "P-2", "P-1"] } })).toEqual([
      ["JOB-04", "patches.patches"],
    ]);
  });

  it("JOB-04, JOB-23: has a list or a query; a query that doesn't read is refused with what is wrong with it", () => {
    expect(problems({ patches: { _tag: "Query", query: "category: security" } })).toEqual([]);
    for (const query of ["", "colour: red", "category: (", "vendorSeverity: Blazing"]) {
      expect([query, problems({ patches: { _tag: "Query", query } })[0]]).toEqual([query, ["JOB-04", "patches.query"]]);
    }
  });

  it("JOB-05: has a query only when it deploys; a rollback takes a list", () => {
    const query = { _tag: "Query", query: "category: security" } as const;
    expect(problems({ kind: "rollback", patches: query })).toEqual([["JOB-05", "patches.query"]]);
    expect(problems({ kind: "rollback", patches: list(3) })).toEqual([]);
    expect(problems({ kind: "deployment", patches: query })).toEqual([]);
  });

  it("names at most 10,000 assets, and 500 tags to include and to exclude each", () => {
    expect(problems({ targets: select({ assets: ids(10_000) }) })).toEqual([]);
    expect(problems({ targets: select({ assets: ids(10_001) }) })).toEqual([["TAG-03", "targets.assets"]]);
    const both = (n: number, m: number) => select({ include: any(...ids(n)), exclude: any(...ids(m)) });
    expect(problems({ targets: both(500, 500) })).toEqual([]);
    expect(problems({ targets: both(501, 0) })).toEqual([["TAG-03", "targets"]]);
    expect(problems({ targets: both(1, 501) })).toEqual([["TAG-03", "targets"]]);
  });

  it("is held to its subscription's limits, not to the defaults", () => {
    const limits = Limits.withOverrides({ titleCharactersMax: 3, patchesPerJobMax: 2, assetsPerSelectionMax: 1 });
    expect(problems({ title: "abc", patches: list(2) }, limits)).toEqual([]);
    expect(problems({ title: "abcd", patches: list(3), targets: select({ assets: ids(2) }) }, limits)).toEqual([
      ["JOB-03", "title"],
      ["JOB-04", "patches.patches"],
      ["TAG-03", "targets.assets"],
    ]);
  });

  it("says everything that is wrong with it at once, each with its rule, place and message", () => {
    const wrong = create({
      title: " ",
      kind: "rollback",
      patches: { _tag: "Query", query: "category: security" },
      targets: select({ assets: ids(10_001), include: any(...ids(501)) }),
    });
    expect(wrong.ok ? [] : wrong.error.map((e) => e.rule)).toEqual(["JOB-03", "JOB-05", "TAG-03", "TAG-03"]);
    for (const problem of wrong.ok ? [] : wrong.error)
      expect(problem).toMatchObject({ code: "invalid", message: expect.stringMatching(/\w/) });
  });
});

describe("the critical parts of a job", () => {
  const parts = {
    patches: [{ patches: null }],
    targets: [{ targets: null }, { targets: select({}) }, { targets: select({ exclude: any("lab") }) }],
    schedule: [{ schedule: null }],
  } as const;

  it.each([
    [["patches"]],
    [["targets"]],
    [["schedule"]],
    [["patches", "targets"]],
    [["patches", "schedule"]],
    [["targets", "schedule"]],
    [["patches", "targets", "schedule"]],
  ] as const)("JOB-02: without %j a job may be saved, but not enabled, and hears what is missing", (missing) => {
    for (const targets of missing.some((m) => m === "targets") ? parts.targets : [{}]) {
      const over = { ...Object.assign({}, ...missing.map((m) => parts[m][0])), ...targets };
      const job = made(over);
      expect(Job.missingParts(job)).toEqual(missing);
      expect(enable(job)).toMatchObject({
        ok: false,
        error: {
          rule: "JOB-02",
          code: "conflict",
          path: missing[0],
          message: expect.stringContaining(missing.join(", ")),
        },
      });
    }
  });

  it("JOB-02: with all three nothing is missing", () => {
    expect(Job.missingParts(draft())).toEqual([]);
    expect(Job.missingParts(draft({ targets: select({ assets: [Values.uuid(1)] }) }))).toEqual([]);
  });
});

describe("a job that is enabled", () => {
  it("keeps the plan's hash and the instant", () => {
    const enabled = enable(made());
    expect(enabled).toEqual({
      ok: true,
      value: { ...made(), status: "Enabled", enabled: { planHash: "sha256:00", at: Values.START + 1 } },
    });
  });

  it("JOB-07: is refused from every status but Disabled, so a run-once job is enabled once", () => {
    for (const status of ["Enabled", "Completed", "Expired", "Ended", "Failed"] as const) {
      expect(enable({ ...made(), status })).toMatchObject({ ok: false, error: { rule: "JOB-07" } });
    }
  });

  it("JOB-13: becomes Completed from Enabled only", () => {
    expect(Job.complete({ ...made(), status: "Enabled" })).toMatchObject({ ok: true, value: { status: "Completed" } });
    for (const status of ["Disabled", "Completed", "Expired", "Ended", "Failed"] as const) {
      expect(Job.complete({ ...made(), status })).toMatchObject({ ok: false, error: { rule: "JOB-14" } });
    }
  });

  it("JOB-07, JOB-14: whatever is asked of it in whatever order, it is enabled at most once and ends at most once", () => {
    const asks = fc.array(fc.constantFrom("enable", "complete"), { maxLength: 12 });
    fc.assert(
      fc.property(asks, (list) => {
        let job = made();
        const done: string[] = [];
        for (const ask of list) {
          const next = ask === "enable" ? enable(job) : Job.complete(job);
          if (!next.ok) continue;
          job = next.value;
          done.push(ask);
        }
        expect(["", "enable", "enable,complete"]).toContain(done.join());
      }),
      Arbitraries.runs(100),
    );
  });
});
