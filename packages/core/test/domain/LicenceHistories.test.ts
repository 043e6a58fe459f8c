/** Random histories of everything that seats, suspensions and scan intervals depend on, against a model that is naive. */
import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Policy from "../../src/domain/access/Policy.ts";
import * as AgentCatalog from "../../src/domain/asset/AgentCatalog.ts";
import * as Asset from "../../src/domain/asset/Asset.ts";
import * as Job from "../../src/domain/job/Job.ts";
import * as JobAccess from "../../src/domain/job/JobAccess.ts";
import * as Suspension from "../../src/domain/job/Suspension.ts";
import * as ActivationKey from "../../src/domain/key/ActivationKey.ts";
import * as Licence from "../../src/domain/license/Licence.ts";
import * as Subscription from "../../src/domain/license/Subscription.ts";
import * as AssessmentProfile from "../../src/domain/profile/AssessmentProfile.ts";
import * as PurgeRule from "../../src/domain/purge/PurgeRule.ts";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import type { TagTree } from "../../src/domain/tag/TagTree.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Facts from "../scenario/Facts.ts";
import * as Values from "../scenario/Values.ts";
import * as LicenceModel from "./oracle/LicenceModel.ts";

const HOUR = 3_600;
const MODULES = ["PM", "VM"] as const;
const NAMES = ["a", "b", "c"] as const;
type Module = (typeof MODULES)[number];

/** The domain's own values, changed by the domain's own functions. */
interface Real {
  now: number;
  subscription: Subscription.Subscription;
  tree: TagTree;
  assets: readonly Asset.Asset[];
  jobs: Map<string, Job.Job>;
  keys: Map<string, { readonly key: ActivationKey.ActivationKey; readonly admitted: number }>;
  runs: Map<string, AssetRun>;
  profiles: readonly AssessmentProfile.AssessmentProfile[];
}

const seatsOf = (seats: number, include: readonly string[] = [], exclude: readonly string[] = []) => ({
  seats,
  include: Values.any(...include),
  exclude: Values.any(...exclude),
});

const start = (): { model: LicenceModel.Model; real: Real } => {
  const tree = Values.tree({ a: null, b: "a", c: null });
  const bought = { seats: 2, include: [], exclude: [] };
  const model: LicenceModel.Model = {
    now: Values.START,
    plan: "Full",
    endsAt: null,
    licences: { PM: bought, VM: bought },
    tree,
    assets: [],
    jobs: new Map(),
    unfit: new Set(),
    keys: new Map(),
    runs: new Map(),
    profiles: [],
    standardHours: 4,
  };
  const real: Real = {
    now: Values.START,
    subscription: Values.subscription({ licences: { PM: seatsOf(2), VM: seatsOf(2) } }),
    tree,
    assets: [],
    jobs: new Map(),
    keys: new Map(),
    runs: new Map(),
    profiles: [AssessmentProfile.first("Full", Values.START)],
  };
  return { model, real };
};

const owner = Values.user("mara", "PatchManager");

const isFree = (real: Real) => Subscription.planAt(real.subscription, real.now) === "Free";

