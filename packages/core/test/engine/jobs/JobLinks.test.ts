import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import { LINKS_DEPTH_MAX } from "../../../src/domain/job/JobLinks.ts";
import * as Tenant from "../../../src/domain/shared/Tenant.ts";
import * as JobLinks from "../../../src/engine/jobs/JobLinks.ts";
import * as Random from "../../../src/testing/simulation/Random.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";
import * as WireAgent from "../../scenario/WireAgent.ts";

const { draft, patch, pkg, select } = Values;
const { as, manager } = ControlPlane;

const linked = (jobId: string, successPercentMin = 50) =>
  ({ _tag: "Linked", jobId, successPercentMin, of: "patches" }) as const;
const list = (...patches: readonly string[]) => ({ _tag: "List", patches }) as const;

const world = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make(options);
  const { fettle, call, rejections, ports } = scene.plane;
  const create = (over: Partial<JobDraft>, actor = manager) => call(fettle.jobs.create(actor, draft(over))).id;
  const ask = <A, E, R>(effect: Effect.Effect<A, E, R>): A =>
    Effect.runSync(Effect.provide(effect, ports) as Effect.Effect<A, E>);
  const jobOf = (id: string) => {
    const job = scene.stored("job").get(id);
    if (job === undefined) throw new Error(`no job ${id}`);
    return job;
  };
  const tenantId = Tenant.of(scene.tenantId);
  return {
    scene,
    plane: scene.plane,
    fettle,
    call,
    rejections,
    create,
    jobOf,
    resolve: (id: string) => ask(JobLinks.resolve(tenantId, jobOf(id))),
    mayStart: (id: string) => ask(JobLinks.mayStart(tenantId, jobOf(id))),
    link: (id: string, to: string) => fettle.jobs.update(manager, id, { patches: linked(to) }),
  };
};

/** Both at once: the second as the first is about to be committed. */
const meanwhile = (plane: ControlPlane.ControlPlane, first: Effect.Effect<unknown, unknown>, second: () => void) => {
  plane.hooks.before = () => {
    plane.hooks.before = null;
    second();
  };
  return plane.rejections(first);
};

