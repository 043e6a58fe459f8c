/** A record of OSV to patches: one where all its releases get the same packages, else one a release. Pure. */
import type { Result } from "@fettle/agent-protocol";
import type { Patch } from "@fettle/core";
import { all, one, type Problem } from "../reading/Checked.ts";
import * as Grammar from "../reading/Grammar.ts";
import type { RecordReading } from "../reading/RecordFeed.ts";
import type { RecordLimits } from "../reading/RecordLimits.ts";
import * as ReleasePatches from "../reading/ReleasePatches.ts";
import * as AffectedPackages from "./AffectedPackages.ts";
import type { BinariesOf } from "./BinaryPackages.ts";
import { Name, Osv, Reference } from "./OsvSchema.ts";
import * as OsvSeverity from "./OsvSeverity.ts";

export interface OsvContext {
  readonly vendor: string | null;
  readonly binariesOf: BinariesOf | null;
  readonly limits: RecordLimits;
}

/** What a record says. */
export const read = (value: unknown, context: OsvContext): RecordReading => {
  const made = patchesOf(value, context);
  if (made.ok) return made.value;
  const { path, reason } = made.error;
  return { _tag: "Skipped", id: idOf(value), kind: "broken", path, reason };
};

const idOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "id" in value && typeof value.id === "string" ? value.id : "";

const patchesOf = (value: unknown, context: OsvContext): Result<RecordReading, Problem> => {
  const read = one(Osv, value, "");
  if (!read.ok) return read;
  const record = read.value;
  const { schema_version: schema = "1.0.0" } = record;
  if (!schema.startsWith("1.")) return unsupported(record, `its schema is version ${schema.slice(0, 20)}, not 1`);
  const about = aboutOf(record, context.limits);
  if (!about.ok) return about;
  const { summary = "" } = record;
  const affected = AffectedPackages.read(record.affected ?? [], { summary, binariesOf: context.binariesOf });
  if (!affected.ok) return affected;
  const { releases, notes } = affected.value;
  if (releases.length === 0)
    return unsupported(record, notes.slice(0, REASONS_MAX).join("; ") || "it affects no package");
  const { cves } = about.value;
  const told = releases.map((each) => ({ ...each, cves }));
  const patches = at("affected", ReleasePatches.make(told, about.value, context));
  if (!patches.ok) return patches;
  const { id, modifiedAt } = about.value;
  return { ok: true, value: { _tag: "Taken", id, modifiedAt, patches: patches.value, notes } };
};

const REASON_CHARACTERS_MAX = 400;
const REASONS_MAX = 4;

const unsupported = (record: Osv, reason: string): Result<RecordReading, Problem> => ({
  ok: true,
  value: {
    _tag: "Skipped",
    id: record.id,
    kind: "unsupported",
    path: "affected",
    reason: Grammar.shortened(reason, REASON_CHARACTERS_MAX),
  },
});

type About = ReleasePatches.About & Pick<Patch.Patch, "cves">;

const aboutOf = (record: Osv, limits: RecordLimits): Result<About, Problem> => {
  const id = at("id", Grammar.advisoryId(record.id));
  if (!id.ok) return id;
  const modified = at("modified", timestamp(record.modified));
  if (!modified.ok) return modified;
  const published = at("published", timestamp(record.published ?? record.modified));
  if (!published.ok) return published;
  const withdrawn = record.withdrawn === undefined ? null : at("withdrawn", timestamp(record.withdrawn));
  if (withdrawn !== null && !withdrawn.ok) return withdrawn;
  const cves = cvesOf(record, limits);
  if (!cves.ok) return cves;
  const references = all(Reference, record.references, "references");
  if (!references.ok) return references;
  const vendorSeverity = OsvSeverity.of(record);
  if (!vendorSeverity.ok) return vendorSeverity;
  const links = references.value.flatMap((r) => (r.type === "ADVISORY" ? [Grammar.link(r.url)] : []));
  return {
    ok: true,
    value: {
      id: id.value,
      title: Grammar.shortened(Grammar.title(record.summary ?? ""), limits.titleCharacters) || id.value,
      description: Grammar.shortened(record.details ?? "", limits.descriptionCharacters),
      platform: "Linux",
      vendorLink: links.find((link) => link !== null) ?? null,
      category: categoryOf(id.value),
      vendorSeverity: vendorSeverity.value,
      cves: cves.value,
      publishedAt: published.value,
      ...(record.published === undefined ? { isUndated: true as const } : {}),
      modifiedAt: modified.value,
      isDeprecated: withdrawn !== null,
    },
  };
};

const at = <A>(path: string, read: Result<A, string>): Result<A, Problem> =>
  read.ok ? read : { ok: false, error: { path, reason: read.error } };

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

const timestamp = (text: string): Result<number, string> =>
  TIMESTAMP.test(text) ? Grammar.date(text) : { ok: false, error: "is not a time of UTC" };

// What advisories are called that don't close a hole.
const categories: readonly (readonly [RegExp, string])[] = [
  [/^(?:RHBA|ALBA)-/, "bugfix"],
  [/^(?:RHEA|ALEA)-/, "enhancement"],
  [/^SUSE-RU-/, "recommended"],
  [/^SUSE-FU-/, "feature"],
  [/^SUSE-OU-/, "optional"],
];

const categoryOf = (id: string): string => categories.find(([prefix]) => prefix.test(id))?.[1] ?? "security";

// Its own id, its aliases and what it stems from. Older records tell the CVEs of an advisory as related.
const cvesOf = (record: Osv, limits: RecordLimits): Result<readonly string[], Problem> => {
  const found = new Set<string>();
  const own = /^(?:[A-Za-z]+-)?(CVE-\d{4}-\d{4,19})$/.exec(record.id)?.[1];
  if (own !== undefined) found.add(own);
  for (const key of ["aliases", "upstream", "related"] as const) {
    const names = all(Name, record[key], key);
    if (!names.ok) return names;
    if (key === "related" && found.size > 0) break;
    for (const name of names.value) {
      const cve = Grammar.cve(name);
      if (cve.ok) found.add(cve.value);
    }
    if (found.size > limits.cvesPerPatch) {
      return { ok: false, error: { path: key, reason: `has more than ${limits.cvesPerPatch} CVEs` } };
    }
  }
  return { ok: true, value: [...found].sort() };
};
