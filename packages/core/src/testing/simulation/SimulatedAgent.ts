/**
 * An agent on a simulated machine: the real agent library over simulated ports. A crash drops all but journal and keys, and so does
 * a boot, whoever it was by: while the machine is down there is no agent.
 */
import { Crypto, type WireReply, type WireRequest } from "@fettle/agent-protocol";
import {
  type Activation,
  Agent,
  AgentEnvironment,
  AgentKeys,
  Host,
  Installer,
  Inventory,
  Journal,
  Transport,
  type TransportError,
  UserPrompt,
} from "@fettle/agent-protocol/agent";
import * as Cause from "effect/Cause";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as MemoryJournal from "../storage/MemoryJournal.ts";
import * as Ports from "./Ports.ts";
import type { Random } from "./Random.ts";
import { SimulatedCrash, type SimulatedOs } from "./SimulatedOs.ts";

export interface SimulatedAgentOptions {
  readonly name: string;
  readonly os: SimulatedOs;
  readonly activation: Activation;
  readonly send: (request: WireRequest) => Effect.Effect<WireReply, TransportError>;
  readonly now: () => number;
  readonly random: Random;
  /** Probability that the agent dies at a call of a port. */
  readonly crashAtPort: () => boolean;
}

/** How a cycle ended: with the time of the next, or in a crash. */
export type CycleEnd =
  | { readonly _tag: "Ended"; readonly report: Agent.CycleReport }
  | { readonly _tag: "Crashed"; readonly message: string }
  /** The machine boots: nothing runs there before that time. */
  | { readonly _tag: "Down"; readonly until: number };

export interface SimulatedAgent {
  readonly name: string;
  readonly os: SimulatedOs;
  readonly journal: MemoryJournal.MemoryJournal;
  /** Runs one cycle; after a crash, the next call is the agent's next life. */
  readonly cycle: () => CycleEnd;
  readonly agentId: () => string | null;
  readonly state: () => Agent.Agent["state"] | null;
}

/** Puts an agent on a machine. */
export const make = (options: SimulatedAgentOptions): SimulatedAgent => {
  const journal = MemoryJournal.make();
  const keys = Crypto.generateKeyPair();
  const context = portsOf(options, journal, keys);
  let alive: Agent.Agent | null = null;
  let boot = options.os.bootId();
  const cycle = (): CycleEnd => {
    const until = options.os.downUntil();
    if (options.os.bootId() !== boot) alive = null;
    if (options.now() < until) return { _tag: "Down", until };
    boot = options.os.bootId();
    const life = Effect.gen(function* () {
      alive ??= yield* Agent.make({
        activation: options.activation,
        agentVersion: "0.0.0",
        provisionRetrySeconds: 60,
      });
      return yield* alive.cycle();
    });
    const exit = Effect.runSyncExit(Effect.provideContext(life, context));
    if (Exit.isSuccess(exit)) return { _tag: "Ended", report: exit.value };
    alive = null;
    const cause = Cause.squash(exit.cause);
    if (cause instanceof SimulatedCrash) return { _tag: "Crashed", message: cause.message };
    throw cause;
  };
  return {
    name: options.name,
    os: options.os,
    journal,
    cycle,
    agentId: () => alive?.state().identity?.agentId ?? null,
    state: () => alive?.state ?? null,
  };
};

const portsOf = (
  options: SimulatedAgentOptions,
  journal: MemoryJournal.MemoryJournal,
  keys: Crypto.KeyPair,
): Context.Context<Agent.AgentPorts> => {
  const mortal = <T extends object>(port: T): T => Ports.mortal(port, options.crashAtPort);
  return Context.make(Journal, mortal(journal)).pipe(
    Context.add(AgentKeys, { loadOrCreate: () => Effect.succeed(keys) }),
    Context.add(AgentEnvironment, {
      now: options.now,
      uuid: options.random.uuid,
      nonce: () => options.random.token(16),
      random: options.random.next,
      tzdata: () => "simulated",
    }),
    Context.add(Transport, mortal({ send: options.send })),
    Context.add(Host, mortal(options.os.host)),
    Context.add(UserPrompt, mortal(options.os.prompt)),
    Context.add(Inventory, mortal(options.os.inventory)),
    Context.add(Installer, mortal(options.os.installer)),
  );
};
