/**
 * fettle-agent: the agent as a process. It provisions itself, checks in, patches, reports; it stops between steps and
 * never in the middle of a transaction.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import type { Crypto } from "@fettle/agent-protocol";
import { Agent } from "@fettle/agent-protocol/agent";
import * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Loop from "./Loop.ts";
import * as Ports from "./Ports.ts";
import * as Settings from "./Settings.ts";

const HELP = `fettle-agent COMMAND --state DIR [options]

  install   writes the agent's settings
              --server URL --tenant ID --activation KEY_ID.SECRET --tenant-key-fingerprint sha256:HEX
              --name NAME --time-zone ZONE [--install-root DIR] [--dnf-config FILE] [--boot-id-file FILE]
              [--provision-retry-seconds N]
  run       checks in at its status interval, until it is told to stop (SIGTERM: after the step under way)
  check-in  with --now: checks in at once; the agent that runs does it, or this process when none does
  status    prints what the agent knows of itself, as JSON
`;

const options = {
  state: { type: "string" },
  server: { type: "string" },
  tenant: { type: "string" },
  activation: { type: "string" },
  "tenant-key-fingerprint": { type: "string" },
  name: { type: "string" },
  "time-zone": { type: "string" },
  "install-root": { type: "string" },
  "dnf-config": { type: "string" },
  "boot-id-file": { type: "string" },
  "provision-retry-seconds": { type: "string" },
  now: { type: "boolean" },
  help: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parse>["values"];
const parse = () => parseArgs({ options, allowPositionals: true });

const needed = (values: Values, name: keyof typeof options): string => {
  const value = values[name];
  if (typeof value !== "string" || value === "") throw new Error(`--${name} is needed; see fettle-agent --help`);
  return value;
};

const install = (state: string, values: Values): void => {
  const [activationKeyId = "", activationSecret = ""] = needed(values, "activation").split(".");
  Settings.write(state, {
    server: needed(values, "server"),
    tenantId: needed(values, "tenant"),
    activationKeyId,
    activationSecret,
    tenantKeyFingerprint: needed(values, "tenant-key-fingerprint") as Crypto.Digest,
    name: needed(values, "name"),
    timeZone: needed(values, "time-zone"),
    installRoot: values["install-root"] ?? "/",
    dnfConfig: values["dnf-config"] ?? null,
    bootIdFile: values["boot-id-file"] ?? "/proc/sys/kernel/random/boot_id",
    provisionRetrySeconds: Number(values["provision-retry-seconds"] ?? "60"),
  });
};

const agentOf = (settings: Settings.Settings) =>
  Agent.make({
    activation: {
      tenantId: settings.tenantId,
      activationKeyId: settings.activationKeyId,
      activationSecret: settings.activationSecret,
      tenantKeyFingerprint: settings.tenantKeyFingerprint as Crypto.Digest,
    },
    agentVersion: "0.0.0",
    provisionRetrySeconds: settings.provisionRetrySeconds,
  });

const pidFile = (state: string): string => path.join(state, "agent.pid");

const execute = async (state: string, program: Effect.Effect<void, unknown, Agent.AgentPorts>): Promise<void> => {
  const settings = Settings.read(state);
  const exit = await Effect.runPromiseExit(Effect.provide(program, Ports.layer(state, settings)));
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause);
};

const runAgent = (state: string): Promise<void> =>
  execute(
    state,
    Effect.gen(function* () {
      const agent = yield* agentOf(Settings.read(state));
      fs.writeFileSync(pidFile(state), String(process.pid), { mode: 0o600 });
      yield* Loop.run(agent);
      fs.rmSync(pidFile(state), { force: true });
    }),
  );

// The agent that runs holds the journal; it is asked by a signal. Where none runs, this process is the agent for a cycle.
const checkIn = async (state: string): Promise<void> => {
  const pid = runningPid(state);
  if (pid !== null) {
    process.kill(pid, "SIGUSR1");
    process.stdout.write(`asked the agent that runs (process ${pid}) to check in now\n`);
    return;
  }
  await execute(
    state,
    Effect.gen(function* () {
      const agent = yield* agentOf(Settings.read(state));
      const report = yield* agent.cycle();
      for (const failure of report.failures) process.stderr.write(`${failure._tag}: ${failure.message}\n`);
      process.stdout.write(report.failures.length === 0 ? "checked in\n" : "checked in, with trouble\n");
      if (!report.isProvisioned) process.exitCode = 1;
    }),
  );
};

// A pid file that outlived its process, or whose number somebody else now has, names no agent.
const runningPid = (state: string): number | null => {
  try {
    const pid = Number(fs.readFileSync(pidFile(state), "utf8"));
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return command.includes("run") && command.includes(state) ? pid : null;
  } catch {
    return null;
  }
};

const status = (state: string): Promise<void> =>
  execute(
    state,
    Effect.gen(function* () {
      const agent = yield* agentOf(Settings.read(state));
      const { identity, membership, manifestVersion, runs, facts } = agent.state();
      const held = Object.values(runs).map((r) => ({ runId: r.manifest.runId, status: r.status }));
      const shown = {
        identity,
        tenantId: membership?.tenantId ?? null,
        manifestVersion,
        runs: held,
        unreported: facts.length,
      };
      process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    }),
  );

const main = async (): Promise<void> => {
  const { values, positionals } = parse();
  const command = positionals[0];
  if (values.help === true || command === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const state = path.resolve(needed(values, "state"));
  if (command === "install") return install(state, values);
  if (command === "run") return runAgent(state);
  if (command === "status") return status(state);
  if (command === "check-in" && values.now === true) return checkIn(state);
  throw new Error(`there is no command "${positionals.join(" ")}"; see fettle-agent --help`);
};

main().catch((cause: unknown) => {
  process.stderr.write(`fettle-agent: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = 1;
});
