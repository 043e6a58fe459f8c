/**
 * Plays a scenario: the real engine, the real agents, the real protocol in one thread on a virtual clock. What happens next is the
 * first of a queue of wakes, so that nothing costs that doesn't happen. One scenario gives one history, by its trace's digest.
 *
 * @example
 * const played = Simulator.play(ScenarioGenerator.generate("17", { agents: 20, days: 3 }));
 * for (const { id, seen } of Invariants.check(played)) report(id, seen);
 */
import * as Random from "../simulation/Random.ts";
import * as SimulatedNetwork from "../simulation/SimulatedNetwork.ts";
import * as Edits from "./Edits.ts";
import * as Fleet from "./Fleet.ts";
import * as History from "./History.ts";
import * as KeyedSignatures from "./KeyedSignatures.ts";
import type * as Machine from "./Machine.ts";
import * as Plane from "./Plane.ts";
import * as Scenarios from "./Scenario.ts";
import { type Edit, type Faults, groups, type JobSpec, type Restore, type Scenario } from "./Scenario.ts";
import * as Seams from "./Seams.ts";
import * as Trace from "./Trace.ts";
import * as Wakes from "./Wakes.ts";

export interface PlayOptions {
  /** Bugs that are planted; none unless told. */
  readonly seams?: Seams.Seams;
  /** How everything is signed; `keyed` unless told, which costs a fraction. */
  readonly signatures?: "keyed" | "ed25519";
  /** Told of virtual progress, in [0, 1]. */
  readonly onProgress?: (share: number) => void;
}

/** A scenario that was played to its end. */
export interface Played {
  readonly scenario: Scenario;
  readonly history: History.History;
  readonly machines: readonly Machine.Machine[];
  readonly plane: Plane.Plane;
  /** Names of jobs by their ids, deleted ones too. */
  readonly jobNames: ReadonlyMap<string, string>;
  /** True time at which faults stopped, and at which it ended; epoch milliseconds. */
  readonly calmAt: number;
  readonly endedAt: number;
  /** A digest of everything that was seen: the same for the same scenario. */
  readonly digest: string;
  /** Wakes, calls of ports and messages on the wire. */
  readonly events: number;
  /** What the edits came to, in their order. */
  readonly edits: readonly Edits.Done[];
  readonly tally: Trace.Tally;
}

/** Events that a scenario may come to, whatever its size, and for each machine and day of it; some 2,000 to 5,000 are usual. */
export const EVENTS_MAX = { each: 50_000, perMachineDay: 20_000 } as const;

const eventsMax = ({ assets, days }: Scenario): number =>
  EVENTS_MAX.each + EVENTS_MAX.perMachineDay * assets.length * days;

/** After the last day nothing goes wrong any more, for so long: what was hurt must heal. */
export const CALM_MINUTES = 12 * 60;

type What =
  | { readonly _tag: "Tick" }
  | { readonly _tag: "Turn" }
  | { readonly _tag: "Agent"; readonly machine: Machine.Machine; readonly life: number }
  | { readonly _tag: "Feed" }
  | { readonly _tag: "Make"; readonly job: JobSpec }
  | { readonly _tag: "Edit"; readonly edit: Edit; readonly index: number }
  | { readonly _tag: "BackUp"; readonly restore: Restore }
  | { readonly _tag: "Restore"; readonly restore: Restore };

const noFaults: Faults = {
  network: SimulatedNetwork.calm,
  agentCrash: 0,
  journal: 0,
  serverCrash: 0,
  strike: 0,
  probe: 0,
};

/** Plays it to its end; throws an {@link Trace.EndlessScenario} where it has none. */
export const play = (scenario: Scenario, options: PlayOptions = {}): Played => {
  const limit = Error.stackTraceLimit;
  // Every call of the engine makes an error for the stack that it may have to tell, which costs a tenth of all.
  Error.stackTraceLimit = 0;
  try {
    return through(scenario, options);
  } catch (cause) {
    if (cause instanceof Trace.EndlessScenario) throw cause;
    // Whoever is to mend it needs the stack. What happens a second time is the same.
    Error.stackTraceLimit = limit;
    through(scenario, { ...options, onProgress: () => undefined });
    throw cause;
  } finally {
    Error.stackTraceLimit = limit;
  }
};

