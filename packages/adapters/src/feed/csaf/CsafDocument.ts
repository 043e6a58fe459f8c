/** A CSAF document to patches: one where all its releases get the same packages, else one a release. Pure. */
import type { Result } from "@fettle/agent-protocol";
import type { Patch } from "@fettle/core";
import { all, one, type Problem } from "../reading/Checked.ts";
import * as Grammar from "../reading/Grammar.ts";
import type { RecordReading } from "../reading/RecordFeed.ts";
import type { RecordLimits } from "../reading/RecordLimits.ts";
import * as ReleasePatches from "../reading/ReleasePatches.ts";
import { Csaf, Note, Reference, Vulnerability } from "./CsafSchema.ts";
import * as CsafVerdict from "./CsafVerdict.ts";
import * as FixedPackages from "./FixedPackages.ts";
import * as ProductTree from "./ProductTree.ts";

export interface CsafContext {
  readonly vendor: string | null;
  readonly release: string | null;
  readonly limits: RecordLimits;
}

/** What a document says. */
export const read = (value: unknown, context: CsafContext): RecordReading => {
  const made = readingOf(value, context);
  if (made.ok) return made.value;
  const { path, reason } = made.error;
  const id = one(Csaf, value, "");
  return { _tag: "Skipped", id: id.ok ? id.value.document.tracking.id : "", kind: "broken", path, reason };
};

const readingOf = (value: unknown, context: CsafContext): Result<RecordReading, Problem> => {
  const read = one(Csaf, value, "");
  if (!read.ok) return read;
  const { document, product_tree: products, vulnerabilities: told } = read.value;
  const reason = unsupportedBecause(document);
  if (reason !== null) return unsupported(document.tracking.id, "document", reason);
  const tree = ProductTree.read(products);
  if (!tree.ok) return tree;
  const vulnerabilities = all(Vulnerability, told, "vulnerabilities");
  if (!vulnerabilities.ok) return vulnerabilities;
  const about = aboutOf(document, vulnerabilities.value, context.limits);
  if (!about.ok) return about;
  const fixed = FixedPackages.read(vulnerabilities.value, tree.value, context);
  if (!fixed.ok) return fixed;
  const { releases, notes } = fixed.value;
  if (releases.length === 0) {
    const why = notes.slice(0, REASONS_MAX).join("; ") || "no vulnerability has a fixed product";
    return unsupported(document.tracking.id, "vulnerabilities", why);
  }
  const tooMany = releases.find((each) => each.cves.length > context.limits.cvesPerPatch);
  if (tooMany !== undefined) {
    const many = `has more than ${context.limits.cvesPerPatch} CVEs for ${tooMany.release}`;
    return { ok: false, error: { path: "vulnerabilities", reason: many } };
  }
  const vendor = Grammar.shortened(Grammar.title(document.publisher.name), VENDOR_CHARACTERS_MAX);
  const placed = releases.map((each) => ({ ...each, vendor }));
  const patches = at("product_tree", ReleasePatches.make(placed, about.value, context));
  if (!patches.ok) return patches;
  const { id, modifiedAt } = about.value;
  return { ok: true, value: { _tag: "Taken", id, modifiedAt, patches: patches.value, notes } };
};

const REASONS_MAX = 4;
const VENDOR_CHARACTERS_MAX = 256;

type Document = Csaf["document"];

const unsupportedBecause = (document: Document): string | null => {
  const { category, csaf_version: version } = document;
  if (version !== "2.0") return `it is of CSAF ${version.slice(0, 20)}, not 2.0`;
  if (category !== "csaf_security_advisory") return `it is a ${category.slice(0, 80)}, not a csaf_security_advisory`;
  return document.tracking.status === "draft" ? "it is a draft" : null;
};

const unsupported = (id: string, path: string, reason: string): Result<RecordReading, Problem> => ({
  ok: true,
  value: { _tag: "Skipped", id, kind: "unsupported", path, reason },
});

const at = <A>(path: string, read: Result<A, string>): Result<A, Problem> =>
  read.ok ? read : { ok: false, error: { path, reason: read.error } };

const aboutOf = (
  document: Document,
  vulnerabilities: readonly Vulnerability[],
  limits: RecordLimits,
): Result<ReleasePatches.About, Problem> => {
  const { tracking } = document;
  const id = at("document.tracking.id", Grammar.advisoryId(tracking.id));
  if (!id.ok) return id;
  const published = at("document.tracking.initial_release_date", timestamp(tracking.initial_release_date));
  if (!published.ok) return published;
  const modified = at("document.tracking.current_release_date", timestamp(tracking.current_release_date));
  if (!modified.ok) return modified;
  const notes = all(Note, document.notes, "document.notes");
  if (!notes.ok) return notes;
  const references = all(Reference, document.references, "document.references");
  if (!references.ok) return references;
  const verdict = CsafVerdict.read(document, vulnerabilities);
  if (!verdict.ok) return verdict;
  const selves = references.value.flatMap((r) => (r.category === "self" ? [r.url] : []));
  const { vendorSeverity, reboot, fixUrls } = verdict.value;
  return {
    ok: true,
    value: {
      id: id.value,
      title: Grammar.shortened(Grammar.title(document.title), limits.titleCharacters) || id.value,
      description: Grammar.shortened(descriptionOf(notes.value), limits.descriptionCharacters),
      platform: "Linux",
      vendorLink: linkOf([...selves, ...fixUrls]),
      category: "security",
      vendorSeverity,
      reboot,
      publishedAt: published.value,
      modifiedAt: modified.value,
    },
  };
};

const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

const timestamp = (text: string): Result<number, string> =>
  TIMESTAMP.test(text) ? Grammar.date(text.toUpperCase()) : { ok: false, error: "is not a date and time with a zone" };

const descriptionCategories = ["summary", "description", "general", "details"];

const descriptionOf = (notes: readonly { readonly category: string; readonly text: string }[]): string => {
  for (const category of descriptionCategories) {
    const note = notes.find((each) => each.category === category);
    if (note !== undefined) return note.text;
  }
  return "";
};

// A page rather than the document itself.
const linkOf = (urls: readonly string[]): Patch.Patch["vendorLink"] => {
  const links = urls.map(Grammar.link).filter((link) => link !== null);
  return links.find((link) => !new URL(link).pathname.endsWith(".json")) ?? links[0] ?? null;
};
