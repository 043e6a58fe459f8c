/** Reads through the storage, beside the driver's own prepared statements on the same file; both answer parsed bodies. */
import * as path from "node:path";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import type { Contest, Context } from "../Entry.ts";
import * as Random from "../qql/Random.ts";
import { perCpuSecond } from "../Rate.ts";
import * as Entities from "./Entities.ts";
import * as Stores from "./Stores.ts";

const ASSETS = 100_000;
const ASSETS_FULL = 1_000_000;
const RUN_MS = 1_000;
/** Reads by id, and pages, in one go. */
const READS = 1_000;
const PAGES = 20;
const SEED = 411;

interface Row {
  readonly id: string;
  readonly revision: number;
  readonly body: string;
}

interface Filled {
  readonly storage: Stores.OpenStorage;
  readonly raw: Database.Database;
  readonly assets: number;
  readonly close: () => Promise<void>;
}

// Only entities are read here, so only they are written.
const filled = async ({ folder, isFull }: Context): Promise<Filled> => {
  const assets = isFull ? ASSETS_FULL : ASSETS;
  const raw = await Stores.raw(folder, "read.db");
  const insert = raw.prepare("INSERT INTO entity (tenant_id, kind, id, revision, body) VALUES (?, 'asset', ?, 1, ?)");
  raw.transaction(() => {
    for (let n = 0; n < assets; n += 1) {
      insert.run(Entities.TENANT, Entities.idOf(n), JSON.stringify(Entities.asset(n)));
    }
  })();
  raw.close();
  const storage = await Stores.open(folder, "read.db");
  const reader = new Database(path.join(folder, "read.db"));
  const close = async (): Promise<void> => {
    reader.close();
    await storage.close();
  };
  return { storage, raw: reader, assets, close };
};

/** Assets by id, at random. */
export const point = async (context: Context): Promise<Contest> => {
  const { storage, raw, assets, close } = await filled(context);
  const random = Random.make(SEED);
  const ids = Array.from({ length: READS }, () => Entities.idOf(random(assets)));
  const statement = raw.prepare<[string, string, string], Row>(
    "SELECT id, revision, body FROM entity WHERE tenant_id = ? AND kind = ? AND id = ?",
  );
  const { get } = storage.storage;
  const ours = Effect.gen(function* () {
    for (const id of ids) if ((yield* get(Entities.TENANT, "asset", id)) === null) throw new Error(`${id} is missing`);
  });
  const peer = (): void => {
    for (const id of ids) {
      const row = statement.get(Entities.TENANT, "asset", id);
      if (row === undefined) throw new Error(`${id} is missing`);
      parsed(row);
    }
  };
  return {
    ours: () => perCpuSecond(() => Effect.runSync(ours), RUN_MS, READS),
    peer: () => perCpuSecond(peer, RUN_MS, READS),
    close,
  };
};

/** All assets in the order of their ids, a page at a time. */
export const pages = async (limit: number, context: Context): Promise<Contest> => {
  const { storage, raw, assets, close } = await filled(context);
  const statement = raw.prepare<[string, string, string, number], Row>(
    "SELECT id, revision, body FROM entity WHERE tenant_id = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?",
  );
  const { list } = storage.storage;
  const ours = walk(assets, limit);
  const peer = walk(assets, limit);
  // As the engine reads: many pages in one fiber.
  const program = Effect.gen(function* () {
    for (let i = 0; i < PAGES; i += 1) ours.take(yield* list(Entities.TENANT, "asset", { after: ours.after(), limit }));
  });
  const byHand = (): void => {
    for (let i = 0; i < PAGES; i += 1) {
      peer.take(statement.all(Entities.TENANT, "asset", peer.after(), limit).map(parsed));
    }
  };
  return {
    ours: () => perCpuSecond(() => Effect.runSync(program), RUN_MS, PAGES),
    peer: () => perCpuSecond(byHand, RUN_MS, PAGES),
    close,
  };
};

// Goes on where the page before ended, begins anew at the end, and wants to have seen every asset by then.
const walk = (assets: number, limit: number) => {
  let [last, seen] = ["", 0];
  return {
    after: (): string => last,
    take: (page: readonly { readonly id: string }[]): void => {
      seen += page.length;
      last = page.at(-1)?.id ?? "";
      if (page.length === limit) return;
      if (seen !== assets) throw new Error(`${seen} of ${assets} assets were listed`);
      [last, seen] = ["", 0];
    },
  };
};

const parsed = ({ id, revision, body }: Row) => ({ kind: "asset", id, revision, body: JSON.parse(body) as unknown });
