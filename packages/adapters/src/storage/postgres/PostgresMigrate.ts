/** Brings the tables to this code's version, in one transaction; of many processes that start at once one does it. */
import { StorageError } from "@fettle/core";
import { driftMessage, type Migration, newerMessage } from "../sql/Migration.ts";
import type { PostgresConnection, PostgresSession } from "./PostgresConnection.ts";
import { migrations } from "./PostgresMigrations.ts";

/**
 * Takes the steps that the database hasn't taken yet. Rejects with a `StorageError` (Unavailable) when newer code has written
 * the tables, or other code than this one's forebears.
 */
export const migrate = (connection: PostgresConnection, steps: readonly Migration[] = migrations): Promise<void> =>
  connection.transaction(async (session) => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const taken = await namesOf(session);
    check(taken, steps);
    for (const [i, { name, sql }] of steps.entries()) {
      if (i < taken.length) continue;
      await connection.script(session, sql);
      await session.query("INSERT INTO fettle.schema_migration (version, name) VALUES ($1, $2)", [i + 1, name]);
    }
  });

// "FETS", so that it stands apart from a host's own advisory locks.
const LOCK = 0x46455453;

const WHAT = "the storage's schema fettle";

const check = (taken: readonly string[], steps: readonly Migration[]): void => {
  if (taken.length > steps.length) throw refused(newerMessage(WHAT, taken.length, steps.length));
  for (const [i, name] of taken.entries()) {
    const known = steps[i]?.name ?? "";
    if (name !== known) throw refused(driftMessage(WHAT, i + 1, name, known));
  }
};

const refused = (message: string): StorageError =>
  new StorageError({ reason: "Unavailable", operation: "open", message, isRetryable: false });

// The steps that were taken, at the places of their versions.
const namesOf = async (session: PostgresSession): Promise<readonly string[]> => {
  const [found] = await session.query("SELECT to_regclass('fettle.schema_migration') IS NOT NULL AS found", []);
  if (found?.found !== true) return [];
  const rows = await session.query("SELECT version, name FROM fettle.schema_migration ORDER BY version", []);
  const names: string[] = [];
  for (const { version, name } of rows) names[Number(version) - 1] = String(name);
  return Array.from(names, (name) => name ?? "");
};
