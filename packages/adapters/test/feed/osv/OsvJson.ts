/** Writes OSV records for tests, with every part open to be spoilt. */
import type { Patch } from "@fettle/core";
import { expect } from "vitest";
import { type OsvOptions, parseOsv, type RecordFeed } from "../../../src/feed/osv/index.ts";

export type Json = { readonly [key: string]: unknown };

export const affected = (name: string, fixed: string, more: Json & { readonly ecosystem?: string } = {}): Json => {
  const { ecosystem = "AlmaLinux:9", ...rest } = more;
  return {
    package: { ecosystem, name, purl: `pkg:rpm/almalinux/${name}` },
    ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
    ...rest,
  };
};

/** A sound record; what is given as undefined is left out. */
export const record = (changes: Json = {}): Json => ({
  schema_version: "1.7.0",
  id: "ALSA-2026:1001",
  summary: "Important: openssl security update",
  details: "What it is about.",
  published: "2026-01-10T00:00:00Z",
  modified: "2026-01-11T12:30:00.5Z",
  related: ["CVE-2026-0001"],
  references: [
    { type: "REPORT", url: "https://bugs.vendor.test/1" },
    { type: "ADVISORY", url: "https://errata.vendor.test/9/ALSA-2026-1001.html" },
  ],
  affected: [affected("openssl", "1:3.0.7-25.el9_3")],
  ...changes,
});

/** A feed of one record a line. */
export const ndjson = (...records: readonly Json[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join("");

export const read = async (text: string, options?: OsvOptions): Promise<RecordFeed> => {
  const result = await parseOsv(text, options);
  if (!result.ok) throw new Error(`${result.error.reason} ${result.error.line}: ${result.error.message}`);
  return result.value;
};

/** The patches of one record that is taken. */
export const patchesOf = async (changes: Json, options?: OsvOptions): Promise<readonly Patch.Patch[]> => {
  const { patches, skipped } = await read(ndjson(record(changes)), options);
  expect(skipped).toEqual([]);
  return patches;
};

export const only = async (changes: Json, options?: OsvOptions): Promise<Patch.Patch> => {
  const patches = await patchesOf(changes, options);
  expect(patches).toHaveLength(1);
  return patches[0] as Patch.Patch;
};

/** Why a record is left out, beside a sound one that isn't: `kind path: reason`. */
export const skippedBecause = async (changes: Json, options?: OsvOptions): Promise<string> => {
  const { patches, skipped } = await read(ndjson(record({ id: "SOUND-1" }), record(changes)), options);
  expect(patches.map((p) => p.id)).toEqual(["SOUND-1"]);
  expect(skipped).toHaveLength(1);
  const [left] = skipped;
  return `${left?.kind} ${left?.path}: ${left?.reason}`;
};