describe("a link to another job, as it is saved", () => {
  it("JOB-21: takes the patches of one that is there, of the same platform and kind, and has some", () => {
    const { create, fettle, rejections } = world();
    const pilot = create({});
    const bare = create({ patches: null });
    const rollback = create({ kind: "rollback" });
    const mac = create({ platform: "Mac" });
    expect(create({ patches: linked(pilot) })).not.toBe("");
    for (const [id, code] of [
      [Values.uuid(404), "not-found"],
      [bare, "invalid"],
      [rollback, "invalid"],
      [mac, "invalid"],
    ] as const) {
      expect(rejections(fettle.jobs.create(manager, draft({ patches: linked(id) })))).toMatchObject([
        { rule: "JOB-21", code, path: "patches.jobId" },
      ]);
    }
  });

  it("JOB-21: is looked at before it is saved, too", () => {
    const { create, fettle, call } = world();
    const rollback = create({ kind: "rollback" });
    const problems = (id: string) => call(fettle.jobs.validate(manager, draft({ patches: linked(id) }))).problems;
    expect(problems(create({}))).toEqual([]);
    expect(problems(rollback)).toMatchObject([{ rule: "JOB-21", code: "invalid", path: "patches.jobId" }]);
    expect(problems(Values.uuid(404))).toMatchObject([{ rule: "JOB-21", code: "not-found" }]);
  });

  it("JOB-21: tells nobody of a job that they may not view", () => {
    const { create, fettle, rejections } = world();
    const hidden = create({}, as("mara"));
    const tell = (id: string) =>
      rejections(fettle.jobs.create(as("uli"), draft({ patches: linked(id) }))).map((r) => ({
        ...r,
        message: r.message.replace(id, "…"),
      }));
    expect(tell(hidden)).toEqual(tell(Values.uuid(404)));
    expect(tell(hidden)).toMatchObject([{ rule: "JOB-21", code: "not-found" }]);
  });

  it("JOB-21: closes no circle, of one, of two or of three", () => {
    const { create, call, rejections, link } = world();
    const [a, b, c] = [create({}), create({}), create({})] as const;
    expect(rejections(link(a, a))).toMatchObject([{ rule: "JOB-21", code: "conflict" }]);
    call(link(a, b));
    expect(rejections(link(b, a))).toMatchObject([{ rule: "JOB-21", code: "conflict" }]);
    call(link(b, c));
    expect(rejections(link(c, a))).toMatchObject([{ rule: "JOB-21", code: "conflict" }]);
  });

  it("JOB-21: of two edits at once that together would close a circle, one is refused", () => {
    const { plane, create, call, jobOf, link } = world();
    const [a, b, c] = [create({}), create({}), create({})] as const;
    call(link(b, c));
    const refused = meanwhile(plane, link(a, b), () => call(link(c, a)));
    expect(refused).toMatchObject([{ code: "stale" }]);
    expect(jobOf(a).patches).toEqual(list("P-1"));
    expect(plane.rejections(link(a, b))).toMatchObject([{ rule: "JOB-21", code: "conflict" }]);
  });

  it("JOB-21: makes no chain longer than may be, whichever of its links comes last", () => {
    const { create, call, rejections, link } = world();
    const chain = Array.from({ length: LINKS_DEPTH_MAX + 2 }, () => create({}));
    const at = (i: number) => chain[i] ?? "";
    for (let i = 0; i <= LINKS_DEPTH_MAX; i += 1) {
      if (i !== 5) call(link(at(i), at(i + 1)));
    }
    expect(rejections(link(at(5), at(6)))).toMatchObject([{ rule: "JOB-21", code: "conflict" }]);
    call(link(at(5), at(7)));
  });

  it("JOB-21: whatever several link at once, no circle comes about", async () => {
    const seen = { linked: 0, refused: 0, stale: 0 };
    const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 2, maxLength: 4 });
    const property = fc.asyncProperty(
      fc.array(pairs, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      async (rounds, seed) => {
        const gate = { open: false };
        const random = Random.make(`links ${seed}`);
        const plane = ControlPlane.make({ interleave: { ...random, below: (n) => (gate.open ? random.below(n) : 0) } });
        const { create, link, jobOf } = world({ plane, agents: 0 });
        const ids = Array.from({ length: 6 }, () => create({}));
        const at = (i: number) => ids[i] ?? "";
        for (const round of rounds) {
          gate.open = true;
          const links = round.map(([from, to]) => Effect.result(link(at(from), at(to))));
          const all = await Effect.runPromise(Effect.all(links, { concurrency: "unbounded" }));
          gate.open = false;
          for (const one of all) {
            if (one._tag === "Success") seen.linked += 1;
            else if (JSON.stringify(one.failure).includes("stale")) seen.stale += 1;
            else seen.refused += 1;
          }
        }
        for (const id of ids) {
          const steps = new Set([id]);
          for (let next = jobOf(id).patches; next?._tag === "Linked"; next = jobOf(next.jobId).patches) {
            expect(steps.has(next.jobId)).toBe(false);
            steps.add(next.jobId);
          }
        }
      },
    );
    await fc.assert(property, Arbitraries.runs(15));
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });

  it("JOB-21: keeps the other job from being deleted until it is over or no more, and says which", () => {
    const { create, call, fettle, rejections } = world();
    const pilot = create({ title: "Pilot" });
    const follower = create({ title: "Follower", patches: linked(pilot) });
    expect(rejections(fettle.jobs.delete(manager, pilot))).toMatchObject([
      { rule: "JOB-21", code: "conflict", message: expect.stringContaining("Follower") },
    ]);
    expect(call(fettle.jobs.deleteMany(manager, [pilot])).items).toMatchObject([
      { outcome: "refused", rejections: [{ rule: "JOB-21" }] },
    ]);
    call(fettle.jobs.update(manager, follower, { patches: list("P-1") }));
    call(fettle.jobs.delete(manager, pilot));
  });

  it("JOB-21: names to whom deletes the other job only those that they may view", () => {
    const { create, call, fettle, rejections } = world();
    const shared = create({}, as("uli"));
    create({ title: "Secret", patches: linked(shared) });
    const [told, ...more] = rejections(fettle.jobs.delete(as("uli"), shared));
    expect(more).toEqual([]);
    expect(told?.message).not.toContain("Secret");
    expect(call(fettle.jobs.get(as("uli"), shared)).id).toBe(shared);
  });

  it("JOB-21: made while the other job is being deleted, leaves one of the two undone", () => {
    const first = world();
    const pilot = first.create({});
    const refused = meanwhile(first.plane, first.fettle.jobs.delete(manager, pilot), () => {
      first.create({ patches: linked(pilot) });
    });
    expect(refused).toMatchObject([{ rule: "JOB-21" }]);
    const second = world();
    const gone = second.create({});
    const make = second.fettle.jobs.create(manager, draft({ patches: linked(gone) }));
    expect(meanwhile(second.plane, make, () => second.call(second.fettle.jobs.delete(manager, gone)))).toMatchObject([
      { code: "stale" },
    ]);
  });
});

