import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AgentState from "../../src/agent/AgentState.ts";
import type { InstallReport, JournalRecord } from "../../src/agent/index.ts";
import { type Documents, type Facts, PatchOutcome, RunStatus } from "../../src/index.ts";
import { runs, times } from "../Runs.ts";
import * as Samples from "../Samples.ts";
import { digest, manifest, NOW, patchList, uuid } from "../Samples.ts";

const runIds = [uuid(0x10), uuid(0x11)] as const;
const patchIds = ["A", "B", "constructor"] as const;
const fine: InstallReport = { exitCode: 0, signal: null, reasonCode: null, reason: null, outputTail: "" };
const heldManifest = (change: Partial<Documents.JobManifest> = {}, serverTime = NOW): JournalRecord => ({
  _tag: "ManifestHeld",
  digest: digest(1),
  manifest: { ...manifest, ...change },
  list: patchList,
  serverTime,
});
const recorded = (sequence: number, body: Facts.FactBody): JournalRecord => ({
  _tag: "FactRecorded",
  fact: { sequence, at: NOW, bootId: uuid(3), body },
});
const status = (to: RunStatus.RunStatus, runId: string = runIds[0]): Facts.FactBody => ({
  _tag: "Status",
  runId,
  status: to,
  reason: null,
});
const settled = (patchId: string, outcome: PatchOutcome.PatchOutcome, runId: string = runIds[0]): Facts.PatchFact => ({
  _tag: "Patch",
  runId,
  patchId,
  attempt: 1,
  outcome,
  reasonCode: null,
  exitCode: null,
  outputTail: "",
  packages: [],
});

// Any records in any order, but for the numbers of facts, which an agent gives out one after the other.
const about = { runId: fc.constantFrom(...runIds), patchId: fc.constantFrom(...patchIds) };
const small = fc.nat({ max: 9 });
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.constant<JournalRecord>({ _tag: "Identity", agentId: uuid(1), attemptId: uuid(2) }),
  fc.constant<JournalRecord>({ _tag: "Membership", tenantId: "acme", assetId: uuid(4), epoch: 1, tenantKey: "k" }),
  small.map((through): JournalRecord => ({ _tag: "SequenceReserved", through })),
  small.map(
    (n): JournalRecord => ({ _tag: "ConfigurationHeld", digest: digest(n), configuration: Samples.configuration }),
  ),
  small.map((n): JournalRecord => ({ _tag: "SnapshotHeld", digest: digest(n), takenAt: n, afterFact: n })),
  fc.tuple(about.runId, small, small).map(([runId, n, time]) => heldManifest({ runId, manifestVersion: n + 1 }, time)),
  fc
    .tuple(small, small)
    .map(([n, version]): JournalRecord => ({ _tag: "ManifestRefused", digest: digest(n), version })),
  fc.record(about).map((a): JournalRecord => ({ _tag: "Prefetched", ...a, report: fine })),
  fc
    .tuple(fc.record(about), small)
    .map(([a, attempt]): JournalRecord => ({ _tag: "InstallIntended", ...a, attempt: attempt + 1, before: [] })),
  fc
    .tuple(fc.record(about), small)
    .map(([a, attempt]): JournalRecord => ({ _tag: "InstallDeferred", ...a, attempt: attempt + 1 })),
  fc
    .tuple(fc.record(about), small)
    .map(([a, attempt]): JournalRecord => ({ _tag: "InstallReported", ...a, attempt, report: fine })),
  fc.tuple(fc.record(about), small).map(([a, attempt]): JournalRecord => ({ _tag: "AttemptLost", ...a, attempt })),
  fc.tuple(about.runId, fc.constantFrom(...RunStatus.all)).map(([runId, to]) => recorded(0, status(to, runId))),
  fc
    .tuple(fc.record(about), fc.constantFrom(...PatchOutcome.all))
    .map(([a, outcome]) => recorded(0, settled(a.patchId, outcome, a.runId))),
  small.map((through): JournalRecord => ({ _tag: "FactsAcknowledged", through })),
  about.runId.map((runId): JournalRecord => ({ _tag: "ManifestDropped", runId })),
  about.runId.map((runId) => recorded(0, { _tag: "Dropped", runId })),
);
const numbered = (records: readonly JournalRecord[]): readonly JournalRecord[] => {
  let sequence = 0;
  return records.map((r) => {
    if (r._tag !== "FactRecorded") return r;
    sequence += 1;
    return { ...r, fact: { ...r.fact, sequence } };
  });
};
const journal = fc.array(record, { maxLength: 60, size: "max" }).map(numbered);
const onDisk = <A>(x: A): A => JSON.parse(JSON.stringify(x)) as A;