/** Everything that must hold after each step: I11, I35, I38, I40, I42, I43, and that both say the same. */
const compare = (model: LicenceModel.Model, real: Real): void => {
  for (const module of MODULES) {
    const verdicts = Licence.assignSeats(real.subscription, real.tree, real.assets, real.now, module);
    const holders = real.assets.filter((a) => verdicts.get(a.id)?._tag === "Licensed").map((a) => a.id);
    expect(holders.toSorted()).toEqual(
      model.assets
        .filter((a) => LicenceModel.hasSeat(model, module, a))
        .map((a) => a.id)
        .toSorted(),
    );
    // I11: never more than were bought, where seats are counted.
    const { seats } = Subscription.licenceOf(real.subscription, module);
    if (Subscription.planAt(real.subscription, real.now) === "Full") expect(holders.length).toBeLessThanOrEqual(seats);
  }
  const scannedBy = AssessmentProfile.compile(real.profiles, real.tree, real.subscription, real.now);
  for (const asset of model.assets) {
    const { profileId, intervalSeconds } = scannedBy(asset);
    // I35: the first match top-down, else the default.
    expect({ id: profileId, hours: intervalSeconds / HOUR }).toEqual(
      (({ id, hours }) => ({ id, hours }))(LicenceModel.scannedBy(model, asset)),
    );
    if (isFree(real)) expect(intervalSeconds).toBeGreaterThanOrEqual(24 * HOUR);
  }
  for (const [id, { isSuspended }] of model.jobs) {
    const job = real.jobs.get(id);
    const shown = job === undefined ? null : Suspension.shown(job, real.subscription, real.now);
    expect([id, shown?.status]).toEqual([id, isSuspended ? "Disabled" : "Enabled"]);
    if (isFree(real)) expect(shown?.suspended?.rule).toBe("LIC-02");
  }
  // I38: no key is used more often than it may be, and all agents there ever were came by one, or by hand.
  for (const [id, { key, admitted }] of real.keys) {
    expect([id, admitted]).toEqual([id, model.keys.get(id)?.used]);
    const isOpen = ActivationKey.statusAt(key, admitted, real.now)._tag === "Active";
    expect([id, isOpen]).toEqual([id, LicenceModel.admits(model, id)]);
  }
  // I40: exactly the same assets are left.
  expect(real.assets.map((a) => a.id)).toEqual(model.assets.map((a) => a.id));
  // I43: a job without an owner or a part never runs.
  for (const [id, job] of real.jobs) {
    const fault = JobAccess.runFault({ policy: Policy.standard, job, owner: job.ownerId === null ? null : owner });
    expect([id, fault !== null]).toEqual([id, model.unfit.has(id)]);
  }
  // I42: on Free nothing may be made or enabled.
  expect(isFree(real)).toBe(model.plan === "Free");
  expect(Subscription.deploymentFault(real.subscription, real.now) !== null).toBe(model.plan === "Free");
};

interface Step {
  readonly name: string;
  readonly does: (model: LicenceModel.Model, real: Real) => void;
}

let steps = 0;
const counted = { admitted: 0, turnedAway: 0, purged: 0 };
const suspended = { seen: 0, refused: 0, full: 0 };

const command = (step: fc.Arbitrary<Step>): fc.Arbitrary<fc.Command<LicenceModel.Model, Real>> =>
  step.map(({ name, does }) => ({
    check: () => true,
    run: (model, real) => {
      steps += 1;
      does(model, real);
      compare(model, real);
      suspended.seen += [...model.jobs.values()].filter((j) => j.isSuspended).length;
      suspended.full += model.plan === "Full" ? 1 : 0;
    },
    toString: () => name,
  }));

const asset = fc.nat({ max: 7 }).map((n) => Values.uuid(n + 1));
const tags = fc.subarray([...NAMES]);
const module = fc.constantFrom<Module>(...MODULES);
const hours = fc.constantFrom(4, 8, 24, 48);

const onAsset = (
  model: LicenceModel.Model,
  real: Real,
  id: string,
  change: {
    readonly model: (asset: LicenceModel.ModelAsset) => LicenceModel.ModelAsset;
    readonly real: (asset: Asset.Asset) => Asset.Asset;
  },
): void => {
  model.assets = model.assets.map((a) => (a.id === id ? change.model(a) : a));
  real.assets = real.assets.map((a) => (a.id === id ? change.real(a) : a));
};

const adds = fc.record({ id: asset, tags }).map(
  ({ id, tags: borne }): Step => ({
    name: `add ${id.slice(-2)} ${borne.join()}`,
    does: (model, real) => {
      if (model.assets.some((a) => a.id === id)) return;
      model.assets.push({ id, since: { PM: model.now }, tags: borne });
      const activations = Asset.activate({}, ["PM"], real.now);
      real.assets = [...real.assets, Values.asset(id, { activations, tags: borne })];
    },
  }),
);

