/** From the arguments to the exit code. */
import { readFileSync } from "node:fs";
import type { Writable } from "node:stream";
import { AuditVerification, PAGE_LIMIT_MAX, StorageError, type StorageShape } from "@fettle/core";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { migrations } from "../SqliteMigrations.ts";
import * as SqliteReader from "../SqliteReader.ts";
import { APPLICATION_ID } from "../SqliteStorage.ts";
import * as Arguments from "./Arguments.ts";
import * as ExitCode from "./ExitCode.ts";
import { type Streams, version, write } from "./Shell.ts";
import * as Table from "./Table.ts";

/** Does what the arguments say; resolves to the exit code. */
export const run = async (args: readonly string[], { output, complaints }: Streams): Promise<number> => {
  try {
    const request = Arguments.parse(args);
    if (request === "help" || request === "version") {
      await write(output, request === "help" ? Arguments.HELP : `${version()}\n`);
      return ExitCode.DONE;
    }
    return await withStorage(request.file, (storage) =>
      request.command === "verify" ? verify(storage, request, output) : print(storage, request, output),
    );
  } catch (error) {
    const told = explained(error);
    if (told === null) throw error;
    await write(complaints, `error: ${told}\n`);
    return ExitCode.NOT_READ;
  }
};

type Reader = Omit<StorageShape, "commit">;

// Reads only: a file that someone may have tampered with is not migrated, and its log not written back, by the way.
const withStorage = async (file: string, use: (storage: Reader) => Promise<number>): Promise<number> => {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    if (database.pragma("application_id", { simple: true }) !== APPLICATION_ID) {
      throw new Arguments.UsageError(`${file} is no Fettle storage`);
    }
    const found = Number(database.pragma("user_version", { simple: true }));
    if (found !== migrations.length) {
      const reason = `${file} has schema version ${found}, this code reads ${migrations.length}`;
      throw new Arguments.UsageError(`${reason}: use the package that the control plane uses`);
    }
    return await use(SqliteReader.make(database));
  } finally {
    database.close();
  }
};

const verify = async (storage: Reader, request: Arguments.Verify, output: Writable): Promise<number> => {
  const mark = request.checkpoint === null ? null : markOf(request.checkpoint, request.tenant ?? "");
  const tenants = request.tenant === null ? Effect.runSync(storage.tenants()) : [request.tenant];
  const found = tenants.map((tenant) => ({ tenant, ...follow(storage, tenant, mark) }));
  const isWhole = found.every((f) => f.isWhole);
  const text = request.isJson ? `${JSON.stringify({ isWhole, tenants: found }, null, 2)}\n` : tableOf(found);
  await write(output, text);
  return isWhole ? ExitCode.DONE : ExitCode.BROKEN;
};

const markOf = (given: { readonly file: string; readonly key: string }, tenant: string) => {
  const mark = AuditVerification.open(readFileSync(given.file), given.key);
  if (!mark.ok) throw new Arguments.UsageError(`${given.file} is no checkpoint under that key: ${mark.error}`);
  if (mark.value.tenantId !== tenant) {
    throw new Arguments.UsageError(`${given.file} is a checkpoint of ${mark.value.tenantId}, not of ${tenant}`);
  }
  return mark.value;
};

const follow = (
  storage: Reader,
  tenant: string,
  mark: AuditVerification.AuditCheckpoint | null,
): AuditVerification.AuditVerdict => {
  let walk = AuditVerification.begin(tenant, mark);
  for (;;) {
    const page = Effect.runSync(storage.audit(tenant, { after: walk.last.position, limit: PAGE_LIMIT_MAX }));
    walk = AuditVerification.step(walk, page);
    if (walk.broken !== null || page.length < PAGE_LIMIT_MAX) return AuditVerification.verdict(walk);
  }
};

type Found = AuditVerification.AuditVerdict & { readonly tenant: string };

const tableOf = (found: readonly Found[]): string => {
  const rows = found.map((f) => [
    f.tenant,
    `${f.records}`,
    f.broken === null ? whole(f) : `BROKEN: ${f.broken.message}`,
  ]);
  return Table.render([["tenant", "records", "trail"], ...rows], [1]);
};

const whole = ({ removedThrough }: Found): string =>
  removedThrough === undefined
    ? "whole"
    : `whole, from record ${removedThrough + 1} on: retention removed the older ones`;

const print = async (storage: Reader, request: Arguments.Export, output: Writable): Promise<number> => {
  const { tenant, from, until } = request;
  const narrowed = { ...(from === null ? {} : { from }), ...(until === null ? {} : { until }) };
  let after = 0;
  for (;;) {
    const page = Effect.runSync(storage.audit(tenant, { after, limit: PAGE_LIMIT_MAX, ...narrowed }));
    if (page.length > 0) await write(output, page.map((record) => `${JSON.stringify(record)}\n`).join(""));
    if (page.length < PAGE_LIMIT_MAX) return ExitCode.DONE;
    after = page.at(-1)?.position ?? after;
  }
};

// What the caller can mend, in words; null: a fault of the command.
const explained = (error: unknown): string | null => {
  if (error instanceof Arguments.UsageError) return `${error.message}; fettle-audit --help tells all`;
  if (error instanceof StorageError || error instanceof Database.SqliteError) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const isOfFile = ["ENOENT", "EACCES", "EISDIR"].includes(code) || /directory does not exist/.test(String(error));
  return isOfFile ? (error as Error).message : null;
};