/** Every state on the way, the empty one first. */
const states = (records: readonly JournalRecord[]): readonly AgentState.AgentState[] => {
  const all = [AgentState.empty];
  for (const r of records) all.push(AgentState.apply(all.at(-1) ?? AgentState.empty, r));
  return all;
};

describe("AgentState.fold", () => {
  it("a checkpoint is as good as the records before it", () => {
    fc.assert(
      fc.property(journal, fc.nat({ max: 60 }), (records, cut) => {
        const checkpoint: JournalRecord = { _tag: "Checkpoint", state: AgentState.fold(records.slice(0, cut)) };
        const rest = records.slice(cut);
        expect(AgentState.fold([onDisk(checkpoint), ...rest])).toEqual(AgentState.fold(records));
      }),
      runs(300),
    );
  });

  it("I28: numbers never go down: sequence, manifest, facts, acknowledgement, time", () => {
    const numbers = (s: AgentState.AgentState): readonly number[] => [
      s.sequenceReserved,
      s.manifestVersion,
      s.factsRecorded,
      s.factsAcknowledged,
      s.lastSettledFact,
      s.timeFloor,
    ];
    fc.assert(
      fc.property(journal, (records) => {
        const seen = states(records).map(numbers);
        const fallen = seen.filter((now, i) => now.some((n, k) => n < (seen[i - 1]?.[k] ?? 0)));
        expect(fallen).toEqual([]);
      }),
      runs(300),
    );
  });

  it("RUN-06 RBT-12: statuses move only along the table, and a settled patch is settled otherwise only by a reboot that it waited for", () => {
    fc.assert(
      fc.property(journal, (records) => {
        const seen = states(records);
        for (const [i, now] of seen.entries()) {
          for (const [runId, was] of Object.entries(seen[i - 1]?.runs ?? {})) {
            const is = now.runs[runId];
            // One that was dropped goes, or is ordered anew.
            if (was.isDropped === true && is?.isDropped !== true) continue;
            if (is === undefined) throw new Error("a run was lost");
            expect(is.status === was.status || RunStatus.mayMove(was.status, is.status, "agent")).toBe(true);
            for (const [patchId, p] of Object.entries(was.patches)) {
              const by = is.patches[patchId]?.settled;
              if (p.settled === null || p.settled.outcome === "InstalledPendingReboot") continue;
              const waits = by?.outcome === "InstalledPendingReboot" && is.reboot?.need === "needed";
              if (!waits) expect(by).toEqual(p.settled);
            }
          }
        }
      }),
      runs(300),
    );
  });

  it("keeps exactly the facts that were recorded and not acknowledged, oldest first", () => {
    fc.assert(
      fc.property(journal, (records) => {
        const { facts, factsRecorded } = AgentState.fold(records);
        const kept: Facts.Fact[] = [];
        for (const r of records) {
          if (r._tag === "FactRecorded") kept.push(r.fact);
          if (r._tag === "FactsAcknowledged") kept.splice(0, kept.filter((f) => f.sequence <= r.through).length);
        }
        expect(facts).toEqual(kept);
        expect(factsRecorded).toBe(records.filter((r) => r._tag === "FactRecorded").length);
      }),
      runs(300),
    );
  });

  it("remembers the last 64 refused documents and no more", () => {
    const refuse = (n: number): JournalRecord => ({ _tag: "ManifestRefused", digest: digest(n), version: 0 });
    const full = AgentState.fold(times(AgentState.REFUSED_KEPT_MAX, refuse));
    expect(full.refused).toEqual(times(64, digest));
    const { refused } = AgentState.apply(full, refuse(64));
    expect(refused).toEqual(times(64, (n) => digest(n + 1)));
  });

  it("counts an attempt when it is intended, and not when a lock turned it away", () => {
    const patch = { runId: runIds[0], patchId: "A" };
    const intended: JournalRecord = { _tag: "InstallIntended", ...patch, attempt: 1, before: [] };
    const attempts = (...more: readonly JournalRecord[]) =>
      AgentState.fold([heldManifest(), ...more]).runs[runIds[0]]?.patches.A;
    expect(attempts(intended)).toMatchObject({ attempts: 1, open: { attempt: 1, report: null } });
    expect(attempts(intended, { _tag: "InstallDeferred", ...patch, attempt: 1 })).toMatchObject({
      attempts: 0,
      open: null,
    });
    expect(attempts(intended, { _tag: "AttemptLost", ...patch, attempt: 1 })).toMatchObject({
      attempts: 1,
      open: null,
    });
    const reported: JournalRecord = { _tag: "InstallReported", ...patch, attempt: 1, report: fine };
    expect(attempts(intended, reported)).toMatchObject({ attempts: 1, open: { attempt: 1, report: fine } });
    expect(attempts(intended, reported, recorded(1, settled("A", "Installed")))).toMatchObject({
      open: null,
      settled: { outcome: "Installed" },
    });
  });

  it("ignores what is told of a run or a patch that it doesn't hold", () => {
    const strange: readonly JournalRecord[] = [
      { _tag: "Prefetched", runId: uuid(99), patchId: "A", report: fine },
      { _tag: "InstallIntended", runId: uuid(99), patchId: "A", attempt: 1, before: [] },
    ];
    expect(AgentState.fold(strange)).toEqual(AgentState.empty);
    const told = AgentState.fold([
      recorded(1, status("Completed", uuid(99))),
      recorded(2, settled("A", "Installed", uuid(99))),
    ]);
    expect(told.runs).toEqual({});
    expect(told.facts).toHaveLength(2);
  });
});