describe("what a linked job takes", () => {
  it("JOB-21: the list of the job at the end of the chain, which its plan is made of", () => {
    const { create, resolve, fettle, call, scene } = world();
    const pilot = create({ patches: list("P-2", "P-1") });
    const middle = create({ patches: linked(pilot) });
    const last = create({ patches: linked(middle) });
    expect(resolve(last)).toEqual(["P-2", "P-1"]);
    const { plan } = call(fettle.jobs.plan(manager, last));
    expect(plan.groups.map((g) => g.patches.map((p) => p.patchId))).toEqual([["P-1", "P-2"]]);
    call(fettle.jobs.update(manager, pilot, { patches: list("P-2") }));
    expect(resolve(last)).toEqual(["P-2"]);
    const explained = call(fettle.jobs.explain(manager, last, { assetId: scene.agents[0]?.id ?? "" }));
    expect(explained.gets.map((p) => p.patchId)).toEqual(["P-2"]);
  });

  it("JOB-21: of a query, what it found for its latest run and nothing that has come out since", () => {
    const { create, resolve, scene, plane, fettle, call } = world();
    const pilot = create({ patches: { _tag: "Query", query: "category: security" } });
    const follower = create({ patches: linked(pilot) });
    expect(resolve(follower)).toEqual([]);
    call(fettle.jobs.enable(manager, pilot));
    call(fettle.tick());
    expect(resolve(follower)).toEqual(["P-1"]);
    call(fettle.catalogue.ingest(manager, [...Scene.catalogue, patch("P-3", { packages: [pkg("curl", "3-1")] })]));
    expect(resolve(follower)).toEqual(["P-1"]);
    expect(scene.stored("run").size).toBe(1);
    expect(plane.clock.now()).toBe(Values.START);
  });
});

describe("when a linked job may start", () => {
  const started = (outcome: "Installed" | "Failed") => {
    const known = world({ agents: 2 });
    const pilot = known.create({ title: "Pilot" });
    const follower = known.create({ patches: linked(pilot, 80) });
    known.call(known.fettle.jobs.enable(manager, pilot));
    known.call(known.fettle.tick());
    const { id: runId } = known.scene.run(pilot);
    const [first, second] = known.scene.agents;
    const finish = () => {
      first?.report(1, ...WireAgent.wholeRun(runId));
      second?.report(1, ...WireAgent.wholeRun(runId, "P-1", outcome));
    };
    return { ...known, pilot, follower, first, runId, finish };
  };

  it("JOB-21: not before the other has finished a run, and at once when that has succeeded", () => {
    const { mayStart, follower, first, runId, finish, pilot } = started("Installed");
    expect(mayStart(pilot)).toBe(null);
    expect(mayStart(follower)?.message).toContain("has not finished a run yet");
    first?.report(1, ...WireAgent.wholeRun(runId));
    expect(mayStart(follower)?.message).toContain("has not finished a run yet");
    finish();
    expect(mayStart(follower)).toBe(null);
  });

  it("JOB-21: not while the success falls short of the threshold, whatever one asks of it says so with the figure", () => {
    const { mayStart, follower, finish, call, fettle, scene } = started("Failed");
    finish();
    const message = "Pilot has reached 50 %; this job starts at 80 % of its patches";
    expect(mayStart(follower)).toMatchObject({ rule: "JOB-21", message });
    const explained = call(fettle.jobs.explain(manager, follower, { assetId: scene.agents[0]?.id ?? "" }));
    expect(explained.waits).toEqual([{ rule: "JOB-21", reason: message }]);
  });

  it("JOB-21: never by post-actions, which nobody carries out yet", () => {
    const { create, mayStart, finish, pilot } = started("Installed");
    finish();
    const byActions = create({ patches: { ...linked(pilot, 0), of: "post-actions" } });
    expect(mayStart(byActions)?.message).toContain("has carried out no post-actions");
  });

  it("JOB-21: not when the other, which planned nothing, has proven nothing", () => {
    const { create, call, fettle, mayStart } = world({ agents: 0 });
    const pilot = create({ targets: select({ include: Values.any("lab") }) });
    const [any, some] = [create({ patches: linked(pilot, 0) }), create({ patches: linked(pilot, 1) })];
    call(fettle.jobs.enable(manager, pilot));
    call(fettle.tick());
    expect(mayStart(any)).toBe(null);
    expect(mayStart(some)?.message).toContain("has reached 0 %");
  });
});

