/** The story's machines for real: dnf install roots, each with an agent process of its own. */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseUpdateinfo } from "@fettle/adapters/feed/updateinfo";
import { Story } from "@fettle/core/testing";
import * as World from "../world/World.ts";
import * as Afterwards from "./Afterwards.ts";
import type { Fleet, Group, InstallCommand } from "./Fleet.ts";
import * as Processes from "./Processes.ts";

export interface RealFleet extends Fleet {
  readonly world: World.World;
  /** A machine's agent process. */
  readonly agent: (machine: string) => Processes.Running;
  /** Starts a machine's agent again after it was killed. */
  readonly restart: (machine: string) => void;
}

export interface RealFleetOptions {
  readonly directory: string;
  /** The agent's bundled program. */
  readonly agentScript: string;
  /** How long slow-lab's %post sleeps, in seconds. */
  readonly slowPostSeconds?: number;
}

/** Builds the world; agents are installed by `enrol`. */
export const make = async (options: RealFleetOptions): Promise<RealFleet> => {
  const world = await World.make({
    directory: path.join(options.directory, "world"),
    slowPostSeconds: options.slowPostSeconds ?? 0,
  });
  wantsReboot(world, Afterwards.REBOOTED, Afterwards.NEEDS_REBOOT);
  const agents = new Map<string, Processes.Running>();
  const stateOf = (name: string): string => path.join(options.directory, "agents", name);
  const start = (name: string): void => {
    const log = path.join(stateOf(name), "agent.log");
    agents.set(name, Processes.start(options.agentScript, ["run", "--state", stateOf(name)], log));
  };
  const agent = (name: string): Processes.Running => {
    const running = agents.get(name);
    if (running === undefined) throw new Error(`no agent runs for ${name}`);
    return running;
  };
  return {
    kind: "real",
    world,
    agent,
    restart: start,
    machines: world.assets.map((a) => a.name),
    catalogue: async () => {
      const feed = await parseUpdateinfo(world.updateinfoXml, { vendor: "Fettle Lab" });
      if (!feed.ok) throw new Error(`updateinfo.xml: ${feed.error.message}`);
      return feed.value.patches;
    },
    enrol: async (server, commands) => {
      for (const asset of world.assets) {
        fs.mkdirSync(stateOf(asset.name), { recursive: true, mode: 0o700 });
        install(options.agentScript, stateOf(asset.name), asset, server, commands[groupOf(asset.name)]);
        start(asset.name);
      }
    },
    checkInNow: async () => {
      for (const { name } of world.assets)
        command(options.agentScript, ["check-in", "--now", "--state", stateOf(name)]);
    },
    reboot: async (name) => {
      await agent(name).killGroup();
      const asset = world.assets.find((a) => a.name === name);
      if (asset !== undefined) fs.writeFileSync(asset.bootIdFile, `${randomUUID()}\n`);
      start(name);
    },
    installed: world.installed,
    close: async () => {
      await Promise.all([...agents.values()].map((a) => a.stop()));
      await world.close();
    },
  };
};

// The administrator's own list of what needs a reboot there, beside the kernel and the like: dnf asks it.
const wantsReboot = (world: World.World, name: string, packageName: string): void => {
  const asset = world.assets.find((a) => a.name === name);
  if (asset === undefined) throw new Error(`no asset of the world is called ${name}`);
  const folder = path.join(asset.installRoot, "etc/dnf/plugins/needs-restarting.d");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "lab.conf"), `${packageName}\n`);
};

const groupOf = (name: string): Group => Story.machines.find((m) => m.name === name)?.group ?? "servers";

// `fettle-agent install`, as an administrator would paste it.
const install = (script: string, state: string, asset: World.WorldAsset, server: string, key: InstallCommand): void =>
  command(
    script,
    [
      "install",
      ["--state", state, "--server", server, "--tenant", key.tenantId],
      ["--activation", `${key.activationKeyId}.${key.activationSecret}`],
      ["--tenant-key-fingerprint", key.tenantKeyFingerprint],
      ["--name", asset.name, "--time-zone", asset.timeZone],
      ["--install-root", asset.installRoot, "--dnf-config", asset.dnfConfig, "--boot-id-file", asset.bootIdFile],
      ["--provision-retry-seconds", "1"],
    ].flat(),
  );

const command = (script: string, args: readonly string[]): void => {
  const done = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`fettle-agent ${args[0]}: ${done.stderr}`);
};
