import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/domain/plan/Plan.ts";
import * as AssetRun from "../../../src/domain/run/AssetRun.ts";
import * as Rerun from "../../../src/domain/run/Rerun.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as Facts from "../../scenario/Facts.ts";
import * as Values from "../../scenario/Values.ts";

const { patched, status, told } = Facts;
type Body = AssetRun.AgentFact["body"];

const begun = [status("Downloaded"), status("JobStarted"), status("Patching")];
const on = (
  assetId: string,
  patches: readonly string[],
  bodies: readonly Body[],
  over: Partial<AssetRun.AssetRun> = {},
) => AssetRun.after({ ...Facts.assetRun(patches, over), assetId }, told(...bodies));
const attempt = (
  number: number,
  assetRuns: readonly AssetRun.AssetRun[],
  over: Partial<Rerun.OfRun> = {},
): Rerun.Attempt => ({
  run: {
    id: `run-${number}`,
    startedAt: Values.START + number,
    closedAt: Values.START + number + 1,
    ...(number === 0 ? {} : { rerun: { of: "run-0", number, failedBefore: 2, tried: 2, ...over } }),
  },
  assetRuns,
});
const shown = (failed: Rerun.Failures) =>
  Object.fromEntries([...failed].map(([id, patches]) => [id, [...patches].sort()]));

describe("what failed in a run", () => {
  const ended = (
    to: "Completed" | "CompletedWithFailure",
    ...outcomes: readonly ("Installed" | "Failed" | "Skipped")[]
  ) => [...begun, ...outcomes.map((o, i) => patched(`P-${i + 1}`, o)), status(to)];

  it("JOB-19: failed patches, and every patch without a good end of an asset whose job failed, timed out or couldn't download", () => {
    const two = ["P-1", "P-2"];
    const failed = Rerun.failures([
      attempt(0, [
        on("good", ["P-1"], ended("Completed", "Installed")),
        on("one", two, ended("CompletedWithFailure", "Installed", "Failed")),
        on("skipped", two, ended("CompletedWithFailure", "Skipped", "Failed")),
        on("stopped", two, [...begun, patched("P-1", "Installed"), status("JobFailed")]),
        on("late", two, [status("TimedOut")]),
        on("offline", two, [status("DownloadingFailed")]),
        on("going", two, [...begun, patched("P-1", "Failed")]),
        on("unlicensed", [], [], { placed: { status: "NotLicensed", reason: null, at: 0 } }),
        on("dark", [], [], { placed: { status: "CanceledBlackout", reason: null, at: 0 } }),
      ]),
    ]);
    expect(shown(failed)).toEqual({
      one: ["P-2"],
      skipped: ["P-2"],
      stopped: ["P-2"],
      late: two,
      offline: two,
    });
    expect(Rerun.count(failed)).toBe(7);
  });

  it("JOB-19: of each asset and patch the latest try counts, and what is being tried isn't failed", () => {
    const root = attempt(0, [
      on("mended", ["P-1"], ended("CompletedWithFailure", "Failed")),
      on("again", ["P-1"], ended("CompletedWithFailure", "Failed")),
      on("going", ["P-1"], ended("CompletedWithFailure", "Failed")),
      on("held", ["P-1", "P-2"], ended("CompletedWithFailure", "Failed", "Failed")),
      on("unlicensed", ["P-1"], ended("CompletedWithFailure", "Failed")),
    ]);
    const rerun = attempt(1, [
      on("mended", ["P-1"], ended("Completed", "Installed")),
      on("again", ["P-1"], ended("CompletedWithFailure", "Failed")),
      on("going", ["P-1"], begun),
      on("held", ["P-1"], ended("Completed", "Installed")),
      on("unlicensed", [], [], { placed: { status: "NotLicensed", reason: null, at: 0 } }),
    ]);
    expect(shown(Rerun.failures([root, rerun]))).toEqual({ again: ["P-1"], held: ["P-2"], unlicensed: ["P-1"] });
  });

  it(`JOB-19: at most ${Rerun.ASSETS_MAX} assets are run again at once, and none when nothing failed`, () => {
    const of = (size: number): Rerun.Failures =>
      new Map(Array.from({ length: size }, (_, i) => [`${i}`, new Set(["P-1"])]));
    expect(Rerun.fault(of(0))).toMatchObject({ rule: "JOB-19", code: "conflict" });
    expect(Rerun.fault(of(Rerun.ASSETS_MAX))).toBeNull();
    expect(Rerun.fault(of(Rerun.ASSETS_MAX + 1))).toMatchObject({ rule: "JOB-19", code: "exhausted" });
  });
});

