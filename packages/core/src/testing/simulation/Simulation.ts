/**
 * Runs the story in one thread on a virtual clock: the real engine, the real agents, the real protocol and signatures;
 * only network, disk, machines and time are simulated. One seed decides everything that is chance.
 */
import { Crypto, type WireReply, type WireRequest } from "@fettle/agent-protocol";
import type { Activation } from "@fettle/agent-protocol/agent";
import * as Cause from "effect/Cause";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import type { JobDraft } from "../../domain/job/Job.ts";
import type { AssetRun } from "../../domain/run/AssetRun.ts";
import * as Actor from "../../domain/shared/Actor.ts";
import * as Fettle from "../../Fettle.ts";
import { BlobStore } from "../../ports/BlobStore.ts";
import { Directory } from "../../ports/Directory.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage, type StorageShape } from "../../ports/Storage.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import * as StaticDirectory from "../StaticDirectory.ts";
import * as MemoryBlobStore from "../storage/MemoryBlobStore.ts";
import * as MemoryStorage from "../storage/MemoryStorage.ts";
import * as Random from "./Random.ts";
import * as SimulatedAgent from "./SimulatedAgent.ts";
import * as SimulatedNetwork from "./SimulatedNetwork.ts";
import * as SimulatedOs from "./SimulatedOs.ts";
import * as Story from "./Story.ts";

/** What may go wrong, as probabilities per occasion. */
export interface Faults {
  readonly network: SimulatedNetwork.NetworkFaults;
  /** An agent dies at a call of one of its ports. */
  readonly agentCrash: number;
  /** The control plane dies just before or just after a commit. */
  readonly serverCrash: number;
  /** An installer is struck: it dies, finds the lock taken, or claims what it didn't do. */
  readonly installerStrike: number;
}

export const noFaults: Faults = { network: SimulatedNetwork.calm, agentCrash: 0, serverCrash: 0, installerStrike: 0 };

/** A set of faults drawn for a seed: each kind may be absent, as a swarm of runs finds more than one that has them all. */
export const drawFaults = (random: Random.Random): Faults => {
  const maybe = (most: number): number => (random.chance(0.6) ? random.next() * most : 0);
  return {
    network: {
      loseRequest: maybe(0.3),
      loseReply: maybe(0.3),
      repeat: maybe(0.3),
      replayLater: maybe(0.3),
      forge: maybe(0.2),
    },
    agentCrash: maybe(0.04),
    serverCrash: maybe(0.1),
    installerStrike: maybe(0.5),
  };
};

/** A machine that the job's tags mean but its owner's scope doesn't hold: nothing may ever start on it (TAG-06). */
export const outsider = "outside-01";

type Group = Story.Machine["group"] | "outside";
const machines: readonly (Omit<Story.Machine, "group"> & { readonly group: Group })[] = [
  ...Story.machines,
  {
    name: outsider,
    timeZone: "Asia/Tokyo",
    packages: [{ name: "openssl-lab", arch: "noarch", evr: "3.0.7-1.el9" }],
    faults: {},
    group: "outside",
  },
];

export const TENANT = "acme";
export const manager = Actor.user(TENANT, "mara");

/** A line of what was seen, for comparing two runs of one seed. */
export type Trace = readonly (string | number)[];

export interface Simulation {
  readonly fettle: Fettle.Fettle;
  readonly storage: MemoryStorage.MemoryStorage;
  readonly agents: readonly SimulatedAgent.SimulatedAgent[];
  readonly trace: readonly Trace[];
  readonly now: () => number;
  /** Runs a façade call, once the control plane lets it: it is called again after a simulated crash. */
  readonly call: <A, E>(effect: Effect.Effect<A, E>) => A;
  /** Lets time pass until the condition holds; throws when it doesn't within the limit (liveness). */
  readonly until: (what: string, holds: () => boolean) => void;
  /** Cuts a machine off: nothing that its agent sends arrives, until {@link Simulation.calmDown}. */
  readonly isolate: (machine: string) => void;
  /** From here on nothing goes wrong any more: what was hurt must now heal. */
  readonly calmDown: () => void;
  readonly network: SimulatedNetwork.SimulatedNetwork;
}

/** Virtual time in which a condition must come true, in milliseconds: two days. */
export const PATIENCE_MS = 48 * 3_600_000;
const EPOCH = Date.UTC(2026, 1, 1);
const TICK_MS = 60_000;

/** More of a machine than the story tells: what needs a reboot there, its hours without, who sits before it. */
export type Furnishing = (machine: string) => Partial<SimulatedOs.SimulatedOsOptions>;

