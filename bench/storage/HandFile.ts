/**
 * The same fleet in tables made by hand for the questions that are measured, and for nothing else: what is asked for stands
 * in the order that answers it, folded as it is compared. Only assets that can be found are there; a file holds several
 * tenants, as the product's does (here one, number 1).
 */
import { FullText } from "@fettle/qql";
import BetterSqlite from "better-sqlite3";
import * as Fleet from "./Fleet.ts";

const tables = `
  CREATE TABLE asset (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, os INTEGER, family INTEGER,
    arch INTEGER, maker INTEGER, checked_in INTEGER, scanned INTEGER, activated INTEGER NOT NULL, missing INTEGER,
    installed INTEGER, latest INTEGER);
  CREATE TABLE word (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, text TEXT NOT NULL, folded TEXT NOT NULL, UNIQUE (t, folded));
  CREATE TABLE tag (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (t, name));
  CREATE TABLE asset_tag (asset INTEGER NOT NULL, tag INTEGER NOT NULL, PRIMARY KEY (asset, tag)) WITHOUT ROWID;
  CREATE TABLE patch (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, kb TEXT, severity INTEGER NOT NULL, published INTEGER NOT NULL);
  CREATE TABLE asset_patch (asset INTEGER NOT NULL, patch INTEGER NOT NULL, PRIMARY KEY (asset, patch)) WITHOUT ROWID;
  CREATE VIRTUAL TABLE name_parts USING fts5(name, tokenize = 'trigram case_sensitive 1', detail = 'none', content = '');`;

const indexes = `
  CREATE INDEX asset_name ON asset (t, name, id);
  CREATE INDEX asset_checked_in ON asset (t, checked_in, id);
  CREATE INDEX asset_os ON asset (t, os, maker, checked_in, missing, family, arch);
  CREATE INDEX asset_activated ON asset (t, activated, id);
  CREATE INDEX asset_tag_tag ON asset_tag (tag, asset);
  CREATE INDEX patch_kb ON patch (t, kb);
  CREATE INDEX patch_severity ON patch (t, severity, published);
  CREATE INDEX asset_patch_patch ON asset_patch (patch, asset);
  ANALYZE;`;

export const SEVERITIES = ["Critical", "Important", "Moderate", "Low", "None"] as const;

/** Opened as the product opens its own. */
export const open = (file: string): BetterSqlite.Database => {
  const database = new BetterSqlite(file);
  database.pragma("journal_mode = WAL");
  return database;
};

/** Makes the file; it must not be there. */
export const fill = (file: string, size: Fleet.Size): void => {
  const database = open(file);
  database.pragma("synchronous = OFF");
  database.exec(tables);
  database.transaction(() => fillAll(database, size))();
  database.exec(indexes);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
};

const fillAll = (database: BetterSqlite.Database, size: Fleet.Size): void => {
  const addTag = database.prepare("INSERT INTO tag VALUES (?, 1, ?)");
  for (const [i, { name }] of Fleet.tags().entries()) addTag.run(i, FullText.fold(name));
  const addPatch = database.prepare("INSERT INTO patch VALUES (?, 1, ?, ?, ?)");
  for (const [i, { kb, vendorSeverity, publishedAt }] of Fleet.patches(size.patches).entries()) {
    addPatch.run(i, kb === null ? null : FullText.fold(kb), SEVERITIES.indexOf(vendorSeverity), publishedAt);
  }
  const words = wordsOf(database);
  const add = assetAdder(database);
  let n = 0;
  for (const machines of Fleet.machines(size, 2_000)) {
    for (const machine of machines) if (machine.asset.activations.PM !== undefined) add(++n, machine, words);
  }
};

type Words = (text: string | null) => number | null;

const wordsOf = (database: BetterSqlite.Database): Words => {
  const add = database.prepare("INSERT INTO word (t, text, folded) VALUES (1, ?, ?)");
  const known = new Map<string, number>();
  return (text) => {
    if (text === null) return null;
    const n = known.get(text) ?? Number(add.run(text, FullText.fold(text)).lastInsertRowid);
    known.set(text, n);
    return n;
  };
};

const numberOf = (id: string): number => Number(id.slice(id.search(/\d+$/)));

const assetAdder = (database: BetterSqlite.Database) => {
  const addAsset = database.prepare(`INSERT INTO asset VALUES (?, 1, ${Array(12).fill("?").join(", ")})`);
  const addTag = database.prepare("INSERT INTO asset_tag VALUES (?, ?)");
  const addPatch = database.prepare("INSERT INTO asset_patch VALUES (?, ?)");
  const addName = database.prepare("INSERT INTO name_parts (rowid, name) VALUES (?, ?)");
  return (n: number, { asset, agent, assessment }: Fleet.Machine, word: Words): void => {
    const name = FullText.fold(asset.name);
    const [missing, installed] = [assessment.missing.length, assessment.installed.length];
    const shared = [word(asset.osName), word(asset.osFamily), word(asset.arch), word(asset.facts.manufacturer)];
    const times = [agent.lastCheckedInAt, assessment.assessedAt, asset.activations.PM];
    // No patch of the fleet takes another's place, so that all that are missing are the latest.
    addAsset.run(n, asset.id, name, ...shared, ...times, missing, installed, missing);
    for (const tag of asset.tags) addTag.run(n, numberOf(tag));
    for (const { patchId } of assessment.missing) addPatch.run(n, numberOf(patchId));
    addName.run(n, name);
  };
};
