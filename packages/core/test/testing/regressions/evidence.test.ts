/** What peers got wrong about what they say became of it: exit codes, histories, words for what is no failure. */
import { readdirSync, readFileSync } from "node:fs";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Seams } from "../../../src/testing/index.ts";
import { type Body, commits, engine, puts, reads } from "../../../src/testing/scenarios/bugs/Planting.ts";
import { asset, bug, daily, job, KERNEL, list, OPENSSL, play, playWith, scenario } from "./Regression.ts";

/** A network that loses every report but the first ones, for good. */
const losesFactsAfter = (kept: number) => {
  let reports = 0;
  return {
    swallows: ({ path }: { readonly path: string }) => {
      if (path === "/v0/facts") reports += 1;
      return path === "/v0/facts" && reports > kept;
    },
  };
};

/** A bug: an agent that takes what its machine had once for what it has. */
const seesOld: Seams.Seams = {
  installer: (real) => ({
    ...real,
    detect: (patch) => Effect.map(real.detect(patch), (found) => found.map((f) => ({ ...f, evrs: ["1-1"] }))),
  }),
};

/** A bug: what was skipped is told as what failed. */
const asFailures = (body: Body): Body => {
  const state = body.state as Body;
  const results = Object.entries(state.results as Body).map(([id, result]) => {
    const { outcome } = result as Body;
    return [id, { ...(result as Body), outcome: outcome === "Skipped" ? "Failed" : outcome }];
  });
  return { ...body, state: { ...state, results: Object.fromEntries(results) } };
};

/** A bug: a run has the patches that its job has now. */
const asOfNow = (body: Body): Body => ({
  ...body,
  patches: (body.patches as readonly Body[]).map((p) => ({ ...p, patchId: KERNEL })),
});

describe("an outcome", () => {
  it("CMP-02 wazuh #17047, #38182: a success that an installer only claims is a failure, with the code that it gave", () => {
    const told = scenario({ assets: [asset("web", { strikes: ["claims-success"] })], jobs: [job("patch")] });
    const seen = play(told);
    expect(seen.assetRun("patch", "web")?.state).toMatchObject({
      status: "CompletedWithFailure",
      results: { [OPENSSL]: { outcome: "Failed", exitCode: 0 } },
    });
    expect(seen.effects("web")).toEqual([]);
    expect(playWith(bug("an installer's exit code is believed"), told).status("patch", "web")).toBe("Completed");
  });

  it("RUN-03 TRMM #216: what is there already is told as there, and isn't pending for ever", () => {
    const told = scenario({
      assets: [asset("web")],
      jobs: [job("patch", { at: 60 })],
      edits: [{ _tag: "ByHand", at: 61, asset: "web", package: "openssl", evr: "1-2" }],
    });
    const seen = play(told);
    expect(seen.begins("web")).toEqual([]);
    expect(seen.assetRun("patch", "web")?.state).toMatchObject({
      status: "Completed",
      results: { [OPENSSL]: { outcome: "AlreadyInstalled" } },
    });
    expect(playWith(seesOld, told).begins("web")).not.toEqual([]);
  });

  it("RUN-08 Rudder PR 7247: nothing to do is no error", () => {
    const told = scenario({
      assets: [asset("web"), asset("bare", { packages: { kernel: "1-2" } })],
      jobs: [job("patch", { patches: list(KERNEL, OPENSSL) })],
      edits: [
        { _tag: "ByHand", at: 61, asset: "web", package: "openssl", evr: "1-2" },
        { _tag: "ByHand", at: 61, asset: "web", package: "kernel", evr: "1-3" },
      ],
    });
    const seen = play(told);
    expect(seen.status("patch", "web")).toBe("Completed");
    // Nothing of it is missing there, so that it is left out.
    expect(seen.assetRun("patch", "bare")).toBeNull();
    expect(seen.begins("bare")).toEqual([]);
    expect(playWith(seesOld, told).status("patch", "web")).toBe("CompletedWithFailure");
  });

  it("PAT-14 LIC-06 Fleet #51493: what was skipped, and whom it wasn't for, are told so, and not as failures", () => {
    const told = scenario({
      assets: [asset("web", { faults: { kernel: "pre-scriptlet-fails" } }), asset("lab", { group: "lab" })],
      jobs: [job("patch", { patches: list(KERNEL, OPENSSL), continueOnFailure: false })],
    });
    const seen = play(told);
    expect(seen.assetRun("patch", "web")?.state.results).toMatchObject({
      [KERNEL]: { outcome: "Failed" },
      [OPENSSL]: { outcome: "Skipped", reasonCode: null },
    });
    expect(seen.status("patch", "lab")).toBe("NotLicensed");
    const blurred = playWith(engine(commits(puts("assetRun", asFailures))), told).assetRun("patch", "web");
    expect(blurred?.state.results[OPENSSL]?.outcome).toBe("Failed");
  });

  it("CMP-02 Azure/LinuxPatchExtension PR 310: of what nobody told to the end, a scan shows that it is done", () => {
    const told = scenario({
      assets: [asset("web", { strikes: ["after"] })],
      jobs: [job("patch", { window: { minutes: 120, bound: "complete" } })],
    });
    // That it was downloaded and begun got through, and nothing since.
    const seen = playWith(losesFactsAfter(2), told);
    expect(seen.played.history.facts).toHaveLength(2);
    expect(seen.effects("web")).toEqual([OPENSSL]);
    expect(seen.assetRun("patch", "web")?.state).toMatchObject({ status: "Completed", by: "scan" });
    const unseen = playWith({ swallows: ({ path }) => path === "/v0/facts" || path === "/v0/snapshots" }, told);
    expect(unseen.status("patch", "web")).not.toBe("Completed");
  });
});

