/** The life of jobs as time passes, under whatever people do, held against a naive model after every step. */
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Rejected } from "../../src/engine/Rejected.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import {
  hourOf,
  NUMBER_OF_ANY,
  number,
  patches,
  person,
  schedule,
  target,
  title,
  window,
} from "../scenario/TimedJobLifeArbitraries.ts";
import * as Checks from "../scenario/TimedJobLifeChecks.ts";
import * as Model from "../scenario/TimedJobLifeModel.ts";
import * as Moves from "../scenario/TimedJobLifeMoves.ts";
import * as World from "../scenario/TimedJobLifeWorld.ts";
import * as Values from "../scenario/Values.ts";

const RUNS = 200;
const COMMANDS_MAX = 120;
const JOBS_MAX = 4;
const MEAN_LENGTH_MIN = 40;
// Of fewer lives, neither their mean length nor all that may come up is certain.
const LIVES_FOR_ALL = 150;
const OUTCOMES = [
  ["CLN-03", "JOB-02", "JOB-03", "JOB-04", "JOB-07", "JOB-08", "JOB-09", "JOB-14", "JOB-18", "JOB-23", "LIC-03"],
  ["OWN-03", "PLN-02", "SCH-06", "SCH-07", "not-found", "not-permitted", "ok"],
].flat();
// `Failed`, too, but of few lives only.
const STATUSES = ["Completed", "Disabled", "Enabled", "Ended", "Expired"];
const { DAY, HOUR, MINUTE } = Model;
const { as, manager } = ControlPlane;

const outcomeOf = (effect: Effect.Effect<unknown, unknown>): Moves.Outcome => {
  const result = Effect.runSync(Effect.result(effect));
  if (result._tag === "Success") return "ok";
  const [first] = (result.failure as Rejected).rejections ?? [];
  if (first === undefined) throw new Error("failed, and was not rejected", { cause: result.failure });
  if (first.code === "not-found") return "not-found";
  const isOwners = first.rule?.startsWith("OWN-") ?? false;
  return first.code === "not-permitted" && !isOwners ? "not-permitted" : (first.rule ?? first.code);
};

/** A life: the model, the tenant, and what was seen of it. */
interface Life {
  readonly real: World.Real;
  readonly checks: Checks.Checks;
}

const seen = { steps: 0, outcomes: new Set<string>(), statuses: new Set<string>(), runs: 0 };

type Both = readonly [expected: Moves.Outcome, actual: Moves.Outcome];

const always = (): boolean => true;
// Of few jobs more becomes.
const hasRoom = ({ jobs }: Model.Model): boolean => jobs.filter((job) => !job.isDeleted).length < JOBS_MAX;

// Several requests in one step, as one outcome.
const bothOf = (...each: readonly Both[]): Both => [each.map(([e]) => e).join(" "), each.map(([, a]) => a).join(" ")];

/** A step of a life: what it does in the model and for real comes to the same. */
const step = (
  name: string,
  run: (model: Model.Model, life: Life) => Both,
  check: (model: Model.Model) => boolean = always,
) => ({
  check,
  run: (model: Model.Model, life: Life) => {
    seen.steps += 1;
    model.now = life.real.scene.plane.clock.now();
    const [expected, actual] = run(model, life);
    for (const outcome of actual.split(" ")) seen.outcomes.add(outcome);
    expect([name, actual]).toEqual([name, expected]);
    seen.runs += life.checks.verify(model);
    for (const job of model.jobs) if (!job.isDeleted) seen.statuses.add(job.status);
  },
  toString: () => name,
});

type OnJob = (at: { readonly job: Model.ModelJob; readonly id: string }, model: Model.Model, life: Life) => Both;

// On the job with a number, of those that there are, or now and then of all that ever were; nothing while there is none.
const onJob = (name: string, n: number, of: OnJob) =>
  step(`${name} #${n}`, (model, life) => {
    const jobs = model.jobs.map((job, i) => ({ job, id: life.real.ids[i] ?? "" }));
    const among = n === NUMBER_OF_ANY ? jobs : jobs.filter(({ job }) => !job.isDeleted);
    const at = among[n % Math.max(1, among.length)];
    return at === undefined ? ["ok", "ok"] : of(at, model, life);
  });

const pass = (model: Model.Model, { real }: Life, milliseconds: number): void => {
  real.scene.plane.clock.pass(milliseconds);
  model.now = real.scene.plane.clock.now();
};

const save = (
  model: Model.Model,
  { real }: Life,
  who: Model.Person,
  given: Model.ModelDraft & { isPast: boolean },
  isEnabled: boolean,
): Both => {
  const { isPast, ...draft } = given;
  const expected = Moves.create(model, who, draft, { isEnabled, needsSchedule: isPast });
  const asked = { ...World.draft(draft, real), ...(isPast ? { needsSchedule: true as const } : {}) };
  const saving = Effect.map(real.scene.plane.fettle.jobs.create(as(who), asked, { enable: isEnabled }), (job) => {
    real.ids.push(job.id);
  });
  return [expected, outcomeOf(saving)];
};

