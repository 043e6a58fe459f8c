/**
 * From an `<update>` element as it stands to a patch (PAT-01, PAT-13), and two elements of one advisory into one.
 *
 * Invariant: an advisory is taken whole or not at all (a package left out would read as "nothing missing"). Pure.
 */
import type { Result } from "@fettle/agent-protocol";
import { Patch } from "@fettle/core";
import * as Grammar from "../reading/Grammar.ts";
import type { FeedLimits } from "./FeedLimits.ts";

/** What one `<update>` element said, unchecked but for its sizes. */
export interface RawAdvisory {
  /** Of its opening tag, from 1. */
  readonly line: number;
  readonly attributes: { readonly [name: string]: string };
  /** The text of its child elements, by name; only those that are read. */
  readonly texts: ReadonlyMap<string, string>;
  readonly issued: string | null;
  readonly updated: string | null;
  /** Where the vendor shows it. */
  readonly link: string | null;
  readonly cves: readonly CveReference[];
  /** Source packages are left out. */
  readonly packages: readonly RawPackage[];
  /** The first thing that already went wrong while it was read. */
  readonly problem: string | null;
}

export interface CveReference {
  readonly id: string;
  readonly title: string;
}

/** Packages that stand together: those of one module stream, where it has one. */
export interface RawCollection {
  readonly module: { readonly name: string; readonly stream: string } | null;
}

export interface RawPackage {
  readonly attributes: { readonly [name: string]: string };
  readonly collection: RawCollection;
  /** The texts of its `reboot_suggested`, `restart_suggested`, `relogin_suggested`. */
  readonly flags: ReadonlyMap<string, string>;
}

/** What a caller says of all advisories of a feed. */
export interface AdvisoryContext {
  readonly vendor: string | null;
  readonly releases: readonly string[];
  readonly limits: FeedLimits;
}

/** The patch that an element stands for, or why it is left out. */
export const toPatch = (raw: RawAdvisory, options: AdvisoryContext): Result<Patch.Patch, string> => {
  if (raw.problem !== null) return { ok: false, error: raw.problem };
  const id = Grammar.advisoryId(idOf(raw));
  if (!id.ok) return id;
  const vendorSeverity = Grammar.severity(raw.texts.get("severity") ?? null);
  if (!vendorSeverity.ok) return vendorSeverity;
  const category = Grammar.category(raw.attributes.type ?? null);
  if (!category.ok) return category;
  const cves = cvesOf(raw);
  if (!cves.ok) return cves;
  const brought = packagesOf(raw);
  if (!brought.ok) return brought;
  const dates = datesOf(raw);
  if (!dates.ok) return dates;
  const title = Grammar.title(raw.texts.get("title") ?? "");
  if (title.length > options.limits.titleCharacters) {
    return { ok: false, error: `its title is longer than ${options.limits.titleCharacters} characters` };
  }
  return {
    ok: true,
    value: Patch.make({
      id: id.value,
      title: title === "" ? id.value : title,
      description: Grammar.shortened(raw.texts.get("description") ?? "", options.limits.descriptionCharacters),
      platform: "Linux",
      vendorLink: raw.link,
      releases: options.releases,
      vendor: options.vendor ?? (Grammar.title(raw.attributes.from ?? "") || UNKNOWN_VENDOR),
      category: category.value,
      vendorSeverity: vendorSeverity.value,
      cves: cves.value,
      ...brought.value,
      ...dates.value,
      isDeprecated: Grammar.isWithdrawn(raw.attributes.status ?? null),
    }),
  };
};

/** The id as it stands, spaces around it aside. */
export const idOf = (raw: RawAdvisory): string => (raw.texts.get("id") ?? "").trim();

/** The vendor of a feed whose advisories don't say, when the caller doesn't either. */
export const UNKNOWN_VENDOR = "unknown";

/**
 * One advisory that a feed carries twice. What the newer element says holds; both bring their packages and CVEs; of
 * equals the more severe, the more careful about reboots, the withdrawn. Doesn't depend on the elements' order.
 */
export const merge = (a: Patch.Patch, b: Patch.Patch): Patch.Patch => {
  const base = isBefore(a, b) ? b : a;
  const areEqual = a.modifiedAt === b.modifiedAt;
  const { isUndated: _, ...said } = base;
  return {
    ...said,
    vendorSeverity: areEqual ? first(severityOrder, a.vendorSeverity, b.vendorSeverity) : base.vendorSeverity,
    isDeprecated: areEqual ? a.isDeprecated || b.isDeprecated : base.isDeprecated,
    reboot: mergedReboot(a.reboot, b.reboot),
    ...mergedDate(a, b),
    cves: [...new Set([...a.cves, ...b.cves])].sort(byText),
    packages: distinct([...a.packages, ...b.packages]),
  };
};

const severityOrder: readonly Patch.VendorSeverity[] = ["Critical", "Important", "Moderate", "Low", "None"];

const first = <A>(order: readonly A[], a: A, b: A): A => (order.indexOf(a) <= order.indexOf(b) ? a : b);

