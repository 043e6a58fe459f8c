/**
 * The packages that a document's vulnerabilities are fixed by, on each release of an operating system. Pure.
 *
 * Invariant: a release has all of its packages or none: one left out would read as "nothing missing".
 */
import { DebVersion, type Result, RpmVersion } from "@fettle/agent-protocol";
import type { Patch } from "@fettle/core";
import { all, type Problem } from "../reading/Checked.ts";
import * as Grammar from "../reading/Grammar.ts";
import type { ReleasePackages } from "../reading/ReleasePatches.ts";
import { ProductId, type Vulnerability } from "./CsafSchema.ts";
import * as ProductPackage from "./ProductPackage.ts";
import * as ProductTree from "./ProductTree.ts";

export interface FixedReading {
  readonly releases: readonly Omit<ReleasePackages, "vendor">[];
  /** What was left out and why, each once. */
  readonly notes: readonly string[];
}

interface Context {
  /** The release of packages whose platform the document doesn't tell; null when the caller doesn't either. */
  readonly release: string | null;
}

interface Draft {
  readonly format: "rpm" | "deb";
  readonly packages: Map<string, Patch.PatchPackage>;
  readonly cves: Set<string>;
  /** Why it can't be told whole; null when it can. */
  problem: string | null;
}

interface Reading extends Context {
  readonly tree: ProductTree.ProductTree;
  /** What each product id was found to be: documents name them once a vulnerability. */
  readonly known: Map<string, ProductPackage.ProductPackage | ProductPackage.NoPackage>;
  readonly drafts: Map<string, Draft>;
  readonly notes: Set<string>;
  others: number;
}

/** What fixes: some vendors say `fixed`, some that a version is `recommended`. */
const STATUSES = ["fixed", "first_fixed", "recommended"] as const;

/** Reads the fixed products of vulnerabilities. */
export const read = (
  vulnerabilities: readonly Vulnerability[],
  tree: ProductTree.ProductTree,
  context: Context,
): Result<FixedReading, Problem> => {
  const reading: Reading = { ...context, tree, known: new Map(), drafts: new Map(), notes: new Set(), others: 0 };
  for (const [i, vulnerability] of vulnerabilities.entries()) {
    for (const status of STATUSES) {
      const path = `vulnerabilities[${i}].product_status.${status}`;
      const ids = all(ProductId, vulnerability.product_status?.[status], path);
      if (!ids.ok) return ids;
      for (const [j, id] of ids.value.entries()) {
        const added = add(reading, id, vulnerability.cve ?? null);
        if (!added.ok) return { ok: false, error: { path: `${path}[${j}]`, reason: added.error } };
      }
    }
  }
  if (reading.others > 0) reading.notes.add(`${reading.others} fixed products are no packages of RPM or Debian`);
  for (const [key, { problem }] of reading.drafts) {
    if (problem !== null) reading.notes.add(`${releaseOf(key)}: ${problem}`);
  }
  return { ok: true, value: { releases: releasesOf(reading), notes: [...reading.notes] } };
};

const releasesOf = ({ drafts }: Reading): FixedReading["releases"] =>
  [...drafts]
    .filter(([, { problem }]) => problem === null)
    .map(([key, { format, packages, cves }]) => ({
      release: releaseOf(key),
      format,
      packages: [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p),
      cves: [...cves].sort(),
    }));

// Drafts are found by format and release.
const releaseOf = (key: string): string => key.slice(key.indexOf(" ") + 1);

const NOTE_CHARACTERS_MAX = 160;

const add = (reading: Reading, id: string, cve: string | null): Result<void, string> => {
  const found = productOf(reading, id);
  if (!found.ok) return found;
  if (typeof found.value === "string") return { ok: true, value: undefined };
  const { format, releases } = found.value;
  for (const release of releases) {
    const key = `${format} ${release}`;
    const draft = reading.drafts.get(key) ?? { format, packages: new Map(), cves: new Set(), problem: null };
    reading.drafts.set(key, draft);
    const { evr, name, module } = found.value.package;
    if (format === "rpm" && module === undefined && Grammar.isModular(evr)) {
      draft.problem ??= `${name} is of a module whose stream isn't told`;
    }
    put(draft, found.value.package);
    if (cve !== null) draft.cves.add(cve);
  }
  return { ok: true, value: undefined };
};

const productOf = (
  reading: Reading,
  id: string,
): Result<ProductPackage.ProductPackage | ProductPackage.NoPackage, string> => {
  const known = reading.known.get(id);
  if (known !== undefined) return { ok: true, value: known };
  const placed = ProductTree.place(reading.tree, id);
  if (placed === null)
    return { ok: false, error: `the product tree doesn't say what ${JSON.stringify(id.slice(0, 80))} is` };
  const read = ProductPackage.of(placed);
  if (!read.ok) return read;
  const found = placedOn(reading, read.value, placed);
  reading.known.set(id, found);
  if (found === "other") reading.others += 1;
  return { ok: true, value: found };
};

// A package whose platform isn't told would be for every asset that has one of its name.
const placedOn = (
  reading: Reading,
  found: ProductPackage.ProductPackage | ProductPackage.NoPackage,
  placed: ProductTree.PlacedProduct,
): ProductPackage.ProductPackage | ProductPackage.NoPackage => {
  if (typeof found === "string" || found.releases.length > 0) return found;
  const told = placed.platforms.flatMap((platform) => (platform.cpe === null ? [] : [platform.cpe]));
  if (told.length === 0 && reading.release !== null) return { ...found, releases: [reading.release] };
  const named = told[0] ?? placed.platforms[0]?.name ?? placed.product.name;
  const shown = Grammar.shortened(JSON.stringify(named.slice(0, NOTE_CHARACTERS_MAX)), NOTE_CHARACTERS_MAX);
  reading.notes.add(
    told.length === 0
      ? `the release that ${shown} is for isn't told`
      : `the platform ${shown} is no release that is known here`,
  );
  return "source";
};

const put = (draft: Draft, told: Patch.PatchPackage): void => {
  const key = `${told.name}\n${told.arch}\n${told.module ?? ""}`;
  const before = draft.packages.get(key);
  const compare = draft.format === "rpm" ? RpmVersion.compare : DebVersion.compare;
  if (before === undefined || compare(before.evr, told.evr) < 0) draft.packages.set(key, told);
};