const creating = fc
  .record({ who: person, title, patches, target, schedule, window, isEnabled: fc.constantFrom(true, true, false) })
  .map(({ who, schedule, isEnabled, ...given }) =>
    step(
      `create ${who} ${JSON.stringify({ ...given, schedule: schedule(Values.START), isEnabled })}`,
      (model, life) => save(model, life, who, { ...given, schedule: schedule(model.now), isPast: false }, isEnabled),
      hasRoom,
    ),
  );

const editing = fc
  .record({
    who: person,
    n: number,
    isStale: fc.constantFrom(false, false, false, true),
    edit: fc.record({ title, patches, target, schedule, window }, { requiredKeys: [] }),
  })
  .map(({ who, n, isStale, edit: { schedule, ...rest } }) =>
    onJob(
      `update ${who} ${JSON.stringify({ ...rest, schedule: schedule?.(Values.START) })}${isStale ? " stale" : ""}`,
      n,
      ({ job, id }, model, { real, checks }) => {
        const { jobs } = real.scene.plane.fettle;
        const edit = { ...rest, ...(schedule === undefined ? {} : { schedule: schedule(model.now) }) };
        const revision = World.revisionOf(real, id) + (isStale ? 1 : 0);
        const before = checks.before(model, job);
        const expected = Moves.update(model, who, job, edit, isStale);
        if (expected === "ok") checks.edited(id, before);
        return [expected, outcomeOf(jobs.update(as(who), id, World.edit(edit, real), { revision }))];
      },
    ),
  );

const adding = fc
  .record({
    who: person,
    n: number,
    patch: fc.constantFrom("P-1", "P-2", "P-3", "P-4", "P-5"),
    asset: fc.nat(2),
    isAsset: fc.boolean(),
  })
  .map(({ who, n, patch, asset, isAsset }) =>
    onJob(`add ${who} ${isAsset ? asset : patch}`, n, ({ job, id }, model, { real, checks }) => {
      const { jobs } = real.scene.plane.fettle;
      const before = checks.before(model, job);
      const expected = isAsset ? Moves.addAssets(model, who, job, asset) : Moves.addPatches(model, who, job, [patch]);
      if (expected === "ok") checks.edited(id, before);
      const added = isAsset
        ? jobs.addAssets(as(who), id, [real.agents[asset]?.id ?? ""])
        : jobs.addPatches(as(who), id, [patch]);
      return [expected, outcomeOf(added)];
    }),
  );

const expectCopy = (copy: unknown, expected: unknown): void => {
  expect(copy).toEqual(expected);
};

const cloning = fc
  .record({ who: person, n: number, isEnabled: fc.boolean(), isMended: fc.constantFrom(false, false, true) })
  .map(({ who, n, isEnabled, isMended }) =>
    onJob(`clone ${who}`, n, ({ job, id }, model, life) => {
      const { fettle, call, clock } = life.real.scene.plane;
      const expected = Moves.clone(model, who, job);
      if (typeof expected === "string") return [expected, outcomeOf(fettle.jobs.clone(as(who), id))];
      const { draft } = call(fettle.jobs.clone(as(who), id));
      const titled = { ...expected, title: `${expected.title} ${Math.floor(clock.now() / 1_000)}` };
      const { isPast, ...plain } = titled;
      const needed = isPast ? { needsSchedule: true } : {};
      expectCopy(draft, { ...World.draft(plain, life.real), description: "", coAuthors: [], ...needed });
      const given = isPast && isMended ? { ...titled, schedule: { kind: "demand" } as const } : titled;
      return save(model, life, who, given, isEnabled);
    }),
  );

const UNSEEN = `sha256:${"0".repeat(64)}`;

const enabling = fc
  .record({ who: person, n: number, hash: fc.constantFrom<Moves.Hash>("none", "none", "seen", "unseen") })
  .map(({ who, n, hash }) =>
    onJob(`enable ${who} ${hash}`, n, ({ job, id }, model, { real, checks }) => {
      const { jobs } = real.scene.plane.fettle;
      // Of a job that is enabled already, one sees the plan of its next run, and can't enable it.
      const isSeeable = hash === "seen" && (job.status === "Disabled" || Model.isSuspended(model, job));
      const looked = isSeeable ? Effect.runSync(Effect.result(jobs.plan(manager, id))) : null;
      const seenHash = looked?._tag === "Success" ? { planHash: looked.success.hash } : {};
      const given = hash === "unseen" ? { planHash: UNSEEN } : seenHash;
      const expected = Moves.enable(model, who, job, hash);
      if (expected === "ok") checks.enabled(id, model.now);
      return [expected, outcomeOf(jobs.enable(as(who), id, given))];
    }),
  );

