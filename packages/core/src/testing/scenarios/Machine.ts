/**
 * A machine of a scenario with the real agent on it. Every call of a port may be the agent's last; a crash drops all but the
 * journal and the keys, and the next cycle is the agent's next life.
 */
import type { WireReply, WireRequest } from "@fettle/agent-protocol";
import {
  type Activation,
  Agent,
  AgentEnvironment,
  AgentKeys,
  Host,
  Installer,
  Inventory,
  Journal,
  JournalError,
  type JournalShape,
  Signatures,
  Transport,
  type TransportError,
  UserPrompt,
} from "@fettle/agent-protocol/agent";
import * as Cause from "effect/Cause";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as References from "effect/References";
import * as Ports from "../simulation/Ports.ts";
import type * as Random from "../simulation/Random.ts";
import * as SimulatedOs from "../simulation/SimulatedOs.ts";
import * as MemoryJournal from "../storage/MemoryJournal.ts";
import type * as History from "./History.ts";
import type { KeyedSignatures } from "./KeyedSignatures.ts";
import * as Running from "./Running.ts";
import { type AssetSpec, type Faults, MINUTE_MS } from "./Scenario.ts";
import type * as Seams from "./Seams.ts";

export interface MachineOptions {
  readonly spec: AssetSpec;
  /** The scenario's start, epoch milliseconds. */
  readonly startsAt: number;
  /** By which it joins, as long as it has not joined. */
  readonly activation: () => Activation;
  readonly send: (request: WireRequest) => Effect.Effect<WireReply, TransportError>;
  /** True time, and what the machine's clock shows. */
  readonly now: () => number;
  readonly clock: () => number;
  readonly random: Random.Random;
  readonly faults: () => Faults;
  readonly history: History.Recorder;
  readonly seams: Seams.Seams;
  readonly signing: KeyedSignatures;
  readonly ground: Seams.Ground;
  readonly count: Ports.Count;
}

/** How a cycle ended. `nextIn`: milliseconds; null: never again. */
export type CycleEnd =
  | { readonly _tag: "Ended"; readonly nextIn: number | null; readonly failures: readonly string[] }
  | { readonly _tag: "Crashed"; readonly message: string }
  | { readonly _tag: "Failed"; readonly message: string }
  /** An installer is at work, and the agent waits for it. */
  | { readonly _tag: "Working"; readonly nextIn: number }
  /** It boots, and nothing runs there. */
  | { readonly _tag: "Down"; readonly nextIn: number };

export interface Machine {
  readonly spec: AssetSpec;
  readonly os: SimulatedOs.SimulatedOs;
  readonly journal: MemoryJournal.MemoryJournal;
  readonly cycle: () => CycleEnd;
  readonly agentId: () => string | null;
  /** What it knows; null while it is dead. */
  readonly state: () => ReturnType<Agent.Agent["state"]> | null;
  /** Somebody installs a package past the agent. */
  readonly byHand: (packageName: string, evr: string) => void;
  /** Somebody reboots it past the agent. */
  readonly reboot: () => void;
}

/** Puts an agent on a machine. */
export const make = (options: MachineOptions): Machine => {
  const { spec } = options;
  const os = operatingSystem(options);
  const journal = MemoryJournal.make();
  const world = watched(options, os);
  let alive: Agent.Agent | null = null;
  let running: ReturnType<typeof begin> | null = null;
  let agentId: string | null = null;
  let boot = os.bootId();
  const context = portsOf(options, os, journal, world);
  const life = Effect.gen(function* () {
    if (alive === null) world.isNewLife = true;
    alive ??= yield* Agent.make({
      activation: options.activation(),
      agentVersion: "1.0.0",
      provisionRetrySeconds: 60,
    });
    world.isNewLife = false;
    return yield* alive.cycle();
  });
  const begin = () => {
    world.answeredAt = null;
    return Running.start(Effect.provideContext(life, context));
  };
  const cycle = (): CycleEnd => {
    // A boot ends every life, and whatever it was at.
    if (os.bootId() !== boot) [alive, running] = [null, null];
    boot = os.bootId();
    const down = os.downUntil() - options.now();
    if (down > 0) return { _tag: "Down", nextIn: down };
    if (running === null) running = begin();
    else os.goOn();
    running.goOn();
    world.pull();
    agentId = alive?.state().identity?.agentId ?? agentId;
    const exit = running.exit();
    if (exit === null) return { _tag: "Working", nextIn: Math.max(1, os.worksUntil() - options.now()) };
    running = null;
    return ended(exit);
  };
  const ended = (exit: NonNullable<ReturnType<ReturnType<typeof begin>["exit"]>>): CycleEnd => {
    if (Exit.isSuccess(exit)) {
      const { nextAt, failures, isUninstalled, isProvisioned } = exit.value;
      // A check-in came to its end in it, unless a blackout kept it silent: then nothing was sent.
      if (failures.length === 0 && isProvisioned && world.answeredAt !== null) {
        options.history.hear(spec.name, world.answeredAt);
      }
      const nextIn = isUninstalled ? null : Math.max(1_000, nextAt - ownNow(options));
      return { _tag: "Ended", nextIn, failures: failures.map((f) => f._tag) };
    }
    const cause = Cause.squash(exit.cause);
    // A journal that failed may have taken what it said it didn't: who goes on must look.
    alive = null;
    if (cause instanceof SimulatedOs.SimulatedCrash) {
      options.history.befell({ _tag: "AgentDied", asset: spec.name, where: cause.message });
      return { _tag: "Crashed", message: cause.message };
    }
    if (cause instanceof JournalError) return { _tag: "Failed", message: cause.message };
    throw cause;
  };
  return {
    spec,
    os,
    journal,
    cycle,
    agentId: () => agentId,
    state: () => alive?.state() ?? null,
    byHand: (name, evr) => os.installByHand(name, "noarch", evr),
    reboot: () => {
      os.rebootByHand();
      world.pull();
    },
  };
};