describe("AgentState and leases", () => {
  const renewal = heldManifest({ manifestVersion: 8, notAfter: NOW + 99, jobRevision: 4 }, NOW + 5);
  const after = (...records: readonly JournalRecord[]) => AgentState.fold([heldManifest(), ...records, renewal]);

  it.each(["Pending", "Downloaded"] as const)(
    "PLN-04: a renewed lease takes the old one's place while the run is %s",
    (at) => {
      const before: JournalRecord = { _tag: "Prefetched", runId: runIds[0], patchId: "A", report: fine };
      const {
        runs: held,
        manifestVersion,
        timeFloor,
      } = after(before, ...(at === "Pending" ? [] : [recorded(1, status(at))]));
      expect(held[runIds[0]]).toMatchObject({ status: at, manifest: { notAfter: NOW + 99, manifestVersion: 8 } });
      expect(held[runIds[0]]?.patches.A?.prefetch).toEqual(fine);
      expect([manifestVersion, timeFloor]).toEqual([8, NOW + 5]);
    },
  );

  it("PLN-04: what has started is finished as it was ordered", () => {
    const { runs: held, manifestVersion } = after(recorded(1, status("Downloaded")), recorded(2, status("JobStarted")));
    expect(held[runIds[0]]).toMatchObject({
      status: "JobStarted",
      manifest: { notAfter: manifest.notAfter, manifestVersion: 7 },
    });
    expect(manifestVersion).toBe(8);
  });
});

