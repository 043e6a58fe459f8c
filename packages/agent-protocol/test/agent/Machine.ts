/**
 * A machine with an agent on it: the real agent over a simulated operating system, a journal in memory and a control
 * plane at the end of a function call. It can die at any call of any port; its next cycle is then its next life.
 */
import { MemoryJournal, SimulatedOs } from "@fettle/core/testing";
import { Duration, Instant, Pacing } from "@fettle/scheduler";
import * as Cause from "effect/Cause";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import {
  type Activation,
  Agent,
  AgentEnvironment,
  AgentKeys,
  type AgentState,
  Host,
  Installer,
  type InstallerShape,
  Inventory,
  Journal,
  type JournalRecord,
  Transport,
  TransportError,
  UserPrompt,
} from "../../src/agent/index.ts";
import { Crypto, type Package, type RunStatus, type WireReply, type WireRequest } from "../../src/index.ts";
import * as Samples from "../Samples.ts";
import * as ControlPlane from "./ControlPlane.ts";

/** A moment at which a machine may die. */
export interface Moment {
  /** The how many-th moment of this machine's history, from 0. */
  readonly n: number;
  readonly when: "before" | "after";
  /** `journal.append`, `transport.send`, `installer.install` and so on. */
  readonly call: string;
  /** What `journal.append` is about to write, or has written. */
  readonly records: readonly JournalRecord[];
}

export interface MachineOptions {
  readonly packages: readonly Package.Package[];
  readonly faults?: { readonly [packageName: string]: SimulatedOs.PackageFault };
  readonly strike?: () => SimulatedOs.Strike | null;
  /** Asked at every moment; true kills. */
  readonly dies?: (moment: Moment) => boolean;
  /** Another installer than the simulated one, made from it. */
  readonly installer?: (
    simulated: InstallerShape,
    machine: { readonly journal: MemoryJournal.MemoryJournal },
  ) => InstallerShape;
  /** What lies between the agent and the control plane. */
  readonly network?: (request: WireRequest, deliver: (request: WireRequest) => WireReply) => WireReply | null;
  readonly activation?: Partial<Activation>;
  /** More of the machine: what needs a reboot, its hours, who sits there. */
  readonly os?: Partial<SimulatedOs.SimulatedOsOptions>;
}

export type CycleEnd =
  | { readonly _tag: "Ended"; readonly report: Agent.CycleReport }
  | { readonly _tag: "Died"; readonly at: string };

export interface Machine {
  readonly plane: ControlPlane.ControlPlane;
  readonly os: SimulatedOs.SimulatedOs;
  readonly journal: MemoryJournal.MemoryJournal;
  readonly moments: readonly Moment[];
  readonly clock: { now: number };
  readonly cycle: () => CycleEnd;
  /** Ends the agent's process between two cycles. */
  readonly kill: () => void;
  readonly state: () => AgentState.AgentState;
  /** Cycles, at the times the agent asks for, until no run is left to do; throws when that takes too long. */
  readonly finish: () => void;
  readonly status: (runId?: string) => RunStatus.RunStatus | undefined;
}

export const activation: Activation = {
  tenantId: Samples.TENANT,
  activationKeyId: Samples.uuid(0x21),
  activationSecret: "a secret",
  tenantKeyFingerprint: Crypto.fingerprint(Samples.tenantKeys.publicKey),
};

/** More cycles than any run of these tests takes. */
const CYCLES_MAX = 60;

