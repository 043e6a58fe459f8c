import { describe, expect, it } from "vitest";
import * as Retention from "../../src/domain/retention/Retention.ts";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import type { Run } from "../../src/domain/run/Run.ts";
import * as Facts from "../scenario/Facts.ts";

const { forEver } = Retention;
const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const days = { runsDays: 30, eventsDays: 7, auditDays: 90 };
const held = { reason: "case 1", by: "user:anna", since: 5 };

const must = <A>(
  result: { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: unknown },
): A => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const kept = must(Retention.save(forEver, days));

describe("limits", () => {
  it("CFG-07: are for ever until somebody says otherwise", () => {
    expect(Retention.isDue(forEver, NOW)).toBe(false);
    expect(Retention.due(forEver, NOW)).toEqual({ runs: null, events: null, audit: null });
  });

  it("CFG-07: lie between their shortest and longest, each said apart", () => {
    for (const [member, min] of Object.entries(Retention.DAYS_MIN)) {
      for (const good of [min, Retention.DAYS_MAX, null]) {
        expect(Retention.save(forEver, { ...days, [member]: good })).toMatchObject({ value: { [member]: good } });
      }
      for (const bad of [
        min - 1,
        Retention.DAYS_MAX + 1,
        min + 0.5,
        Number.NaN,
        -1,
        "30" as never,
        undefined as never,
      ]) {
        expect(Retention.save(forEver, { ...days, [member]: bad })).toMatchObject({
          error: [{ rule: "CFG-07", code: "invalid", path: member }],
        });
      }
    }
    const none = Retention.save(forEver, { runsDays: 0, eventsDays: 0, auditDays: 0 });
    expect(none.ok ? [] : none.error.map((e) => e.path)).toEqual(["runsDays", "eventsDays", "auditDays"]);
  });

  it("CFG-07: are days back from now, looked at once a day and at once after a change", () => {
    expect(Retention.due(kept, NOW)).toEqual({ runs: NOW - 30 * DAY, events: NOW - 7 * DAY, audit: NOW - 90 * DAY });
    expect(Retention.isDue(kept, NOW)).toBe(true);
    const done = { ...kept, lastRun: { at: NOW, failure: null } };
    expect([NOW, NOW + DAY - 1, NOW + DAY].map((now) => Retention.isDue(done, now))).toEqual([false, false, true]);
    expect(Retention.isDue(must(Retention.save(done, days)), NOW)).toBe(true);
  });

  it("CFG-07: what stands first and isn't past its limit keeps what is behind it", () => {
    const at = (...instants: readonly number[]) => instants.map((instant) => ({ at: instant }));
    expect(Retention.leading(at(1, 2, 9, 3), 5)).toBe(2);
    expect(Retention.leading(at(5, 1), 5)).toBe(0);
    expect(Retention.leading(at(1, 4), 5)).toBe(2);
    expect(Retention.leading([], 5)).toBe(0);
  });
});

describe("a legal hold", () => {
  it("CFG-07: of the tenant keeps everything until it is released", () => {
    const hold = must(Retention.hold(kept, null, held));
    expect(Retention.isDue(hold, NOW)).toBe(false);
    expect(Retention.due(hold, NOW)).toEqual({ runs: null, events: null, audit: null });
    expect(must(Retention.release(hold, null))).toEqual(kept);
  });

  it("CFG-07: of a job keeps its runs, and all events and audit records, but not the runs of others", () => {
    const hold = must(Retention.hold(kept, "a", held));
    expect(Retention.due(hold, NOW)).toEqual({ runs: NOW - 30 * DAY, events: null, audit: null });
    expect(["a", "b"].map((jobId) => Retention.mayGo(run({ jobId }), null, hold, NOW))).toEqual([false, true]);
    expect(must(Retention.release(hold, "a"))).toEqual(kept);
  });

  it("CFG-07: has a reason, is placed once, and only what is held is released", () => {
    for (const reason of ["", "  ", "x".repeat(Retention.REASON_CHARACTERS_MAX + 1)]) {
      expect(Retention.hold(kept, null, { ...held, reason })).toMatchObject({
        error: { code: "invalid", path: "reason" },
      });
    }
    expect(must(Retention.hold(kept, null, { ...held, reason: " case " })).hold?.reason).toBe("case");
    for (const jobId of [null, "a"]) {
      const hold = must(Retention.hold(kept, jobId, held));
      expect(Retention.hold(hold, jobId, held)).toMatchObject({
        error: { rule: "CFG-07", code: "conflict", message: "user:anna holds it already: case 1" },
      });
      expect(Retention.release(kept, jobId)).toMatchObject({ error: { rule: "CFG-07", code: "not-found" } });
    }
    expect(Retention.holdOf(kept, "constructor")).toBeNull();
  });

  it("CFG-07: of jobs there are so many and no more", () => {
    const most = Object.fromEntries(Array.from({ length: Retention.JOB_HOLDS_MAX - 1 }, (_, i) => [`j${i}`, held]));
    const full = must(Retention.hold({ ...kept, jobHolds: most }, "a", held));
    expect(Retention.hold(full, "b", held)).toMatchObject({ error: { code: "exhausted" } });
    expect(Retention.hold(full, null, held).ok).toBe(true);
  });
});

describe("a run", () => {
  it("CFG-07: goes when it is past the limit and its job isn't at work on it, or is gone (JOB-11)", () => {
    const goes = (status: string | null, startedAt: number) =>
      Retention.mayGo(run({ startedAt }), status === null ? null : ({ status } as never), kept, 100);
    expect(["Enabled", "Completed", "Disabled", "Failed", null].map((s) => goes(s, 99))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(goes(null, 100)).toBe(false);
    // A job that runs again and again is at work on those that are open.
    const enabled = { status: "Enabled" } as never;
    const over = (closedAt: number | null) => Retention.mayGo(run({ startedAt: 99, closedAt }), enabled, kept, 100);
    expect([null, 99].map(over)).toEqual([false, true]);
  });

  it("CFG-07: stays as long as one of its assets isn't final, changed lately, or has a manifest in force", () => {
    const over = (...some: readonly AssetRun[]) => Retention.isOver([assetRun(), ...some, assetRun()], 100, 200);
    expect([over(), Retention.isOver([], 100, 200)]).toEqual([true, true]);
    expect(over(assetRun({ status: "Patching" }))).toBe(false);
    expect(over(assetRun({ changedAt: 100 }))).toBe(false);
    expect(over(assetRun({}, 200))).toBe(false);
    expect(over(assetRun({ status: "CompletedWithFailure", changedAt: 99 }, 199))).toBe(true);
  });
});

const run = (over: Partial<Run> = {}): Run => ({
  id: "r",
  jobId: "j",
  jobRevision: 1,
  title: null,
  kind: "deployment",
  occurrenceKey: "on-demand",
  planHash: "h",
  hasDrifted: false,
  startedAt: 1,
  isIssued: true,
  conduct: null,
  lastStart: 0,
  windowEnd: null,
  closedAt: null,
  ...over,
});

const assetRun = (state: Partial<AssetRun["state"]> = {}, notAfter: number | null = null): AssetRun => ({
  id: "r.a",
  runId: "r",
  jobId: "j",
  assetId: "a",
  placed: { status: "Pending", reason: null, at: 1 },
  marks: [],
  timing: null,
  patches: [],
  manifest: notAfter === null ? null : { version: 1, digest: "sha256:0", notAfter },
  state: Facts.state({ status: "Completed", changedAt: 1, ...state }),
});
