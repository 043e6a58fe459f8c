/**
 * What may come next in a query that is being typed: tokens, operators, values, the words of the language.
 *
 * Law: where the text before is the beginning of a sound query, each item makes a sound one, with what it says comes
 * behind it (`rest`).
 */
import type * as Ast from "./Ast.ts";
import * as Canonical from "./Canonical.ts";
import * as Catalog from "./Catalog.ts";
import * as Limits from "./Limits.ts";
import * as Parser from "./Parser.ts";
import * as Place from "./Place.ts";
import * as Query from "./Query.ts";
import type * as Span from "./Span.ts";
import * as Value from "./Value.ts";

export type Kind = "token" | "group" | "operator" | "value" | "keyword" | "recent";

/** One offer. */
export interface Item {
  readonly kind: Kind;
  /** What to show. */
  readonly label: string;
  /** What to put in place of {@link Completion}'s span. */
  readonly insert: string;
  /** A continuation with which the query is whole; empty where it is already. An example, not to be inserted. */
  readonly rest: string;
  /** One line about it; may be empty. */
  readonly detail: string;
}

/** The offers for a place in a text. */
export interface Completion extends Span.Span {
  /** The best first. `start` to `end` is what they replace. */
  readonly items: readonly Item[];
}

export interface Options {
  /** Queries of this user's past, the latest first: offered for an empty text and for the beginning of one. */
  readonly recent?: readonly string[];
  /** Values to offer for a token beside those the catalogue lists, such as those of the tenant's documents. */
  readonly values?: (token: Catalog.Token) => readonly string[];
  /** Most items; 50 unless said. */
  readonly max?: number;
  readonly limits?: Limits.Limits;
}

const ITEMS_MAX = 50;

/** The text up to the place, and what is known of it. */
interface Context extends Place.Place {
  readonly catalog: Catalog.Catalog;
  readonly head: string;
  /** Closes the groups that are open. */
  readonly closers: string;
  /** Between what stands before and a word of the language. */
  readonly gap: string;
  readonly options: Options;
}

/** An item before it is known what else is offered: it replaces the text from a place of its own. */
interface Offer extends Item {
  readonly from: number;
}

/**
 * Completes a text at an offset.
 *
 * @example
 * Completion.complete(patches, "vendorSev", 9).items[0]; // { kind: "token", insert: "vendorSeverity", rest: ": Critical", … }
 */
export function complete(
  catalog: Catalog.Catalog,
  text: string,
  offset: number = text.length,
  options: Options = {},
): Completion {
  const head = text.slice(0, offset);
  const { limits = Limits.defaults, max = ITEMS_MAX } = options;
  if (head.length > limits.length) return { start: offset, end: offset, items: [] };
  const place = Place.find(catalog, head);
  const gap = place.typedFrom === head.length && /\S$/.test(head) ? " " : "";
  const context: Context = { ...place, catalog, head, closers: ")".repeat(place.groups), gap, options };
  const recent = recentOffers(context, limits);
  const offers = head.trim() === "" ? [...recent, ...offersAt(context)] : [...offersAt(context), ...recent];
  // All replace the same piece: those of a shorter one repeat what stands before it.
  const start = Math.min(head.length, ...offers.map(({ from }) => from));
  const items = offers
    .slice(0, max)
    .map(({ from, insert, ...item }) => ({ ...item, insert: head.slice(start, from) + insert }));
  return { start, end: offset, items };
}

function offersAt(context: Context): readonly Offer[] {
  const { at } = context;
  switch (at._tag) {
    case "Condition":
      return conditionOffers(context);
    case "Words":
      return wordOffers(context, at);
    case "NullCheck":
      return nullOffers(context, at.name, at.isNegated ? ["null"] : ["null", "not null"]);
    case "Value":
      return valueOffers(context, at);
    case "Done":
      return joinOffers(context);
    case "Broken":
      return [];
  }
}

const typedOf = ({ head, typedFrom }: Context): string => head.slice(typedFrom);

const offer = ({ typedFrom: from }: Context, kind: Kind, insert: string, rest: string, detail: string): Offer => ({
  kind,
  label: insert,
  insert,
  rest,
  detail,
  from,
});

