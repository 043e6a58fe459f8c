import { Crypto } from "@fettle/agent-protocol";
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import * as Run from "../../src/domain/run/Run.ts";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import { assetRun } from "../scenario/Facts.ts";
import * as Values from "../scenario/Values.ts";

const run: Run.Run = {
  id: Values.uuid(1),
  jobId: Values.uuid(2),
  jobRevision: 1,
  title: null,
  kind: "deployment",
  occurrenceKey: "on-demand",
  planHash: "sha256:00",
  hasDrifted: false,
  startedAt: Values.START,
  isIssued: true,
  conduct: null,
  lastStart: 0,
  windowEnd: null,
  closedAt: null,
};
const inStatus = (status: RunStatus.RunStatus): AssetRun => {
  const made = assetRun([]);
  return { ...made, state: { ...made.state, status } };
};
const ends = [
  "Completed",
  "CompletedWithFailure",
  "JobFailed",
  "DownloadingFailed",
  "TimedOut",
  "NotLicensed",
  "CanceledBlackout",
];

describe("the id of a run", () => {
  const words = fc.string({ unit: "binary", maxLength: 20 });
  const occurrence = fc.record({ tenantId: words.map(Tenant.of), jobId: words, occurrenceKey: words });
  const idOf = (of: Parameters<typeof Run.idOf>[0]): string => Run.idOf(of, Crypto.digest);

  it("RUN-11 I4: is the same for the same occurrence of a job in a tenant, and another for any other", () => {
    fc.assert(
      fc.property(occurrence, occurrence, (a, b) => {
        const isSame = JSON.stringify(Object.values(a)) === JSON.stringify(Object.values(b));
        expect(idOf(a) === idOf(b)).toBe(isSame);
        expect(idOf({ ...a })).toBe(idOf(a));
        const moved = { ...a, tenantId: Tenant.of(`${a.tenantId}${a.jobId}`), jobId: "" };
        expect(idOf(moved) === idOf(a)).toBe(a.jobId === "");
      }),
      Arbitraries.runs(500),
    );
  });

  it("RUN-11: is a UUID of version 8 that the wire takes", () => {
    fc.assert(
      fc.property(occurrence, (of) => {
        expect(idOf(of)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(z.uuid().parse(idOf(of))).toBe(idOf(of));
      }),
      Arbitraries.runs(500),
    );
  });

  it("RUN-11: never changes from one version to the next, for agents know runs by it", () => {
    const of = {
      tenantId: Tenant.of("acme"),
      jobId: Values.uuid(2),
      occurrenceKey: "at:2026-03-10T02:00:00@Europe/Berlin#0",
    };
    expect(idOf(of)).toBe("788a8f7a-4e07-848e-8958-afc4e408602b");
  });
});

describe("the progress of a run", () => {
  it("RUN-05: counts the assets by status, unlicensed ones too, and how many ended or answered (of one job)", () => {
    const statuses = [
      "Pending",
      "Pending",
      "Patching",
      "PendingReboot",
      "Completed",
      "NotLicensed",
      "TimedOut",
    ] as const;
    expect(Run.progress(run, statuses.map(inStatus), Values.START)).toEqual({
      runId: run.id,
      jobId: run.jobId,
      assets: 7,
      final: 3,
      responded: 4,
      byStatus: { Pending: 2, Patching: 1, PendingReboot: 1, Completed: 1, NotLicensed: 1, TimedOut: 1 },
      silent: null,
    });
  });

  it("RUN-08: has for final just the seven that end an asset run, and Pending Reboot is none of them", () => {
    for (const status of RunStatus.all)
      expect([status, Run.progress(run, [inStatus(status)], Values.START).final]).toEqual([
        status,
        ends.includes(status) ? 1 : 0,
      ]);
    expect(RunStatus.all).toHaveLength(14);
  });

  it("adds up for any assets in any order", () => {
    const mixes = fc.array(fc.constantFrom(...RunStatus.all), { maxLength: 30 });
    fc.assert(
      fc.property(
        mixes.chain((m) => fc.tuple(fc.constant(m), Arbitraries.shuffled(m))),
        ([statuses, again]) => {
          const progress = Run.progress(run, statuses.map(inStatus), Values.START);
          expect(Object.values(progress.byStatus).reduce((a, b) => a + b, 0)).toBe(statuses.length);
          expect(progress.final).toBe(statuses.filter((s) => ends.includes(s)).length);
          expect(progress.responded).toBe(statuses.filter((s) => s !== "Pending" && s !== "NotLicensed").length);
          expect(Run.progress(run, again.map(inStatus), Values.START)).toEqual(progress);
        },
      ),
      Arbitraries.runs(100),
    );
  });
});

describe("an occurrence", () => {
  it("has a claim of its own: of another job or another time, another one", () => {
    const claims = [
      ["a", "x"],
      ["a", "y"],
      ["b", "x"],
    ].map(([job, key]) => Run.occurrenceClaim(job ?? "", key ?? ""));
    expect(new Set(claims).size).toBe(3);
    expect(Run.occurrenceClaim("a", "x")).toBe(claims[0]);
  });
});
