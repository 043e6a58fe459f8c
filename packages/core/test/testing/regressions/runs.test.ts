/** What peers got wrong about runs: stuck ones, ones that stop others, orders that are stale, work that is done twice. */
import { describe, expect, it } from "vitest";
import type { Seams } from "../../../src/testing/index.ts";
import { commits, engine, puts } from "../../../src/testing/scenarios/bugs/Planting.ts";
import { asset, bug, daily, job, KERNEL, list, once, play, playWith, scenario, takesJobsFor } from "./Regression.ts";

const never = { from: 0, to: Number.MAX_SAFE_INTEGER };
/** Somebody brings openssl back, so that there is something to do once more. */
const undone = (at: number, name: string) =>
  ({ _tag: "ByHand", at, asset: name, package: "openssl", evr: "1-1" }) as const;

/** A bug: as long as a run has no end, no other is made. */
const waitsForAll: Seams.Seams = {
  engine: (storage) => {
    let first: string | null = null;
    return commits((batch) => {
      const made = batch.writes.find((w) => w._tag === "Put" && w.kind === "run")?.id ?? first;
      first ??= made;
      return made === first ? batch : null;
    })(storage);
  },
};

/** A bug: who removes a machine leaves its part in a run as it was. */
const keepsRemoved = engine(
  commits(
    puts("assetRun", (body) => ((body.state as { readonly status: string }).status === "JobFailed" ? null : body)),
  ),
);

describe("a run that is stuck", () => {
  it("WIN-03 Fleet #17695, Uyuni #801: isn't pending for ever: where nobody takes it, it is over with its window", () => {
    const told = scenario({
      assets: [asset("web"), asset("gone", { asleep: [{ ...never, from: 60 }] })],
      jobs: [job("patch", { window: { minutes: 120, bound: "start" } })],
    });
    const seen = play(told);
    expect([seen.status("patch", "web"), seen.status("patch", "gone")]).toEqual(["Completed", "TimedOut"]);
    expect(seen.runs("patch")[0]?.closedAt).not.toBeNull();
    expect(playWith(bug("the watchdog writes nothing"), told).status("patch", "gone")).toBe("Pending");
  });

  it("WIN-02 Fleet #22558: begun and never heard of again, it is presumed over, and what is told later stands", () => {
    const patch = job("patch", { schedule: once("2026-06-01T03:00"), window: { minutes: 60, bound: "complete" } });
    const told = scenario({ assets: [asset("web", { offline: [{ from: 170, to: 420 }] })], jobs: [patch] });
    const seen = play(told);
    expect(seen.effects("web")).toHaveLength(1);
    expect(seen.statuses("patch", "web")).toContain("TimedOut");
    expect(seen.status("patch", "web")).toBe("Completed");
    const lost = playWith({ swallows: ({ path }) => path === "/v0/facts" || path === "/v0/snapshots" }, told);
    expect(lost.status("patch", "web")).not.toBe("Completed");
  });

  it("WIN-04 Azure/LinuxPatchExtension PR 310: without a window silence is no failure, however long", () => {
    const told = scenario({
      days: 1,
      statusSeconds: 2_700,

      assets: [asset("web"), asset("gone", { asleep: [{ ...never, from: 60 }] })],
      jobs: [job("patch")],
    });
    const seen = play(told);
    expect(seen.statuses("patch", "gone")).toEqual(["Pending"]);
    expect(seen.progress("patch").silent).toMatchObject({ assets: 1 });
    const within = takesJobsFor({ window: { minutes: 120, bound: "start" } });
    expect(playWith(within, told).status("patch", "gone")).toBe("TimedOut");
  });

  it("WIN-06 kured #137: what a dead machine holds holds up nobody else, on no later day", () => {
    const told = scenario({
      startsAt: "2026-06-01T12:00Z",
      days: 1.4,
      statusSeconds: 2_700,

      assets: [asset("web"), asset("gone", { asleep: [{ ...never, from: 60 }] })],
      jobs: [job("patch", { schedule: daily("2026-06-01T20:00") })],
      edits: [undone(1_200, "web")],
    });
    const seen = play(told);
    expect([seen.status("patch", "web"), seen.status("patch", "web", 1)]).toEqual(["Completed", "Completed"]);
    expect([seen.status("patch", "gone"), seen.status("patch", "gone", 1)]).toEqual(["Pending", "Pending"]);
    const waits = playWith(waitsForAll, told);
    expect([waits.status("patch", "web"), waits.status("patch", "web", 1)]).not.toEqual(["Completed", "Completed"]);
  });

  it("RBT-02 kured #847: a machine that is removed while it waits for its reboot holds nothing any more", () => {
    const told = scenario({
      days: 0.5,
      assets: ["web", "gone"].map((name) =>
        asset(name, { rebootsFor: ["kernel"], asleep: name === "gone" ? [{ ...never, from: 150 }] : [] }),
      ),
      jobs: [job("patch", { patches: list(KERNEL) }), job("next", { at: 300 })],
      edits: [
        { _tag: "Purge", at: 200, asset: "gone" },
        { _tag: "Reboot", at: 240, asset: "web" },
      ],
    });
    const seen = play(told);
    expect(seen.statuses("patch", "gone")).toEqual(expect.arrayContaining(["PendingReboot", "JobFailed"]));
    expect([...seen.runs("patch"), ...seen.runs("next")].map((r) => r.closedAt === null)).toEqual([false, false]);
    expect(seen.status("next", "web")).toBe("Completed");
    expect(seen.assetRun("next", "gone")).toBeNull();
    expect(playWith(keepsRemoved, told).runs("patch")[0]?.closedAt).toBeNull();
  });
});