/** Sets the story's scene: subscription, tags, keys, catalogue, machines with agents that are not provisioned yet. */
export const make = (seed: string, drawn: Faults, furnish: Furnishing = () => ({})): Simulation => {
  const random = Random.make(seed);
  let faults = drawn;
  let clock = EPOCH;
  const trace: Trace[] = [];
  const now = (): number => clock;
  const storage = MemoryStorage.make();
  const strike = random.stream("server");
  const mortalStorage = crashingStorage(storage, () => strike.chance(faults.serverCrash));
  const fettle = Fettle.make(controlPlanePorts(mortalStorage, random.stream("ids"), now));
  const call = <A, E>(effect: Effect.Effect<A, E>): A => insist(effect);
  const handle = (request: WireRequest): WireReply => Effect.runSync(fettle.gateway.handle(request));
  const network = SimulatedNetwork.make(
    handle,
    SimulatedNetwork.live(() => faults.network),
    random.stream("network"),
  );
  const isolated = new Set<string>();
  const activations = setScene(fettle, call);
  const agents = machines.map((machine) => {
    const own = random.stream(machine.name);
    const os = SimulatedOs.make({
      facts: {
        name: machine.name,
        platform: "Linux",
        osFamily: "Simulated",
        osName: "Simulated 9",
        arch: "noarch",
        timeZone: machine.timeZone,
      },
      bootId: own.uuid(),
      packages: machine.packages,
      faults: machine.faults,
      now,
      strike: () => SimulatedOs.drawStrike(own, faults.installerStrike),
      ...furnish(machine.name),
    });
    return SimulatedAgent.make({
      name: machine.name,
      os,
      activation: activations[machine.group],
      send: (request) =>
        isolated.has(machine.name) ? SimulatedNetwork.lost("no network") : guarded(() => network.send(request)),
      now,
      random: own,
      crashAtPort: () => own.chance(faults.agentCrash),
    });
  });
  const wake = new Map(agents.map((a, i) => [a.name, EPOCH + i * 1_000]));
  const step = (): void => {
    clock += TICK_MS;
    attemptTick(fettle);
    for (const agent of agents) {
      if ((wake.get(agent.name) ?? 0) > clock) continue;
      const end = agent.cycle();
      trace.push([clock, agent.name, seenOf(end)]);
      wake.set(agent.name, wakeAfter(end, clock));
    }
    guardedSync(() => network.deliverLate());
  };
  const until = (what: string, holds: () => boolean): void => {
    const limit = clock + PATIENCE_MS;
    while (!holds()) {
      if (clock > limit) throw new Error(`seed ${seed}: ${what} did not come true in ${PATIENCE_MS / 3_600_000} h`);
      step();
    }
  };
  const isolate = (machine: string): void => void isolated.add(machine);
  const calmDown = (): void => {
    faults = noFaults;
    isolated.clear();
  };
  return { fettle, storage, agents, trace, now, call, until, isolate, calmDown, network };
};

/** The deployment job of the story. */
export const deployment: JobDraft = {
  title: "Security fixes",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "Query", query: Story.query },
  targets: {
    assets: [],
    include: { mode: "any", tags: ["fleet", "outside"] },
    exclude: { mode: "any", tags: ["kiosk"] },
  },
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
};

/** The rollback job of the story. */
export const rollback: JobDraft = {
  ...deployment,
  title: "Take it back",
  kind: "rollback",
  patches: { _tag: "List", patches: [Story.rolledBack] },
};

/** Makes a job, enables it and lets it run to its end; answers its asset runs by machine. */
export const runJob = (sim: Simulation, draft: JobDraft): { readonly [machine: string]: AssetRun } => {
  const job = sim.call(sim.fettle.jobs.create(manager, draft));
  sim.call(enableOnce(sim.fettle, job.id));
  sim.until(`${draft.title}: completed`, () => sim.call(sim.fettle.jobs.get(manager, job.id)).status === "Completed");
  const [run] = sim.call(sim.fettle.runs.ofJob(manager, job.id));
  const { assetRuns } = sim.call(sim.fettle.runs.progress(manager, run?.id ?? ""));
  const names = new Map(sim.call(sim.fettle.assets.list(manager)).map((a) => [a.asset.id, a.asset.name]));
  return Object.fromEntries(assetRuns.map((a) => [names.get(a.assetId) ?? a.assetId, a]));
};

