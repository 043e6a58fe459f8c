/** An advisory while its element is being read: which parts are kept, and what is already wrong with them. */
import type { SaxesTagPlain } from "saxes";
import type { CveReference, RawAdvisory, RawPackage } from "./Advisory.ts";
import type { FeedLimits } from "./FeedLimits.ts";
import * as Grammar from "./Grammar.ts";

interface DraftPackage {
  readonly attributes: RawPackage["attributes"];
  rebootSuggested: string | null;
}

export interface Draft extends RawAdvisory {
  readonly texts: Map<string, string>;
  issued: string | null;
  updated: string | null;
  readonly cves: CveReference[];
  readonly packages: DraftPackage[];
  /** The package whose element is open; null inside a source package. */
  current: DraftPackage | null;
  problem: string | null;
}

/** The path of an advisory's element. */
export const UPDATE = "updates/update";
const ISSUED = `${UPDATE}/issued`;
const UPDATED = `${UPDATE}/updated`;
const REFERENCE = `${UPDATE}/references/reference`;
const PACKAGE = `${UPDATE}/pkglist/collection/package`;
const PACKAGE_REBOOT = `${PACKAGE}/reboot_suggested`;

/** Where texts are kept from. What lies elsewhere (descriptions above all) is dropped as it is read. */
const textPaths: ReadonlyMap<string, string> = new Map(
  ["id", "title", "severity", "reboot_suggested"].map((name) => [`${UPDATE}/${name}`, name]),
);

/** A draft, by its opening tag. */
export const begin = (line: number, tag: SaxesTagPlain): Draft => ({
  line,
  attributes: tag.attributes,
  texts: new Map(),
  issued: null,
  updated: null,
  cves: [],
  packages: [],
  current: null,
  problem: null,
});

/** Whether the text of an element is wanted. */
export const keepsText = (path: string): boolean => path === PACKAGE_REBOOT || textPaths.has(path);

/** Takes an element's attributes in. */
export const open = (draft: Draft, path: string, tag: SaxesTagPlain, limits: FeedLimits): void => {
  if (path === PACKAGE) openPackage(draft, tag, limits);
  else if (path === REFERENCE && tag.attributes.type === "cve") {
    if (draft.cves.length < limits.cvesPerAdvisory) {
      draft.cves.push({ id: tag.attributes.id ?? "", title: tag.attributes.title ?? "" });
    } else draft.problem ??= `it has more than ${limits.cvesPerAdvisory} CVE references`;
  } else if (path === ISSUED) draft.issued = dateOf(draft, draft.issued, tag);
  else if (path === UPDATED) draft.updated = dateOf(draft, draft.updated, tag);
};

/** Takes the text of an element in, as it closes. */
export const close = (draft: Draft, path: string, text: string): void => {
  if (path === PACKAGE_REBOOT) {
    if (draft.current !== null) draft.current.rebootSuggested = text;
    return;
  }
  const name = textPaths.get(path);
  if (name === undefined) return;
  if (draft.texts.has(name)) draft.problem ??= `<${name}> stands twice`;
  draft.texts.set(name, text);
};

const openPackage = (draft: Draft, tag: SaxesTagPlain, limits: FeedLimits): void => {
  draft.current = null;
  if (Grammar.isSource(tag.attributes.arch ?? "")) return;
  if (draft.packages.length >= limits.packagesPerAdvisory) {
    draft.problem ??= `it has more than ${limits.packagesPerAdvisory} packages`;
    return;
  }
  draft.current = { attributes: tag.attributes, rebootSuggested: null };
  draft.packages.push(draft.current);
};

const dateOf = (draft: Draft, before: string | null, tag: SaxesTagPlain): string | null => {
  if (before !== null) draft.problem ??= `<${tag.name}> stands twice`;
  return tag.attributes.date ?? null;
};
