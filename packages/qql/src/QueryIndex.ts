/**
 * Many saved queries over one catalogue, and which of them a document matches: dynamic tags, scopes, watches. Where a
 * query can hold only for documents with certain values (`os: windows`), it is looked at only for those.
 *
 * Law: the answers are those of matching each query by itself.
 */
import type * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as Dependencies from "./Dependencies.ts";
import * as FullText from "./FullText.ts";
import * as Key from "./Key.ts";
import * as Matcher from "./Matcher.ts";
import * as Predicate from "./Predicate.ts";

/** An index of queries by id. Mutable: {@link add}, {@link remove}. */
export interface QueryIndex {
  readonly queries: Map<string, Entry>;
  /** Queries that can hold for any document. */
  readonly unanchored: Set<Entry>;
  /** By the token, its anchors. */
  readonly anchorsByToken: Map<Catalog.Token, Map<string | number, Set<Entry>>>;
  /** By the text token, how long the beginnings of words among its anchors are, and how many of each. */
  readonly beginningsByToken: Map<Catalog.Token, Map<number, number>>;
}

interface Entry {
  readonly id: string;
  readonly matches: Matcher.Matcher<Catalog.AnyDocument>;
  readonly dependencies: Dependencies.Dependencies;
  readonly anchors: Anchors | null;
}

/** Values of one token, one of which a document must have for the query to hold. */
interface Anchors {
  readonly token: Catalog.Token;
  /** Of a text token: words, and with {@link BEGINNING} before them beginnings of words. */
  readonly values: readonly (string | number)[];
}

/** What a change of a document comes to. */
export interface Change {
  /** Ids of queries that it matches now and didn't before. */
  readonly entered: readonly string[];
  /** Ids of queries that it matched before and doesn't any more. */
  readonly left: readonly string[];
}

/** An index without queries. */
export const make = (): QueryIndex => ({
  queries: new Map(),
  unanchored: new Set(),
  anchorsByToken: new Map(),
  beginningsByToken: new Map(),
});

/** Adds a query, in place of the one with its id. */
export function add(index: QueryIndex, id: string, checked: Checked.Checked): void {
  remove(index, id);
  const predicate = Predicate.of(checked);
  const entry: Entry = {
    id,
    matches: Matcher.compilePredicate(predicate),
    dependencies: Dependencies.of(checked),
    anchors: anchorsOf(predicate, (anchors) => entriesAt(index, anchors)),
  };
  index.queries.set(id, entry);
  if (entry.anchors === null) index.unanchored.add(entry);
  else link(index, entry, entry.anchors);
}

/** Takes a query out; says whether it was there. */
export function remove(index: QueryIndex, id: string): boolean {
  const entry = index.queries.get(id);
  if (entry === undefined) return false;
  index.queries.delete(id);
  index.unanchored.delete(entry);
  if (entry.anchors !== null) unlink(index, entry, entry.anchors);
  return true;
}

/**
 * The ids of the queries that a document matches, in no certain order.
 *
 * @example
 * const tags = QueryIndex.match(index, asset, now);
 */
export function match(index: QueryIndex, document: Catalog.AnyDocument, now: number): readonly string[] {
  const found: string[] = [];
  for (const entry of index.unanchored) if (entry.matches(document, now)) found.push(entry.id);
  for (const entry of anchored(index, document)) if (entry.matches(document, now)) found.push(entry.id);
  return found;
}

/**
 * Which queries a changed document enters and leaves, both seen at the same instant. `changed` names the fields that may
 * differ, if whoever changed it knows: queries on others are not looked at.
 */
export function change(
  index: QueryIndex,
  before: Catalog.AnyDocument,
  after: Catalog.AnyDocument,
  now: number,
  changed: readonly string[] | null = null,
): Change {
  const entered: string[] = [];
  const left: string[] = [];
  const candidates = new Set([...index.unanchored, ...anchored(index, before), ...anchored(index, after)]);
  for (const entry of candidates) {
    if (changed !== null && !Dependencies.isTouched(entry.dependencies, changed)) continue;
    const [was, is] = [entry.matches(before, now), entry.matches(after, now)];
    if (is && !was) entered.push(entry.id);
    if (was && !is) left.push(entry.id);
  }
  return { entered, left };
}

/** The queries that have an anchor among the document's values. */
function anchored(index: QueryIndex, document: Catalog.AnyDocument): ReadonlySet<Entry> {
  const found = new Set<Entry>();
  for (const [token, byValue] of index.anchorsByToken) {
    visit(token.path, 0, document, (value) => {
      const key = token.type === "text" ? null : Key.of(token, value);
      if (typeof key === "string" || typeof key === "number") {
        const bucket = byValue.get(key);
        if (bucket !== undefined) for (const entry of bucket) found.add(entry);
      } else if (typeof value === "string") {
        for (const word of FullText.words(value)) {
          for (const entry of byValue.get(word) ?? []) found.add(entry);
          for (const length of index.beginningsByToken.get(token)?.keys() ?? []) {
            if (length > word.length) continue;
            for (const entry of byValue.get(BEGINNING + word.slice(0, length)) ?? []) found.add(entry);
          }
        }
      }
    });
  }
  return found;
}

