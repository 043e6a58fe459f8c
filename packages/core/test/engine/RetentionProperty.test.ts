/** Whatever is removed is older than its limit and under no hold, and the trail verifies, after any sequence of what may happen. */
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Run } from "../../src/domain/run/Run.ts";
import * as Repository from "../../src/engine/Repository.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Facts from "../scenario/Facts.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Values from "../scenario/Values.ts";

const { manager, TENANT } = ControlPlane;
const DAY = 86_400_000;
const JOBS = ["j1", "j2", "j3"] as const;

/** A run as it comes to stand there: begun and ended so many days ago, of a job that may be at work on it. */
interface Past {
  readonly job: (typeof JOBS)[number];
  readonly startedDaysAgo: number;
  readonly endings: readonly { readonly daysAgo: number; readonly isFinal: boolean }[];
}

type Step =
  | { readonly _tag: "Pass"; readonly days: number }
  | {
      readonly _tag: "Save";
      readonly runs: number | null;
      readonly events: number | null;
      readonly audit: number | null;
    }
  | { readonly _tag: "Hold" | "Release"; readonly jobId: string | null }
  | { readonly _tag: "Run"; readonly past: Past }
  | { readonly _tag: "Tell"; readonly daysAgo: number };

const age = fc.integer({ min: 0, max: 200 });
const limit = (min: number) => fc.option(fc.integer({ min, max: min + 60 }));
const past: fc.Arbitrary<Past> = fc.record({
  job: fc.constantFrom(...JOBS),
  startedDaysAgo: age,
  endings: fc.array(fc.record({ daysAgo: age, isFinal: fc.constantFrom(true, true, true, false) }), { maxLength: 3 }),
});
const jobId = fc.constantFrom(null, ...JOBS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Pass" as const), days: fc.integer({ min: 0, max: 60 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("Save" as const), runs: limit(30), events: limit(7), audit: limit(90) }),
  },
  fc.record({ _tag: fc.constantFrom("Hold" as const, "Release" as const), jobId }),
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Run" as const), past }) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Tell" as const), daysAgo: age }) },
);

it("CFG-07: only what is past its limit and held by nobody is removed, and the trail verifies, whatever happens", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 24, size: "max" }), (steps) => {
      const world = made();
      for (const each of steps) {
        taken(world, each);
        const before = seen(world);
        world.plane.call(world.plane.fettle.tick());
        check(before, seen(world), world.plane.clock.now());
      }
      // Nothing that is due stays: two days later it is gone.
      for (let i = 0; i < 2; i += 1) {
        world.plane.clock.pass(DAY);
        for (let n = 0; n < 3; n += 1) world.plane.call(world.plane.fettle.tick());
      }
      const rest = seen(world);
      const now = world.plane.clock.now();
      expect(rest.runs.filter((r) => mayGo(r, rest, now))).toEqual([]);
      const { hold, jobHolds, eventsDays, auditDays, lastRun } = rest.retention;
      expect(lastRun?.failure ?? null).toBeNull();
      if (hold !== null || Object.keys(jobHolds).length > 0) return;
      // A day's play, for it is looked once a day.
      const isLeft = (at: number | undefined, days: number | null) =>
        days !== null && (at ?? now) < now - (days + 1) * DAY;
      expect([isLeft(rest.events[0]?.at, eventsDays), isLeft(rest.audit[0]?.at, auditDays)]).toEqual([false, false]);
    }),
    Arbitraries.runs(60),
  );
});

const made = () => {
  const plane = FleetWorld.make({
    assets: [],
    tags: [{ id: "fleet", name: "fleet", parent: null, rule: { _tag: "Static" } }],
  });
  // j1 is at work; j2 was deleted; j3 is done.
  const job = plane.call(plane.fettle.jobs.create(manager, Values.draft()));
  FleetWorld.put(plane, [
    Repository.put("job", "j1", { ...job, id: "j1", status: "Enabled" } as never),
    Repository.put("job", "j3", { ...job, id: "j3", status: "Completed" } as never),
  ]);
  // So that there is something of j2's to hold, and the dispatcher finds a run of j1's.
  const world = { plane, count: 0 };
  for (const name of JOBS) {
    taken(world, { _tag: "Run", past: { job: name, startedDaysAgo: 0, endings: [{ daysAgo: 0, isFinal: false }] } });
  }
  return world;
};

const taken = (world: { readonly plane: ControlPlane.ControlPlane; count: number }, each: Step): void => {
  const { plane } = world;
  const { fettle, call, clock } = plane;
  const attempt = <A, E>(effect: Effect.Effect<A, E>) => call(Effect.result(effect));
  if (each._tag === "Pass") clock.pass(each.days * DAY);
  if (each._tag === "Save") {
    call(fettle.retention.save(manager, { runsDays: each.runs, eventsDays: each.events, auditDays: each.audit }));
  }
  if (each._tag === "Hold") attempt(fettle.retention.hold(manager, { reason: "case", jobId: each.jobId }));
  if (each._tag === "Release") attempt(fettle.retention.release(manager, { jobId: each.jobId }));
  world.count += 1;
  if (each._tag === "Run") putRun(plane, world.count, each.past);
  if (each._tag === "Tell") tell(plane, `t${world.count}`, clock.now() - each.daysAgo * DAY);
};

