/** What is looked at after every step of a life in time: that all is as the model has it, and what holds whatever the model says. */
import { expect } from "vitest";
import * as Job from "../../src/domain/job/Job.ts";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import type { Run } from "../../src/domain/run/Run.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as ControlPlane from "./ControlPlane.ts";
import * as Timed from "./Timed.ts";
import type * as Model from "./TimedJobLifeModel.ts";
import * as Jobs from "./TimedJobLifeModel.ts";
import * as Moves from "./TimedJobLifeMoves.ts";
import * as World from "./TimedJobLifeWorld.ts";

export interface Checks {
  /** Holds everything against the model; answers how many runs were made since it was asked last. */
  readonly verify: (model: Model.Model) => number;
  /** A job before it is changed. */
  readonly before: (model: Model.Model, job: Model.ModelJob) => Before;
  readonly edited: (id: string, before: Before) => void;
  readonly enabled: (id: string, at: number) => void;
  /** What an agent is sent is what the model has for it, and nothing that may not be sent. */
  readonly sent: (model: Model.Model, agent: number) => void;
  /** Nothing that may not be brought is in a job's plan, and no asset that may not be in it. */
  readonly planned: (model: Model.Model, job: Model.ModelJob, id: string) => void;
}

export interface Before {
  readonly job: Model.ModelJob;
  /** The starts for which a change comes too late, each with the key of its time (I14). */
  readonly late: readonly string[];
}

/** What was seen of a tenant's jobs, to be held against what comes. */
interface Memory {
  readonly real: World.Real;
  readonly runs: Set<string>;
  /** By job: the starts that no run may have any more as the job is now. */
  readonly barred: Map<string, Set<string>>;
  /** By the step that is looked at: what it came too late for is made by it yet, as the job was. */
  readonly changed: Map<string, Before>;
  readonly enabledAt: Map<string, number>;
  /** By job that runs once: what it was as it was enabled. */
  readonly frozen: Map<string, string>;
}

export const make = (real: World.Real): Checks => {
  const memory: Memory = {
    real,
    runs: new Set(),
    barred: new Map(),
    changed: new Map(),
    enabledAt: new Map(),
    frozen: new Map(),
  };
  const { barred, enabledAt } = memory;
  return {
    verify: (model) => verify(model, memory),
    before: (model, job) => ({ job: { ...job }, late: tooLate(model, job) }),
    edited: (id, before) => {
      memory.changed.set(id, before);
    },
    enabled: (id, at) => {
      enabledAt.set(id, at);
      barred.delete(id);
    },
    sent: (model, n) => sent(model, real, n),
    planned: (model, job, id) => planned(model, real, job, id),
  };
};

const tooLate = (model: Model.Model, job: Model.ModelJob): readonly string[] => {
  if (job.status !== "Enabled" || Jobs.isRunOnce(job) || Jobs.isSuspended(model, job)) return [];
  return Jobs.timesOf(job.schedule).flatMap((local) => {
    const starts = Jobs.startsOf(model, job, local);
    return Math.min(...starts) - Jobs.LEAD < model.now ? starts.map((at) => startOf(keyOf(job, local), at)) : [];
  });
};

const startOf = (key: string, at: number): string => `${key} at ${at}`;

const keyOf = ({ schedule }: Model.ModelJob, local: number): string =>
  schedule?.kind === "again" ? World.key({ kind: "again", local, zone: schedule.zone }) : "on-demand";

const UNSENDABLE = new Set<string>(Jobs.CATALOGUE.filter((p) => p.isAcquired).map((p) => p.id));

