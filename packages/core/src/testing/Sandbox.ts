/**
 * A whole patch-management world in memory, to try things out and to test an embedding: a control plane's ports, and
 * machines with real agents on a simulated operating system. Its clock moves only when it is told to.
 */
import { Crypto, type Package } from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import type { User } from "../domain/access/User.ts";
import { formatOf } from "../domain/shared/Platform.ts";
import type { IssuedActivationKey } from "../engine/agents/ActivationKeys.ts";
import * as Fettle from "../Fettle.ts";
import { BlobStore } from "../ports/BlobStore.ts";
import { Directory } from "../ports/Directory.ts";
import { Environment } from "../ports/Environment.ts";
import { Storage } from "../ports/Storage.ts";
import { TenantKeys } from "../ports/TenantKeys.ts";
import * as StaticDirectory from "./StaticDirectory.ts";
import * as Random from "./simulation/Random.ts";
import * as SimulatedAgent from "./simulation/SimulatedAgent.ts";
import * as SimulatedOs from "./simulation/SimulatedOs.ts";
import * as MemoryBlobStore from "./storage/MemoryBlobStore.ts";
import * as MemoryStorage from "./storage/MemoryStorage.ts";

export interface SandboxOptions {
  readonly tenantId: string;
  readonly users: readonly User[];
  /** Where its clock starts, epoch milliseconds; 2026-01-01 unless told. */
  readonly startsAt?: number;
}

export interface MachineOptions {
  readonly name: string;
  readonly packages: readonly Package.Package[];
  /** What `keys.create` gave. */
  readonly activation: IssuedActivationKey;
  /** Linux with RPM packages unless told; versions on Windows and on a Mac compare as they do there. */
  readonly platform?: "Windows" | "Linux" | "Mac";
  /** What stands at which url for it, where its installer works from files; without it, it can't. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly timeZone?: string;
  readonly faults?: { readonly [packageName: string]: SimulatedOs.PackageFault };
  /** What the machine tells of its hardware, network and system beside that. */
  readonly details?: SimulatedOs.SimulatedOsOptions["details"];
}

export interface Sandbox {
  /** For `Fettle.make`. */
  readonly ports: Context.Context<Fettle.FettlePorts>;
  /** Puts a machine with an agent into the world; answers a reader of what is installed: `name.arch` → EVRs. */
  readonly addMachine: (options: MachineOptions) => () => ReadonlyMap<string, readonly string[]>;
  /** Lets every agent check in once, and time pass. */
  readonly checkIn: (minutes?: number) => void;
}

const MINUTE_MS = 60_000;

/**
 * Makes a world.
 *
 * @example
 * const sandbox = Sandbox.make({ tenantId: "acme", users: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }] });
 * const fettle = Fettle.promises(Fettle.make(sandbox.ports));
 */
export const make = (options: SandboxOptions): Sandbox => {
  let clock = options.startsAt ?? Date.UTC(2026, 0, 1);
  const now = (): number => clock;
  const random = Random.make("sandbox");
  const keys = Crypto.generateKeyPair();
  const ports = Context.make(Storage, MemoryStorage.make()).pipe(
    Context.add(BlobStore, MemoryBlobStore.make({ now })),
    Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
    Context.add(Directory, StaticDirectory.make({ [options.tenantId]: options.users })),
    Context.add(Environment, { now, uuid: random.uuid, secret: () => random.token(32), tzdata: () => "sandbox" }),
  );
  const { gateway } = Fettle.make(ports);
  const agents: SimulatedAgent.SimulatedAgent[] = [];
  return {
    ports,
    addMachine: (machine) => {
      const own = random.stream(machine.name);
      const os = SimulatedOs.make({
        facts: {
          name: machine.name,
          platform: machine.platform ?? "Linux",
          osFamily: "Simulated",
          osName: `Simulated ${machine.platform ?? "Linux"} 9`,
          arch: "x86_64",
          timeZone: machine.timeZone ?? "UTC",
        },
        bootId: own.uuid(),
        packages: machine.packages,
        packageFormat: formatOf(machine.platform ?? "Linux") ?? "rpm",
        faults: machine.faults ?? {},
        ...(machine.files === undefined ? {} : { files: machine.files }),
        ...(machine.details === undefined ? {} : { details: machine.details }),
        now,
      });
      const { key, secret, tenantKeyFingerprint } = machine.activation;
      const activation = {
        tenantId: options.tenantId,
        activationKeyId: key.id,
        activationSecret: secret,
        tenantKeyFingerprint,
      };
      const send = gateway.handle;
      agents.push(
        SimulatedAgent.make({ name: machine.name, os, activation, send, now, random: own, crashAtPort: () => false }),
      );
      return os.installed;
    },
    checkIn: (minutes = 15) => {
      clock += minutes * MINUTE_MS;
      for (const agent of agents) agent.cycle();
    },
  };
};