const operatingSystem = ({ spec, startsAt, now, random, faults }: MachineOptions): SimulatedOs.SimulatedOs => {
  const at = (minute: number) => startsAt + minute * MINUTE_MS;
  const noReboot = (spec.noReboot ?? []).map(({ from, to }) => ({ from: at(from), until: at(to) }));
  const { name, timeZone } = spec;
  const certain = [...(spec.strikes ?? [])];
  return SimulatedOs.make({
    facts: { name, platform: "Linux", osFamily: "Simulated", osName: "Simulated 9", arch: "noarch", timeZone },
    bootId: random.uuid(),
    packages: Object.entries(spec.packages).map(([n, evr]) => ({ name: n, arch: "noarch", evr })),
    faults: spec.faults,
    ...(spec.rebootsFor === undefined ? {} : { rebootsFor: spec.rebootsFor }),
    ...(spec.user === undefined ? {} : { user: spec.user }),
    noReboot,
    installMs: (packageName) => 1_000 * (spec.installSeconds?.[packageName] ?? 0),
    probeFails: () => random.chance(faults().probe) || spec.isProbeBroken === true,
    now,
    strike: () => certain.shift() ?? SimulatedOs.drawStrike(random, faults().strike),
  });
};

// What the agent takes for the time: it is woken by that as well.
const ownNow = ({ seams, now, clock }: MachineOptions): number => seams.agentNow?.(now(), clock()) ?? clock();

interface Watched {
  isNewLife: boolean;
  /** Where a check-in of this cycle was answered; null: none was. */
  answeredAt: History.Mark | null;
  /** The run whose attempt was announced last. */
  runId: string | null;
  /** Takes down what the machine did since. */
  readonly pull: () => void;
}

const watched = ({ spec, history, clock }: MachineOptions, os: SimulatedOs.SimulatedOs): Watched => {
  let taken = 0;
  const world: Watched = {
    isNewLife: false,
    answeredAt: null,
    runId: null,
    pull: () => {
      for (; taken < os.truth.length; taken += 1) {
        const truth = os.truth[taken];
        if (truth !== undefined) history.deed({ asset: spec.name, truth, runId: world.runId, clockAt: clock() });
      }
    },
  };
  return world;
};

const portsOf = (
  options: MachineOptions,
  os: SimulatedOs.SimulatedOs,
  memory: MemoryJournal.MemoryJournal,
  world: Watched,
): Context.Context<Agent.AgentPorts> => {
  const { random, faults, seams, ground } = options;
  const keys = options.signing.generateKeyPair();
  const noticed: typeof options.send = (request) => {
    if (request.path !== "/v0/check-in") return options.send(request);
    return Effect.tap(options.send(request), () =>
      Effect.sync(() => {
        world.answeredAt = options.history.mark();
      }),
    );
  };
  const mortal = <T extends object>(name: string, port: T): T =>
    Ports.mortal(Ports.counted(name, port, options.count), () => random.chance(faults().agentCrash));
  const disk = seams.journal?.(memory, { ...ground, isNewLife: () => world.isNewLife }) ?? memory;
  const host = seams.host?.(os.host, ground) ?? os.host;
  const prompt = seams.prompt?.(os.prompt, ground) ?? os.prompt;
  const installer = seams.installer?.(os.installer, { ...ground, reboot: os.host.reboot }) ?? os.installer;
  return Context.make(Journal, mortal("journal", failing(options, witnessed(options, disk, world)))).pipe(
    Context.add(AgentKeys, { loadOrCreate: () => Effect.succeed(keys) }),
    Context.add(AgentEnvironment, {
      now: () => ownNow(options),
      uuid: random.uuid,
      nonce: seams.nonce ?? (() => random.token(16)),
      random: random.next,
      tzdata: () => "simulated",
    }),
    Context.add(Transport, mortal("transport", { send: noticed })),
    Context.add(Host, mortal("host", host)),
    Context.add(Signatures, options.signing.suite),
    Context.add(UserPrompt, mortal("prompt", prompt)),
    Context.add(Inventory, mortal("inventory", os.inventory)),
    Context.add(Installer, mortal("installer", installer)),
    // Nobody looks at spans here.
    Context.add(References.TracerEnabled, false),
  );
};

const witnessed = ({ spec, history, clock }: MachineOptions, journal: JournalShape, world: Watched): JournalShape => ({
  ...journal,
  append: (records) =>
    Effect.map(journal.append(records), () => {
      world.pull();
      for (const record of records) {
        if (record._tag === "InstallIntended") world.runId = record.runId;
        history.journaled({ asset: spec.name, record, clockAt: clock() });
      }
    }),
});

// What says that it failed may be durable all the same.
const failing = ({ spec, random, faults, history }: MachineOptions, journal: JournalShape): JournalShape => {
  const maybe = (write: Effect.Effect<void, JournalError>) =>
    Effect.suspend(() => {
      if (!random.chance(faults().journal)) return write;
      const isDurable = random.chance(0.5);
      history.befell({ _tag: "JournalFailed", asset: spec.name, isDurable });
      const failed = new JournalError({ reason: "Unavailable", message: "simulated disk", isRetryable: true });
      return Effect.andThen(isDurable ? write : Effect.void, () => Effect.fail(failed));
    });
  return {
    ...journal,
    append: (records) => maybe(journal.append(records)),
    compact: (state) => maybe(journal.compact(state)),
  };
};