/** How well a spelling goes with what is typed: 0 is it, 1 begins so, 2 has a part that does; null doesn't. */
function rankOf(spelling: string, typed: string): number | null {
  const [whole, part] = [spelling.toLowerCase(), typed.toLowerCase()];
  if (whole.startsWith(part)) return whole.length === part.length ? 0 : 1;
  const isPart = [...spelling.matchAll(/(?<=[a-z0-9])[A-Z]|(?<=[.\-_ /])[^.\-_ /]/g)].some(({ index }) =>
    whole.startsWith(part, index),
  );
  return isPart ? 2 : null;
}

/** Those that go with what is typed, the best first. */
function ranked<A>(all: readonly A[], spellings: (each: A) => readonly string[], typed: string): readonly A[] {
  const found = all.flatMap((each) => {
    const ranks = spellings(each).flatMap((spelling) => rankOf(spelling, typed) ?? []);
    return ranks.length === 0 ? [] : [{ each, rank: Math.min(...ranks) }];
  });
  return found.sort((a, b) => a.rank - b.rank).map(({ each }) => each);
}

/** What a condition may begin with. */
function conditionOffers(context: Context): readonly Offer[] {
  const { catalog, within, closers } = context;
  const groups = catalog.groups.filter(({ name }) => within === null || name.startsWith(`${within.name}.`));
  const usable = [...Catalog.tokensIn(catalog, within), ...groups].flatMap((entry) => {
    const example = entry.deprecated === null ? exampleOf(catalog, entry) : null;
    return example === null ? [] : [{ entry, name: Catalog.nameWithin(entry, within), example }];
  });
  const spellings = ({ entry, name }: (typeof usable)[number]): readonly string[] =>
    entry.type === "group"
      ? [name]
      : [name, ...entry.aliases.map((alias) => alias.slice(entry.name.length - name.length))];
  const names = ranked(usable, spellings, typedOf(context)).map(({ entry, name, example }) =>
    offer(context, entry.type === "group" ? "group" : "token", name, example + closers, entry.description),
  );
  const [first] = usable;
  if (first === undefined) return names;
  const condition = first.name + first.example;
  const words = [
    offer(context, "keyword", "NOT", ` ${condition}${closers}`, "What doesn't fulfil the condition"),
    offer(context, "keyword", "(", `${condition})${closers}`, "Several conditions as one"),
  ];
  return [...names, ...words.filter(({ label }) => label.toLowerCase().startsWith(typedOf(context).toLowerCase()))];
}

/** What makes a name a condition; null where nothing is known that does. */
function exampleOf(catalog: Catalog.Catalog, entry: Catalog.Entry): string | null {
  if (entry.type === "group") {
    for (const child of Catalog.tokensIn(catalog, entry)) {
      const example = exampleOf(catalog, child);
      if (example !== null) return `: (${Catalog.nameWithin(child, entry)}${example})`;
    }
    return " is not null";
  }
  const sample = sampleOf(entry);
  if (sample !== null && Catalog.isAllowed(entry, "equals")) return `: ${sample}`;
  if (sample !== null && Catalog.isAllowed(entry, "list")) return `: [${sample}]`;
  if (sample !== null && Catalog.isAllowed(entry, "order")) return ` > ${sample}`;
  if (sample !== null && Catalog.isAllowed(entry, "range")) return `: [${sample} .. ${sample}]`;
  return Catalog.isAllowed(entry, "null") ? " is not null" : null;
}

/** A value of a token that can stand anywhere; null where the catalogue's example is none. */
const sampleOf = (token: Catalog.Token): string | null =>
  [token.example, ...knownValues(token).map(Canonical.spell)].find((text) => isValue(token, text)) ?? null;

/** Whether a text is a single value of a token, in a list as well. */
function isValue(token: Catalog.Token, text: string): boolean {
  const { ast, diagnostics } = Parser.parse(`x: [${text}]`);
  if (ast._tag !== "AnyOf" || diagnostics.length > 0) return false;
  const [literal] = ast.values;
  return literal !== undefined && ast.values.length === 1 && isRead(token, literal);
}

const isRead = (token: Catalog.Token, literal: Ast.Literal): boolean => Value.read(token, literal).ok;

