/**
 * Turns XML events into raw advisories, one at a time.
 *
 * Invariants: holds one advisory and one token; no DOCTYPE, hence no entity but XML's five; anything not well-formed
 * ends the whole feed; elements it doesn't know are passed over.
 */
import { SaxesParser, type SaxesTagPlain } from "saxes";
import type { CveReference, RawAdvisory, RawPackage } from "./Advisory.ts";
import { FeedAbort, type FeedError } from "./FeedError.ts";
import type { FeedLimits } from "./FeedLimits.ts";
import * as Grammar from "./Grammar.ts";

/** Where texts are kept from. What lies elsewhere (descriptions above all) is dropped as it is read. */
const textPaths: ReadonlyMap<string, string> = new Map([
  ["updates/update/id", "id"],
  ["updates/update/title", "title"],
  ["updates/update/severity", "severity"],
  ["updates/update/reboot_suggested", "reboot_suggested"],
]);
const UPDATE = "updates/update";
const REFERENCE = "updates/update/references/reference";
const PACKAGE = "updates/update/pkglist/collection/package";
const PACKAGE_REBOOT = `${PACKAGE}/reboot_suggested`;
const encodings: ReadonlySet<string> = new Set(["UTF-8", "UTF8", "US-ASCII", "ASCII"]);

interface DraftPackage {
  readonly attributes: RawPackage["attributes"];
  rebootSuggested: string | null;
}

interface Draft {
  readonly line: number;
  readonly attributes: { readonly [name: string]: string };
  readonly texts: Map<string, string>;
  issued: string | null;
  updated: string | null;
  readonly cves: CveReference[];
  readonly packages: DraftPackage[];
  /** The package whose element is open; null inside a source package. */
  current: DraftPackage | null;
  problem: string | null;
}

/** Reads pieces of text; {@link AdvisoryReader.end} says that there are no more. Throws {@link FeedAbort}. */
export interface AdvisoryReader {
  readonly write: (text: string) => void;
  readonly end: () => void;
}

/** A reader that hands each advisory on as its element closes. */
export const make = (options: {
  readonly limits: FeedLimits;
  /** Whether the text was decoded from bytes, as UTF-8. */
  readonly isFromBytes: () => boolean;
  readonly onAdvisory: (raw: RawAdvisory) => void;
}): AdvisoryReader => {
  const { limits } = options;
  const parser = new SaxesParser({ xmlns: false, fragment: false });
  const open: string[] = [];
  let draft: Draft | null = null;
  let text: string[] | null = null;
  let written = 0;
  let tokenStart = 0;
  let tagLine = 1;
  let attributes = 0;
  let advisories = 0;

  const abort = (reason: FeedError["reason"], message: string): never => {
    throw new FeedAbort(reason, message, { line: parser.line, column: Math.max(1, parser.column) });
  };
  const tokenReaches = (position: number): void => {
    if (position - tokenStart > limits.tokenCharacters) {
      abort("too-large", `a text, attribute or comment is longer than ${limits.tokenCharacters} characters`);
    }
  };
  const tokenEnded = (): void => {
    tokenReaches(parser.position);
    tokenStart = parser.position;
  };
  const opened = (tag: SaxesTagPlain): void => {
    tokenEnded();
    if (open.length >= limits.elementDepth) abort("too-large", `elements are nested deeper than ${limits.elementDepth}`);
    open.push(tag.name);
    const path = open.join("/");
    if (open.length === 1 && path !== "updates") abort("not-updateinfo", `the root is <${tag.name}>, not <updates>`);
    if (path === UPDATE) {
      advisories += 1;
      if (advisories > limits.advisories) abort("too-large", `more than ${limits.advisories} advisories`);
      draft = newDraft(tagLine, tag);
    } else if (draft !== null) collect(draft, path, tag, limits);
    text = textPaths.has(path) || path === PACKAGE_REBOOT ? [] : null;
  };
  const closed = (): void => {
    tokenEnded();
    const path = open.join("/");
    open.pop();
    if (draft !== null && text !== null) keepText(draft, path, text.join(""));
    text = null;
    if (path !== UPDATE || draft === null) return;
    const done = draft;
    draft = null;
    options.onAdvisory(done);
  };

  parser.on("error", (error) => abort("not-xml", explained(error.message)));
  parser.on("doctype", () => abort("forbidden-xml", "a DOCTYPE is refused: feeds need none, and it can define entities"));
  parser.on("xmldecl", (declaration) => {
    tokenEnded();
    const encoding = declaration.encoding?.toUpperCase() ?? "UTF-8";
    if (options.isFromBytes() && !encodings.has(encoding)) abort("not-utf8", `the encoding is ${encoding}, not UTF-8`);
  });
  parser.on("opentagstart", () => {
    tagLine = parser.line;
    attributes = 0;
    tokenEnded();
  });
  parser.on("attribute", () => {
    tokenEnded();
    attributes += 1;
    if (attributes > limits.attributesPerElement) {
      abort("too-large", `an element has more than ${limits.attributesPerElement} attributes`);
    }
  });
  parser.on("opentag", opened);
  parser.on("closetag", closed);
  parser.on("text", (piece) => {
    tokenEnded();
    text?.push(piece);
  });
  parser.on("cdata", (piece) => {
    tokenEnded();
    text?.push(piece);
  });
  parser.on("comment", tokenEnded);
  parser.on("processinginstruction", tokenEnded);

  return {
    write: (piece) => {
      parser.write(piece);
      written += piece.length;
      // A token that never ends gives no event to be counted at. (The parser's own position is off between writes.)
      tokenReaches(written);
    },
    end: () => {
      parser.close();
    },
  };
};

const newDraft = (line: number, tag: SaxesTagPlain): Draft => ({
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

const collect = (draft: Draft, path: string, tag: SaxesTagPlain, limits: FeedLimits): void => {
  if (path === PACKAGE) {
    draft.current = null;
    if (Grammar.isSource(tag.attributes.arch ?? "")) return;
    if (draft.packages.length < limits.packagesPerAdvisory) {
      draft.current = { attributes: tag.attributes, rebootSuggested: null };
      draft.packages.push(draft.current);
    } else draft.problem ??= `it has more than ${limits.packagesPerAdvisory} packages`;
  } else if (path === REFERENCE && tag.attributes.type === "cve") {
    if (draft.cves.length < limits.cvesPerAdvisory) {
      draft.cves.push({ id: tag.attributes.id ?? "", title: tag.attributes.title ?? "" });
    } else draft.problem ??= `it has more than ${limits.cvesPerAdvisory} CVE references`;
  } else if (path === "updates/update/issued") draft.issued = dateOf(draft, draft.issued, tag);
  else if (path === "updates/update/updated") draft.updated = dateOf(draft, draft.updated, tag);
};

const dateOf = (draft: Draft, before: string | null, tag: SaxesTagPlain): string | null => {
  if (before !== null) draft.problem ??= `<${tag.name}> stands twice`;
  return tag.attributes.date ?? null;
};

const keepText = (draft: Draft, path: string, text: string): void => {
  if (path === PACKAGE_REBOOT) {
    if (draft.current !== null) draft.current.rebootSuggested = text;
    return;
  }
  const name = textPaths.get(path);
  if (name === undefined) return;
  if (draft.texts.has(name)) draft.problem ??= `<${name}> stands twice`;
  draft.texts.set(name, text);
};

// The parser puts "line:column: " before its messages; both stand in the error's own fields.
const explained = (message: string): string => `not well-formed XML: ${message.replace(/^.*?\d+:\d+: /, "")}`;
