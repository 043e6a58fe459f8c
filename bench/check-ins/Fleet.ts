/** The fleet's process, from the outside. */
import { type ChildProcess, fork } from "node:child_process";
import * as path from "node:path";
import type { FleetOrder, FleetReport } from "./FleetProcess.ts";
import type { PlayedAgent } from "./Signing.ts";

export interface Fleet {
  /** Signs that many check-ins of each agent; not measured. */
  readonly load: (checkInsPerAgent: number) => Promise<void>;
  /** Sends what is loaded to a port and answers how long it took; fails unless each was answered 200. */
  readonly fire: (port: number) => Promise<{ readonly answered: number; readonly seconds: number }>;
  readonly close: () => void;
}

/** Starts the process. */
export const start = async (agents: readonly PlayedAgent[], connections: number): Promise<Fleet> => {
  // tools/bench.mjs bundles it beside the program that runs.
  const program = path.join(path.dirname(process.argv[1] ?? ""), "fleet.js");
  const child = fork(program, { serialization: "advanced", execArgv: [] });
  const ordered = (order: FleetOrder): Promise<FleetReport> => reportOf(child, order);
  await ordered({ _tag: "Agents", agents, connections });
  return {
    load: async (checkInsPerAgent) => void (await ordered({ _tag: "Load", checkInsPerAgent })),
    fire: async (port) => {
      const report = await ordered({ _tag: "Fire", port });
      if (report._tag !== "Done") throw new Error(`the fleet answered ${report._tag} to a volley`);
      return report;
    },
    close: () => child.disconnect(),
  };
};

const reportOf = (child: ChildProcess, order: FleetOrder): Promise<FleetReport> =>
  new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`the fleet's process ended with code ${code}`));
    child.once("exit", gone);
    child.once("message", (report: FleetReport) => {
      child.off("exit", gone);
      if (report._tag === "Failed") reject(new Error(report.message));
      else resolve(report);
    });
    child.send(order);
  });