/** A machine that was just installed, and the control plane that it will call. */
export const make = (options: MachineOptions): Machine => {
  const clock = { now: Samples.NOW };
  const now = (): number => clock.now;
  const plane = ControlPlane.make({ now });
  const journal = MemoryJournal.make();
  const os = SimulatedOs.make({
    facts: { name: "web-01", platform: "Linux", osFamily: "Sim", osName: "Sim 9", arch: "noarch", timeZone: "Etc/UTC" },
    bootId: Samples.uuid(0xc),
    packages: options.packages,
    faults: options.faults ?? {},
    now,
    ...(options.strike === undefined ? {} : { strike: options.strike }),
    ...options.os,
  });
  const moments: Moment[] = [];
  const live = (moment: Omit<Moment, "n">): void => {
    const at: Moment = { n: moments.length, ...moment };
    moments.push(at);
    if (options.dies?.(at) === true) throw new SimulatedOs.SimulatedCrash(`${at.when} ${at.call}`);
  };
  const context = portsOf(options, { plane, journal, os, live, now });
  let agent: Agent.Agent | null = null;
  let boot = os.bootId();
  const cycle = (): CycleEnd => {
    // Nothing runs on a machine that is down: the agent's next life begins when it is up.
    if (os.bootId() !== boot) agent = null;
    boot = os.bootId();
    clock.now = Math.max(clock.now, os.downUntil());
    const life = Effect.gen(function* () {
      agent ??= yield* Agent.make({
        activation: { ...activation, ...options.activation },
        agentVersion: "1.2.3",
        provisionRetrySeconds: 60,
      });
      return yield* agent.cycle();
    });
    const exit = Effect.runSyncExit(Effect.provideContext(life, context));
    if (Exit.isSuccess(exit)) return { _tag: "Ended", report: exit.value };
    agent = null;
    const cause = Cause.squash(exit.cause);
    if (cause instanceof SimulatedOs.SimulatedCrash) return { _tag: "Died", at: cause.message };
    throw cause;
  };
  const state = (): AgentState.AgentState => agent?.state() ?? fail("the agent is dead");
  const status = (runId: string = Samples.manifest.runId) => state().runs[runId]?.status;
  const finish = (): void => {
    for (let i = 0; i < CYCLES_MAX; i += 1) {
      const end = cycle();
      const isIdle = end._tag === "Ended" && plane.facts.size > 0 && end.report.nextAt >= slotAfter(clock.now);
      if (isIdle && state().facts.length === 0) return;
      clock.now = end._tag === "Ended" ? Math.min(end.report.nextAt, clock.now + 60_000) : clock.now + 1_000;
    }
    throw new Error(`not finished after ${CYCLES_MAX} cycles`);
  };
  const kill = (): void => {
    agent = null;
  };
  return { plane, os, journal, moments, clock, cycle, kill, state, finish, status };
};

/** The machine's next slot to check in, in the interval that its control plane tells unless amended. */
export const slotAfter = (now: number, seconds = 900): number =>
  Pacing.nextSlot(Samples.agentId, Duration.seconds(seconds), Instant.held(now));

const fail = (message: string): never => {
  throw new Error(message);
};

interface Parts {
  readonly plane: ControlPlane.ControlPlane;
  readonly journal: MemoryJournal.MemoryJournal;
  readonly os: SimulatedOs.SimulatedOs;
  readonly live: (moment: Omit<Moment, "n">) => void;
  readonly now: () => number;
}

const portsOf = (options: MachineOptions, parts: Parts): Context.Context<Agent.AgentPorts> => {
  const { plane, journal, os, live } = parts;
  let uuids = 0;
  let nonces = 0;
  const network = options.network ?? ((request, deliver) => deliver(request));
  const send = (request: WireRequest) =>
    Effect.suspend(() => {
      const reply = network(request, plane.handle);
      return reply === null
        ? Effect.fail(new TransportError({ message: "lost", isRetryable: true }))
        : Effect.succeed(reply);
    });
  const installer = options.installer?.(os.installer, { journal }) ?? os.installer;
  return Context.make(Journal, mortal("journal", journal, live)).pipe(
    Context.add(AgentKeys, { loadOrCreate: () => Effect.succeed(Samples.agentKeys) }),
    Context.add(AgentEnvironment, {
      now: parts.now,
      uuid: () => {
        // An agent names itself and then its attempt; one that dies in between does it again, and is still known here.
        uuids += 1;
        return uuids % 2 === 1 ? Samples.agentId : Samples.uuid(0x1000 + uuids);
      },
      nonce: () => {
        nonces += 1;
        return String(nonces).padStart(22, "A");
      },
      random: () => 0.5,
      tzdata: () => "2026a",
    }),
    Context.add(Transport, mortal("transport", { send }, live)),
    Context.add(Host, mortal("host", os.host, live)),
    Context.add(UserPrompt, mortal("prompt", os.prompt, live)),
    Context.add(Inventory, mortal("inventory", os.inventory, live)),
    Context.add(Installer, mortal("installer", installer, live)),
  );
};

// Every call of a port is two moments: just before it is made, and just after it took effect.
const mortal = <T extends object>(name: string, port: T, live: (moment: Omit<Moment, "n">) => void): T => {
  const guarded = Object.entries(port).map(([method, member]) => {
    if (typeof member !== "function") return [method, member] as const;
    const call = member as (...args: readonly unknown[]) => Effect.Effect<unknown, unknown>;
    const mortalCall = (...args: readonly unknown[]) =>
      Effect.suspend(() => {
        const records = method === "append" ? (args[0] as readonly JournalRecord[]) : [];
        live({ when: "before", call: `${name}.${method}`, records });
        return Effect.map(call(...args), (result) => {
          live({ when: "after", call: `${name}.${method}`, records });
          return result;
        });
      });
    return [method, mortalCall] as const;
  });
  return Object.fromEntries(guarded) as T;
};
