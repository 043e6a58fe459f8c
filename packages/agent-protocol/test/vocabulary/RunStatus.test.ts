import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunStatus } from "../../src/vocabulary/index.ts";
import { runs } from "../Runs.ts";

// The moves as the rules tell them, a line a status: `>` by the agent, `*` by the platform alone, `&` by either.
const MOVES = `
Pending >Downloaded >DownloadingFailed >JobStarted &TimedOut *NotLicensed >CanceledBlackout &JobFailed
Downloaded >JobStarted >TimedOut >CanceledBlackout >JobFailed
JobStarted >Patching >TimedOut >JobFailed
Patching >PendingReboot >Completed >CompletedWithFailure >TimedOut >JobFailed
PendingReboot >Rebooted >Completed >CompletedWithFailure &JobFailed
Rebooted >JobResumed &JobFailed
JobResumed >Patching >PendingReboot >Completed >CompletedWithFailure >JobFailed
`;
const told = new Set(
  MOVES.trim()
    .split("\n")
    .flatMap((line) => {
      const [from = "", ...to] = line.split(" ");
      return to.flatMap((t) => {
        const who = { ">": ["agent"], "*": ["platform"], "&": ["agent", "platform"] }[t[0] ?? ""] ?? [];
        return who.map((by) => `${from} ${t.slice(1)} ${by}`);
      });
    }),
);

const FINAL = [
  "Completed",
  "CompletedWithFailure",
  "JobFailed",
  "DownloadingFailed",
  "TimedOut",
  "NotLicensed",
  "CanceledBlackout",
];

const everyPair = RunStatus.all.flatMap((from) => RunStatus.all.map((to) => [from, to] as const));

describe("RunStatus", () => {
  it("RUN-01: has the field's fourteen statuses, in the field's words", () => {
    expect(RunStatus.all.map(RunStatus.label)).toEqual([
      "Pending",
      "Downloaded",
      "Downloading - Failed",
      "Job Started",
      "Patching",
      "Pending Reboot",
      "Rebooted",
      "Job Resumed",
      "Completed",
      "Completed with Failure",
      "Job Failed",
      "Timed Out",
      "Not Licensed",
      "Canceled - Blackout",
    ]);
  });

  it("RUN-08: exactly seven statuses are final, and Pending Reboot is none of them", () => {
    expect(RunStatus.all.filter(RunStatus.isFinal).sort()).toEqual([...FINAL].sort());
  });

  it("RUN-06: lets each setter make exactly the moves of the table and no other", () => {
    const allowed = everyPair.flatMap(([from, to]) =>
      (["agent", "platform"] as const).flatMap((by) =>
        RunStatus.mayMove(from, to, by) ? [`${from} ${to} ${by}`] : [],
      ),
    );
    expect(new Set(allowed)).toEqual(told);
    expect(allowed).toHaveLength(told.size);
  });

  it("RUN-06: only the platform says Not Licensed, and only of a run that nobody began", () => {
    const ways = everyPair.filter(([from, to]) => to === "NotLicensed" && RunStatus.mayMove(from, to, "platform"));
    expect(ways).toEqual([["Pending", "NotLicensed"]]);
    expect(everyPair.filter(([from, to]) => to === "NotLicensed" && RunStatus.mayMove(from, to, "agent"))).toEqual([]);
  });

  it("RUN-06: reachability is the transitive closure of the agent's moves", () => {
    // Warshall over the told moves, which knows nothing of the code's search.
    const reach = new Set(everyPair.filter(([from, to]) => told.has(`${from} ${to} agent`)).map((p) => p.join(" ")));
    for (const via of RunStatus.all) {
      for (const [from, to] of everyPair) {
        if (reach.has(`${from} ${via}`) && reach.has(`${via} ${to}`)) reach.add(`${from} ${to}`);
      }
    }
    const wrong = everyPair.filter(([from, to]) => RunStatus.isReachable(from, to) !== reach.has(`${from} ${to}`));
    expect(wrong).toEqual([]);
    expect(RunStatus.isReachable("Pending", "Completed")).toBe(true);
    expect(RunStatus.isReachable("Pending", "NotLicensed")).toBe(false);
    expect(RunStatus.isReachable("Patching", "Patching")).toBe(true);
    expect(RunStatus.isReachable("Completed", "Completed")).toBe(false);
  });

  it("RUN-08: a walk of any moves by anybody ends in a final status or may go on, and never leaves a final one", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 97 }), { maxLength: 40 }), (choices) => {
        let at: RunStatus.RunStatus = "Pending";
        for (const choice of choices) {
          const from: RunStatus.RunStatus = at;
          const open: readonly RunStatus.RunStatus[] = RunStatus.all.filter(
            (to) => RunStatus.mayMove(from, to, "agent") || RunStatus.mayMove(from, to, "platform"),
          );
          expect(open.length === 0).toBe(FINAL.includes(from));
          at = open[choice % Math.max(1, open.length)] ?? at;
        }
      }),
      runs(300),
    );
  });
});