/** Behind words without a token: one may be a token that waits for its operator. */
function wordOffers(context: Context, { text }: Place.Words): readonly Offer[] {
  const { catalog, within } = context;
  const entry = Catalog.find(catalog, text, within);
  const isTyping = typedOf(context) !== "";
  const operators = entry === undefined || isTyping ? [] : operatorOffers(context, entry);
  const nulls = entry === undefined ? [] : nullOffers(context, text, ["is null", "is not null"]);
  const isSearch =
    Value.readSearch({ _tag: "Bare", text, start: 0, end: 0 }).ok &&
    Catalog.tokensIn(catalog, within).some(({ isSearchable }) => isSearchable);
  return [...operators, ...nulls, ...(isSearch ? joinOffers(context) : [])];
}

function operatorOffers(context: Context, entry: Catalog.Entry): readonly Offer[] {
  const { catalog, closers } = context;
  const asked = (insert: string, rest: string, detail: string, label = insert): Offer => ({
    ...offer(context, "operator", insert, rest + closers, detail),
    label,
  });
  if (entry.type === "group") {
    const inner = exampleOf(catalog, entry)?.replace(": (", "") ?? "";
    return inner === "" || inner.startsWith(" ")
      ? []
      : [asked(": (", inner, "One of them fulfils all of what follows")];
  }
  const value = sampleOf(entry);
  if (value === null) return [];
  const all: readonly (readonly [Catalog.Operator, Offer])[] = [
    ["equals", asked(":", ` ${value}`, "Is")],
    ["list", asked(": [", `${value}]`, "Is one of", ": [a, b]")],
    ["order", asked("<", ` ${value}`, "Is below")],
    ["order", asked("<=", ` ${value}`, "Is at most")],
    ["order", asked(">", ` ${value}`, "Is above")],
    ["order", asked(">=", ` ${value}`, "Is at least")],
    ["range", asked(": [", `${value} .. ${value}]`, "Lies between, ends included", ": [a .. b]")],
    ["range", asked(": (", `${value} .. ${value})`, "Lies between, ends excluded", ": (a .. b)")],
  ];
  return all.filter(([operator]) => Catalog.isAllowed(entry, operator)).map(([, each]) => each);
}

/** `is null` and its like, where the token can be asked for it. */
function nullOffers(context: Context, name: string, words: readonly string[]): readonly Offer[] {
  const entry = Catalog.find(context.catalog, name, context.within);
  if (entry === undefined || (entry.type !== "group" && !Catalog.isAllowed(entry, "null"))) return [];
  return words
    .filter((each) => each.startsWith(typedOf(context).toLowerCase()))
    .map((each) =>
      offer(context, "operator", each, context.closers, each.includes("not") ? "Has a value" : "Has none"),
    );
}

/** What joins the condition before to a further one, or ends the group. */
function joinOffers(context: Context): readonly Offer[] {
  const { gap, closers } = context;
  const [next] = conditionOffers({ ...context, typedFrom: context.head.length, at: { _tag: "Condition" } });
  const rest = next === undefined ? "" : ` ${next.label}${next.rest}`;
  const all = [
    ...(next === undefined
      ? []
      : [offer(context, "keyword", "AND", rest, "Both"), offer(context, "keyword", "OR", rest, "One or both")]),
    ...(closers === "" ? [] : [offer(context, "keyword", ")", closers.slice(1), "Ends the group")]),
  ];
  return withGap(
    all.filter(({ label }) => label.startsWith(typedOf(context).toUpperCase())),
    gap,
  );
}

/** A word of the language keeps its distance. */
const withGap = (offers: readonly Offer[], gap: string): readonly Offer[] =>
  offers.map((each) => (/^[A-Z]/.test(each.insert) ? { ...each, insert: gap + each.insert } : each));

/** Values of a token, and what may stand behind one. */
function valueOffers(context: Context, at: Place.Value): readonly Offer[] {
  const entry = Catalog.find(context.catalog, at.name, context.within);
  if (entry === undefined) return [];
  if (entry.type === "group") {
    const isNext = at.form === "Single" && at.literal === null && typedOf(context) === "";
    return isNext ? operatorOffers(context, entry).map((each) => ({ ...each, label: "(", insert: "(" })) : [];
  }
  return [
    ...valuesOffers(context, entry, at),
    ...(at.literal === null ? [] : behindOffers(context, entry, at, at.literal)),
  ];
}

