/** The command line: what may stand on it, and what it says. */
import { parseArgs } from "node:util";

export const HELP = `fettle-audit COMMAND FILE [options]

Commands:
  verify  follows the audit trail of every tenant, or of one, and says where it first is not what was written
  export  prints the records of one tenant, one JSON object a line

FILE is a Fettle storage in SQLite. It is opened for reading only; the control plane may go on using it.

Options:
  --tenant ID        the tenant; export needs it, verify takes all tenants without it
  --checkpoint FILE  verify: a checkpoint that was kept elsewhere, so that a trail that was cut off is found as well
  --key KEY          verify: the tenant's public key, which the checkpoint is signed with
  --from INSTANT     export: the first instant, as 2026-03-08T07:30:00Z
  --until INSTANT    export: the first instant that is no longer printed
  --json             verify: one JSON document instead of a table
  --help             this text
  --version          the package's version

Exit codes:
  0  the trail is what was written, or the records were printed
  1  the trail is broken
  2  the command line or the file can't be read
  70 a fault of the command itself
`;

export interface Verify {
  readonly command: "verify";
  readonly file: string;
  /** Null: every tenant. */
  readonly tenant: string | null;
  readonly checkpoint: { readonly file: string; readonly key: string } | null;
  readonly isJson: boolean;
}

export interface Export {
  readonly command: "export";
  readonly file: string;
  readonly tenant: string;
  /** Epoch milliseconds. */
  readonly from: number | null;
  readonly until: number | null;
}

export type Request = Verify | Export | "help" | "version";

/** What can't be understood, as a sentence. */
export class UsageError extends Error {}

const OPTIONS = {
  tenant: { type: "string" },
  checkpoint: { type: "string" },
  key: { type: "string" },
  from: { type: "string" },
  until: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const;

/** Reads the arguments behind the command's own name. Throws a {@link UsageError}. */
export const parse = (args: readonly string[]): Request => {
  const { values, positionals } = strict(args);
  if (values.help) return "help";
  if (values.version) return "version";
  const [command, file, extra] = positionals;
  if (command !== "verify" && command !== "export") {
    throw new UsageError(command === undefined ? "a command is missing" : `there is no command ${command}`);
  }
  if (file === undefined) throw new UsageError("the storage's FILE is missing");
  if (extra !== undefined) throw new UsageError(`${extra} is one argument too many`);
  const foreign = command === "verify" ? (["from", "until"] as const) : (["checkpoint", "key", "json"] as const);
  for (const name of foreign) if (values[name]) throw new UsageError(`${command} takes no --${name}`);
  return command === "verify" ? verifyOf(file, values) : exportOf(file, values);
};

type Values = ReturnType<typeof strict>["values"];

const verifyOf = (file: string, { checkpoint, key, json, ...given }: Values): Verify => {
  const tenant = given.tenant ?? null;
  if ((checkpoint === undefined) !== (key === undefined)) {
    throw new UsageError("--checkpoint and --key go together: a checkpoint is worth what its signature is");
  }
  if (checkpoint !== undefined && tenant === null) throw new UsageError("--checkpoint needs --tenant");
  const mark = checkpoint === undefined || key === undefined ? null : { file: checkpoint, key };
  return { command: "verify", file, tenant, checkpoint: mark, isJson: json };
};

const exportOf = (file: string, { tenant, from, until }: Values): Export => {
  if (tenant === undefined) throw new UsageError("export needs --tenant");
  return { command: "export", file, tenant, from: instantOf("from", from), until: instantOf("until", until) };
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/;

const instantOf = (option: string, text: string | undefined): number | null => {
  if (text === undefined) return null;
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--${option} ${text}: an instant is written 2026-03-08T07:30:00Z`);
  return at;
};

const strict = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