describe("AgentState and runs that were revoked", () => {
  const drop: JournalRecord = { _tag: "ManifestDropped", runId: runIds[0] };
  const gone = recorded(9, { _tag: "Dropped", runId: runIds[0] });

  it.each(["Pending", "Downloaded"] as const)(
    "JOB-28: one that is %s is dropped, and goes when all of it has",
    (at) => {
      const known = AgentState.fold([heldManifest(), ...(at === "Pending" ? [] : [recorded(1, status(at))])]);
      const told = AgentState.apply(known, drop);
      expect([AgentState.unfinished(told), AgentState.waiting(told, 0)]).toEqual([[], []]);
      expect(AgentState.dropped(told)).toMatchObject([{ status: at, isDropped: true }]);
      expect(AgentState.apply(told, gone).runs).toEqual({});
      expect(AgentState.fold([recorded(2, status("JobStarted"))], told).runs[runIds[0]]?.status).toBe(at);
    },
  );

  it("JOB-28: one that has begun is not dropped, nor is it lost by a word of it", () => {
    const begun = AgentState.fold([
      heldManifest(),
      recorded(1, status("Downloaded")),
      recorded(2, status("JobStarted")),
    ]);
    expect(AgentState.apply(begun, drop)).toEqual(begun);
    const underWay = (state: AgentState.AgentState) =>
      AgentState.begun(state).map((r) => [r.manifest, r.status, r.patches]);
    expect(underWay(AgentState.apply(begun, gone))).toEqual(underWay(begun));
    expect(AgentState.apply(AgentState.empty, drop)).toEqual(AgentState.empty);
  });

  it("JOB-28: ordered anew, it starts from nothing: what was fetched may be gone", () => {
    const prefetched: JournalRecord = { _tag: "Prefetched", runId: runIds[0], patchId: "A", report: fine };
    const again = heldManifest({ manifestVersion: 8 });
    const { runs: held } = AgentState.fold([
      heldManifest(),
      prefetched,
      recorded(1, status("Downloaded")),
      drop,
      again,
    ]);
    expect(held[runIds[0]]).toMatchObject({ status: "Pending", patches: {}, manifest: { manifestVersion: 8 } });
    expect(held[runIds[0]]?.isDropped).toBeUndefined();
  });

  it("names those that may begin first ahead, those that no longer may last, and none that has begun", () => {
    const [late, over, soon, begun] = [uuid(0x30), uuid(0x31), uuid(0x32), uuid(0x33)];
    const state = AgentState.fold([
      heldManifest({ runId: late, notBefore: NOW + 2, notAfter: NOW + 9 }),
      heldManifest({ runId: over, notBefore: NOW - 9, notAfter: NOW }),
      heldManifest({ runId: soon, notBefore: NOW + 1, notAfter: NOW + 9 }),
      heldManifest({ runId: begun }),
      recorded(1, status("Downloaded", begun)),
      recorded(2, status("JobStarted", begun)),
    ]);
    expect(AgentState.waiting(state, NOW).map((r) => r.manifest.runId)).toEqual([soon, late, over]);
  });
});

describe("AgentState getters", () => {
  it("lists unfinished runs by the number of their manifest, and finished ones not at all", () => {
    const state = AgentState.fold([
      heldManifest({ runId: uuid(1), manifestVersion: 9 }),
      heldManifest({ runId: uuid(2), manifestVersion: 10 }),
      heldManifest({ runId: uuid(3), manifestVersion: 8 }),
      recorded(1, status("TimedOut", uuid(2))),
    ]);
    expect(AgentState.unfinished(state).map((r) => r.manifest.runId)).toEqual([uuid(3), uuid(1)]);
  });

  it("forgets a finished run once everything about it is acknowledged, and never an unfinished one", () => {
    const told = AgentState.fold([
      heldManifest({ runId: uuid(1), manifestVersion: 9 }),
      heldManifest({ runId: uuid(2), manifestVersion: 10 }),
      recorded(1, status("TimedOut", uuid(2))),
    ]);
    expect(AgentState.forgetFinished(told)).toEqual(told);
    const acknowledged = AgentState.apply(told, { _tag: "FactsAcknowledged", through: 1 });
    expect(Object.keys(AgentState.forgetFinished(acknowledged).runs)).toEqual([uuid(1)]);
    const ended = [{ runId: uuid(2), status: "TimedOut" }];
    expect({ ...AgentState.forgetFinished(acknowledged), runs: {} }).toEqual({ ...acknowledged, runs: {}, ended });
  });

  it("T26: a patch named as a member of every object has made no progress until it has", () => {
    const run = AgentState.fold([heldManifest()]).runs[runIds[0]];
    if (run === undefined) throw new Error("the run is gone");
    for (const patchId of ["constructor", "toString", "valueOf", "hasOwnProperty"]) {
      expect(AgentState.progressOf(run, patchId)).toEqual({ prefetch: null, attempts: 0, open: null, settled: null });
    }
  });
});