const verify = (model: Model.Model, memory: Memory): number => {
  const { real, runs: known } = memory;
  const jobs = real.scene.stored("job");
  const living = model.jobs.flatMap((job, i) => (job.isDeleted ? [] : [{ job, id: real.ids[i] ?? "" }]));
  expect([...jobs.keys()].sort()).toEqual(living.map((l) => l.id).sort());
  const assetRuns = by(real.scene.stored("assetRun").values(), (a) => a.runId);
  const runs = by(real.scene.stored("run").values(), (r) => r.jobId);
  for (const [i, job] of model.jobs.entries()) {
    const id = real.ids[i] ?? "";
    const own = (runs.get(id) ?? []).map((run) => ({ run, assets: assetRuns.get(run.id) ?? [] }));
    const found = own.filter((each) => outOfScope(model, job, each, real));
    // The tick that finds it may be the one that closes the run.
    if (found.length > 0 && jobs.get(id)?.status === "Completed") Moves.lookAfter(model, job);
  }
  for (const { job, id } of living) expectJob(memory, jobs.get(id), job);
  let made = 0;
  for (const [i, job] of model.jobs.entries()) {
    const id = real.ids[i] ?? "";
    const own = (runs.get(id) ?? []).map((run) => ({ run, assets: assetRuns.get(run.id) ?? [] }));
    expect(told(own, real)).toEqual(foretold(job));
    for (const each of own) {
      if (known.has(each.run.id)) continue;
      known.add(each.run.id);
      made += 1;
      expectNew(model, memory, memory.changed.get(id)?.job ?? job, each);
    }
  }
  for (const [id, { late }] of memory.changed)
    memory.barred.set(id, new Set([...(memory.barred.get(id) ?? []), ...late]));
  memory.changed.clear();
  return made;
};

const by = <A>(items: Iterable<A>, key: (item: A) => string): ReadonlyMap<string, readonly A[]> => {
  const found = new Map<string, A[]>();
  for (const item of items) found.set(key(item), [...(found.get(key(item)) ?? []), item]);
  return found;
};

const expectJob = ({ real, frozen }: Memory, is: Job.Job | undefined, job: Model.ModelJob): void => {
  if (is === undefined) throw new Error("no such job");
  const { status, title, owner: ownerId } = job;
  expect(is).toMatchObject({ status, title, ownerId, patches: World.patches(job.patches) });
  expect(is.targets).toEqual(World.targets(job.target, real));
  expect(is.schedule).toEqual(World.schedule(job.schedule));
  expect(is.window?.minutes ?? null).toBe(job.window);
  expect(is.formerScopes).toEqual(job.isBound ? [TagScope.tags(["web"])] : []);
  // I15: a source of one kind, and a list no longer than it may be.
  if (is.patches !== null && "patches" in is.patches) {
    expect(is.patches).not.toHaveProperty("query");
    expect(is.patches.patches.length).toBeLessThanOrEqual(Jobs.PATCHES_MAX);
  }
  // I13: what ran once, or is to, stays what it was, and stays enabled until it is over.
  if (Job.sortOf(is) !== "run-once") return;
  const was = frozen.get(is.id);
  const defined = JSON.stringify(Job.definition(is));
  if (was !== undefined) expect([is.id, is.status === "Disabled", defined]).toEqual([is.id, false, was]);
  else if (is.enabled !== null) frozen.set(is.id, defined);
};

interface Made {
  readonly run: Run;
  readonly assets: readonly AssetRun[];
}

const told = (runs: readonly Made[], { agents }: World.Real) =>
  Object.fromEntries(
    runs.map(({ run, assets }) => {
      const stand = agents.map(({ id }) => {
        const a = assets.find((each) => each.assetId === id);
        return a === undefined ? null : [a.state.status, ...a.patches.map((p) => p.patchId)].join(" ");
      });
      return [run.occurrenceKey, [run.startedAt, ...stand]];
    }),
  );

const foretold = (job: Model.ModelJob) =>
  Object.fromEntries(
    job.runs.map((run) => {
      const stand = [0, 1, 2].map((n) => {
        const status = run.statuses.get(n);
        return status === undefined ? null : [status, ...(run.lists.get(n) ?? [])].join(" ");
      });
      return [World.key(run), [run.madeAt, ...stand]];
    }),
  );

// TAG-05: it ends where it is to be sent to an asset that its owner doesn't reach by then, and nowhere else. When that is asked, agents
// and leases decide, which the model doesn't have: it takes it over, and holds the asset against the owner's scope of that moment.
const outOfScope = (
  model: Model.Model,
  job: Model.ModelJob,
  { run, assets }: Made,
  { agents }: World.Real,
): boolean => {
  const known = job.runs.find((r) => World.key(r) === run.occurrenceKey);
  let found = false;
  for (const { assetId, marks, state } of assets) {
    const n = agents.findIndex((a) => a.id === assetId);
    const isNew = known?.statuses.get(n) === "Pending" && state.status === "JobFailed";
    if (!isNew || !marks.some((m) => m.body._tag === "OutOfScope")) continue;
    expect(isOwnersOwn(model, job, n)).toBe(false);
    known?.statuses.set(n, "JobFailed");
    found = true;
  }
  return found;
};