const acting = fc
  .record({
    who: person,
    n: number,
    to: fc.constantFrom<Model.Person>("mara", "uli", "uma", "rita"),
    what: fc.constantFrom("disable", "disable", "give", "hand on", "hand on", "hand on", "lift", "delete"),
  })
  .map(({ who, n, to, what }) =>
    onJob(`${what} ${who} ${to}`, n, ({ job, id }, _, { real }) => {
      const { jobs } = real.scene.plane.fettle;
      switch (what) {
        case "disable":
          return [Moves.disable(who, job), outcomeOf(jobs.disable(as(who), id))];
        case "give":
          return [Moves.changeOwner(who, job, to), outcomeOf(jobs.changeOwner(as(who), id, to))];
        case "hand on":
          return bothOf(
            [Moves.changeOwner(who, job, "uma"), outcomeOf(jobs.changeOwner(as(who), id, "uma"))],
            [Moves.changeOwner(who, job, to), outcomeOf(jobs.changeOwner(as(who), id, to))],
          );
        case "lift":
          return [Moves.lift(who, job), outcomeOf(jobs.liftFormerScopes(as(who), id))];
        default:
          return [Moves.remove(who, job), outcomeOf(jobs.delete(as(who), id))];
      }
    }),
  );

// A recurring job becomes one that runs once (JOB-08): of those that have run, where there is one.
const turning = fc.record({ n: number, hours: fc.constantFrom(null, 1, 5) }).map(({ n, hours }) =>
  step(`run once, not again #${n} in ${hours}`, (model, { real }) => {
    const { jobs } = real.scene.plane.fettle;
    const among = model.jobs.filter((job) => !job.isDeleted && job.runs.length > 0 && !Model.isRunOnce(job));
    const job = among[n % Math.max(1, among.length)];
    if (job === undefined) return ["ok", "ok"];
    const id = real.ids[model.jobs.indexOf(job)] ?? "";
    const local = hourOf(model.now) + (hours ?? 0) * HOUR;
    const schedule = hours === null ? ({ kind: "demand" } as const) : ({ kind: "once", local, zone: "agent" } as const);
    const edit = { schedule, window: null };
    return bothOf(
      [Moves.disable("mara", job), outcomeOf(jobs.disable(manager, id))],
      [Moves.update(model, "mara", job, edit, false), outcomeOf(jobs.update(manager, id, World.edit(edit, real)))],
      [Moves.enable(model, "mara", job, "none"), outcomeOf(jobs.enable(manager, id))],
    );
  }),
);

const ticked = (model: Model.Model, { real }: Life): Both => {
  Moves.tick(model);
  const { stuck } = real.scene.plane.call(real.scene.plane.fettle.tick());
  expect(stuck).toEqual([]);
  return ["ok", "ok"];
};

const passing = fc
  .record({
    minutes: fc.constantFrom(0, 1, 14, 60, 179, 180, 360, 600, 1_440, 2_880),
    isTicked: fc.constantFrom(true, true, false),
  })
  .map(({ minutes, isTicked }) =>
    step(`${minutes} minutes${isTicked ? ", tick" : ""}`, (model, life) => {
      pass(model, life, minutes * MINUTE);
      return isTicked ? ticked(model, life) : ["ok", "ok"];
    }),
  );

/** Time passes until the lead before a job's next run, or a moment before or after it. */
const nearing = fc
  .record({ n: number, off: fc.constantFrom(-1, 0, 0, 1, MINUTE), isTicked: fc.constantFrom(true, true, true, false) })
  .map(({ n, off, isTicked }) =>
    step(`the lead before #${n}, ${off}${isTicked ? ", tick" : ""}`, (model, life) => {
      const dues = Model.dues(model);
      const next = dues.length === 0 ? model.now : (dues[n % dues.length] ?? 0) + off;
      pass(model, life, Math.max(0, next - model.now));
      return isTicked ? ticked(model, life) : ["ok", "ok"];
    }),
  );

const tagging = fc
  .record({ n: fc.nat(2), tag: fc.constantFrom("web", "web", "lab"), isGiven: fc.boolean() })
  .map(({ n, tag, isGiven }) =>
    step(`${tag} is ${isGiven ? "given to" : "taken from"} ${n}`, (model, { real }) => {
      const tags = model.assets[n]?.tags;
      if (isGiven) tags?.add(tag);
      else tags?.delete(tag);
      const input = { tag, assets: [real.agents[n]?.id ?? ""] };
      const { tags: façade } = real.scene.plane.fettle;
      return ["ok", outcomeOf(isGiven ? façade.assign(manager, input) : façade.unassign(manager, input))];
    }),
  );

