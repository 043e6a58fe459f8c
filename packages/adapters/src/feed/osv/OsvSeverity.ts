/**
 * The vendor's severity of a record: the vendor's own word, else what CVSS 3's base score makes of it, else None. Scores of
 * CVSS 2 and 4 are not computed. Pure.
 */
import type { Result } from "@fettle/agent-protocol";
import type { Patch } from "@fettle/core";
import { all, type Problem, property } from "../reading/Checked.ts";
import * as Grammar from "../reading/Grammar.ts";
import * as ScoreSeverity from "../reading/ScoreSeverity.ts";
import * as CvssV3 from "./CvssV3.ts";
import { type Osv, Severity } from "./OsvSchema.ts";

type Entry = Severity & { readonly path: string };

/** The severity, or what is wrong with what the record says about it. */
export const of = (record: Osv): Result<Patch.VendorSeverity, Problem> => {
  const entries = entriesOf(record);
  if (!entries.ok) return entries;
  const scored = scoreOf(entries.value);
  if (!scored.ok) return scored;
  const words = [
    word(property(record.database_specific, "severity")),
    ...(record.affected ?? []).flatMap((affected) => [
      specificWord(affected, "database_specific"),
      specificWord(affected, "ecosystem_specific"),
    ]),
    ...entries.value.map((entry) => (entry.type === "Ubuntu" ? word(entry.score) : null)),
    word(/^(Critical|Important|Moderate|Low): /.exec(record.summary ?? "")?.[1]),
  ];
  const told = words.find((each) => each !== null);
  return { ok: true, value: told ?? (scored.value === null ? "None" : ScoreSeverity.of(scored.value)) };
};

const specificWord = (
  affected: unknown,
  key: "database_specific" | "ecosystem_specific",
): Patch.VendorSeverity | null => word(property(property(affected, key), "severity"));

// A word that nobody knows says nothing here: the score may.
const word = (text: unknown): Patch.VendorSeverity | null => {
  if (typeof text !== "string" || text.trim() === "") return null;
  if (text.trim().toLowerCase() === "negligible") return "Low";
  const read = Grammar.severity(text);
  return read.ok ? read.value : null;
};

const entriesOf = (record: Osv): Result<readonly Entry[], Problem> => {
  const lists: readonly (readonly [string, unknown])[] = [
    ["severity", record.severity],
    ...(record.affected ?? []).map((affected, i): readonly [string, unknown] => [
      `affected[${i}].severity`,
      property(affected, "severity"),
    ]),
  ];
  const found: Entry[] = [];
  for (const [path, list] of lists) {
    if (list === undefined || list === null) continue;
    if (!Array.isArray(list)) return { ok: false, error: { path, reason: "is no list" } };
    const read = all(Severity, list, path);
    if (!read.ok) return read;
    found.push(...read.value.map((entry, i) => ({ ...entry, path: `${path}[${i}].score` })));
  }
  return { ok: true, value: found };
};

// The highest of the record.
const scoreOf = (entries: readonly Entry[]): Result<number | null, Problem> => {
  let highest: number | null = null;
  for (const { type, score, path } of entries) {
    if (type !== "CVSS_V3") continue;
    const base = CvssV3.baseScore(score);
    if (base === null) return { ok: false, error: { path, reason: "is no vector of CVSS 3.0 or 3.1" } };
    highest = Math.max(highest ?? 0, base);
  }
  return { ok: true, value: highest };
};