function visit(path: readonly Catalog.Step[], at: number, object: unknown, use: (value: unknown) => void): void {
  if (object === null || object === undefined) return;
  const step = path[at];
  if (step === undefined) {
    use(object);
    return;
  }
  const held = (object as Catalog.AnyDocument)[step.key];
  if (!step.isRepeated) visit(path, at + 1, held, use);
  else if (Array.isArray(held)) for (const value of held) visit(path, at + 1, value, use);
}

function link({ anchorsByToken, beginningsByToken }: QueryIndex, entry: Entry, { token, values }: Anchors): void {
  const byValue = anchorsByToken.get(token) ?? new Map<string | number, Set<Entry>>();
  anchorsByToken.set(token, byValue);
  for (const value of values) byValue.set(value, (byValue.get(value) ?? new Set()).add(entry));
  const lengths = beginningsByToken.get(token) ?? new Map<number, number>();
  for (const length of beginnings(values)) lengths.set(length, (lengths.get(length) ?? 0) + 1);
  if (lengths.size > 0) beginningsByToken.set(token, lengths);
}

/** Leaves no empty place behind. */
function unlink({ anchorsByToken, beginningsByToken }: QueryIndex, entry: Entry, { token, values }: Anchors): void {
  const byValue = anchorsByToken.get(token);
  for (const value of values) {
    const entries = byValue?.get(value);
    entries?.delete(entry);
    if (entries?.size === 0) byValue?.delete(value);
  }
  if (byValue?.size === 0) anchorsByToken.delete(token);
  const lengths = beginningsByToken.get(token);
  for (const length of beginnings(values)) {
    const left = (lengths?.get(length) ?? 0) - 1;
    if (left > 0) lengths?.set(length, left);
    else lengths?.delete(length);
  }
  if (lengths?.size === 0) beginningsByToken.delete(token);
}

/** Marks the beginning of a word; no word has it. */
const BEGINNING = "^";

/** The lengths of the beginnings among a text's anchors. */
const beginnings = (values: Anchors["values"]): readonly number[] =>
  values.flatMap((value) =>
    typeof value === "string" && value.startsWith(BEGINNING) ? [value.length - BEGINNING.length] : [],
  );

/** Null where documents without any certain value can fulfil the predicate. */
function anchorsOf(predicate: Predicate.Predicate, crowd: Crowd): Anchors | null {
  switch (predicate._tag) {
    // Any operand's will do: the rarest, as far as can be told.
    case "And":
      return predicate.operands.map((each) => anchorsOf(each, crowd)).reduce((a, b) => rarer(a, b, crowd), null);
    case "Or": {
      // Search text that no token can answer has no operands.
      const [first = null, ...others] = predicate.operands.map((each) => anchorsOf(each, crowd));
      return others.reduce(union, first);
    }
    case "Not":
      return null;
    case "Nested":
      return anchorsOf(predicate.operand, crowd);
    case "Leaf":
      return predicate.token.type === "group" ? null : anchorsOfTest(predicate.token, predicate.test, crowd);
  }
}

function anchorsOfTest(token: Catalog.Token, test: Predicate.Test, crowd: Crowd): Anchors | null {
  switch (test._tag) {
    case "Is":
      return token.type === "text" ? anchorsOfTexts(token, test.values) : { token, values: test.values };
    case "Contains": {
      // Its last word may go on in the document's.
      const [word, isWhole] = /^ ([^ ]+)( ?)/.exec(test.text)?.slice(1) ?? [];
      if (test.key !== "tokens" || word === undefined) return null;
      return { token, values: [isWhole === " " ? word : BEGINNING + word] };
    }
    case "All":
      return test.tests.map((each) => anchorsOfTest(token, each, crowd)).reduce((a, b) => rarer(a, b, crowd), null);
    case "Any":
      return test.tests.map((each) => anchorsOfTest(token, each, crowd)).reduce(union);
    default:
      return null;
  }
}

/** A text that is equal has the same first word. */
function anchorsOfTexts(token: Catalog.Token, texts: readonly unknown[]): Anchors | null {
  const words = texts.map((text) => (typeof text === "string" ? FullText.split(text)[0] : undefined));
  return words.every((word) => word !== undefined) ? { token, values: words } : null;
}

/** How many queries are at anchors already. */
type Crowd = (anchors: Anchors) => number;

const entriesAt = ({ anchorsByToken }: QueryIndex, { token, values }: Anchors): number =>
  values.reduce<number>((sum, value) => sum + (anchorsByToken.get(token)?.get(value)?.size ?? 0), 0);

/** A boolean or an enum's value is held by many documents, a name by few. */
const COMMON: ReadonlySet<Catalog.Type> = /* @__PURE__ */ new Set<Catalog.Type>(["boolean", "enum"]);

function rarer(a: Anchors | null, b: Anchors | null, crowd: Crowd): Anchors | null {
  if (a === null || b === null) return a ?? b;
  const [isACommon, isBCommon] = [COMMON.has(a.token.type), COMMON.has(b.token.type)];
  if (isACommon !== isBCommon) return isACommon ? b : a;
  // What many queries ask for already, most documents are likely to have.
  const [atA, atB] = [crowd(a), crowd(b)];
  if (atA !== atB) return atB < atA ? b : a;
  return b.values.length < a.values.length ? b : a;
}

function union(a: Anchors | null, b: Anchors | null): Anchors | null {
  if (a === null || b === null || a.token !== b.token) return null;
  return { token: a.token, values: [...new Set([...a.values, ...b.values])] };
}
