/** The control plane's process, as the storyteller sees it: started, killed, started again on the same port and data. */
import * as path from "node:path";
import * as Processes from "./Processes.ts";

export interface ControlPlane {
  readonly url: string;
  readonly pid: () => number;
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a control plane on a data folder. `script` is its bundled program. */
export const start = async (script: string, data: string): Promise<ControlPlane> => {
  const log = path.join(data, "control-plane.log");
  const begin = async (port: string) => {
    const running = Processes.start(script, ["--data", data, "--port", port], log);
    const { url } = (await Processes.firstLine(running)) as { url: string };
    return { running, url };
  };
  let current = await begin("0");
  const { url } = current;
  return {
    url,
    pid: () => current.running.pid,
    kill: () => current.running.kill(),
    restart: async () => {
      current = await begin(new URL(url).port);
    },
    stop: () => current.running.stop(),
  };
};
