import { describe, expect, it } from "vitest";
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