const through = (scenario: Scenario, options: PlayOptions): Played => {
  const world = setUp(scenario, options);
  const { wakes, clock } = world;
  const endsAt = Scenarios.instant(scenario, scenario.days * Scenarios.DAY_MINUTES + CALM_MINUTES);
  schedule(world);
  for (let wake = wakes.next(); wake !== null && wake.at < endsAt; wake = wakes.next()) {
    clock.now = Math.max(clock.now, wake.at);
    world.trace.event("wake", wake.what._tag);
    carryOut(world, wake.what);
    if (wake.what._tag === "Tick") {
      options.onProgress?.((clock.now - scenario.startsAt) / (endsAt - scenario.startsAt));
    }
  }
  clock.now = endsAt;
  return {
    scenario,
    history: world.history,
    machines: world.fleet.machines,
    plane: world.plane,
    jobNames: world.jobNames,
    calmAt: world.calmAt,
    endedAt: endsAt,
    digest: world.trace.digest(),
    events: world.trace.tally().events,
    edits: world.edits,
    tally: world.trace.tally(),
  };
};

interface World {
  readonly scenario: Scenario;
  readonly clock: { now: number; faults: Faults };
  readonly calmAt: number;
  readonly trace: Trace.Trace;
  readonly history: History.Recorder;
  readonly plane: Plane.Plane;
  readonly network: SimulatedNetwork.SimulatedNetwork;
  readonly fleet: Fleet.Fleet;
  readonly desk: Edits.Desk;
  readonly wakes: Wakes.Wakes<What>;
  /** Which wake of a machine counts: a step of its clock makes the one before void. */
  readonly lives: Map<string, number>;
  readonly jobNames: Map<string, string>;
  readonly edits: Edits.Done[];
  readonly backups: Map<Restore, Plane.Backup>;
}

const setUp = (scenario: Scenario, { seams = Seams.none, signatures = "keyed" }: PlayOptions): World => {
  const signing = signatures === "keyed" ? KeyedSignatures.make() : KeyedSignatures.ed25519;
  const random = Random.make(`play/${scenario.seed}`);
  const clock = { now: scenario.startsAt, faults: noFaults };
  const now = () => clock.now;
  const trace = Trace.make(now, eventsMax(scenario));
  const history = History.make(now);
  const keys = signing.generateKeyPair();
  const count = trace.port;
  const plane = Plane.make({
    now,
    random: random.stream("plane"),
    crashes: () => clock.faults.serverCrash,
    history,
    seams,
    signing,
    keys,
    count,
  });
  const withdrawn = new Set<string>();
  const jobIds = new Map<string, string>();
  const network = SimulatedNetwork.make(
    plane.handle,
    SimulatedNetwork.live(() => clock.faults.network),
    random.stream("network"),
    (what, { headers, path }) =>
      history.befell({ _tag: "Network", what, agentId: headers["fettle-agent"] ?? "", path }),
  );
  const minute = () => (clock.now - scenario.startsAt) / Scenarios.MINUTE_MS;
  const about: Edits.EmptyDesk = {
    plane,
    scenario,
    jobIds,
    withdrawn,
    now,
    scoped: history.scoped,
    assetId: () => null,
    reboot: () => undefined,
    byHand: () => undefined,
  };
  const activations = Fleet.open(about);
  const fleet = Fleet.make({
    scenario,
    activations,
    random,
    now,
    minute,
    faults: () => clock.faults,
    network,
    history,
    seams,
    signing,
    ground: { random: random.stream("bug"), now, tenantKeys: keys, sign: signing.suite },
    trace,
  });
  const desk: Edits.Desk = { ...about, ...fleet, activations };
  clock.faults = scenario.faults;
  return {
    scenario,
    clock,
    calmAt: Scenarios.instant(scenario, scenario.days * Scenarios.DAY_MINUTES),
    trace,
    history,
    plane,
    network,
    fleet,
    desk,
    wakes: Wakes.make(),
    lives: new Map(),
    jobNames: new Map(),
    edits: [],
    backups: new Map(),
  };
};

const schedule = ({ scenario, wakes, fleet, calmAt }: World): void => {
  const at = (minute: number) => Scenarios.instant(scenario, minute);
  wakes.add(calmAt, { _tag: "Turn" });
  for (const minute of new Set(scenario.catalogue.map((p) => p.publishedAt))) wakes.add(at(minute), { _tag: "Feed" });
  for (const job of scenario.jobs) {
    wakes.add(at(job.at), { _tag: "Make", job });
    if (job.enableAt === null) continue;
    wakes.add(at(job.enableAt), { _tag: "Edit", edit: { _tag: "Enable", at: job.enableAt, job: job.name }, index: -1 });
  }
  for (const [index, edit] of scenario.edits.entries()) wakes.add(at(edit.at), { _tag: "Edit", edit, index });
  for (const restore of scenario.restores ?? []) {
    wakes.add(at(restore.of), { _tag: "BackUp", restore });
    wakes.add(at(restore.at), { _tag: "Restore", restore });
  }
  for (const machine of fleet.machines) {
    wakes.add(at(machine.spec.joinsAt), { _tag: "Agent", machine, life: 0 });
    for (const step of machine.spec.clock)
      if (step.at > 0) wakes.add(at(step.at), { _tag: "Agent", machine, life: -1 });
  }
  wakes.add(scenario.startsAt + 1, { _tag: "Tick" });
};

