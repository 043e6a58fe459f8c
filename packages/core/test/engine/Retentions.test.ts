import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Retentions from "../../src/engine/audit/Retentions.ts";
import type { MemoryDump } from "../../src/testing/storage/MemoryStorage.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const DAY = 86_400_000;
const days = { runsDays: 30, eventsDays: 7, auditDays: 90 };
const forEver = { runsDays: null, eventsDays: null, auditDays: null };

/** A job that ran to its end on every agent. */
const ended = (agents = 2) => {
  const scene = Scene.make({ agents });
  const { plane } = scene;
  const { fettle, call, clock } = plane;
  const jobId = scene.enabled();
  call(fettle.tick());
  const runId = scene.run(jobId).id;
  for (const agent of scene.agents) agent.report(1, ...WireAgent.wholeRun(runId));
  call(fettle.tick());
  const counts = () => (["run", "assetRun", "fact"] as const).map((kind) => scene.stored(kind).size);
  /** Lets days pass, and ticks until nothing more happens. */
  const after = (passed: number) => {
    clock.pass(passed * DAY);
    for (let i = 0; i < 3; i += 1) call(fettle.tick());
  };
  const told = () => call(fettle.audit.search(manager, { action: "retention.tick", limit: 1_000 })).records;
  return { ...scene, ...plane, jobId, runId, counts, after, told };
};

const audit = ({ storage }: ReturnType<typeof ended>) =>
  Effect.runSync(storage.audit(ControlPlane.TENANT, { after: 0, limit: 1_000 }));

const tampered = (
  { storage }: ReturnType<typeof ended>,
  change: (records: MemoryDump["tenants"][number]["audit"]) => MemoryDump["tenants"][number]["audit"],
): void => {
  const { tenants } = storage.dump();
  storage.restore({ tenants: tenants.map((t) => ({ ...t, audit: change(t.audit) })) });
};