const switching = fc.record({ n: fc.nat(2), isOn: fc.constantFrom(true, true, false) }).map(({ n, isOn }) =>
  step(`patching is ${isOn ? "on" : "off"} on ${n}`, (model, { real }) => {
    const asset = model.assets[n];
    if (asset !== undefined) asset.isActive = isOn;
    const { agents } = real.scene.plane.fettle;
    const targets = { assets: [real.agents[n]?.id ?? ""] };
    return [
      "ok",
      outcomeOf(isOn ? agents.activate(manager, targets, ["PM"]) : agents.deactivate(manager, targets, ["PM"])),
    ];
  }),
);

const freezing = fc
  .record({ inHours: fc.constantFrom(0, 2, 12), hours: fc.constantFrom(0, 4, 30) })
  .map(({ inHours, hours }) =>
    step(hours === 0 ? "no freeze" : `freeze in ${inHours} for ${hours} hours`, (model, { real }) => {
      const { freezes } = real.scene.plane.fettle;
      const from = hourOf(model.now) + inHours * HOUR;
      const known = model.freeze;
      model.freeze = hours === 0 ? null : { from, to: from + hours * HOUR };
      if (hours === 0) return ["ok", known === null ? "ok" : outcomeOf(freezes.delete(manager, "f"))];
      const value = { id: "f", name: "f", from: World.wall(from), to: World.wall(from + hours * HOUR), zone: "UTC" };
      return ["ok", outcomeOf(freezes.save(manager, value))];
    }),
  );

// A minute before and one after: what is enabled in the very moment of a fall is told elsewhere.
const subscribing = fc.constantFrom("Free", "Full", "Full", "Full", "Full", "Full", "Full", "Trial").map((to) =>
  step(`subscription ${to}`, (model, life) => {
    const { plane } = life.real.scene;
    pass(model, life, MINUTE);
    const expiresAt = to === "Trial" ? model.now + DAY : null;
    const plan = to === "Free" ? "Free" : "Full";
    Model.subscribe(model, plan, expiresAt);
    const saved = outcomeOf(plane.fettle.subscriptions.save(manager, World.subscription(plan, expiresAt)));
    pass(model, life, MINUTE);
    return ["ok", saved];
  }),
);

const deprecating = fc.constantFrom("P-2", "P-5").map((id) =>
  step(`${id} is deprecated`, (model, { real }) => {
    model.deprecated.add(id);
    return ["ok", outcomeOf(real.scene.plane.fettle.catalogue.ingest(manager, World.catalogue(model.deprecated)))];
  }),
);

const looking = fc.record({ n: number, agent: fc.nat(2) }).map(({ n, agent }) =>
  onJob(`agent ${agent} looks, and the plan of`, n, ({ job, id }, model, { checks }) => {
    checks.sent(model, agent);
    if (!job.isDeleted) checks.planned(model, job, id);
    return ["ok", "ok"];
  }),
);

const often = [
  creating,
  creating,
  creating,
  editing,
  editing,
  editing,
  enabling,
  enabling,
  enabling,
  acting,
  acting,
  adding,
  adding,
  turning,
];
const time = [passing, passing, passing, passing, nearing, nearing, nearing, nearing, nearing];
const world = [tagging, tagging, subscribing, freezing, deprecating, switching, cloning, cloning, looking];
const life = fc.commands([...often, ...time, ...world], { maxCommands: COMMANDS_MAX, size: "max" });

it("I9, I13, I14, I15, I16, I17, JOB-08, SCH-06, SCH-07, SCH-08, LIC-02: whatever people do with jobs as time passes, they and their runs are as the model has them after every step", () => {
  const { numRuns, seed } = Arbitraries.runs(RUNS);
  let lives = 0;
  fc.assert(
    fc.property(life, (commands) => {
      lives += 1;
      const setup = () => {
        const model = Model.make(Values.START);
        const real = World.make(model);
        return { model, real: { real, checks: Checks.make(real) } };
      };
      fc.modelRun(setup, commands);
    }),
    { numRuns, seed },
  );
  const mean = seen.steps / lives;
  console.info(
    `lives of jobs in time: ${lives}, mean length ${mean.toFixed(1)} steps, ${(seen.runs / lives).toFixed(1)} runs each`,
  );
  if (lives < LIVES_FOR_ALL) return;
  expect(mean).toBeGreaterThanOrEqual(MEAN_LENGTH_MIN);
  // Every refusal and every status that the model knows came up, so that none is only believed.
  expect([...seen.outcomes].sort()).toEqual(OUTCOMES);
  expect([...seen.statuses].sort()).toEqual(expect.arrayContaining(STATUSES));
}, 3_600_000);