const isOwnersOwn = (model: Model.Model, { owner }: Model.ModelJob, n: number): boolean => {
  const asset = model.assets[n];
  return asset !== undefined && Jobs.isInScopes({ owner, isBound: false }, asset);
};

/** What holds of a run in the moment in which it is made. */
const expectNew = (model: Model.Model, memory: Memory, job: Model.ModelJob, { run, assets }: Made): void => {
  const { real, barred, enabledAt } = memory;
  const isAgain = run.occurrenceKey.startsWith("at:");
  for (const { assetId, patches, timing, state } of assets) {
    const n = real.agents.findIndex((a) => a.id === assetId);
    // I9.
    expect(Jobs.mayBeIn(model, job, n)).toBe(true);
    expect(state.status === "NotLicensed").toBe(model.assets[n]?.tags.has("lab"));
    // I14: neither a change nor an enabling that came too late for it.
    if (isAgain && timing !== null) {
      const start = nominal(run.occurrenceKey, model.assets[n]);
      expect(barred.get(run.jobId)?.has(startOf(run.occurrenceKey, start)) ?? false).toBe(false);
      expect(start - (enabledAt.get(run.jobId) ?? 0)).toBeGreaterThanOrEqual(Jobs.LEAD);
    }
    expectSendable(
      model,
      patches.map((p) => p.patchId),
    );
  }
};

// When a time comes on an asset, whatever keeps it from starting then.
const nominal = (key: string, asset: Model.ModelAsset | undefined): number =>
  Date.parse(`${key.slice("at:".length).split("@")[0]}Z`) -
  (key.includes("@agent") ? (asset?.hours ?? 0) : 9) * Jobs.HOUR;

// I15, I16, I17.
const expectSendable = (model: Model.Model, patches: readonly string[]): void => {
  expect(patches.filter((id) => model.deprecated.has(id) || UNSENDABLE.has(id))).toEqual([]);
  expect(patches.length).toBeLessThanOrEqual(Jobs.PATCHES_MAX);
};

// One that has lost its seat tells so, and its runs are withdrawn there (LIC-06): that is told elsewhere.
const sent = (model: Model.Model, real: World.Real, n: number): void => {
  const [agent, asset] = [real.agents[n], model.assets[n]];
  if (asset?.isActive !== true || asset.tags.has("lab")) return;
  for (const manifest of Timed.offered(agent, World.zoneOf(model, n))) {
    const job = model.jobs[real.ids.indexOf(manifest.jobId)];
    // TAG-05.
    expect(job !== undefined && isOwnersOwn(model, job, n)).toBe(true);
    const run = job?.runs.find((r) => World.key(r) === manifest.occurrenceKey);
    const list = agent?.list(manifest.list).patches.map((p) => p.patchId) ?? [];
    expect(list).toEqual(run?.lists.get(n));
    // I17.
    expect(list.filter((id) => UNSENDABLE.has(id))).toEqual([]);
  }
};

const planned = (model: Model.Model, real: World.Real, job: Model.ModelJob, id: string): void => {
  const { fettle, call } = real.scene.plane;
  if (!hasPlan(model, job)) return;
  const { plan } = call(fettle.jobs.plan(ControlPlane.manager, id));
  for (const { assets, patches } of plan.groups) {
    for (const assetId of assets) {
      const n = real.agents.findIndex((a) => a.id === assetId);
      expect(Jobs.mayBeIn(model, job, n)).toBe(true);
    }
    expectSendable(
      model,
      patches.map((p) => p.patchId),
    );
  }
};

// One that has had its time has no plan any more.
const hasPlan = (model: Model.Model, job: Model.ModelJob): boolean => {
  const isOff = job.status === "Disabled" || Jobs.isSuspended(model, job);
  return isOff && Jobs.isPlannable(job) && Jobs.noTime(model, job, model.now) === null;
};
