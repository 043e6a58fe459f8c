/** An advisory while its element is being read: which parts are kept, and what is already wrong with them. */
import type { SaxesTagPlain } from "saxes";
import * as Grammar from "../reading/Grammar.ts";
import type { CveReference, RawAdvisory, RawCollection, RawPackage } from "./Advisory.ts";
import type { FeedLimits } from "./FeedLimits.ts";

interface DraftCollection extends RawCollection {
  module: RawCollection["module"];
}

interface DraftPackage extends RawPackage {
  readonly flags: Map<string, string>;
}

export interface Draft extends RawAdvisory {
  readonly texts: Map<string, string>;
  issued: string | null;
  updated: string | null;
  link: string | null;
  readonly cves: CveReference[];
  readonly packages: DraftPackage[];
  /** The collection whose element was opened last. */
  collection: DraftCollection;
  /** The package whose element is open; null inside a source package. */
  current: DraftPackage | null;
  problem: string | null;
}

/** The path of an advisory's element. */
export const UPDATE = "updates/update";
const ISSUED = `${UPDATE}/issued`;
const UPDATED = `${UPDATE}/updated`;
const DESCRIPTION = `${UPDATE}/description`;
const REFERENCE = `${UPDATE}/references/reference`;
const COLLECTION = `${UPDATE}/pkglist/collection`;
const MODULE = `${COLLECTION}/module`;
const PACKAGE = `${COLLECTION}/package`;

/** What may stand at an advisory and at each of its packages: what has to be started anew once it is installed. */
const flagNames = ["reboot_suggested", "restart_suggested", "relogin_suggested"];
const packageFlags: ReadonlyMap<string, string> = new Map(flagNames.map((name) => [`${PACKAGE}/${name}`, name]));

/** Where texts are kept from. What lies elsewhere is dropped as it is read. */
const textPaths: ReadonlyMap<string, string> = new Map(
  ["id", "title", "severity", "description", ...flagNames].map((name) => [`${UPDATE}/${name}`, name]),
);

/** A draft, by its opening tag. */
export const begin = (line: number, tag: SaxesTagPlain): Draft => ({
  line,
  attributes: tag.attributes,
  texts: new Map(),
  issued: null,
  updated: null,
  link: null,
  cves: [],
  packages: [],
  collection: { module: null },
  current: null,
  problem: null,
});

/** Whether the text of an element is wanted. */
export const keepsText = (path: string): boolean => packageFlags.has(path) || textPaths.has(path);

/** How much of an element's text is kept where it may be cut; null where it must be whole. */
export const cutAt = (path: string, limits: FeedLimits): number | null =>
  path === DESCRIPTION ? limits.descriptionCharacters + 1 : null;

/** Takes an element's attributes in. */
export const open = (draft: Draft, path: string, tag: SaxesTagPlain, limits: FeedLimits): void => {
  if (path === PACKAGE) openPackage(draft, tag, limits);
  else if (path === COLLECTION) draft.collection = { module: null };
  else if (path === MODULE) openModule(draft, tag);
  else if (path === REFERENCE) openReference(draft, tag, limits);
  else if (path === ISSUED) draft.issued = dateOf(draft, draft.issued, tag);
  else if (path === UPDATED) draft.updated = dateOf(draft, draft.updated, tag);
};

/** Takes the text of an element in, as it closes. */
export const close = (draft: Draft, path: string, text: string): void => {
  const flag = packageFlags.get(path);
  if (flag !== undefined) {
    draft.current?.flags.set(flag, text);
    return;
  }
  const name = textPaths.get(path);
  if (name === undefined) return;
  const isFirst = !draft.texts.has(name);
  // Of a text that decides nothing the first is taken.
  if (!isFirst && name !== "description") draft.problem ??= `<${name}> stands twice`;
  if (isFirst) draft.texts.set(name, text);
};

const openReference = (draft: Draft, tag: SaxesTagPlain, limits: FeedLimits): void => {
  const { type, id, title, href } = tag.attributes;
  if (type === "self") draft.link ??= Grammar.link(href ?? "");
  if (type !== "cve") return;
  if (draft.cves.length < limits.cvesPerAdvisory) draft.cves.push({ id: id ?? "", title: title ?? "" });
  else draft.problem ??= `it has more than ${limits.cvesPerAdvisory} CVE references`;
};

const openModule = (draft: Draft, tag: SaxesTagPlain): void => {
  if (draft.collection.module !== null) draft.problem ??= "<module> stands twice in a collection";
  draft.collection.module = { name: tag.attributes.name ?? "", stream: tag.attributes.stream ?? "" };
};

const openPackage = (draft: Draft, tag: SaxesTagPlain, limits: FeedLimits): void => {
  draft.current = null;
  if (Grammar.isSource(tag.attributes.arch ?? "")) return;
  if (draft.packages.length >= limits.packagesPerAdvisory) {
    draft.problem ??= `it has more than ${limits.packagesPerAdvisory} packages`;
    return;
  }
  draft.current = { attributes: tag.attributes, collection: draft.collection, flags: new Map() };
  draft.packages.push(draft.current);
};

const dateOf = (draft: Draft, before: string | null, tag: SaxesTagPlain): string | null => {
  if (before !== null) draft.problem ??= `<${tag.name}> stands twice`;
  return tag.attributes.date ?? null;
};