describe("runs", () => {
  it("CFG-07: nothing is removed until somebody says how long it is kept", () => {
    const { fettle, call, counts, events, after, told } = ended();
    const before = [counts(), events().length];
    after(40_000);
    expect([counts(), events().length]).toEqual(before);
    call(fettle.retention.save(manager, forEver));
    after(40_000);
    expect([counts(), told()]).toEqual([before[0], []]);
    expect(call(fettle.retention.get(manager))).toMatchObject({ ...forEver, hold: null, lastRun: null });
  });

  it("CFG-07: take the manifests of their asset runs with them, whose bytes are collected then", () => {
    const { fettle, call, after, stored, blobs } = ended();
    const manifests = [...stored("assetRun").values()].map((a) => a.manifest?.digest);
    const documents = () => [...stored("document").values()].map((d) => d.digest as string);
    const kept = () => Effect.runSync(blobs.list(ControlPlane.TENANT, { limit: 1_000 })).map((b) => b.digest as string);
    const others = documents().filter((digest) => !manifests.includes(digest));
    expect([manifests.length, others.length > 0]).toEqual([2, true]);
    call(fettle.retention.save(manager, { ...forEver, runsDays: 30 }));
    after(31);
    expect(documents()).toEqual(others);
    expect(kept()).toEqual(expect.arrayContaining(manifests));
    expect(call(fettle.collectBlobs()).removed).toBe(2);
    expect(kept().filter((digest) => manifests.includes(digest))).toEqual([]);
    expect(kept()).toEqual(expect.arrayContaining(others));
  });

  it("CFG-07: go with their asset runs and facts when all are past the limit, and the record says so", () => {
    const { fettle, call, clock, counts, after, told, runId, jobId } = ended();
    call(fettle.retention.save(manager, { ...forEver, runsDays: 30 }));
    const [runs, assetRuns, facts] = counts();
    expect([runs, assetRuns]).toEqual([1, 2]);
    after(30);
    expect(counts()).toEqual([runs, assetRuns, facts]);
    clock.pass(1);
    after(1);
    expect(counts()).toEqual([0, 0, 0]);
    expect(told()).toMatchObject([
      {
        by: "system:retention",
        kind: "retention",
        entry: { changes: { runs: { after: [runId] }, assetRuns: { after: 2 }, facts: { after: facts } } },
      },
    ]);
    expect(call(fettle.runs.ofJob(manager, jobId))).toEqual([]);
    expect(call(fettle.jobs.get(manager, jobId))).toMatchObject({ status: "Completed" });
    expect(call(fettle.retention.get(manager)).lastRun).toEqual({ at: clock.now(), failure: null });
    after(100);
    expect(told()).toHaveLength(1);
  });

  it("CFG-07: of a deleted job stay readable within their age, and go after it (JOB-11)", () => {
    const { fettle, call, counts, after, runId, jobId } = ended();
    call(fettle.retention.save(manager, days));
    call(fettle.jobs.delete(manager, jobId));
    after(29);
    expect(call(fettle.runs.results(manager, runId))).toHaveLength(2);
    after(2);
    expect(counts()).toEqual([0, 0, 0]);
  });

  it("CFG-07: stay, whatever their age, as long as an asset is not done or the job is at work", () => {
    const scene = Scene.make({ agents: 2 });
    const { fettle, call, clock } = scene.plane;
    const jobId = scene.enabled();
    call(fettle.tick());
    scene.agents[0]?.report(1, ...WireAgent.wholeRun(scene.run(jobId).id));
    call(fettle.retention.save(manager, days));
    for (let i = 0; i < 5; i += 1) {
      clock.pass(100 * DAY);
      call(fettle.tick());
    }
    expect([scene.stored("run").size, scene.stored("assetRun").size]).toEqual([1, 2]);
  });

  it("CFG-07: a late report of a removed run is acknowledged and brings nothing back", () => {
    const { fettle, call, after, runId, agents, stored, counts } = ended();
    call(fettle.retention.save(manager, days));
    after(31);
    expect(counts()).toEqual([0, 0, 0]);
    agents[0]?.checkIn();
    const next = WireAgent.wholeRun(runId).length + 1;
    expect(agents[0]?.report(next, WireAgent.status(runId, "Completed"))).toMatchObject({ acknowledgedThrough: next });
    expect([stored("run").size, stored("assetRun").size]).toEqual([0, 0]);
  });

  it("CFG-07: go a bounded number with each tick, asset runs whole, the run last", () => {
    const scene = ended(1);
    const { fettle, call, clock, storage, counts, runId, told } = scene;
    const [, id] = [...scene.stored("assetRun").keys(), ""].reverse();
    const [fact] = scene.stored("fact").values();
    const indexes = [{ name: "assetRun", value: id ?? "" }];
    const more = Array.from({ length: Retentions.ENTITIES_PER_TICK_MAX }, (_, i) => ({
      _tag: "Put" as const,
      kind: "fact" as const,
      id: `more.${i}`,
      body: { ...fact, id: `more.${i}` } as never,
      indexes,
    }));
    // Beside the one whose facts are more than a tick removes, there is one without facts.
    const [assetRun] = scene.stored("assetRun").values();
    const second = { ...assetRun, id: `${runId}.zzz`, assetId: "zzz" };
    const runIndex = [{ name: "run", value: runId }];
    const put = {
      _tag: "Put" as const,
      kind: "assetRun" as const,
      id: second.id,
      body: second as never,
      indexes: runIndex,
    };
    const none = { expect: [], counters: [], uniques: [], events: [] };
    call(storage.commit({ ...none, tenantId: ControlPlane.TENANT, writes: [...more, put] }));
    call(fettle.retention.save(manager, { ...forEver, runsDays: 30 }));
    clock.pass(31 * DAY);
    call(fettle.tick());
    expect(counts()).toEqual([1, 1, 0]);
    call(fettle.tick());
    expect(counts()).toEqual([0, 0, 0]);
    expect(told().map((r) => r.entry.changes.runs?.after)).toEqual([[], [runId]]);
  });
});