const carryOut = (world: World, what: What): void => {
  if (what._tag === "Tick") tick(world);
  else if (what._tag === "Turn") world.clock.faults = noFaults;
  else if (what._tag === "Agent") cycle(world, what.machine, what.life);
  else if (what._tag === "BackUp") world.backups.set(what.restore, world.plane.backUp());
  else if (what._tag === "Restore") restore(world, what.restore);
  else byPeople(world, what);
};

const tick = (world: World): void => {
  const { scenario, plane, clock, wakes } = world;
  const isDown = isDownNow(world);
  if (!isDown) plane.tick(scenario.tickers);
  Plane.dying(world.network.deliverLate);
  wakes.add(clock.now + scenario.tickSeconds * 1_000, { _tag: "Tick" });
};

// Who runs it sees to it that the feed comes again, hands out new keys, and makes and enables once more what is gone.
const restore = (world: World, put: Restore): void => {
  const { backups, plane, desk, wakes, clock, scenario } = world;
  const { of, at } = put;
  const backup = backups.get(put);
  if (backup === undefined) return;
  plane.restore(backup);
  const isLost = (minute: number | null): boolean => minute !== null && minute >= of && minute <= at;
  for (const group of groups) {
    const issued = Edits.issueKey(plane, group, `${group} after ${at}`);
    if (issued !== null) desk.activations[group] = issued;
  }
  wakes.add(clock.now, { _tag: "Feed" });
  for (const job of scenario.jobs) {
    if (isLost(job.at)) wakes.add(clock.now, { _tag: "Make", job });
    const edit: Edit = { _tag: "Enable", at, job: job.name };
    if (isLost(job.enableAt)) wakes.add(clock.now, { _tag: "Edit", edit, index: -1 });
  }
};

const minuteOf = ({ scenario, clock }: World): number => (clock.now - scenario.startsAt) / Scenarios.MINUTE_MS;
const isDownNow = (world: World): boolean => Scenarios.isIn(world.scenario.outages, minuteOf(world));

// Nobody can do anything while the control plane is down: they do it when it is up again.
const byPeople = (world: World, what: Extract<What, { readonly _tag: "Feed" | "Make" | "Edit" }>): void => {
  const { desk, scenario, wakes } = world;
  const minute = minuteOf(world);
  if (isDownNow(world)) {
    wakes.add(Scenarios.instant(scenario, Scenarios.endOf(scenario.outages, minute)), what);
    return;
  }
  const done = perform(desk, what, minute);
  world.trace.line(["edit", what._tag, done]);
  if (what._tag === "Make") {
    const id = desk.jobIds.get(what.job.name);
    if (id !== undefined) world.jobNames.set(id, what.job.name);
  }
  if (what._tag === "Edit" && what.index >= 0) world.edits.push(done);
};

const perform = (
  desk: Edits.Desk,
  what: Extract<What, { readonly _tag: "Feed" | "Make" | "Edit" }>,
  minute: number,
): Edits.Done => {
  if (what._tag === "Feed") return Edits.feed(desk, minute);
  if (what._tag === "Make") return Edits.createJob(desk, what.job);
  const key = what.index >= 0 ? what.index : `enable-${"job" in what.edit ? what.edit.job : ""}`;
  return Edits.carryOut(desk, what.edit, key);
};

const cycle = (world: World, machine: Machine.Machine, life: number): void => {
  const { clock, scenario, wakes, lives, trace } = world;
  const { spec } = machine;
  // A step of the clock wakes the agent, once it has joined.
  const current = lives.get(spec.name) ?? 0;
  if (life === -1 ? !lives.has(spec.name) : life !== current) return;
  const minute = minuteOf(world);
  const again = (at: number): void => {
    lives.set(spec.name, current + 1);
    wakes.add(at, { _tag: "Agent", machine, life: current + 1 });
  };
  if (Scenarios.isIn(spec.asleep, minute) && clock.now < world.calmAt) {
    again(Scenarios.instant(scenario, Scenarios.endOf(spec.asleep, minute)));
    return;
  }
  const end = machine.cycle();
  trace.line(["cycle", spec.name, end._tag === "Ended" ? end.failures.join() : end._tag]);
  const nextIn = "nextIn" in end ? end.nextIn : Scenarios.MINUTE_MS;
  if (nextIn !== null) again(clock.now + nextIn);
};
