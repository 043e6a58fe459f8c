/** The command line: what may stand on it, and what it says. */
import { parseArgs } from "node:util";
import * as Moment from "../Moment.ts";
import * as Result from "../Result.ts";

export const HELP = `fettle-qql COMMAND QUERY [DOCUMENTS] [options]

Commands:
  check      tell what is wrong with the query, or looks wrong
  print      the query in its one spelling; with a catalogue, of names and values too
  match      the documents that the query selects
  explain    for each document, why the query selects it or doesn't
  complete   what may come next in a query that is being typed
  highlight  the query in colours; with --json, its pieces by kind

QUERY is the query's text, or - to read it from standard input.
DOCUMENTS is a file of JSON documents, an array or one a line; left out or -, they are read from standard input. Dates in
them are milliseconds since 1970 or ISO 8601.

Options:
  --catalog FILE  the tokens, as JSON: { "name": { "type": "text", "description": …, "example": … }, … }
                  match, explain and complete need it; without it, check and print look at the query's form only
  --now INSTANT   what relative dates (now-7d) count from, such as 2026-01-31T12:00Z; the clock's time unless given
  --format        print: on several lines, where one would be too long
  --offset N      complete: the place, in UTF-16 code units; the query's end unless given
  --json          one JSON document instead of text for people
  --help          this text
  --version       the package's version

Exit codes:
  0  done; for match: a document was selected
  1  the query has errors
  2  the command line, a catalogue or a document can't be read, or the answer can't be written
  3  match: no document was selected
  70 a fault of the command itself
`;

export const COMMANDS = ["check", "print", "match", "explain", "complete", "highlight"] as const;

export type Command = (typeof COMMANDS)[number];

/** What is to be done. */
export interface Invocation {
  readonly command: Command;
  /** The text itself, or `-`. */
  readonly query: string;
  /** A file, or `-`. */
  readonly documents: string;
  readonly catalog: string | null;
  /** Milliseconds since 1970; null for the clock's. */
  readonly now: number | null;
  readonly isFormatted: boolean;
  readonly offset: number | null;
  readonly isJson: boolean;
}

export type Request = Invocation | "help" | "version";

/** Stands for standard input. */
export const STDIN = "-";

const OPTIONS = {
  catalog: { type: "string" },
  now: { type: "string" },
  format: { type: "boolean", default: false },
  offset: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const;

/**
 * Reads the arguments behind the command's own name.
 *
 * Errors: a sentence on what can't be understood.
 */
export function parse(args: readonly string[]): Result.Result<Request, string> {
  const parsed = tried(args);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (values.help) return Result.ok("help");
  if (values.version) return Result.ok("version");
  const [name, query, documents, ...more] = positionals;
  const command = COMMANDS.find((known) => known === name);
  const now = values.now === undefined ? null : instantOf(values.now);
  const offset = values.offset === undefined ? null : Number(values.offset);
  const fault = faultOf(command, name, query, documents, more);
  if (fault !== null) return Result.err(fault);
  if (now !== null && Number.isNaN(now)) return Result.err(`--now ${values.now} is not an instant`);
  if (offset !== null && !(Number.isInteger(offset) && offset >= 0)) {
    return Result.err(`--offset ${values.offset} is not a whole number`);
  }
  if (command !== undefined && values.catalog === undefined && NEEDS_CATALOG.includes(command)) {
    return Result.err(`${command} needs --catalog FILE`);
  }
  return Result.ok({
    command: command ?? "check",
    query: query ?? "",
    documents: documents ?? STDIN,
    catalog: values.catalog ?? null,
    now,
    isFormatted: values.format,
    offset,
    isJson: values.json,
  });
}

const NEEDS_CATALOG: readonly Command[] = ["match", "explain", "complete"];
const READS_DOCUMENTS: readonly Command[] = ["match", "explain"];

function faultOf(
  command: Command | undefined,
  name: string | undefined,
  query: string | undefined,
  documents: string | undefined,
  more: readonly string[],
): string | null {
  if (name === undefined) return `a command is missing; there are ${COMMANDS.join(", ")}`;
  if (command === undefined) return `there is no command ${name}; there are ${COMMANDS.join(", ")}`;
  if (query === undefined) return `${command} needs a query, or - to read it from standard input`;
  const isReading = READS_DOCUMENTS.includes(command);
  const extra = isReading ? more[0] : documents;
  if (extra !== undefined) return `${extra} is one argument too many; a query of several words needs quotes`;
  if (isReading && query === STDIN && (documents ?? STDIN) === STDIN) {
    return "the query and the documents can't both come from standard input";
  }
  return null;
}

type Parsed = ReturnType<typeof strict>;

const strict = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });

function tried(args: readonly string[]): Result.Result<Parsed, string> {
  try {
    return Result.ok(strict(args));
  } catch (error) {
    return Result.err(error instanceof Error ? error.message : String(error));
  }
}

/** The beginning of what a date names; NaN for what is none. */
function instantOf(text: string): number {
  const moment = Moment.parse(text);
  return moment.ok && moment.value._tag === "Interval" ? moment.value.from : Number.NaN;
}