const putRun = (plane: ControlPlane.ControlPlane, n: number, { job, startedDaysAgo, endings }: Past): void => {
  const now = plane.clock.now();
  const run: Run = {
    id: `run-${n}`,
    jobId: job,
    jobRevision: 1,
    title: null,
    kind: "deployment",
    occurrenceKey: "on-demand",
    planHash: "h",
    hasDrifted: false,
    startedAt: now - startedDaysAgo * DAY,
    isIssued: true,
    conduct: null,
    lastStart: 0,
    windowEnd: null,
    closedAt: null,
  };
  const assetRuns = endings.map(({ daysAgo, isFinal }, i) => ({
    id: `${run.id}.a${i}`,
    runId: run.id,
    jobId: job,
    assetId: `a${i}`,
    placed: { status: "Pending" as const, reason: null, at: 0 },
    marks: [],
    timing: null,
    patches: [],
    manifest: null,
    state: Facts.state({ status: isFinal ? "Completed" : "Patching", changedAt: now - daysAgo * DAY }),
  }));
  FleetWorld.put(plane, [
    Repository.put("run", run.id, run),
    ...assetRuns.map((a) => Repository.put("assetRun", a.id, a)),
  ]);
};

// An event and a record of some time, not always in the order of time.
const tell = ({ storage, call }: ControlPlane.ControlPlane, id: string, at: number): void => {
  const told = { at, kind: "tag" as const, id, body: null };
  call(
    storage.commit({
      tenantId: TENANT,
      expect: [],
      counters: [],
      uniques: [],
      writes: [],
      events: [{ ...told, type: "TagSaved" }],
      audit: [{ ...told, by: "user:anna", action: "tags.save" }],
    }),
  );
};

const seen = ({ plane }: { readonly plane: ControlPlane.ControlPlane }) => {
  const { storage, call, fettle } = plane;
  const assetRuns = call(storage.list(TENANT, "assetRun", { limit: 1_000 })).map(
    (s) => s.body as never as AssetRunBody,
  );
  return {
    retention: call(fettle.retention.get(manager)),
    runs: call(storage.list(TENANT, "run", { limit: 1_000 })).map(({ body }) => {
      const run = body as never as Run;
      return { ...run, assetRuns: assetRuns.filter((a) => a.runId === run.id) };
    }),
    atWork: call(storage.list(TENANT, "job", { limit: 1_000 }))
      .filter(({ body }) => (body as { readonly status?: unknown }).status === "Enabled")
      .map(({ id }) => id),
    events: plane.events(),
    audit: call(storage.audit(TENANT, { after: 0, limit: 1_000 })),
    verdict: call(fettle.audit.verify(manager)),
  };
};

interface AssetRunBody {
  readonly runId: string;
  readonly state: { readonly status: string; readonly changedAt: number };
}
type Seen = ReturnType<typeof seen>;

// Reckoned apart from the engine, from what the documentation promises.
const mayGo = (run: Seen["runs"][number], { retention, atWork }: Seen, now: number): boolean =>
  retention.runsDays !== null &&
  retention.hold === null &&
  retention.jobHolds[run.jobId] === undefined &&
  (!atWork.includes(run.jobId) || run.closedAt !== null) &&
  [run.startedAt, ...run.assetRuns.map((a) => a.state.changedAt)].every(
    (at) => at < now - (retention.runsDays ?? 0) * DAY,
  ) &&
  run.assetRuns.every((a) => a.state.status === "Completed");

const check = (before: Seen, after: Seen, now: number): void => {
  const { retention } = before;
  const gone = <A>(was: readonly A[], is: readonly A[], key: (a: A) => unknown): readonly A[] => {
    const left = new Set(is.map(key));
    return was.filter((a) => !left.has(key(a)));
  };
  for (const run of gone(before.runs, after.runs, (r) => r.id))
    expect([run, mayGo(run, before, now)]).toEqual([run, true]);
  for (const [rows, days] of [
    [
      gone<{ readonly position: number; readonly at: number }>(before.events, after.events, (e) => e.position),
      retention.eventsDays,
    ],
    [
      gone<{ readonly position: number; readonly at: number }>(before.audit, after.audit, (e) => e.position),
      retention.auditDays,
    ],
  ] as const) {
    if (rows.length === 0) continue;
    expect([retention.hold, retention.jobHolds]).toEqual([null, {}]);
    expect(Math.max(...rows.map((r) => r.at))).toBeLessThan(now - (days ?? Number.POSITIVE_INFINITY) * DAY);
  }
  expect(after.verdict).toMatchObject({ isWhole: true, broken: null });
  expect(after.verdict.records).toBe(after.audit.length);
};