const activates = fc.record({ id: asset, module, isOn: fc.boolean() }).map(
  ({ id, module: of, isOn }): Step => ({
    name: `${isOn ? "activate" : "deactivate"} ${of} ${id.slice(-2)}`,
    does: (model, real) =>
      onAsset(model, real, id, {
        model: (a) => ({ ...a, since: { ...a.since, [of]: isOn ? (a.since[of] ?? model.now) : undefined } }),
        real: (a) => ({
          ...a,
          activations: isOn ? Asset.activate(a.activations, [of], real.now) : Asset.deactivate(a.activations, [of]),
        }),
      }),
  }),
);

const retags = fc.record({ id: asset, tags }).map(
  ({ id, tags: borne }): Step => ({
    name: `tag ${id.slice(-2)} ${borne.join()}`,
    does: (model, real) =>
      onAsset(model, real, id, { model: (a) => ({ ...a, tags: borne }), real: (a) => ({ ...a, tags: borne }) }),
  }),
);

const removes = asset.map(
  (id): Step => ({
    name: `remove ${id.slice(-2)}`,
    does: (model, real) => {
      model.assets = model.assets.filter((a) => a.id !== id);
      real.assets = real.assets.filter((a) => a.id !== id);
    },
  }),
);

const save = (real: Real, over: Partial<Subscription.Subscription>): void => {
  const { lapsedAt: _, ...next } = { ...real.subscription, ...over };
  real.subscription = Subscription.changed(real.subscription, next, real.now);
};

const buys = fc.record({ module, seats: fc.nat({ max: 4 }), include: tags, exclude: tags }).map(
  ({ module: of, seats, include, exclude }): Step => ({
    name: `buy ${seats} ${of} +${include.join()} -${exclude.join()}`,
    does: (model, real) => {
      model.licences = { ...model.licences, [of]: { seats, include, exclude } };
      save(real, { licences: { ...real.subscription.licences, [of]: seatsOf(seats, include, exclude) } });
    },
  }),
);

// The end of a plan comes soon, is there, or has passed already.
const subscribes = fc
  .record({
    plan: fc.constantFrom("Full", "Full", "Full", "Trial", "Free"),
    inMs: fc.constantFrom(null, null, null, -3, 0, 1, 2, 5),
  } as const)
  .map(
    ({ plan, inMs }): Step => ({
      name: `subscribe ${plan} ${inMs}`,
      does: (model, real) => {
        const endsAt = inMs === null ? null : model.now + inMs;
        LicenceModel.subscribe(model, plan, endsAt);
        save(real, { plan, expiresAt: endsAt });
      },
    }),
  );

const passes = fc.constantFrom(0, 1, 1, 2, 4).map(
  (ms): Step => ({
    name: `pass ${ms}`,
    does: (model, real) => {
      LicenceModel.pass(model, ms);
      real.now += ms;
    },
  }),
);

const mustAgree = (real: boolean, model: boolean, about: string): void => {
  if (real !== model) throw new Error(`${about}: ${real}, and ${model} by the model`);
};

const enables = fc.constantFrom("j1", "j2", "j3").map(
  (id): Step => ({
    name: `enable ${id}`,
    does: (model, real) => {
      const fault = Subscription.deploymentFault(real.subscription, real.now);
      mustAgree(fault !== null, model.plan === "Free", "what the plan refuses");
      if (fault !== null) {
        suspended.refused += 1;
        return;
      }
      const known = real.jobs.get(id) ?? Values.job({ id });
      // JOB-02: nor what lacks a part. Without an owner it may stand enabled, and never runs.
      mustAgree(Job.missingParts(known).length > 0, known.patches === null, "what lacks a part");
      if (known.patches === null) return;
      const released = Suspension.released(known, real.subscription, real.now);
      // JOB-07: what runs already can't be enabled again, what was suspended can.
      mustAgree(released.status === "Enabled", model.jobs.get(id)?.isSuspended === false, "what runs already");
      if (released.status === "Enabled") return;
      const at = Subscription.instantAt(real.subscription, real.now);
      real.jobs.set(id, { ...released, status: "Enabled", enabled: { planHash: "h", at } });
      model.jobs.set(id, { isSuspended: false });
    },
  }),
);

