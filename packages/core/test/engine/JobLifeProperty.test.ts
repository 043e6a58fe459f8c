/** The life of jobs under whatever people do, held against a naive model after every step. */
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import type { Rejected } from "../../src/engine/Rejected.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Model from "../scenario/JobLifeModel.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const RUNS = 300;
const COMMANDS_MAX = 120;
const MEAN_LENGTH_MIN = 40;
// Of fewer lives, neither their mean length nor all that may come up is certain.
const LIVES_FOR_ALL = 60;
const OUTCOMES = [
  ["JOB-02", "JOB-03", "JOB-07", "JOB-09", "JOB-18", "OWN-01", "OWN-03", "OWN-04"],
  ["not-found", "not-permitted", "ok"],
].flat();
const { any, draft, select } = Values;
const { as, manager } = ControlPlane;

/** Every job there ever was, in the order of the model's. */
interface Real {
  readonly scene: Scene.Scene;
  readonly assets: readonly string[];
  readonly ids: string[];
}

const made = (): Real => {
  const scene = Scene.make();
  const { fettle, call, users } = scene.plane;
  const web = WireAgent.make(scene.plane, 2);
  web.provision(call(fettle.keys.create(manager, { title: "web", tags: ["web"] })));
  web.snapshot(Scene.installed);
  for (const [id, rank] of Object.entries(Model.make().ranks)) setRank(users, id as Model.Person, rank);
  return { scene, assets: [scene.agents[0]?.id ?? "", web.id], ids: [] };
};

const setRank = (users: ControlPlane.ControlPlane["users"], id: Model.Person, rank: Model.Rank): void => {
  users.set(Values.user(id, rank, id === "uma" ? TagScope.tags(["web"]) : TagScope.all));
};

const outcomeOf = (effect: Effect.Effect<unknown, unknown>): Model.Outcome => {
  const result = Effect.runSync(Effect.result(effect));
  if (result._tag === "Success") return "ok";
  const [first] = (result.failure as Rejected).rejections;
  if (first === undefined) throw new Error("rejected for nothing", { cause: result.failure });
  if (first.code === "not-found") return "not-found";
  const isOwners = first.rule?.startsWith("OWN-") ?? false;
  return first.code === "not-permitted" && !isOwners ? "not-permitted" : (first.rule ?? first.code);
};

const targetsOf = (target: Model.Target | null, assets: readonly string[]) => {
  if (target === null) return null;
  return target === "first" ? select({ assets: assets.slice(0, 1) }) : select({ include: any(target) });
};
const patchesOf = (patches: readonly string[] | null) =>
  patches === null ? null : ({ _tag: "List", patches } as const);

const draftOf = ({ title, patches, target, isUnowned }: Model.ModelDraft, { assets }: Real) => ({
  ...draft({ title, patches: patchesOf(patches), targets: targetsOf(target, assets) }),
  ...(isUnowned ? { isUnowned: true as const } : {}),
});

// A job of the model by a number that stands for whichever there is, and its id.
const pick = (model: Model.Model, real: Real, n: number) => {
  const at = model.jobs.length === 0 ? -1 : n % model.jobs.length;
  const job = model.jobs[at];
  return job === undefined ? null : { job, id: real.ids[at] ?? "" };
};