describe("a linked job that is enabled", () => {
  const piloted = (over: Partial<JobDraft> = {}, outcome: "Installed" | "Failed" = "Installed") => {
    const known = world({ agents: 1 });
    const pilot = known.create({ title: "Pilot" });
    const follower = known.create({ title: "Follower", patches: linked(pilot), ...over });
    known.call(known.fettle.jobs.enable(manager, follower));
    known.call(known.fettle.jobs.enable(manager, pilot));
    const tick = () => known.call(known.fettle.tick());
    const runsOf = (id: string) => [...known.scene.stored("run").values()].filter((r) => r.jobId === id);
    const finish = () =>
      known.scene.agents[0]?.report(1, ...WireAgent.wholeRun(runsOf(pilot)[0]?.id ?? "", "P-1", outcome));
    return { ...known, pilot, follower, tick, runsOf, finish };
  };

  it("JOB-21: runs once the other has succeeded, not before, and says meanwhile what it waits for", () => {
    const { tick, runsOf, follower, finish, scene } = piloted();
    const stuck = [{ jobId: follower, message: expect.stringContaining("Pilot has not finished a run yet") }];
    expect(tick()).toMatchObject({ materialised: 1, stuck });
    expect(tick()).toMatchObject({ materialised: 0, stuck });
    expect(runsOf(follower)).toEqual([]);
    scene.agents[0]?.checkIn();
    finish();
    expect(tick()).toMatchObject({ materialised: 1, stuck: [] });
    tick();
    expect(runsOf(follower)).toHaveLength(1);
  });

  it("JOB-21: waits however long where it has no window, and has timed out where its window is over", () => {
    const forever = piloted({}, "Failed");
    const bounded = piloted({ window: { minutes: 60 } }, "Failed");
    for (const { tick, runsOf, finish, plane, follower } of [forever, bounded]) {
      tick();
      finish();
      tick();
      expect(runsOf(follower)).toEqual([]);
      plane.clock.pass(2 * Values.HOUR_MS);
      tick();
    }
    expect(forever.runsOf(forever.follower)).toEqual([]);
    const [run] = bounded.runsOf(bounded.follower);
    const [assetRun] = [...bounded.scene.stored("assetRun").values()].filter((a) => a.runId === run?.id);
    expect(assetRun?.state.status).toBe("TimedOut");
    expect(assetRun?.manifest).toBe(null);
  });

  it("JOB-21: is not enabled by post-actions, which nobody carries out yet", () => {
    const { create, fettle, rejections } = world();
    const pilot = create({});
    const id = create({ patches: { ...linked(pilot), of: "post-actions" } });
    expect(rejections(fettle.jobs.enable(manager, id))).toMatchObject([{ rule: "JOB-21", path: "patches.of" }]);
  });

  it("JOB-21: has a plan that may be otherwise by its run", () => {
    const { create, fettle, call } = world();
    const pilot = create({});
    const plans = [pilot, create({ patches: linked(pilot) })].map((id) => call(fettle.jobs.plan(manager, id)).plan);
    expect(plans.map((p) => p.isProvisional)).toEqual([false, true]);
  });
});
