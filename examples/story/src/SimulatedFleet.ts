/** The story's machines without root and without dnf: agents in this process, on simulated machines, over real HTTP. */
import { randomUUID } from "node:crypto";
import { NodeEnvironment } from "@fettle/adapters/environment/node";
import { HttpTransport } from "@fettle/adapters/transport/http-agent";
import { Crypto } from "@fettle/agent-protocol";
import { Agent, AgentKeys, Host, Installer, Inventory, Journal } from "@fettle/agent-protocol/agent";
import { Patch } from "@fettle/core";
import { MemoryJournal, SimulatedOs, Story } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Afterwards from "./Afterwards.ts";
import type { Fleet, InstallCommand } from "./Fleet.ts";

const PROVISION_RETRY_SECONDS = 1;
const TIMEOUT_SECONDS = 10;

/** How long a machine is down when it boots; nobody waits for long here. */
const BOOT_MS = 500;

const OLD_KERNEL = "5.14.0-427.el9";
const kernel = (evr: string) => ({ name: Afterwards.NEEDS_REBOOT, arch: "noarch", evr });

/** Beside the story's own: it stands outside the first job's query. */
const kernelAdvisory = Patch.make({
  id: "FTBA-2026:0009",
  title: `${Afterwards.NEEDS_REBOOT} bug fix update`,
  platform: "Linux",
  vendor: "Fettle Lab",
  category: "bugfix",
  vendorSeverity: "None",
  publishedAt: Date.UTC(2026, 0, 9),
  packages: [kernel("5.14.0-503.el9")],
  reboot: "always",
});

/** Makes the machines. */
export const make = (): Fleet => {
  const machines = new Map(
    Story.machines.map((m) => [
      m.name,
      SimulatedOs.make({
        facts: {
          name: m.name,
          platform: "Linux",
          osFamily: "Simulated",
          osName: "Simulated Linux 9",
          arch: "noarch",
          timeZone: m.timeZone,
        },
        bootId: randomUUID(),
        packages: m.name === Afterwards.REBOOTED ? [...m.packages, kernel(OLD_KERNEL)] : m.packages,
        rebootsFor: [Afterwards.NEEDS_REBOOT],
        bootMs: BOOT_MS,
        faults: m.faults,
        now: Date.now,
      }),
    ]),
  );
  let stopped = false;
  const running: Promise<unknown>[] = [];
  return {
    kind: "simulated",
    machines: [...machines.keys()],
    catalogue: async () => [...Story.patches, kernelAdvisory],
    reboot: async (machine) => machines.get(machine)?.rebootByHand(),
    enrol: async (server, commands) => {
      for (const { name, group } of Story.machines) {
        const os = machines.get(name);
        if (os !== undefined) running.push(live(os, server, commands[group], () => stopped));
      }
    },
    checkInNow: async () => {},
    installed: async (machine) => byName(machines.get(machine)?.installed() ?? new Map()),
    close: async () => {
      stopped = true;
      await Promise.all(running);
    },
  };
};

// Cycles for as long as the story lasts.
const live = (os: SimulatedOs.SimulatedOs, server: string, command: InstallCommand, isOver: () => boolean) => {
  const keys = Crypto.generateKeyPair();
  const ports = Layer.mergeAll(
    Layer.succeed(Journal, MemoryJournal.make()),
    Layer.succeed(AgentKeys, { loadOrCreate: () => Effect.succeed(keys) }),
    NodeEnvironment.agentLayer,
    HttpTransport.layer({ baseUrl: server, timeoutSeconds: TIMEOUT_SECONDS }),
    Layer.succeed(Host, os.host),
    Layer.succeed(Inventory, os.inventory),
    Layer.succeed(Installer, os.installer),
  );
  const options = { activation: command, agentVersion: "0.0.0", provisionRetrySeconds: PROVISION_RETRY_SECONDS };
  // A life lasts as long as a boot.
  const life = Effect.gen(function* () {
    yield* Effect.sleep(Math.max(0, os.downUntil() - Date.now()));
    const boot = os.bootId();
    const agent = yield* Agent.make(options);
    while (!isOver() && os.bootId() === boot) {
      const { nextAt } = yield* agent.cycle();
      yield* Effect.sleep(Math.min(500, Math.max(50, nextAt - Date.now())));
    }
  });
  const lives = Effect.gen(function* () {
    while (!isOver()) yield* life;
  });
  return Effect.runPromise(Effect.provide(lives, ports));
};

const byName = (installed: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> =>
  new Map([...installed].map(([key, evrs]) => [key.slice(0, key.lastIndexOf(".")), evrs]));