describe("a history", () => {
  it("CMP-03 Fleet PR 52567: who has left a group since stays in the run that it was in, and isn't in the next", () => {
    const told = scenario({
      startsAt: "2026-06-01T12:00Z",
      days: 1.4,
      statusSeconds: 2_700,

      assets: [asset("web"), asset("db")],
      jobs: [
        job("patch", {
          schedule: daily("2026-06-01T20:00"),
          targets: { assets: [], include: { mode: "any", tags: ["servers"] }, exclude: { mode: "any", tags: [] } },
        }),
      ],
      edits: [
        { _tag: "Untag", at: 600, asset: "db", tag: "servers" },
        { _tag: "ByHand", at: 1_200, asset: "web", package: "openssl", evr: "1-1" },
        { _tag: "ByHand", at: 1_200, asset: "db", package: "openssl", evr: "1-1" },
      ],
    });
    const seen = play(told);
    expect(seen.progress("patch")).toMatchObject({ assets: 2, byStatus: { Completed: 2 } });
    expect(seen.status("patch", "web", 1)).toBe("Completed");
    expect(seen.assetRun("patch", "db", 1)).toBeNull();
    expect(seen.effects("db")).toHaveLength(1);
    const everywhere = playWith(bug("tags are read as if every asset bore them"), told);
    expect(everywhere.assetRun("patch", "db", 1)).not.toBeNull();
  });

  it("JOB-08 Fleet PR 52567: a job that was changed since leaves what its runs brought as it was", () => {
    const told = scenario({
      startsAt: "2026-06-01T12:00Z",
      days: 1.4,
      statusSeconds: 2_700,

      assets: [asset("web")],
      jobs: [job("patch", { schedule: daily("2026-06-01T20:00") })],
      edits: [{ _tag: "Change", at: 600, job: "patch", change: { patches: list(KERNEL) } }],
    });
    const seen = play(told);
    expect(seen.assetRun("patch", "web")?.patches.map((p) => p.patchId)).toEqual([OPENSSL]);
    expect(seen.assetRun("patch", "web", 1)?.patches.map((p) => p.patchId)).toEqual([KERNEL]);
    const rewritten = playWith(engine(reads("assetRun", asOfNow)), told);
    expect(rewritten.assetRun("patch", "web")?.patches.map((p) => p.patchId)).toEqual([KERNEL]);
  });
});

describe("regressions", () => {
  it("are all on it, each with its thread and rules", () => {
    const here = new URL(".", import.meta.url);
    const page = readFileSync(new URL("../../../../../docs/reference/regressions.md", here), "utf8");
    const titles = readdirSync(here)
      .filter((name) => name.endsWith(".test.ts"))
      .flatMap((name) => [...readFileSync(new URL(name, here), "utf8").matchAll(/\bit\(\s*"([^"]*)"/g)])
      .flatMap(([, title]) => (title === undefined || title.startsWith("are all on") ? [] : [title]));
    const rows = [...page.matchAll(/^\| (.*?) \| .* \| (.*?) \| (.*?) ?\|$/gm)]
      .map(([, thread, shown, rules]) => `${rules} ${thread}: ${shown}`.trim())
      .filter((row) => !row.includes("what is shown") && !row.includes("---"));
    expect(rows.toSorted()).toEqual(titles.toSorted());
    expect(rows.length).toBeGreaterThanOrEqual(35);
  });
});