describe("the plan of a re-run", () => {
  const timing = { zone: null, start: null, windowEnd: null, latestReboot: null };
  const patch = (patchId: string) => ({ patchId, advisory: patchId, packages: [Values.pkg("openssl", "2-1")] });
  const ids = ["P-1", "P-2", "P-3"];
  const assets = ["a", "b", "c", "d", "e"];

  it("JOB-19: brings each asset what failed there and the plan still brings, and nothing else to nobody else", () => {
    const lists = fc.dictionary(fc.constantFrom(...assets), fc.uniqueArray(fc.constantFrom(...ids)));
    const failures = fc.dictionary(fc.constantFrom(...assets), fc.uniqueArray(fc.constantFrom(...ids)));
    fc.assert(
      fc.property(lists, failures, (planned, failed) => {
        const groups = Object.entries(planned).map(([id, list]) => ({
          patches: ids.filter((p) => list.includes(p)).map(patch),
          timing,
          assets: [id],
        }));
        const plan = { groups, excluded: [], leftOut: [], occurrence: { key: "on-demand", nominalLocal: null } };
        const wanted = new Map(Object.entries(failed).map(([id, list]) => [id, new Set(list)]));
        const restricted = Rerun.restrict(plan as unknown as Plan, wanted, "rerun:x:1");
        const got = new Map(
          restricted.groups.flatMap((g) => g.assets.map((id) => [id, g.patches.map((p) => p.patchId)] as const)),
        );
        for (const id of assets) {
          const both = ids.filter((p) => planned[id]?.includes(p) === true && failed[id]?.includes(p) === true);
          const isEmptyWish = failed[id]?.length === 0 && planned[id] !== undefined;
          expect(got.get(id) ?? null).toEqual(both.length > 0 || isEmptyWish ? both : null);
        }
        const lists = restricted.groups.map((g) => JSON.stringify(g.patches));
        expect(new Set(lists).size).toBe(lists.length);
        expect(restricted.occurrence.key).toBe("rerun:x:1");
        const pairs = [...got.values()].reduce((sum, list) => sum + Math.max(1, list.length), 0);
        expect(Rerun.triedIn(restricted)).toBe(pairs);
      }),
      Arbitraries.runs(500),
    );
  });
});

describe("a chain of re-runs", () => {
  const failing = (assetId: string, over: Partial<AssetRun.PatchEvidence> = {}) =>
    on(assetId, ["P-1"], [...begun, patched("P-1", "Failed", over), status("CompletedWithFailure")]);
  const good = (assetId: string) => on(assetId, ["P-1"], [...begun, patched("P-1", "Installed"), status("Completed")]);

  it("JOB-19: keeps the failures of each try, and says escalate only when a re-run that is over mended none", () => {
    const root = attempt(0, [failing("a"), failing("b")]);
    const better = attempt(1, [failing("a"), good("b")]);
    expect(Rerun.standing([root])).toMatchObject({ of: "run-0", failed: 2, escalate: null });
    expect(Rerun.standing([root, better])).toMatchObject({ failed: 1, escalate: null });
    const again = attempt(2, [failing("a")], { failedBefore: 1, tried: 1 });
    const stuck = Rerun.standing([root, better, again]);
    expect(stuck?.tries.map((t) => [t.number, t.failedBefore, t.tried, t.failed])).toEqual([
      [0, null, null, 2],
      [1, 2, 2, 1],
      [2, 1, 1, 1],
    ]);
    expect(stuck?.escalate).toMatchObject({ runId: "run-2", tried: 1, failed: 1 });
    const open = { ...again, run: { ...again.run, closedAt: null } };
    expect(Rerun.standing([root, better, open])?.escalate).toBeNull();
    expect(Rerun.standing([])).toBeNull();
  });

  it("JOB-19: says what to gather: reason codes, tails of outputs up to a limit, and what only the asset tells (AGT-17)", () => {
    const many = Array.from({ length: Rerun.TAILS_MAX + 1 }, (_, i) =>
      failing(`a-${i}`, { outputTail: `no space ${i}` }),
    );
    const other = failing("b", { reasonCode: 4 });
    const { length: tried } = [...many, other];
    const { escalate } = Rerun.standing([attempt(0, [...many, other]), attempt(1, [...many, other], { tried })]) ?? {};
    const gather = escalate?.gather ?? [];
    expect(gather[0]).toMatchObject({
      codes: [
        { code: 9, name: "InstallerFailed", count: Rerun.TAILS_MAX + 1 },
        { code: 4, name: "FileDownloadFailed", count: 1 },
      ],
    });
    expect(gather[1]).toMatchObject({ _tag: "OutputTails", isCut: true });
    expect(gather[1]?._tag === "OutputTails" ? gather[1].tails : []).toHaveLength(Rerun.TAILS_MAX);
    expect(
      gather
        .slice(2)
        .map((g) => g.words)
        .join(),
    ).toMatch(/disk.*agent's log.*rebooted/);
  });

  it("JOB-21: what a job that is linked to it sees is the run with what its re-runs mended", () => {
    const chain = [attempt(0, [failing("a"), failing("b")]), attempt(1, [good("a")])];
    expect(Rerun.overlaid(chain).map((a) => a.state.results["P-1"]?.outcome)).toEqual(["Installed", "Failed"]);
    expect(Rerun.overlaid([])).toEqual([]);
  });
});