const verify = (model: Model.Model, real: Real): void => {
  const { fettle, call } = real.scene.plane;
  const stored = real.scene.stored("job");
  const living = model.jobs.flatMap((job, i) => (job.isDeleted ? [] : [{ job, id: real.ids[i] ?? "" }]));
  expect([...stored.keys()].sort()).toEqual(living.map((l) => l.id).sort());
  for (const { job, id } of living) {
    const is = stored.get(id);
    const { status, title, owner: ownerId, maker: makerId } = job;
    expect(is).toMatchObject({ status, title, ownerId, makerId, patches: patchesOf(job.patches) });
    expect(is?.targets).toEqual(targetsOf(job.target, real.assets));
    expect(is?.formerScopes).toEqual(job.isBound ? [TagScope.tags(["web"])] : []);
  }
  for (const [i, job] of model.jobs.entries()) {
    const runs = [...real.scene.stored("run").values()].filter((r) => r.jobId === real.ids[i]);
    expect(runs).toHaveLength(job.run === null ? 0 : 1);
    const assetRuns = [...real.scene.stored("assetRun").values()].filter((a) => a.jobId === real.ids[i]);
    expect(assetRuns.map((a) => a.assetId).sort()).toEqual((job.run ?? []).map((n) => real.assets[n]).sort());
    for (const a of assetRuns) expect(a.state.status).toBe(job.isDeleted ? "JobFailed" : "Pending");
    expect(job.enablings).toBeLessThanOrEqual(1);
  }
  const last = living.at(-1);
  if (last !== undefined) expect(call(fettle.jobs.get(manager, last.id)).revision).toBe(last.job.revision);
};

let steps = 0;
const outcomes = new Set<Model.Outcome>();

/** A step of a life: what it does in the model and for real comes to the same. */
const step = (name: string, run: (model: Model.Model, real: Real) => readonly [Model.Outcome, Model.Outcome]) => ({
  check: () => true,
  run: (model: Model.Model, real: Real) => {
    steps += 1;
    const [expected, actual] = run(model, real);
    outcomes.add(actual);
    expect([name, actual]).toEqual([name, expected]);
    verify(model, real);
  },
  toString: () => name,
});
type Step = ReturnType<typeof step>;

// On the job with a number, by somebody; nothing while there is no job.
const onJob = (
  name: string,
  n: number,
  of: (
    at: { readonly job: Model.ModelJob; readonly id: string },
    model: Model.Model,
    real: Real,
  ) => readonly [string, string],
): Step =>
  step(`${name} #${n}`, (model, real) => {
    const at = pick(model, real, n);
    return at === null ? ["ok", "ok"] : of(at, model, real);
  });

const save = (model: Model.Model, real: Real, who: Model.Person, given: Model.ModelDraft, isEnabled: boolean) => {
  const { fettle } = real.scene.plane;
  const expected = Model.create(model, who, given, isEnabled);
  const saved = Effect.map(fettle.jobs.create(as(who), draftOf(given, real), { enable: isEnabled }), (job) => {
    real.ids.push(job.id);
  });
  return [expected, outcomeOf(saved)] as const;
};

const person = fc.constantFrom<Model.Person>("mara", "mara", "uli", "uma", "rita");
const target = fc.constantFrom<Model.Target | null>("fleet", "web", "lab", "first", null);
const patches = fc.constantFrom(["P-1"], ["P-2"], ["P-1", "P-2"], null);
const title = fc.constantFrom("a", "b", "c", "c", "");
const number = fc.nat(9);

const creating = fc
  .record({ who: person, title, patches, target, isUnowned: fc.boolean(), isEnabled: fc.boolean() })
  .map(({ who, isEnabled, ...given }) =>
    step(`create ${who} ${JSON.stringify({ ...given, isEnabled })}`, (model, real) =>
      save(model, real, who, given, isEnabled),
    ),
  );

const editing = fc
  .record({
    who: person,
    n: number,
    isStale: fc.boolean(),
    edit: fc.record({ title, patches, target }, { requiredKeys: [] }),
  })
  .map(({ who, n, isStale, edit }) =>
    onJob(`update ${who} ${JSON.stringify(edit)}${isStale ? " stale" : ""}`, n, ({ job, id }, model, real) => {
      const { title, patches, target } = edit;
      const change = {
        ...(title === undefined ? {} : { title }),
        ...(patches === undefined ? {} : { patches: patchesOf(patches) }),
        ...(target === undefined ? {} : { targets: targetsOf(target, real.assets) }),
      };
      const revision = isStale ? job.revision + 1 : job.revision;
      const expected = Model.update(model, who, job, edit, isStale);
      return [expected, outcomeOf(real.scene.plane.fettle.jobs.update(as(who), id, change, { revision }))];
    }),
  );

