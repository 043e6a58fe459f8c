/** The command line: what may stand on it, and what it says. */
import { parseArgs } from "node:util";
import * as Instant from "../Instant.ts";
import { fail, ok, type Result } from "../Result.ts";
import * as TimeZone from "../TimeZone.ts";

export const HELP = `fettle-schedule COMMAND [FILE] [options]

Commands:
  preview   the next runs, zone by zone: when they start, on which clock, how long their window lasts, and what
            blackouts, freezes and changes of clocks do to them
  lint      what is legal and yet hardly meant, with remedies
  explain   whether a run may start at an instant, and if not, why, and when it may
  calendar  the month as a page, with the runs and freezes of each zone

FILE is a schedule as JSON; left out or -, it is read from standard input.

Options:
  --from INSTANT  when the job is enabled; the clock's time unless given. For explain: long ago, unless given
  --at INSTANT    explain: the instant it is about; the clock's time unless given
  --runs N        preview: how many runs, 1 to 1000; 5 unless given
  --zones A,B     the zones that assets are in, instead of those in the file
  --json          one JSON document instead of text for people
  --help          this text
  --version       the package's version

An INSTANT is written 2026-03-08T07:30Z, or with an offset, 2026-03-08T02:30-05:00.

Exit codes:
  0  done
  1  the schedule can't be meant, nothing comes of it, or lint found an error
  2  the command line or the file can't be read
  70 a fault of the command itself
`;

export const COMMANDS = ["preview", "lint", "explain", "calendar"] as const;

export type Command = (typeof COMMANDS)[number];

/** What is to be done. */
export type Invocation = {
  readonly command: Command;
  /** A file, or `-`. */
  readonly file: string;
  readonly from: Instant.Instant | null;
  readonly at: Instant.Instant | null;
  readonly runs: number;
  /** null: those in the file. */
  readonly zones: readonly TimeZone.TimeZone[] | null;
  readonly isJson: boolean;
};

export type Request = Invocation | "help" | "version";

/** Stands for standard input. */
export const STDIN = "-";

const RUNS = 5;
const RUNS_MAX = 1_000;

const OPTIONS = {
  from: { type: "string" },
  at: { type: "string" },
  runs: { type: "string" },
  zones: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const;

/** Reads the arguments behind the command's own name; an error is a sentence on what can't be understood. */
export const parse = (args: readonly string[]): Result<Request, string> => {
  const parsed = tried(args);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (values.help) return ok("help");
  if (values.version) return ok("version");
  const [name, file = STDIN, extra] = positionals;
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) {
    const problem = name === undefined ? "a command is missing" : `there is no command ${name}`;
    return fail(`${problem}; there are ${COMMANDS.join(", ")}`);
  }
  if (extra !== undefined) return fail(`${extra} is one argument too many`);
  const foreign = foreignTo(command, values);
  if (foreign !== null) return fail(`${command} takes no --${foreign}`);
  const [from, at] = [instantOf("from", values.from), instantOf("at", values.at)];
  const [runs, zones] = [runsOf(values.runs), zonesOf(values.zones)];
  if (!from.ok) return from;
  if (!at.ok) return at;
  if (!runs.ok) return runs;
  if (!zones.ok) return zones;
  const isJson = values.json;
  return ok({ command, file, from: from.value, at: at.value, runs: runs.value, zones: zones.value, isJson });
};

/** An option that says nothing to a command is a mistake: better told than passed over. */
const foreignTo = (command: Command, values: { readonly at?: string; readonly runs?: string }): string | null => {
  if (values.at !== undefined && command !== "explain") return "at";
  return values.runs !== undefined && command !== "preview" ? "runs" : null;
};

const instantOf = (option: string, text: string | undefined): Result<Instant.Instant | null, string> => {
  if (text === undefined) return ok(null);
  const instant = Instant.parse(text);
  return instant.ok ? instant : fail(`--${option}: ${instant.error.message}`);
};

const runsOf = (text: string | undefined): Result<number, string> => {
  if (text === undefined) return ok(RUNS);
  const isGood = /^[1-9]\d{0,3}$/.test(text) && Number(text) <= RUNS_MAX;
  return isGood ? ok(Number(text)) : fail(`--runs ${text} is not a number from 1 to ${RUNS_MAX}`);
};

const zonesOf = (text: string | undefined): Result<readonly TimeZone.TimeZone[] | null, string> => {
  if (text === undefined) return ok(null);
  const zones: TimeZone.TimeZone[] = [];
  for (const name of text.split(",")) {
    const zone = TimeZone.of(name.trim());
    if (!zone.ok) return fail(`--zones: ${zone.error.message}`);
    zones.push(zone.value);
  }
  return ok(zones);
};

type Parsed = ReturnType<typeof strict>;

const strict = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });

const tried = (args: readonly string[]): Result<Parsed, string> => {
  try {
    return ok(strict(args));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
};