/** A bug: whoever makes a run has done with it as soon as one machine gets nothing. */
const stopsAtUnlicensed: Seams.Seams = {
  engine: (storage) => ({
    ...storage,
    commit: (batch) => {
      const unlicensed = batch.writes.findIndex((w) => w._tag === "Put" && isUnlicensed(w.body));
      const isLeft = (kind: string, n: number): boolean => kind === "assetRun" && unlicensed >= 0 && n !== unlicensed;
      return storage.commit({ ...batch, writes: batch.writes.filter((w, n) => !isLeft(w.kind, n)) });
    },
  }),
};
const isUnlicensed = (body: unknown): boolean =>
  (body as { readonly placed?: { readonly status: string } }).placed?.status === "NotLicensed";

describe("one machine among others", () => {
  it("LIC-06 TRMM PR 1277: one that gets nothing, fails or is away stops none of those after it", () => {
    const told = scenario({
      assets: [
        asset("a-unlicensed", { group: "lab" }),
        asset("b-away", { asleep: [{ ...never, from: 60 }] }),
        asset("c-broken", { faults: { openssl: "pre-scriptlet-fails" } }),
        asset("d-fine"),
        asset("e-fine"),
      ],
      jobs: [job("patch", { window: { minutes: 120, bound: "start" } })],
    });
    const statuses = (seen: ReturnType<typeof play>) => told.assets.map(({ name }) => seen.status("patch", name));
    const right = ["NotLicensed", "TimedOut", "CompletedWithFailure", "Completed", "Completed"];
    expect(statuses(play(told))).toEqual(right);
    expect(statuses(playWith(stopsAtUnlicensed, told))).not.toEqual(right);
  });
});

describe("an order that is stale", () => {
  it("PLN-04 Breeze #2486, vFense #14: doesn't patch, nor reboot, a machine that comes back after its time", () => {
    const told = scenario({
      days: 2,
      assets: [
        asset("desk", { rebootsFor: ["kernel"], asleep: [{ from: 70, to: 2_000 }] }),
        asset("held", { rebootsFor: ["kernel"], asleep: [{ from: 170, to: 2_000 }] }),
      ],
      jobs: [
        job("patch", {
          patches: list(KERNEL),
          schedule: once("2026-06-01T03:00"),
          window: { minutes: 240, bound: "start" },
          reboot: { _tag: "Automatic", countdownMinutes: 5 },
        }),
      ],
    });
    const seen = play(told);
    // One never got it; the other has held it since before it fell asleep.
    for (const name of ["desk", "held"]) {
      expect([seen.deeds(name), seen.status("patch", name)]).toEqual([[], "TimedOut"]);
    }
    const endless = playWith(takesJobsFor({ window: { minutes: 2 * 1_440, bound: "start" } }), told);
    for (const name of ["desk", "held"]) expect(endless.deeds(name)).toEqual(["begin", "effect", "reboot agent"]);
  });

  it("JOB-28 TRMM #97: one that was taken back isn't carried out by who holds it already", () => {
    const told = scenario({
      days: 0.5,
      assets: [asset("web")],
      jobs: [job("patch", { schedule: once("2026-06-01T05:00"), window: { minutes: 240, bound: "start" } })],
      edits: [{ _tag: "Delete", at: 150, job: "patch" }],
    });
    expect(play(told).begins("web")).toEqual([]);
    // Left alone, it would have been.
    expect(play({ ...told, edits: [] }).begins("web")).toHaveLength(1);
    const untold = playWith(bug("what was revoked is not said to who holds it"), told);
    expect(untold.begins("web")).toHaveLength(1);
  });
});

describe("work that is done twice", () => {
  it("JOB-24 TRMM #947: a machine that joins is given its first job once, and carries it out once", () => {
    const told = scenario({
      days: 0.5,
      assets: [asset("new", { joinsAt: 120 })],
      jobs: [job("first", { schedule: { _tag: "OnActivation" } })],
      edits: [undone(600, "new")],
      faults: { network: { loseReply: 0.3, repeat: 0.3 }, agentCrash: 0.02 },
      tickers: 3,
    });
    const seen = play(told);
    expect(seen.runs("first")).toHaveLength(1);
    expect(seen.effects("new")).toHaveLength(1);
    const again = playWith(bug("a patch is installed twice in one attempt"), told);
    expect(again.effects("new").length).toBeGreaterThan(1);
  });

  it("SCH-08 PatchMon PR 856: a control plane that dies around its commits sends each day's work, and sends it once", () => {
    const told = scenario({
      startsAt: "2026-06-01T12:00Z",
      days: 1.4,
      tickers: 2,
      assets: [asset("web"), asset("db")],
      jobs: [job("patch", { schedule: daily("2026-06-01T20:00") })],
      edits: [undone(1_200, "web"), undone(1_200, "db")],
      faults: { serverCrash: 0.25 },
    });
    const seen = play(told);
    expect(seen.runs("patch").map((r) => r.occurrenceKey.slice(3, 13))).toEqual(["2026-06-01", "2026-06-02"]);
    for (const name of ["web", "db"]) {
      const parts = [0, 1].flatMap((n) => seen.status("patch", name, n) ?? []);
      expect(parts[0]).toBe("Completed");
      expect(seen.effects(name)).toHaveLength(parts.filter((status) => status === "Completed").length);
    }
    const unclaimed = playWith(bug("an occurrence may become a run as often as it likes"), told);
    expect(unclaimed.runs("patch").length).toBeGreaterThan(2);
  });
});