const expectCopy = (copy: unknown, expected: unknown): void => {
  expect(copy).toEqual(expected);
};

const cloning = fc.record({ who: person, n: number, isEnabled: fc.boolean() }).map(({ who, n, isEnabled }) =>
  onJob(`clone ${who}`, n, ({ job, id }, model, real) => {
    const { fettle, call } = real.scene.plane;
    const expected = Model.clone(model, who, job);
    if (typeof expected === "string") return [expected, outcomeOf(fettle.jobs.clone(as(who), id))];
    const { draft: copy } = call(fettle.jobs.clone(as(who), id));
    const titled = { ...expected, title: `${expected.title} ${Math.floor(real.scene.plane.clock.now() / 1_000)}` };
    expectCopy(copy, { ...draftOf(titled, real), description: "", coAuthors: [] });
    return save(model, real, who, titled, isEnabled);
  }),
);

const acting = fc
  .record({
    who: person,
    n: number,
    to: person,
    what: fc.constantFrom("enable", "enable", "add", "give", "lift", "delete"),
  })
  .map(({ who, n, to, what }) =>
    onJob(`${what} ${who} ${to}`, n, ({ job, id }, model, { scene }) => {
      const { jobs } = scene.plane.fettle;
      switch (what) {
        case "enable":
          return [Model.enable(model, who, job), outcomeOf(jobs.enable(as(who), id))];
        case "add":
          return [Model.addPatches(model, who, job, ["P-2"]), outcomeOf(jobs.addPatches(as(who), id, ["P-2"]))];
        case "give":
          return [Model.changeOwner(model, who, job, to), outcomeOf(jobs.changeOwner(as(who), id, to))];
        case "lift":
          return [Model.lift(model, who, job), outcomeOf(jobs.liftFormerScopes(as(who), id))];
        default:
          return [Model.remove(model, who, job), outcomeOf(jobs.delete(as(who), id))];
      }
    }),
  );

const ticking = fc.constantFrom("tick").map((name) =>
  step(name, (model, { scene }) => {
    Model.tick(model);
    scene.plane.clock.pass(Values.MINUTE_MS);
    return ["ok", outcomeOf(scene.plane.fettle.tick())];
  }),
);

const ranking = fc
  .record({
    who: fc.constantFrom<Model.Person>("uli", "uma", "rita"),
    rank: fc.constantFrom<Model.Rank>("PatchManager", "PatchUser", "PatchUser", "PatchReader"),
  })
  .map(({ who, rank }) =>
    step(`${who} is a ${rank}`, (model, { scene }) => {
      model.ranks[who] = rank;
      setRank(scene.plane.users, who, rank);
      return ["ok", "ok"];
    }),
  );

const life = fc.commands([creating, editing, cloning, acting, acting, ticking, ranking], {
  maxCommands: COMMANDS_MAX,
  size: "max",
});

it("JOB-02, JOB-07, JOB-09, JOB-11, JOB-14, JOB-18, CLN-04, OWN-02: whatever people do with jobs, they are as the model has them after every step", () => {
  const { numRuns, seed } = Arbitraries.runs(RUNS);
  let lives = 0;
  fc.assert(
    fc.property(life, (commands) => {
      lives += 1;
      fc.modelRun(() => ({ model: Model.make(), real: made() }), commands);
    }),
    { numRuns, seed },
  );
  const mean = steps / lives;
  console.info(`lives of jobs: ${lives}, mean length ${mean.toFixed(1)} steps`);
  if (lives < LIVES_FOR_ALL) return;
  expect(mean).toBeGreaterThanOrEqual(MEAN_LENGTH_MIN);
  // Every refusal that the model knows came up, so that none is only believed.
  expect([...outcomes].sort()).toEqual(OUTCOMES);
}, 600_000);
