/** The agent's life between cycles: it waits until the next is due, it is called (SIGUSR1), or told to stop (SIGTERM, SIGINT). */
import type { Agent } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";

/** The longest single wait, in milliseconds: a clock that was set back must not put an agent to sleep for years. */
const WAIT_MS_MAX = 60_000;

/** Runs cycles until told to stop, by a signal or by the control plane. Trouble is written to stderr, a line each, and the next cycle goes on. */
export const run = (agent: Agent.Agent) =>
  Effect.gen(function* () {
    const bell = makeBell();
    for (;;) {
      const report = yield* agent.cycle();
      for (const failure of report.failures) {
        process.stderr.write(`${new Date().toISOString()} ${failure._tag}: ${failure.message}\n`);
      }
      if (report.isUninstalled) {
        process.stderr.write(`${new Date().toISOString()} uninstalled by the control plane: remove the agent\n`);
        return;
      }
      if (bell.isStopped()) return;
      const wait = Math.min(Math.max(0, report.nextAt - Date.now()), WAIT_MS_MAX);
      yield* Effect.promise(() => bell.wait(wait));
      if (bell.isStopped()) return;
    }
  });

// Rung by signals; a ring while nobody waits is kept for the next wait.
const makeBell = () => {
  let rung = false;
  let stopped = false;
  let wake: (() => void) | null = null;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  const stop = (): void => {
    stopped = true;
    ring();
  };
  process.on("SIGUSR1", ring);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return {
    isStopped: () => stopped,
    wait: (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          wake = null;
          rung = false;
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        wake = done;
        if (rung) done();
      }),
  };
};
