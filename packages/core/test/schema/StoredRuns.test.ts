import { describe, expect, it } from "vitest";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import * as Folded from "../../src/domain/run/AssetRun.ts";
import { codecs } from "../../src/schema/Stored.ts";
import * as Facts from "../scenario/Facts.ts";
import * as Values from "../scenario/Values.ts";

/** A run as it was stored while every job was on demand and had no window. */
const runBefore = {
  id: Values.uuid(1),
  jobId: Values.uuid(2),
  jobRevision: 2,
  kind: "deployment",
  occurrenceKey: "on-demand",
  planHash: "sha256:1",
  hasDrifted: false,
  startedAt: 7,
  isIssued: true,
};

describe("runs that were stored before they had times", () => {
  it("are read as runs that started as they were made, without a window, looked after until they are over", () => {
    const run = codecs.run.parse(runBefore);
    expect(run).toEqual({ ...runBefore, title: null, conduct: null, lastStart: 7, windowEnd: null, closedAt: null });
    expect(codecs.run.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
    expect(codecs.run.safeParse({ ...runBefore, startedAt: "seven" }).success).toBe(false);
  });

  it("have asset runs without times", () => {
    const { timing: _timing, ...before } = Facts.assetRun(["P-1"]);
    expect(codecs.assetRun.parse(before)).toEqual({ ...before, timing: null });
  });
});

describe("asset runs that were stored before there were marks", () => {
  const { marks: _marks, ...now } = Facts.assetRun(["P-0"]);
  const state = { status: "Pending", reason: null, changedAt: 7, results: {}, violations: 0 };
  const before = (placed: object, over: object = {}) => ({
    ...now,
    placed: { status: "Pending", reason: null, at: 7, ...placed },
    state: { ...state, ...placed, ...over, isRevoked: undefined, isPresumed: undefined, at: undefined },
  });
  // As it was stored: members that are undefined are none.
  const read = (stored: object): AssetRun => codecs.assetRun.parse(JSON.parse(JSON.stringify(stored)));

  it.each([
    [
      { status: "JobFailed", reason: "deleted", isRevoked: true },
      { _tag: "Revoked", reason: "deleted" },
    ],
    [
      { status: "TimedOut", reason: "over", isPresumed: true },
      { _tag: "Presumed", reason: "over", facts: null },
    ],
    [
      { status: "JobFailed", reason: "WIN-06: skipped, as a went on" },
      { _tag: "Skipped", reason: "WIN-06: skipped, as a went on" },
    ],
    [
      { status: "JobFailed", reason: "the asset was purged" },
      { _tag: "Withdrawn", reason: "the asset was purged" },
    ],
  ])("RUN-06: say in a mark what they said in the place of how they stood at first: %j", (placed, body) => {
    const run = read(before(placed));
    expect(run).toMatchObject({
      placed: { status: "Pending", reason: null, at: 7 },
      marks: [{ at: 7, body }],
      state: { status: placed.status, reason: placed.reason, by: body._tag, changedAt: 7, facts: 0, heardAt: null },
    });
    expect(Folded.fold(run, [])).toEqual(run.state);
    expect(read(run)).toEqual(run);
  });

  it.each(["Pending", "NotLicensed", "TimedOut", "CanceledBlackout"] as const)(
    "stay %s where they were made so",
    (status) => {
      const run = read(before({ status, reason: "why" }));
      expect(run).toMatchObject({ placed: { status, reason: "why" }, marks: [], state: { status, by: "placement" } });
      expect(Folded.fold(run, [])).toEqual(run.state);
    },
  );

  it("RUN-06: which their agent overruled, or told the end of, are read so, and folded with their facts again when more is known", () => {
    const placed = { status: "TimedOut", reason: "over", isPresumed: true };
    const run = read(before(placed, { status: "Patching", reason: null, changedAt: 9 }));
    expect(run.state).toMatchObject({ status: "Patching", by: "agent", heardAt: 9 });
    expect(Folded.isHeard(run)).toBe(true);
    const told = Facts.told(Facts.status("JobStarted"), Facts.status("Patching"));
    expect(Folded.after(run, told).state).toMatchObject({ status: "Patching", by: "agent", facts: 2 });
    const ended = read(before({}, { status: "JobFailed", reason: "no disk" }));
    expect(ended.state).toMatchObject({ status: "JobFailed", by: "agent" });
  });
});
