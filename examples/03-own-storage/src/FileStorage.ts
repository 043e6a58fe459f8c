/**
 * A storage on plain files: one JSON file a tenant, for one process. A commit decides on a copy of the tenant, writes the
 * copy beside the file, waits for the disk and renames it over the file: all of a batch or nothing, after any crash.
 *
 * It shows what an adapter has to do, and is slow on purpose: every commit writes the tenant anew. See ./Tenant.ts for
 * what a batch means.
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
  attempt("open", () => over(directory, load(directory)));

/** The directory as core's port. */
export const layer = (directory: string): Layer.Layer<Storage, StorageError> => Layer.effect(Storage, open(directory));

type Tenants = Map<string, Tenant.Tenant>;

// Every call checks what it was given first; each runs to its end before another begins, as nothing in it waits.
const over = (directory: string, tenants: Tenants): StorageShape => {
  const of = (tenantId: string): Tenant.Tenant => tenants.get(tenantId) ?? Tenant.none(tenantId);
  return {
    commit: (batch) =>
      attempt("commit", () => {
        StorageText.checkBatch(batch);
        const next = Tenant.copy(of(batch.tenantId));
        const answer = Tenant.carryOut(next, batch);
        if (answer._tag === "Refused") return answer;
        save(directory, next);
        tenants.set(batch.tenantId, next);
        return answer;
      }),
    get: (tenantId, kind, id) =>
      attempt("get", () => {
        StorageText.checkRead("get", tenantId, [id]);
        return Tenant.get(of(tenantId), kind, id);
      }),
    getMany: (tenantId, kind, ids) =>
      attempt("getMany", () => {
        StorageText.checkRead("getMany", tenantId, ids);
        return [...new Set(ids)].flatMap((id) => Tenant.get(of(tenantId), kind, id) ?? []);
      }),
    list: (tenantId, kind, page) =>
      attempt("list", () => {
        StorageText.checkPage("list", tenantId, page);
        return Tenant.list(of(tenantId), kind, page);
      }),
    find: (tenantId, kind, index, page) =>
      attempt("find", () => {
        StorageText.checkPage("find", tenantId, page);
        StorageText.checkIndex(index, "find");
        return Tenant.list(of(tenantId), kind, page, index);
      }),
    counter: (tenantId, key) =>
      attempt("counter", () => {
        StorageText.checkKey(tenantId, key);
        return of(tenantId).counters.get(key) ?? 0;
      }),
    events: (tenantId, after, limit) =>
      attempt("events", () => {
        StorageText.checkEvents(tenantId, after, limit);
        return structuredClone(
          of(tenantId)
            .events.filter((e) => e.position > after)
            .slice(0, limit),
        );
      }),
    audit: (tenantId, query) =>
      attempt("audit", () => {
        StorageText.checkAudit(tenantId, query);
        return structuredClone(
          of(tenantId)
            .audit.filter((r) => Tenant.isAsked(r, query))
            .slice(0, query.limit),
        );
      }),
    tenants: () => Effect.sync(() => [...tenants.values()].filter((t) => t.entities.size > 0).map((t) => t.tenantId)),
  };
};

// A tenant's id may be longer than a file's name, and hold what no name may; two that differ in case are two files.
const fileOf = (directory: string, tenantId: string): string =>
  join(directory, `${createHash("sha256").update(tenantId).digest("hex")}.json`);

const save = (directory: string, tenant: Tenant.Tenant): void => {
  const file = fileOf(directory, tenant.tenantId);
  const draft = `${file}.draft`;
  const handle = fs.openSync(draft, "w", 0o600);
  try {
    fs.writeFileSync(handle, Tenant.toText(tenant));
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(draft, file);
  syncDirectory(directory);
};

// The name is in the directory, and lasts once the directory is on the disk.
const syncDirectory = (directory: string): void => {
  const handle = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
};

// Drafts are of commits that nobody was answered.
const load = (directory: string): Tenants => {
  fs.mkdirSync(directory, { recursive: true });
  const files = fs.readdirSync(directory).filter((name) => name.endsWith(".json"));
  const tenants = files.map((name) => Tenant.fromText(fs.readFileSync(join(directory, name), "utf8")));
  return new Map(tenants.map((tenant) => [tenant.tenantId, tenant]));
};

const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, StorageError> =>
  Effect.try({ try: run, catch: (thrown) => failure(operation, thrown) });

const failure = (operation: string, thrown: unknown): StorageError => {
  if (thrown instanceof StorageError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const reason =
    code === "ENOSPC" || code === "EDQUOT" ? "Full" : thrown instanceof SyntaxError ? "Corrupt" : "Unavailable";
  return new StorageError({ reason, operation, message: String(thrown), isRetryable: false, cause: thrown });
};
