/** `npm start`: tells the story on real package managers, or on a simulated OS where there are none. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Fettle } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import * as ControlPlane from "./ControlPlane.ts";
import * as Host from "./Host.ts";
import * as Narrator from "./Narrator.ts";
import * as Play from "./Play.ts";
import * as RealFleet from "./RealFleet.ts";
import * as Requirements from "./Requirements.ts";
import * as SimulatedFleet from "./SimulatedFleet.ts";

const HELP = `npm start -- [options]

Tells Fettle's main job from end to end: agents provision, the control plane works out what is missing, a job is
planned, enabled and carried out, its results are read from the package databases, what failed is run again, one patch
is rolled back, and a reboot that nobody is forced into holds a second job back until it has happened.

  --json         prints one JSON document of the outcome on stdout; progress goes to stderr
  --keep         leaves the control plane running at the end and prints its URL
  --simulated    tells it on the simulated OS even where real package managers are at hand
  --no-install   installs no Debian packages; what is missing is said, and the story is told on the simulated OS
  --help         prints this

Exit code 0 when every outcome is as the story says, 1 when one is not, 2 for options that don't exist.
`;

const PATIENCE_MS = 180_000;

const readOptions = () =>
  parseArgs({
    options: {
      json: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      simulated: { type: "boolean", default: false },
      "no-install": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
type Options = ReturnType<typeof readOptions>;

const here = path.dirname(fileURLToPath(import.meta.url));
const controlPlaneScript = path.join(here, "control-plane.js");
const agentScript = path.join(here, "../../agent/dist/main.js");

const tell = async (values: Options, stage: Cleanup, directory: string, obstacle: string | null): Promise<boolean> => {
  const narrator = Narrator.make(values.json ? process.stderr : process.stdout);
  const mode =
    obstacle === null
      ? "This is the real thing: dnf, rpm and signed packages on install roots of this machine."
      : `SIMULATED: ${obstacle}; the same story runs on the simulated OS.`;
  narrator.say(mode);
  const data = path.join(directory, "data");
  fs.mkdirSync(data, { recursive: true, mode: 0o700 });
  const plane = await ControlPlane.start(controlPlaneScript, data);
  stage.later(async (isInterrupted) => {
    if (!values.keep || isInterrupted) await plane.stop();
  });
  const fleet = obstacle === null ? await RealFleet.make({ directory, agentScript }) : SimulatedFleet.make();
  stage.later(() => fleet.close());
  const scope = Effect.runSync(Scope.make());
  stage.later(() => Effect.runPromise(Scope.close(scope, Exit.void)));
  const fettle = Fettle.promises(await Effect.runPromise(Scope.provide(Host.open(data), scope)));
  const outcome = await Play.play({ fettle, fleet, server: plane.url, narrator, patience: PATIENCE_MS });
  if (values.json) process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  narrator.heading(outcome.isAsTold ? "Every outcome is as the story says" : "NOT as the story says");
  for (const problem of outcome.problems) narrator.say(`  ${problem}`);
  if (values.keep) tellHowToReach(narrator, plane, data);
  narrator.say(mode);
  return outcome.isAsTold;
};

// What must be stopped and removed at the end, whatever the end is; the last made goes first.
interface Cleanup {
  readonly later: (undo: (isInterrupted: boolean) => Promise<void>) => void;
  readonly run: (isInterrupted: boolean) => Promise<void>;
}

const makeCleanup = (): Cleanup => {
  const undos: ((isInterrupted: boolean) => Promise<void>)[] = [];
  return {
    later: (undo) => {
      undos.push(undo);
    },
    run: async (isInterrupted) => {
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) await undo(isInterrupted);
    },
  };
};

// The story's processes are in groups of their own, so a Ctrl-C reaches this process alone: it takes them with it.
let isInterrupted = false;
const endOnSignals = (stage: Cleanup): void => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      isInterrupted = true;
      process.stderr.write(`\nInterrupted (${signal}); stopping what was started.\n`);
      void stage.run(true).finally(() => process.exit(EXIT_SIGNAL + (os.constants.signals[signal] ?? 0)));
    });
  }
};

const tellHowToReach = (narrator: Narrator.Narrator, { url, pid }: ControlPlane.ControlPlane, data: string): void => {
  const token = path.join(data, "operator-token");
  narrator.say(`\nThe control plane goes on at ${url} (process ${pid()}); its data lies in ${data}`);
  narrator.say(`  curl -H "Authorization: Bearer $(cat '${token}')" ${url}/v0/assets`);
};

const EXIT_USAGE = 2;
/** What shells add a signal's number to. */
const EXIT_SIGNAL = 128;

const main = async (): Promise<number> => {
  let values: Options;
  try {
    values = readOptions();
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    return EXIT_USAGE;
  }
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const obstacle = values.simulated ? "asked for by --simulated" : Requirements.missing();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "fettle-story-"));
  const stage = makeCleanup();
  stage.later(async (isInterrupted) => {
    if (!values.keep || isInterrupted) fs.rmSync(directory, { recursive: true, force: true });
  });
  endOnSignals(stage);
  try {
    return (await tell(values, stage, directory, obstacle)) ? 0 : 1;
  } finally {
    await stage.run(false);
  }
};

main().then(
  (code) => {
    if (!isInterrupted) process.exit(code);
  },
  (cause: unknown) => {
    // What breaks because everything is being stopped is no news.
    if (isInterrupted) return;
    process.stderr.write(`The story broke off: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    process.exit(1);
  },
);