describe("events and the audit trail", () => {
  it("CFG-07: the oldest go, positions go on, and the trail verifies from where it begins", () => {
    const made = ended();
    const { fettle, call, clock, events, after, told } = made;
    call(fettle.retention.save(manager, days));
    const [last, hash] = [audit(made).length, audit(made).at(-1)?.hash];
    const position = events().at(-1)?.position ?? 0;
    after(91);
    call(fettle.tags.save(manager, { name: "later" }));
    const [anchored] = told();
    expect(anchored?.entry.changes.audit?.after).toEqual({ position: last, hash, count: last });
    expect(
      events()
        .map((e) => [e.position > position, e.at >= clock.now() - 7 * DAY])
        .every(([a, b]) => a && b),
    ).toBe(true);
    expect(audit(made).map((r) => r.position)).toEqual([last + 1, last + 2]);
    const verdict = call(fettle.audit.verify(manager));
    expect(verdict).toEqual({ isWhole: true, records: 2, broken: null, removedThrough: last });
    const checkpoint = call(fettle.audit.checkpoint(manager));
    expect(call(fettle.audit.verify(manager, { checkpoint }))).toMatchObject({ isWhole: true });
  });

  it("CFG-07: a trail whose removals are removed in their turn verifies by the latest", () => {
    const made = ended();
    const { fettle, call, after, told } = made;
    call(fettle.retention.save(manager, days));
    for (let i = 0; i < 4; i += 1) {
      after(60);
      call(fettle.tags.save(manager, { name: `t${i}` }));
      expect([i, call(fettle.audit.verify(manager))]).toMatchObject([i, { isWhole: true }]);
    }
    after(91);
    expect(told()).toHaveLength(1);
    expect(call(fettle.audit.verify(manager))).toMatchObject({ isWhole: true, records: 1 });
  });

  it("CFG-07: whoever removes the oldest records by hand is found, before and after retention did", () => {
    const fresh = ended();
    const { fettle, call } = fresh;
    tampered(fresh, (records) => records.slice(3));
    expect(call(fettle.audit.verify(manager))).toMatchObject({
      isWhole: false,
      records: 0,
      broken: { position: 1, reason: "missing", message: "no record 1; the next one is 4" },
    });
    const old = ended();
    old.call(old.fettle.retention.save(manager, days));
    old.after(91);
    const last = audit(old)[0]?.position ?? 0;
    for (const name of ["a", "b", "c"]) old.call(old.fettle.tags.save(manager, { name }));
    tampered(old, (records) => records.filter((r, i) => i === 0 || r.action === "x" || i > 1));
    expect(old.call(old.fettle.audit.verify(manager))).toMatchObject({
      isWhole: false,
      broken: { position: last + 1 },
    });
    tampered(old, (records) => records.slice(1));
    expect(old.call(old.fettle.audit.verify(manager))).toMatchObject({
      isWhole: false,
      records: 0,
      broken: { position: 1, reason: "missing" },
    });
  });

  it("CFG-07: records that retention removed and somebody put back are found", () => {
    const made = ended();
    const { fettle, call, after } = made;
    call(fettle.retention.save(manager, days));
    const former = audit(made);
    after(91);
    tampered(made, (records) => [...former, ...records]);
    expect(call(fettle.audit.verify(manager))).toMatchObject({
      isWhole: false,
      broken: { position: 1, reason: "inserted" },
    });
    tampered(made, (records) => records.slice(former.length - 1));
    expect(call(fettle.audit.verify(manager))).toMatchObject({
      isWhole: false,
      broken: { position: former.length, reason: "inserted" },
    });
  });

  it("CFG-07: a checkpoint of a record that is gone is refused as too old, one of the last to go holds", () => {
    const made = ended();
    const { fettle, call, after, clock } = made;
    const old = call(fettle.audit.checkpoint(manager));
    call(fettle.retention.save(manager, days));
    const last = call(fettle.audit.checkpoint(manager));
    clock.pass(1);
    after(91);
    expect(call(fettle.audit.verify(manager, { checkpoint: last }))).toMatchObject({ isWhole: true });
    expect(call(fettle.audit.verify(manager, { checkpoint: old }))).toMatchObject({
      isWhole: false,
      broken: { reason: "missing", message: expect.stringContaining("take a newer one") },
    });
  });

  it("CFG-07: a trail that somebody tampered with is kept, and the outcome says why", () => {
    const made = ended();
    const { fettle, call, after } = made;
    call(fettle.retention.save(manager, days));
    const count = audit(made).length;
    tampered(made, (records) => records.map((r) => (r.position === 2 ? { ...r, by: "user:eve" } : r)));
    after(91);
    expect(audit(made).filter((r) => r.position <= count)).toHaveLength(count);
    expect(call(fettle.retention.get(manager)).lastRun?.failure).toContain("record 2 is not what was written");
    expect(made.counts()).toEqual([0, 0, 0]);
  });

  it("CFG-07: go a page with each tick, until none that is due is left", () => {
    const { fettle, call, clock, storage, events } = ended(0);
    const tenantId = ControlPlane.TENANT;
    const none = { tenantId, expect: [], counters: [], uniques: [], writes: [] };
    const event = { type: "E", kind: "tag", id: "t", at: clock.now(), body: null } as const;
    const many = Array.from({ length: Retentions.ROWS_PER_TICK_MAX }, () => event);
    call(storage.commit({ ...none, events: many }));
    call(fettle.retention.save(manager, { ...forEver, eventsDays: 7 }));
    clock.pass(8 * DAY);
    const total = Effect.runSync(storage.events(tenantId, Retentions.ROWS_PER_TICK_MAX, 1_000)).length;
    call(fettle.tick());
    expect(events()).toHaveLength(total + 1);
    call(fettle.tick());
    expect(events().map((e) => e.type)).toEqual(["RetentionRan", "RetentionRan"]);
  });
});

