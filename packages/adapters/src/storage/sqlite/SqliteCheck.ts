/**
 * Whether a storage in SQLite is sound: its pages by SQLite's own check, then what this storage promises of its tables
 * (EVT-01, EVT-03, RBAC-11). One reading transaction, so everything is of one moment; the storage may be in use.
 */
import type { StorageError } from "@fettle/core";
import type { Database } from "better-sqlite3";
import type * as Effect from "effect/Effect";
import * as ExistingFile from "./ExistingFile.ts";
import { attempt } from "./FileWork.ts";
import { type Look, looks } from "./Looks.ts";
import { toStorageError } from "./SqliteError.ts";
import * as SearchLook from "./search/keeping/SearchLook.ts";

/** Something that is not as it has to be. */
export interface CheckFinding {
  /** What was looked at: `pages`, `references`, `bodies`, `entities`, `events`, `audit`, `counters`, `search`. */
  readonly look: string;
  /** Null: it is of no one tenant. */
  readonly tenantId: string | null;
  /** What is wrong, and where. */
  readonly message: string;
}

export interface CheckReport {
  readonly isSound: boolean;
  /** The version of its schema. */
  readonly version: number;
  /** The first of each look, up to {@link FINDINGS_MAX} of it. */
  readonly findings: readonly CheckFinding[];
  /** What was looked at, in order. */
  readonly looks: readonly string[];
}

export interface CheckOptions {
  readonly file: string;
  /** Whether what searches read is looked at, too: that it is of the entities that are stored. Left out: it is not. */
  readonly isSearchToo?: boolean;
  /** Whether what all rows of searches say is compared with the entities, not a sample of each kind. Left out: it is not. */
  readonly isSearchWhole?: boolean;
  /** Told before each look. */
  readonly onLook?: (look: string) => void;
}

/** Findings of one look; there may be more. */
export const FINDINGS_MAX = 20;

/**
 * Looks at everything. It reads the whole file, each look in one turn of the event loop: for a large storage, run
 * `fettle-db check` as a process of its own.
 *
 * Fails as `Unavailable` when the file is no storage or was written by newer code; what is damaged is a finding, unless nothing of
 * the file can be read (`Corrupt`).
 * @example
 * const { isSound, findings } = yield* SqliteCheck.check({ file: "/var/lib/fettle/control-plane.db" });
 */
export const check = (options: CheckOptions): Effect.Effect<CheckReport, StorageError> =>
  attempt("check", async (signal) => {
    const { database, version } = ExistingFile.openToRead(options.file);
    try {
      database.exec("BEGIN");
      const all = options.isSearchToo === true ? [...looks, SearchLook.search(options.isSearchWhole === true)] : looks;
      const known = all.filter((look) => look.since <= version);
      const findings: CheckFinding[] = [];
      for (const look of known) {
        options.onLook?.(look.name);
        await turn();
        signal.throwIfAborted();
        findings.push(...found(database, look));
      }
      return { isSound: findings.length === 0, version, findings, looks: known.map(({ name }) => name) };
    } finally {
      database.close();
    }
  });

// A page that can't be read is a finding of whichever look came upon it.
const found = (database: Database, look: Look): readonly CheckFinding[] => {
  const findings: CheckFinding[] = [];
  try {
    for (const { tenantId, message } of look.at(database)) {
      findings.push({ look: look.name, tenantId, message });
      if (findings.length === FINDINGS_MAX) break;
    }
  } catch (thrown) {
    const error = toStorageError("check", thrown);
    if (error?.reason !== "Corrupt") throw thrown;
    findings.push({ look: look.name, tenantId: null, message: error.message });
  }
  return findings;
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
