/** Brings the tables to this code's version, in one transaction; of many processes that start at once one does it. */
import { StorageError } from "@fettle/core";
import { newerMessage } from "../sql/Migration.ts";
import type { PostgresConnection, PostgresSession } from "./PostgresConnection.ts";
import { migrations } from "./PostgresMigrations.ts";

/** Rejects with a `StorageError` (Unavailable) when newer code has written the tables. */
export const migrate = (connection: PostgresConnection): Promise<void> =>
  connection.transaction(async (session) => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const version = await versionOf(session);
    if (version > migrations.length) {
      const message = newerMessage("the storage's schema fettle", version, migrations.length);
      throw new StorageError({ reason: "Unavailable", operation: "open", message, isRetryable: false });
    }
    for (const [i, { name, sql }] of migrations.entries()) {
      if (i < version) continue;
      await connection.script(session, sql);
      await session.query("INSERT INTO fettle.schema_migration (version, name) VALUES ($1, $2)", [i + 1, name]);
    }
  });

// "FETS", so that it stands apart from a host's own advisory locks.
const LOCK = 0x46455453;

const versionOf = async (session: PostgresSession): Promise<number> => {
  const [found] = await session.query("SELECT to_regclass('fettle.schema_migration') IS NOT NULL AS found", []);
  if (found?.found !== true) return 0;
  const [row] = await session.query("SELECT coalesce(max(version), 0) AS version FROM fettle.schema_migration", []);
  return Number(row?.version ?? 0);
};
