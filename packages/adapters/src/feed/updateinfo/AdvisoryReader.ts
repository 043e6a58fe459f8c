/**
 * Turns XML events into raw advisories, one at a time.
 *
 * Invariants: holds one advisory and one token; no DOCTYPE, hence no entity but XML's five; anything not well-formed
 * ends the whole feed; elements it doesn't know are passed over.
 */
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { FeedAbort, type FeedError } from "../reading/FeedError.ts";
import type { RawAdvisory } from "./Advisory.ts";
import * as Draft from "./Draft.ts";
import type { FeedLimits } from "./FeedLimits.ts";

/** Reads pieces of text. Both throw {@link FeedAbort}. */
export interface AdvisoryReader {
  readonly write: (text: string) => void;
  /** There is no more. */
  readonly end: () => void;
}

export interface ReaderOptions {
  readonly limits: FeedLimits;
  /** Whether the text was decoded from bytes, as UTF-8. */
  readonly isFromBytes: () => boolean;
  readonly onAdvisory: (raw: RawAdvisory) => void;
}

/** A reader that hands each advisory on as its element closes. */
export const make = (options: ReaderOptions): AdvisoryReader => {
  const reading: Reading = {
    ...options,
    parser: new SaxesParser({ xmlns: false, fragment: false }),
    open: [],
    draft: null,
    text: null,
    written: 0,
    tokenStart: 0,
    tagLine: 1,
    attributes: 0,
    advisories: 0,
  };
  listenToMarkup(reading);
  listenToElements(reading);
  return {
    write: (piece) => {
      reading.parser.write(piece);
      reading.written += piece.length;
      // A token that never ends gives no event to be counted at. (The parser's own position is off between writes.)
      countToken(reading, reading.written);
    },
    end: () => {
      reading.parser.close();
    },
  };
};

interface Reading extends ReaderOptions {
  readonly parser: SaxesParser<{ readonly xmlns: false; readonly fragment: false }>;
  /** Names of the open elements, outermost first. */
  readonly open: string[];
  draft: Draft.Draft | null;
  /** The text of the open element so far, where it is kept at all. */
  text: KeptText | null;
  /** Characters given to the parser. */
  written: number;
  /** Where the token being read began. */
  tokenStart: number;
  tagLine: number;
  /** Of the tag being read. */
  attributes: number;
  advisories: number;
}

interface KeptText {
  readonly pieces: string[];
  characters: number;
  /** What is kept of it; null when it must be whole. */
  readonly cutAt: number | null;
}

const encodings: ReadonlySet<string> = new Set(["UTF-8", "UTF8", "US-ASCII", "ASCII"]);

const abort = (r: Reading, reason: FeedError["reason"], message: string): never => {
  throw new FeedAbort(reason, message, { line: r.parser.line, column: Math.max(1, r.parser.column) });
};

const countToken = (r: Reading, position: number): void => {
  if (position - r.tokenStart <= r.limits.tokenCharacters) return;
  abort(r, "too-large", `a text, attribute or comment is longer than ${r.limits.tokenCharacters} characters`);
};

const tokenEnded = (r: Reading): void => {
  countToken(r, r.parser.position);
  r.tokenStart = r.parser.position;
};

const listenToMarkup = (r: Reading): void => {
  const { parser } = r;
  parser.on("error", (error) => abort(r, "not-xml", explained(error.message)));
  parser.on("doctype", () =>
    abort(r, "forbidden-xml", "a DOCTYPE is refused: feeds need none, it can define entities"),
  );
  parser.on("xmldecl", (declaration) => {
    tokenEnded(r);
    const encoding = declaration.encoding?.toUpperCase() ?? "UTF-8";
    if (r.isFromBytes() && !encodings.has(encoding)) abort(r, "not-utf8", `the encoding is ${encoding}, not UTF-8`);
  });
  parser.on("comment", () => tokenEnded(r));
  parser.on("processinginstruction", () => tokenEnded(r));
};

const listenToElements = (r: Reading): void => {
  const { parser, limits } = r;
  const said = (piece: string): void => {
    tokenEnded(r);
    if (r.text !== null) keep(r, r.text, piece);
  };
  parser.on("text", said);
  parser.on("cdata", said);
  parser.on("opentagstart", () => {
    tokenEnded(r);
    r.tagLine = parser.line;
    r.attributes = 0;
  });
  parser.on("attribute", () => {
    tokenEnded(r);
    r.attributes += 1;
    if (r.attributes <= limits.attributesPerElement) return;
    abort(r, "too-large", `an element has more than ${limits.attributesPerElement} attributes`);
  });
  parser.on("opentag", (tag) => opened(r, tag));
  parser.on("closetag", () => closed(r));
};

// One element's text may come in any number of pieces.
const keep = (r: Reading, text: KeptText, piece: string): void => {
  const room = (text.cutAt ?? r.limits.tokenCharacters) - text.characters;
  if (piece.length > room && text.cutAt === null) {
    abort(r, "too-large", `a text is longer than ${r.limits.tokenCharacters} characters`);
  }
  if (room <= 0) return;
  text.pieces.push(piece.slice(0, room));
  text.characters += piece.length;
};

const opened = (r: Reading, tag: SaxesTagPlain): void => {
  tokenEnded(r);
  const { limits, open } = r;
  if (open.length >= limits.elementDepth) {
    abort(r, "too-large", `elements are nested deeper than ${limits.elementDepth}`);
  }
  open.push(tag.name);
  const path = open.join("/");
  if (open.length === 1 && path !== "updates") abort(r, "not-updateinfo", `the root is <${tag.name}>, not <updates>`);
  if (path === Draft.UPDATE) {
    r.advisories += 1;
    if (r.advisories > limits.advisories) abort(r, "too-large", `more than ${limits.advisories} advisories`);
    r.draft = Draft.begin(r.tagLine, tag);
  } else if (r.draft !== null) Draft.open(r.draft, path, tag, limits);
  r.text = Draft.keepsText(path) ? { pieces: [], characters: 0, cutAt: Draft.cutAt(path, limits) } : null;
};

const closed = (r: Reading): void => {
  tokenEnded(r);
  const path = r.open.join("/");
  r.open.pop();
  if (r.draft !== null && r.text !== null) Draft.close(r.draft, path, r.text.pieces.join(""));
  r.text = null;
  if (path !== Draft.UPDATE || r.draft === null) return;
  const done = r.draft;
  r.draft = null;
  r.onAdvisory(done);
};

// The parser puts "line:column: " before its messages; both stand in the error's own fields.
const explained = (message: string): string => `not well-formed XML: ${message.replace(/^.*?\d+:\d+: /, "")}`;