/** Enables a job: asked again after a crash of the control plane, an administrator looks first whether it was done. */
export const enableOnce = Effect.fn("Simulation.enableOnce")(function* (fettle: Fettle.Fettle, jobId: string) {
  const job = yield* fettle.jobs.get(manager, jobId);
  if (job.status !== "Disabled") return;
  const { hash } = yield* fettle.jobs.plan(manager, jobId);
  yield* fettle.jobs.enable(manager, jobId, { planHash: hash });
});

/** Every machine is known and assessed. */
export const everyoneAssessed = (sim: Simulation): boolean => {
  const assets = sim.call(sim.fettle.assets.list(manager));
  return assets.length === Story.machines.length && assets.every((a) => a.missing !== null);
};

const seenOf = (end: SimulatedAgent.CycleEnd): string | number => {
  if (end._tag === "Ended") return end.report.failures.length;
  return end._tag === "Crashed" ? end.message : "down";
};

const wakeAfter = (end: SimulatedAgent.CycleEnd, clock: number): number => {
  if (end._tag === "Ended") return end.report.nextAt;
  return end._tag === "Down" ? end.until : clock + TICK_MS;
};

// A façade call of an administrator: the control plane may die under it, and is asked again until it answers.
const insist = <A, E>(effect: Effect.Effect<A, E>): A => {
  for (;;) {
    const exit = Effect.runSyncExit(effect);
    if (Exit.isSuccess(exit)) return exit.value;
    const cause = Cause.squash(exit.cause);
    if (!(cause instanceof SimulatedOs.SimulatedCrash)) throw cause;
  }
};

const attemptTick = (fettle: Fettle.Fettle): void => guardedSync(() => Effect.runSync(fettle.tick()));

// The control plane died: its process starts anew by itself, what it was doing is gone.
const guardedSync = (run: () => unknown): void => {
  try {
    run();
  } catch (cause) {
    if (!isServerCrash(cause)) throw cause;
  }
};

const isServerCrash = (cause: unknown): boolean => cause instanceof SimulatedOs.SimulatedCrash;

// What kills the control plane must not kill the agent that was talking to it: to it the connection breaks.
const guarded = (send: () => ReturnType<SimulatedNetwork.SimulatedNetwork["send"]>) =>
  Effect.catchDefect(Effect.suspend(send), (defect) =>
    isServerCrash(defect) ? SimulatedNetwork.lost("the control plane died") : Effect.die(defect),
  );

const crashingStorage = (storage: StorageShape, crash: () => boolean): StorageShape => ({
  ...storage,
  commit: (batch) =>
    Effect.suspend(() => {
      if (crash()) throw new SimulatedOs.SimulatedCrash("the control plane, before a commit");
      return Effect.map(storage.commit(batch), (answer) => {
        if (crash()) throw new SimulatedOs.SimulatedCrash("the control plane, after a commit");
        return answer;
      });
    }),
});

const controlPlanePorts = (
  storage: StorageShape,
  ids: Random.Random,
  now: () => number,
): Context.Context<Fettle.FettlePorts> => {
  const keys = Crypto.generateKeyPair();
  return Context.make(Storage, storage).pipe(
    Context.add(BlobStore, MemoryBlobStore.make({ now })),
    Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
    Context.add(
      Directory,
      StaticDirectory.make({
        [TENANT]: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags: ["fleet"] } }],
      }),
    ),
    Context.add(Environment, { now, uuid: ids.uuid, secret: () => ids.token(32), tzdata: () => "simulated" }),
  );
};

const setScene = (
  fettle: Fettle.Fettle,
  call: <A, E>(effect: Effect.Effect<A, E>) => A,
): { readonly [G in Group]: Activation } => {
  call(
    fettle.subscriptions.save(manager, {
      plan: "Full",
      expiresAt: null,
      licences: { PM: { seats: 100, exclude: { mode: "any", tags: ["lab"] } } },
    }),
  );
  for (const id of ["fleet", "servers", "lab", "kiosk", "outside"]) call(fettle.tags.save(manager, { id, name: id }));
  call(fettle.catalogue.ingest(manager, Story.patches));
  const activate = (group: Group): Activation => {
    const issued = call(
      fettle.keys.create(manager, {
        title: group,
        tags: group === "outside" ? [group] : ["fleet", group],
        agentsMax: 10,
      }),
    );
    return {
      tenantId: TENANT,
      activationKeyId: issued.key.id,
      activationSecret: issued.secret,
      tenantKeyFingerprint: issued.tenantKeyFingerprint,
    };
  };
  return { servers: activate("servers"), lab: activate("lab"), kiosk: activate("kiosk"), outside: activate("outside") };
};
