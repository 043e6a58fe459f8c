/** The command line of `fettle-db`: what may stand on it, and what it says. */
import { parseArgs } from "node:util";

export const HELP = `fettle-db COMMAND FILE [options]

Commands:
  check FILE           looks whether the storage is sound: its pages, bodies, index entries, events, audit trails
  stats FILE           how large it is: tables, rows and bytes of each tenant's kinds, pages, write-ahead log
  backup FILE TARGET   copies it as it stands at one moment into one file that is checked; it may be in use
  restore BACKUP FILE  checks a backup and puts it in FILE's place, whole or not at all
  migrate FILE         brings its schema, and what searches read, up to this package's version; back it up before
  reindex FILE         makes what searches read anew from the entities; nothing else can be written meanwhile

FILE is a Fettle storage in SQLite. check, stats and backup only read it; the control plane may go on using it. Never copy
FILE by itself while it is open: what was committed last stands in FILE-wal. For restore with --replace nothing may have
FILE open; what stood there is gone afterwards.

Options:
  --replace   backup, restore: a storage that stands at the target is replaced
  --search    check: also that what searches read is of the assets and patches that are stored; what it says of them,
              by a sample of each kind
  --all       check --search: by all of them, which takes as long as reindex
  --json      one JSON document instead of text, and no progress
  --quiet     no progress on standard error
  --help      this text
  --version   the package's version

Exit codes:
  0   done; check: the storage is sound
  1   the storage, or the backup, is damaged
  2   the command line is wrong, or a file can't be read or written: missing, another database, newer, no room
  75  somebody else has the file: stop them, or try again
  130 stopped; nothing was changed
  70  a fault of the command itself
`;

/** Options that every command takes. */
interface Common {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

export interface OfOne extends Common {
  readonly command: "check" | "stats" | "migrate" | "reindex";
  readonly file: string;
  /** Of check: what searches read is looked at, too. */
  readonly isSearchToo: boolean;
  /** Of check: all that searches read is compared. */
  readonly isSearchWhole: boolean;
}

export interface OfTwo extends Common {
  readonly command: "backup" | "restore";
  readonly from: string;
  readonly to: string;
  readonly isReplacing: boolean;
}

export type Request = OfOne | OfTwo | "help" | "version";

/** What can't be understood, as a sentence. */
export class UsageError extends Error {}

const OPTIONS = {
  replace: { type: "boolean", default: false },
  search: { type: "boolean", default: false },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const;

/** What each command calls its files. */
const FILES = {
  check: ["FILE"],
  stats: ["FILE"],
  migrate: ["FILE"],
  reindex: ["FILE"],
  backup: ["FILE", "TARGET"],
  restore: ["BACKUP", "FILE"],
} as const;

/** Reads the arguments behind the command's own name. Throws a {@link UsageError}. */
export const parse = (args: readonly string[]): Request => {
  const { values, positionals } = strict(args);
  if (values.help) return "help";
  if (values.version) return "version";
  const [command, ...files] = positionals;
  if (!isCommand(command)) {
    throw new UsageError(command === undefined ? "a command is missing" : `there is no command ${command}`);
  }
  const names: readonly string[] = FILES[command];
  const missing = names[files.length];
  if (missing !== undefined) throw new UsageError(`${command} needs ${missing}`);
  const extra = files[names.length];
  if (extra !== undefined) throw new UsageError(`${extra} is one argument too many`);
  const empty = names.find((_, i) => files[i] === "");
  if (empty !== undefined) throw new UsageError(`${empty} is empty`);
  const [first = "", second = ""] = files;
  if (values.search && command !== "check") throw new UsageError(`${command} takes no --search`);
  if (values.all && !values.search) throw new UsageError("--all is of check --search");
  const common = { isJson: values.json, isQuiet: values.quiet || values.json };
  if (command === "backup" || command === "restore") {
    return { command, from: first, to: second, isReplacing: values.replace, ...common };
  }
  if (values.replace) throw new UsageError(`${command} takes no --replace`);
  return { command, file: first, isSearchToo: values.search, isSearchWhole: values.all, ...common };
};

const isCommand = (text: string | undefined): text is keyof typeof FILES =>
  text !== undefined && Object.hasOwn(FILES, text);

const strict = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
