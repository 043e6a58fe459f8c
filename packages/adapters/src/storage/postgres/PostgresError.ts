/** Failures of PostgreSQL as the storage port's error, classified once, by SQLSTATE. */
import { StorageError } from "@fettle/core";

type Verdict = Pick<StorageError, "reason" | "isRetryable">;

const busy: Verdict = { reason: "Busy", isRetryable: true };
const corrupt: Verdict = { reason: "Corrupt", isRetryable: false };
const refused: Verdict = { reason: "Refused", isRetryable: false };
const gone: Verdict = { reason: "Unavailable", isRetryable: false };
const flaky: Verdict = { reason: "Unavailable", isRetryable: true };

// By code or class (the first two characters); a whole code stands before its class.
const verdicts: readonly (readonly [string, Verdict])[] = [
  ["53100", { reason: "Full", isRetryable: false }],
  ["53", flaky],
  ["40", busy],
  ["55P03", busy],
  ["57014", flaky],
  ["57P", flaky],
  ["08", flaky],
  ["58", flaky],
  ["XX001", corrupt],
  ["XX002", corrupt],
  ["22", refused],
  ["23", refused],
  ["54", refused],
];

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The port's error, or null when what was thrown is a bug. */
export const toStorageError = (operation: string, thrown: unknown): StorageError | null => {
  if (thrown instanceof StorageError) return thrown;
  if (!(thrown instanceof Error)) return null;
  const code = codeOf(thrown);
  if (code === null && !CLOSED.test(thrown.message)) return null;
  const verdict = verdicts.find(([prefix]) => code?.startsWith(prefix))?.[1] ?? gone;
  const message = code === null ? thrown.message : `${code}: ${thrown.message}`;
  return new StorageError({ ...verdict, operation, message, cause: thrown });
};

/** Whether the transaction lost against another and may simply be run again. */
export const isLostRace = (thrown: unknown): boolean =>
  thrown instanceof Error && (codeOf(thrown)?.startsWith("40") ?? false);

// PGlite's words for a database that was closed; it has no code for it.
const CLOSED = /\bclosed\b|\bclosing\b/i;

const codeOf = (thrown: Error): string | null => {
  const code = "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" && SQLSTATE.test(code) ? code : null;
};
