/** The fleet against both servers, which live in this one process and take turns. */
import type { Contest, Context } from "../Entry.ts";
import * as BareServer from "./BareServer.ts";
import * as ControlPlane from "./ControlPlane.ts";
import * as Fleet from "./Fleet.ts";

/** What one volley took. */
export interface Volley {
  readonly checkIns: number;
  readonly seconds: number;
  /** Of the server's whole process, with its collector and the threads it sent work to. */
  readonly cpuSeconds: number;
}

const CONNECTIONS = 256;
const AGENTS = 256;
const CHECK_INS_PER_AGENT = 16;
const CHECK_INS_PER_AGENT_FULL = 64;
/** Until then V8 is still compiling: a control plane runs for weeks, the figure is of the time after its first seconds. */
const WARM_UP_VOLLEYS = 4;

/** Both servers and the fleet, and what of a volley is the figure. */
export const contest = async ({ folder, isFull }: Context, figureOf: (volley: Volley) => number): Promise<Contest> => {
  const controlPlane = await ControlPlane.open(folder, AGENTS);
  const bare = await BareServer.open(controlPlane.agents);
  const fleet = await Fleet.start(controlPlane.agents, CONNECTIONS);
  const perAgent = isFull ? CHECK_INS_PER_AGENT_FULL : CHECK_INS_PER_AGENT;
  const volley = async (port: number): Promise<number> => {
    await fleet.load(perAgent);
    const cpuBefore = process.cpuUsage();
    const { answered, seconds } = await fleet.fire(port);
    const { user, system } = process.cpuUsage(cpuBefore);
    if (answered !== perAgent * AGENTS) throw new Error(`${answered} answers to ${perAgent * AGENTS} check-ins`);
    return figureOf({ checkIns: answered, seconds, cpuSeconds: (user + system) / 1e6 });
  };
  for (let i = 0; i < WARM_UP_VOLLEYS; i += 1) for (const { port } of [controlPlane, bare]) await volley(port);
  let before = await controlPlane.storedSequences();
  return {
    peer: () => volley(bare.port),
    ours: async () => {
      const figure = await volley(controlPlane.port);
      const stored = await controlPlane.storedSequences();
      // What was answered stands in the storage: nothing was skipped to be fast.
      if (stored.some((n, i) => n < (before[i] ?? 0) + perAgent)) throw new Error("an answered check-in isn't stored");
      before = stored;
      return figure;
    },
    close: async () => {
      fleet.close();
      await bare.close();
      await controlPlane.close();
    },
  };
};