// Where one half of an advisory's packages needs a reboot and the other doesn't, it depends on what is installed.
const mergedReboot = (a: Patch.RebootRequirement, b: Patch.RebootRequirement): Patch.RebootRequirement =>
  a === b ? a : "may";

const mergedDate = (a: Patch.Patch, b: Patch.Patch): Pick<Patch.Patch, "publishedAt" | "isUndated"> => {
  const dated = [a, b].filter((p) => p.isUndated !== true);
  const publishedAt = Math.min(...(dated.length === 0 ? [a, b] : dated).map((p) => p.publishedAt));
  return dated.length === 0 ? { publishedAt, isUndated: true } : { publishedAt };
};

const isBefore = (a: Patch.Patch, b: Patch.Patch): boolean =>
  a.modifiedAt === b.modifiedAt ? textOf(a) > textOf(b) : a.modifiedAt < b.modifiedAt;

const textOf = (p: Patch.Patch): string =>
  [p.title, p.vendor, p.category, p.description, p.vendorLink ?? ""].join("\n");

const cvesOf = (raw: RawAdvisory): Result<readonly string[], string> => {
  const found = new Set<string>();
  for (const reference of raw.cves) {
    // Some vendors put the id in the title and a number of their own in the id.
    const fromId = Grammar.cve(reference.id);
    const read = fromId.ok ? fromId : Grammar.cve(reference.title);
    if (!read.ok) return read;
    found.add(read.value);
  }
  return { ok: true, value: [...found].sort(byText) };
};

const packagesOf = (raw: RawAdvisory): Result<Pick<Patch.Patch, "packages" | "reboot">, string> => {
  const packages: Patch.PatchPackage[] = [];
  let reboots = 0;
  let restarts = 0;
  for (const each of raw.packages) {
    const read = packageOf(each);
    if (!read.ok) return read;
    const flags = flagsOf(each.flags);
    if (!flags.ok) return flags;
    if (flags.value.isReboot) reboots += 1;
    if (flags.value.isRestart) restarts += 1;
    packages.push(read.value);
  }
  if (packages.length === 0) return { ok: false, error: "it brings no package" };
  const whole = flagsOf(raw.texts);
  if (!whole.ok) return whole;
  const isAlways = whole.value.isReboot || reboots === packages.length;
  const isNever = reboots === 0 && restarts === 0 && !whole.value.isRestart;
  return {
    ok: true,
    value: { packages: distinct(packages), reboot: isAlways ? "always" : isNever ? "never" : "may" },
  };
};

const packageOf = (raw: RawPackage): Result<Patch.PatchPackage, string> => {
  const read = Grammar.pkg(raw.attributes);
  const { module } = raw.collection;
  if (!read.ok || module === null) return read;
  const stream = Grammar.moduleStream(module.name, module.stream);
  return stream.ok ? { ok: true, value: { ...read.value, module: stream.value } } : stream;
};

// Something that runs and must be started anew, a program or a session, is what a reboot would do too.
const flagsOf = (
  texts: ReadonlyMap<string, string>,
): Result<{ readonly isReboot: boolean; readonly isRestart: boolean }, string> => {
  const set = { reboot_suggested: false, restart_suggested: false, relogin_suggested: false };
  for (const name of ["reboot_suggested", "restart_suggested", "relogin_suggested"] as const) {
    const text = texts.get(name);
    const flag = text === undefined ? NOT_FLAGGED : Grammar.flag(text);
    if (!flag.ok) return flag;
    set[name] = flag.value;
  }
  return {
    ok: true,
    value: { isReboot: set.reboot_suggested, isRestart: set.restart_suggested || set.relogin_suggested },
  };
};

const NOT_FLAGGED: Result<boolean, string> = { ok: true, value: false };

type Dates = Pick<Patch.Patch, "publishedAt" | "modifiedAt" | "isUndated">;

// A fix without a date is a fix: its age counts from when it is first seen (PLN-07).
const datesOf = (raw: RawAdvisory): Result<Dates, string> => {
  const issuedText = raw.issued ?? raw.updated;
  const updatedText = raw.updated ?? raw.issued;
  if (issuedText === null || updatedText === null) {
    return { ok: true, value: { publishedAt: 0, modifiedAt: 0, isUndated: true } };
  }
  const issued = Grammar.date(issuedText);
  if (!issued.ok) return issued;
  const updated = Grammar.date(updatedText);
  if (!updated.ok) return updated;
  const dates = { publishedAt: issued.value, modifiedAt: updated.value };
  return { ok: true, value: raw.issued === null ? { ...dates, isUndated: true } : dates };
};

const distinct = (packages: readonly Patch.PatchPackage[]): readonly Patch.PatchPackage[] => {
  const byKey = new Map(packages.map((p) => [`${p.name}\n${p.arch}\n${p.evr}\n${p.module ?? ""}`, p]));
  return [...byKey].sort(([a], [b]) => byText(a, b)).map(([, p]) => p);
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
