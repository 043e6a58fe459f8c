/**
 * Why a dnf run ended as it did, from both of its streams. Pure (RUN-04, RUN-10).
 *
 * dnf says on stderr only that "all mirrors were tried" and on stdout why, so both are read, checksums before
 * signatures before downloads. Exit 0 says nothing: the package database is asked afterwards.
 */
import { ReasonCode } from "@fettle/agent-protocol";

/** How a run of dnf ended, and what it printed. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Classification =
  /** It ran. A reason code says that it failed; a reason alone is a remark. */
  | { readonly _tag: "Ran"; readonly reasonCode: ReasonCode.ReasonCode | null; readonly reason: string | null }
  /** It could not begin: a lock of somebody else, or missing rights. */
  | { readonly _tag: "NotBegun"; readonly reason: "Busy" | "NotPrivileged"; readonly message: string };

interface Rule {
  readonly code: ReasonCode.ReasonCode;
  readonly sign: RegExp;
}

/** dnf's own exit code for a lock, with exit_on_lock. */
const EXIT_LOCKED = 200;
const { reasonCodes } = ReasonCode;

const locks = /already locked by \d+|can't create transaction lock/;
const rights = /has to be run with superuser privileges|need to be root/;

// In order: the first sign found in either stream decides.
const rules: readonly Rule[] = [
  { code: reasonCodes.FileHashValidationFailed, sign: /checksum doesn't match|incorrect checksum/ },
  {
    code: reasonCodes.FileSignatureFailed,
    sign: /is not signed|not correct for this package|Refusing to automatically import keys|Problem opening package|GPG check FAILED|GPG key retrieval failed|repomd\.xml GPG signature verification error/,
  },
  { code: reasonCodes.FileValidationFailed, sign: /does not verify|parser error|Parse error/ },
  {
    code: reasonCodes.FileDownloadFailed,
    sign: /Status code: \d+|Curl error \(\d+\)|Failed to download metadata|[Aa]ll mirrors were (?:already )?tried|Cannot download/,
  },
  {
    code: reasonCodes.InstallerFailed,
    sign: /Error in \w+ scriptlet|Transaction test error|Transaction failed|needs \d+\w+ more space|^ Problem(?: \d+)?: /m,
  },
  {
    code: reasonCodes.PatchUrlMissing,
    sign: /No match for argument|No package \S+ available|Unable to find a match|Cannot find rpm nevra|No packages marked for/,
  },
  { code: reasonCodes.DeployerProcessCrashed, sign: /^Traceback \(most recent call last\)/m },
];

const EXIT_USAGE = 2;

/** What an ending means. */
export const classify = (ending: Ending): Classification => {
  const text = `${ending.stdout}\n${ending.stderr}`;
  if (ending.signal !== null) {
    return ran(reasonCodes.DeployerProcessCrashed, `dnf was ended by ${ending.signal}`);
  }
  if (ending.exitCode === 0) return ran(null, remark(ending));
  const lock = lineWith(text, locks);
  if (ending.exitCode === EXIT_LOCKED || lock !== null) {
    return { _tag: "NotBegun", reason: "Busy", message: lock ?? "another program holds the package database's lock" };
  }
  const refused = lineWith(text, rights);
  if (refused !== null) return { _tag: "NotBegun", reason: "NotPrivileged", message: refused };
  for (const rule of rules) {
    const line = lineWith(text, rule.sign);
    if (line !== null) return ran(rule.code, line);
  }
  const code = ending.exitCode === EXIT_USAGE ? reasonCodes.UnspecifiedAgentError : reasonCodes.InstallerFailed;
  return ran(code, lastLine(ending.stderr) ?? lastLine(ending.stdout) ?? `dnf ended with exit code ${ending.exitCode}`);
};

/** The end of what was printed: stderr last, since it says what went wrong, and never more than half of the room. */
export const tail = (ending: Ending, characters: number): string => {
  const stderr = ending.stderr.trimEnd();
  const kept = stderr.slice(-Math.floor(characters / 2));
  const room = characters - kept.length - 1;
  const stdout = ending.stdout.trimEnd().slice(-room);
  return (stdout === "" || kept === "" ? stdout + kept : `${stdout}\n${kept}`).slice(-characters);
};

const ran = (reasonCode: ReasonCode.ReasonCode | null, reason: string | null): Classification => ({
  _tag: "Ran",
  reasonCode,
  reason,
});

// A package whose %post fails is installed all the same: worth a remark, no failure.
const remark = (ending: Ending): string | null =>
  lineWith(ending.stdout, /scriptlet failed, (?:exit status|signal) \d+/) ??
  lineWith(ending.stderr, /Error in \w+ scriptlet/) ??
  lineWith(ending.stdout, /^Nothing to do\.$/m);

const REASON_CHARACTERS_MAX = 500;

const lineWith = (text: string, sign: RegExp): string | null => {
  const match = sign.exec(text);
  if (match === null) return null;
  const start = text.lastIndexOf("\n", match.index) + 1;
  const end = text.indexOf("\n", match.index);
  return (end < 0 ? text.slice(start) : text.slice(start, end)).trim().slice(0, REASON_CHARACTERS_MAX);
};

const lastLine = (text: string): string | null => {
  const line = text.trimEnd().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? null : line.slice(0, REASON_CHARACTERS_MAX);
};