function valuesOffers(context: Context, token: Catalog.Token, at: Place.Value): readonly Offer[] {
  const { head, closers, options } = context;
  if (!isAsked(token, at.form) || (at.literal !== null && at.literal._tag !== "Bare")) return [];
  const typed = head
    .slice(at.from)
    .replace(/^["'`“”„‘]/, "")
    .replace(/\s+/g, " ");
  const listed = [...knownValues(token), ...(options.values?.(token) ?? [])];
  const known = new Map(listed.map((text) => [text, spelled(token, text)]));
  const values = [...known].map(([label, insert]) => ({ label, insert, detail: "" }));
  const isExampleNew = token.type !== "enum" && token.type !== "boolean" && !known.has(token.example);
  const all = isExampleNew
    ? [...values, { label: token.example, insert: token.example, detail: "For example" }]
    : values;
  const rest = restOf(token, at) + closers;
  return ranked(all, ({ label }) => [label], typed)
    .filter(({ insert }) => isValue(token, insert))
    .map(({ label, insert, detail }) => ({ kind: "value", label, insert, rest, detail, from: at.from }));
}

const OPERATORS: { readonly [F in Place.Form]: Catalog.Operator } = {
  Single: "equals",
  Compared: "order",
  First: "list",
  Further: "list",
  Lower: "range",
  Upper: "range",
};

/** A bracket may begin a list or a range. */
const isAsked = (token: Catalog.Token, form: Place.Form): boolean =>
  Catalog.isAllowed(token, OPERATORS[form]) || (form === "First" && Catalog.isAllowed(token, "range"));

/** What ends the condition behind a value. */
function restOf(token: Catalog.Token, { form, closer }: Place.Value): string {
  const isRange = form === "Lower" || (form === "First" && !Catalog.isAllowed(token, "list"));
  return isRange ? ` .. ${sampleOf(token) ?? ""}${closer}` : closer;
}

/** Behind a value: the next one, the end of the list or range, or a further condition. */
function behindOffers(context: Context, token: Catalog.Token, at: Place.Value, literal: Ast.Literal): readonly Offer[] {
  if (!isAsked(token, at.form) || !isRead(token, literal)) return [];
  if (at.closer === "") return joinOffers(context);
  const { closers } = context;
  if (typedOf(context) !== "") return [];
  const sample = sampleOf(token);
  const canList = (at.form === "First" || at.form === "Further") && Catalog.isAllowed(token, "list");
  const canRange = (at.form === "First" || at.form === "Lower") && Catalog.isAllowed(token, "range") && sample !== null;
  const further = offer(context, "operator", ",", ` ${sample}${at.closer}${closers}`, "Or another value");
  const upTo = offer(context, "operator", "..", ` ${sample}${at.closer}${closers}`, "Up to");
  return [
    ...(canList && sample !== null ? [further] : []),
    ...(canRange ? [{ ...upTo, insert: `${context.gap}..` }] : []),
    ...(canList || at.form === "Upper" ? [offer(context, "operator", at.closer, closers, "Ends it")] : []),
  ];
}

const RELATIVE_DATES = ["now-1d", "now-7d", "now-30d", "now-3M", "now-1y"];

function knownValues(token: Catalog.Token): readonly string[] {
  if (token.type === "enum") return token.values;
  if (token.type === "boolean") return ["true", "false"];
  return token.type === "date" ? RELATIVE_DATES : [];
}

/** A value as it is written in a query: in quotes where it needs them. */
function spelled(token: Catalog.Token, text: string): string {
  const isText = token.type === "text" || token.type === "keyword" || token.type === "enum";
  return !isText && isValue(token, text) ? text : Canonical.spell(text);
}

/** Queries of the past that go on as the text has begun, and are still sound. */
const recentOffers = ({ catalog, head, typedFrom, at, options }: Context, limits: Limits.Limits): readonly Offer[] => {
  const from = at._tag === "Value" ? at.from : typedFrom;
  return (options.recent ?? [])
    .filter((query) => query.length > head.length && query.slice(0, head.length).toLowerCase() === head.toLowerCase())
    .filter((query) => Query.inspect(catalog, query, limits).checked !== null)
    .map((query) => ({
      kind: "recent",
      label: query,
      insert: query.slice(from),
      rest: "",
      detail: "Searched before",
      from,
    }));
};
