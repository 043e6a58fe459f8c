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
import { type Batch, type CommitAnswer, Storage, StorageError, type StorageShape, StorageText } from "@fettle/core";
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

// Each call runs to its end before another begins, as nothing in it waits; what can't be kept is refused before it.
const over = (directory: string): StorageShape => {
  const reading = <A>(operation: string, tenantId: string, read: (tenant: Tenant.Tenant) => A) =>
    attempt(operation, () => read(load(directory, tenantId)));
  const reads = StorageText.checked({
    get: (tenantId, kind, id) => reading("get", tenantId, (t) => Tenant.get(t, kind, [id])[0] ?? null),
    getMany: (tenantId, kind, ids) => reading("getMany", tenantId, (t) => Tenant.get(t, kind, ids)),
    list: (tenantId, kind, page) => reading("list", tenantId, (t) => Tenant.list(t, kind, page)),
    find: (tenantId, kind, index, page) => reading("find", tenantId, (t) => Tenant.list(t, kind, page, index)),
    counter: (tenantId, key) => reading("counter", tenantId, (t) => t.counters.get(key) ?? 0),
    counters: (tenantId, keys) => reading("counters", tenantId, (t) => keys.map((key) => t.counters.get(key) ?? 0)),
    events: (tenantId, after, limit) =>
      reading("events", tenantId, (t) => t.events.filter((event) => event.position > after).slice(0, limit)),
    audit: (tenantId, query) =>
      reading("audit", tenantId, (t) => t.audit.filter((r) => Tenant.isAsked(r, query)).slice(0, query.limit)),
    tenants: () => attempt("tenants", () => all(directory).flatMap((t) => (t.entities.size > 0 ? [t.tenantId] : []))),
  });
  const commit = (batch: Batch): CommitAnswer => {
    StorageText.checkBatch(batch);
    const tenant = load(directory, batch.tenantId);
    const answer = Tenant.carryOut(tenant, batch);
    if (answer._tag === "Committed") save(directory, tenant);
    return answer;
  };
  return { ...reads, commit: (batch) => attempt("commit", () => commit(batch)) };
};

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