const profiles = fc.record({ id: fc.constantFrom("p1", "p2"), tags, hours }).map(
  ({ id, tags: held, hours: every }): Step => ({
    name: `profile ${id} ${held.join()} ${every} h`,
    does: (model, real) => {
      const known = real.profiles.find((p) => p.id === id);
      const position =
        known?.position ?? 1 + Math.max(0, ...real.profiles.filter((p) => !p.isDefault).map((p) => p.position));
      const savedAt = Subscription.instantAt(real.subscription, real.now);
      const base = { id, name: id, position, isDefault: false, isEnabled: known?.isEnabled ?? true };
      const profile = { ...base, tags: held, intervalSeconds: every * HOUR, savedAt };
      const plan = Subscription.planAt(real.subscription, real.now);
      if (!AssessmentProfile.validate(profile, plan, real.subscription.limits).ok) {
        mustAgree(held.length === 0 || (model.plan === "Free" && every < 24), true, "what a profile is refused for");
        return;
      }
      if (!AssessmentProfile.exclusive(profile, real.profiles, real.tree).ok) return;
      real.profiles = [...real.profiles.filter((p) => p.id !== id), profile];
      const kept = { id, tags: held, isEnabled: base.isEnabled, hours: every };
      const isThere = model.profiles.some((p) => p.id === id);
      model.profiles = isThere ? model.profiles.map((p) => (p.id === id ? kept : p)) : [...model.profiles, kept];
    },
  }),
);

const switches = fc.record({ id: fc.constantFrom("p1", "p2"), to: fc.constantFrom("on", "off", "gone") }).map(
  ({ id, to }): Step => ({
    name: `profile ${id} ${to}`,
    does: (model, real) => {
      const isEnabled = to === "on";
      const kept = <A extends { readonly id: string }>(all: readonly A[]): A[] =>
        all.flatMap((p) => (p.id !== id ? [p] : to === "gone" ? [] : [{ ...p, isEnabled }]));
      real.profiles = kept(real.profiles);
      model.profiles = kept(model.profiles);
    },
  }),
);

const keyed = fc
  .record({
    id: fc.constantFrom("k1", "k2"),
    most: fc.constantFrom(null, 1, 2, 3),
    inMs: fc.constantFrom(null, null, 0, 1, 3, 6),
    isOn: fc.constantFrom(true, true, false),
  })
  .map(
    ({ id, most, inMs, isOn }): Step => ({
      name: `key ${id} ${most} ${inMs} ${isOn}`,
      does: (model, real) => {
        const until = inMs === null ? null : model.now + inMs;
        model.keys.set(id, { most, until, isOn, used: model.keys.get(id)?.used ?? 0 });
        const terms = { id, title: id, secretDigest: "", tags: [], modules: ["PM"], spreading: null } as const;
        const key = { ...terms, agentsMax: most, expiresAt: until, isEnabled: isOn };
        real.keys.set(id, { key, admitted: real.keys.get(id)?.admitted ?? 0 });
      },
    }),
  );

const provisions = fc.record({ id: asset, by: fc.constantFrom("k1", "k2") }).map(
  ({ id, by }): Step => ({
    name: `provision ${id.slice(-2)} by ${by}`,
    does: (model, real) => {
      const held = real.keys.get(by);
      if (held === undefined || real.assets.some((a) => a.id === id)) return;
      const { key, admitted } = held;
      // As the store does it: the date is looked at, the count is the counter's.
      const isIn = ActivationKey.admit(key, real.now).ok && (key.agentsMax === null || admitted + 1 <= key.agentsMax);
      mustAgree(isIn, LicenceModel.admits(model, by), "who comes in by a key");
      counted[isIn ? "admitted" : "turnedAway"] += 1;
      if (!isIn) return;
      const used = model.keys.get(by);
      if (used !== undefined) model.keys.set(by, { ...used, used: used.used + 1 });
      model.assets.push({ id, since: { PM: model.now }, tags: [] });
      real.keys.set(by, { key, admitted: admitted + 1 });
      const activations = Asset.activate({}, key.modules, real.now);
      real.assets = [...real.assets, Values.asset(id, { activations, tags: [] })];
    },
  }),
);

const STATUS = { waiting: "Pending", offered: "Pending", begun: "Patching", over: "Completed" } as const;

