/** SQLite files as other code than today's opens them: with fewer steps, or others. */
import type { Migration } from "../../../src/storage/sql/Migration.ts";
import * as SqliteFile from "../../../src/storage/sql/SqliteFile.ts";

// "FETS", as every version has had it.
const APPLICATION_ID = 0x46455453;

/** Opens a file with the code of another version, or of none that there ever was. */
export const openBy = (file: string, steps: readonly Migration[]) =>
  SqliteFile.open({ file, what: "a Fettle storage", applicationId: APPLICATION_ID, migrations: steps });