describe("a legal hold", () => {
  it("CFG-07: of the tenant keeps all of it; released, it goes within a day", () => {
    const made = ended();
    const { fettle, call, counts, after, told } = made;
    call(fettle.retention.save(manager, days));
    const held = call(fettle.retention.hold(manager, { reason: "case 1" }));
    expect(held.hold).toMatchObject({ reason: "case 1", by: "user:mara" });
    const before = [counts(), made.events().length, audit(made).length];
    after(500);
    expect([counts(), made.events().length, audit(made).length]).toEqual(before);
    call(fettle.retention.release(manager));
    after(1);
    expect([counts(), told().length]).toEqual([[0, 0, 0], 1]);
  });

  it("CFG-07: of a job keeps its runs, all events and all records, and lets other runs go", () => {
    const made = ended();
    const { fettle, call, counts, after, jobId, runId, clock } = made;
    const other = made.enabled();
    call(fettle.tick());
    for (const agent of made.agents) {
      const from = WireAgent.wholeRun(runId).length + 1;
      agent.report(from, ...WireAgent.wholeRun(made.run(other).id));
    }
    call(fettle.tick());
    expect(counts()[0]).toBe(2);
    call(fettle.retention.save(manager, days));
    call(fettle.retention.hold(manager, { reason: "case 1", jobId }));
    const first = audit(made)[0]?.position;
    clock.pass(1);
    after(91);
    expect([...made.stored("run").keys()]).toEqual([runId]);
    expect([made.events()[0]?.position, audit(made)[0]?.position]).toEqual([1, first]);
    expect(call(fettle.runs.results(manager, runId))).toHaveLength(2);
    call(fettle.retention.release(manager, { jobId }));
    after(1);
    expect([counts(), made.events()[0]?.type]).toEqual([[0, 0, 0], "RetentionRan"]);
  });

  it("CFG-07: can be placed on a deleted job whose runs are there, and on no job that never was", () => {
    const { fettle, call, rejections, jobId } = ended();
    call(fettle.jobs.delete(manager, jobId));
    expect(call(fettle.retention.hold(manager, { reason: "x", jobId })).jobHolds[jobId]?.reason).toBe("x");
    expect(rejections(fettle.retention.hold(manager, { reason: "x", jobId: Values.uuid(404) }))).toMatchObject([
      { rule: "CFG-07", code: "not-found", path: "jobId" },
    ]);
  });

  it("CFG-07: that comes while a tick removes is not overtaken", () => {
    const { fettle, call, counts, hooks, clock, told } = ended();
    call(fettle.retention.save(manager, days));
    const before = counts();
    clock.pass(91 * DAY);
    hooks.before = (batch) => {
      if (batch.forget === undefined) return;
      hooks.before = null;
      call(fettle.retention.hold(manager, { reason: "just in time" }));
    };
    call(fettle.tick());
    expect([counts(), told()]).toEqual([before, []]);
    expect(hooks.before).toBeNull();
  });

  it("CFG-07: is on record, as every change of retention is, with who and why", () => {
    const { fettle, call } = ended(0);
    call(fettle.retention.save(manager, days));
    call(fettle.retention.hold(manager, { reason: "case 1" }));
    call(fettle.retention.release(ControlPlane.as("sue")));
    const { records } = call(fettle.audit.search(manager, { entity: { kind: "retention", id: "retention" } }));
    expect(records.map((r) => [r.by, r.action])).toEqual([
      ["user:mara", "retention.save"],
      ["user:mara", "retention.hold"],
      ["user:sue", "retention.release"],
    ]);
    expect(records[0]?.entry.changes).toMatchObject({ runsDays: { after: 30 } });
    expect(records[2]?.entry.changes).toMatchObject({ hold: { before: { reason: "case 1" }, after: null } });
  });
});