const runs = fc
  .record({ id: asset, to: fc.constantFrom<LicenceModel.ModelRun>("waiting", "offered", "begun", "over") })
  .map(
    ({ id, to }): Step => ({
      name: `run on ${id.slice(-2)} ${to}`,
      does: (model, real) => {
        model.runs.set(id, to);
        // Of what has begun, the manifest has run out long ago.
        const notAfter = to === "offered" ? Number.MAX_SAFE_INTEGER : 0;
        const manifest = to === "waiting" ? null : { version: 1, digest: "", notAfter };
        real.runs.set(id, {
          id: `r.${id}`,
          runId: "r",
          jobId: "j1",
          assetId: id,
          placed: { status: "Pending", reason: null, at: 0 },
          marks: [],
          timing: null,
          patches: [],
          manifest,
          state: Facts.state({ status: STATUS[to] }),
        });
      },
    }),
  );

const purges = module.map(
  (of): Step => ({
    name: `purge ${of}`,
    does: (model, real) => {
      const query = PurgeRule.readQuery(`activatedForModule: ${of}`);
      if (!query.ok) throw new Error(JSON.stringify(query.error));
      LicenceModel.purge(model, of);
      const isGone = (a: Asset.Asset): boolean => {
        const run = real.runs.get(a.id);
        const isMatch = Qql.matches(query.value, AgentCatalog.toDocument(a, record), real.now);
        return (
          isMatch && PurgeRule.whyKept(run === undefined ? [] : [run], { now: real.now, heardAt: real.now }) === null
        );
      };
      counted.purged += real.assets.filter(isGone).length;
      real.assets = real.assets.filter((a) => !isGone(a));
    },
  }),
);

const record = {
  agentVersion: "1",
  lastCheckedInAt: 0,
  lastInventoryAt: null,
  configurationProfile: null,
  tagName: () => undefined,
};

// What the store says of a job: its owner is gone from it, a part of it was taken away, or it is whole again.
const unfits = fc
  .record({ id: fc.constantFrom("j1", "j2", "j3"), to: fc.constantFrom("unowned", "partial", "whole") })
  .map(
    ({ id, to }): Step => ({
      name: `job ${id} ${to}`,
      does: (model, real) => {
        const job = real.jobs.get(id);
        if (job === undefined) return;
        const { ownerId, patches } = Values.job({ id });
        const over = { ownerId: to === "unowned" ? null : ownerId, patches: to === "partial" ? null : patches };
        real.jobs.set(id, { ...job, ...over });
        if (to === "whole") model.unfit.delete(id);
        else model.unfit.add(id);
      },
    }),
  );

const moves = fc.constantFrom(null, "a", "c").map(
  (parent): Step => ({
    name: `move b below ${parent}`,
    does: (model, real) => {
      model.tree = Values.tree({ a: null, b: parent, c: null });
      real.tree = model.tree;
    },
  }),
);

const everything = [
  adds,
  adds,
  activates,
  activates,
  retags,
  removes,
  buys,
  subscribes,
  subscribes,
  passes,
  passes,
  enables,
  profiles,
  switches,
  moves,
  keyed,
  provisions,
  provisions,
  runs,
  purges,
  unfits,
];

describe("any history of licences", () => {
  it("LIC-01, LIC-02, LIC-05, LIC-08, LIC-09, LIC-11, PRO-05: seats, suspensions and intervals are what a naive model writes down (I11, I35, I38, I40, I42, I43)", () => {
    const { numRuns, seed } = Arbitraries.runs(2_000);
    const histories = fc.commands(everything.map(command), { maxCommands: 100, size: "max" });
    let runs = 0;
    fc.assert(
      fc.property(histories, (history) => {
        runs += 1;
        fc.modelRun(start, history);
      }),
      { numRuns, seed },
    );
    const mean = steps / runs;
    console.info(`histories of licences: ${runs}, ${mean.toFixed(1)} commands in the mean`);
    expect(mean).toBeGreaterThanOrEqual(40);
    expect(Math.min(counted.admitted, counted.turnedAway, counted.purged)).toBeGreaterThan(runs / 4);
    expect(Math.min(suspended.seen, suspended.refused, suspended.full)).toBeGreaterThan(runs / 2);
  }, 300_000);
});
