/**
 * A storage on plain files: one JSON file a tenant, for one process. A commit carries a batch out on what the file says,
 * writes that beside the file, waits for the disk and renames it over the file: all of a batch or nothing, after any crash.
 *
 * It shows what an adapter has to do, and is slow on purpose: every call reads the tenant anew, and nothing else is
 * remembered, so nobody outside can change what is stored. See ./Tenant.ts for what a batch means.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import { Storage, StorageError, type StorageShape, StorageText } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Tenant from "./Tenant.ts";

/** Opens, or creates, the storage in a directory. What was committed before is there. */
export const open = (directory: string): Effect.Effect<StorageShape, StorageError> =>
  attempt("open", () => {
    fs.mkdirSync(directory, { recursive: true });
    all(directory);
    return over(directory);
  });

/** The directory as core's port. */
export const layer = (directory: string): Layer.Layer<Storage, StorageError> => Layer.effect(Storage, open(directory));

// Every call checks what it was given first; each runs to its end before another begins, as nothing in it waits.
const over = (directory: string): StorageShape => ({
  commit: (batch) =>
    attempt("commit", () => {
      StorageText.checkBatch(batch);
      const tenant = load(directory, batch.tenantId);
      const answer = Tenant.carryOut(tenant, batch);
      if (answer._tag === "Committed") save(directory, tenant);
      return answer;
    }),
  get: (tenantId, kind, id) =>
    attempt("get", () => {
      StorageText.checkRead("get", tenantId, [id]);
      return Tenant.get(load(directory, tenantId), kind, [id])[0] ?? null;
    }),
  getMany: (tenantId, kind, ids) =>
    attempt("getMany", () => {
      StorageText.checkRead("getMany", tenantId, ids);
      return Tenant.get(load(directory, tenantId), kind, ids);
    }),
  list: (tenantId, kind, page) =>
    attempt("list", () => {
      StorageText.checkPage("list", tenantId, page);
      return Tenant.list(load(directory, tenantId), kind, page);
    }),
  find: (tenantId, kind, index, page) =>
    attempt("find", () => {
      StorageText.checkPage("find", tenantId, page);
      StorageText.checkIndex(index, "find");
      return Tenant.list(load(directory, tenantId), kind, page, index);
    }),
  counter: (tenantId, key) =>
    attempt("counter", () => {
      StorageText.checkKey(tenantId, key);
      return load(directory, tenantId).counters.get(key) ?? 0;
    }),
  events: (tenantId, after, limit) =>
    attempt("events", () => {
      StorageText.checkEvents(tenantId, after, limit);
      const { events } = load(directory, tenantId);
      return events.filter((event) => event.position > after).slice(0, limit);
    }),
  audit: (tenantId, query) =>
    attempt("audit", () => {
      StorageText.checkAudit(tenantId, query);
      const { audit } = load(directory, tenantId);
      return audit.filter((record) => Tenant.isAsked(record, query)).slice(0, query.limit);
    }),
  tenants: () => attempt("tenants", () => all(directory).flatMap((t) => (t.entities.size > 0 ? [t.tenantId] : []))),
});

// A tenant's id may be longer than a file's name, and hold what no name may; two that differ in case are two files.
const fileOf = (directory: string, tenantId: string): string =>
  join(directory, `${createHash("sha256").update(tenantId).digest("hex")}.json`);

const read = (file: string): Tenant.Tenant => Tenant.fromText(fs.readFileSync(file, "utf8"));

const load = (directory: string, tenantId: string): Tenant.Tenant => {
  const file = fileOf(directory, tenantId);
  return fs.existsSync(file) ? read(file) : Tenant.none(tenantId);
};

// Drafts are of commits that nobody was answered.
const all = (directory: string): readonly Tenant.Tenant[] =>
  fs.readdirSync(directory).flatMap((name) => (name.endsWith(".json") ? [read(join(directory, name))] : []));

const save = (directory: string, tenant: Tenant.Tenant): void => {
  const file = fileOf(directory, tenant.tenantId);
  fs.writeFileSync(`${file}.draft`, Tenant.toText(tenant), { mode: 0o600, flush: true });
  fs.renameSync(`${file}.draft`, file);
  // The name is in the directory, and lasts once the directory is on the disk.
  const handle = fs.openSync(directory, "r");
  fs.fsyncSync(handle);
  fs.closeSync(handle);
};

const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, StorageError> =>
  Effect.try({ try: run, catch: (thrown) => failure(operation, thrown) });

const failure = (operation: string, thrown: unknown): StorageError => {
  if (thrown instanceof StorageError) return thrown;
  const isFull = thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC";
  const reason = isFull ? "Full" : thrown instanceof SyntaxError ? "Corrupt" : "Unavailable";
  return new StorageError({ reason, operation, message: String(thrown), isRetryable: false, cause: thrown });
};
