/**
 * What a query means, said a second time and naively, straight from the tree and the definitions of the catalogue: no
 * checker, no keys, no closures, nothing of the package but its types. Slow on purpose. It speaks of sound queries over
 * documents of the catalogue, in scripts whose words no dictionary splits.
 */
import type { Ast, Catalog } from "../../src/index.ts";

type Document = Catalog.AnyDocument;

/** One step down a document. */
interface Found {
  readonly path: readonly string[];
  readonly definition: Catalog.Definition;
}

interface World {
  readonly definitions: Catalog.Definitions;
  readonly now: number;
}

/** True if the query selects the document. */
export const selects = (definitions: Catalog.Definitions, ast: Ast.Expr, document: Document, now: number): boolean =>
  holds({ definitions, now }, definitions, ast, document);

/** `definitions` are those of the group that `object` is an element of. */
function holds(world: World, definitions: Catalog.Definitions, ast: Ast.Expr, object: unknown): boolean {
  switch (ast._tag) {
    case "And":
      return ast.operands.filter((each) => !holds(world, definitions, each, object)).length === 0;
    case "Or":
      return ast.operands.filter((each) => holds(world, definitions, each, object)).length > 0;
    case "Not":
      return !holds(world, definitions, ast.operand, object);
    case "Nested": {
      const { path, definition } = find(definitions, ast.name.text);
      if (definition.type !== "group") throw new Error(`${ast.name.text} is no group`);
      const elements = reach(object, path);
      return elements.some((element) => holds(world, definition.tokens, ast.operand, element));
    }
    case "Search":
      return everyToken(definitions, []).some(({ path, definition }) =>
        reach(object, path).some((value) => isSearched(definition, value, ast.value)),
      );
    case "Broken":
      throw new Error("what is broken means nothing");
    default:
      return holdsOn(world, definitions, ast, object);
  }
}

function holdsOn(
  world: World,
  definitions: Catalog.Definitions,
  ast: Exclude<Ast.Condition, Ast.Search>,
  object: unknown,
): boolean {
  const { path, definition } = find(definitions, ast.name.text);
  const values = reach(object, path);
  switch (ast._tag) {
    case "IsNull":
      return ast.isNegated === values.length > 0;
    case "Match":
      if (ast.value._tag === "Bare" && ast.value.text === "*") return values.length > 0;
      return values.some((value) => is(world, definition, value, ast.value));
    case "AnyOf":
      return ast.values.some((literal) => values.some((value) => is(world, definition, value, literal)));
    case "Compare":
      return values.some((value) => isOrdered(world, definition, value, ast.operator, ast.value));
    case "Range": {
      const [low, high] = ast.isInclusive ? ([">=", "<="] as const) : ([">", "<"] as const);
      return values.some(
        (value) =>
          isOrdered(world, definition, value, low, ast.from) && isOrdered(world, definition, value, high, ast.to),
      );
    }
  }
}

/** The definition that a name means, by its names one after another, in any letter case; the last may be an alias. */
function find(definitions: Catalog.Definitions, name: string): Found {
  const [first = "", ...rest] = name.toUpperCase().split(".");
  for (const [key, definition] of Object.entries(definitions)) {
    const aliases = definition.type === "group" ? [] : (definition.aliases ?? []);
    if (![key, ...aliases].some((each) => each.toUpperCase() === first)) continue;
    if (rest.length === 0) return { path: [key], definition };
    if (definition.type !== "group") continue;
    const inner = find(definition.tokens, rest.join("."));
    return { path: [key, ...inner.path], definition: inner.definition };
  }
  throw new Error(`the catalogue has no ${name}`);
}

/** All tokens, those of groups among them. */
const everyToken = (definitions: Catalog.Definitions, above: readonly string[]): readonly Found[] =>
  Object.entries(definitions).flatMap(([key, definition]) =>
    definition.type === "group"
      ? everyToken(definition.tokens, [...above, key])
      : [{ path: [...above, key], definition }],
  );

/** The values at the end of a path: through every element of what is an array, and none that is missing. */
function reach(object: unknown, path: readonly string[]): readonly unknown[] {
  let reached = [object];
  for (const key of path) {
    reached = reached.flatMap((each) => (each as Document)[key]).filter((each) => each !== null && each !== undefined);
  }
  return reached;
}

/** Text without a name: words in text, the whole or its beginning elsewhere; numbers and the like take no part. */
function isSearched(definition: Catalog.Definition, value: unknown, literal: Ast.Literal): boolean {
  if (definition.type === "text") return isText(String(value), literal);
  if (!["keyword", "enum", "uuid"].includes(definition.type)) return false;
  const [folded, asked] = [fold(String(value)), fold(literal.text)];
  return literal._tag === "Exact" ? folded === asked : folded.indexOf(asked) === 0;
}

/** `token: value`. */
function is(world: World, definition: Catalog.Definition, value: unknown, literal: Ast.Literal): boolean {
  switch (definition.type) {
    case "text":
      return isText(String(value), literal);
    case "keyword":
    case "enum":
      return isPattern(String(value), literal);
    case "uuid":
      return String(value).toLowerCase().indexOf(literal.text.toLowerCase().replace("*", "")) === 0;
    case "boolean":
      return String(value) === literal.text.toLowerCase();
    default:
      return place(world, definition, value, literal) === 0;
  }
}

function isOrdered(
  world: World,
  definition: Catalog.Definition,
  value: unknown,
  operator: Ast.Ordering,
  literal: Ast.Literal,
): boolean {
  const found = place(world, definition, value, literal);
  if (found === null) return false;
  if (operator === "<") return found < 0;
  if (operator === "<=") return found <= 0;
  return operator === ">" ? found > 0 : found >= 0;
}

/** Below, at or above 0 as the value lies before, in or behind what the literal names; null if it is no such value. */
function place(
  { now }: World,
  { type }: Catalog.Definition,
  value: unknown,
  { text, _tag }: Ast.Literal,
): number | null {
  switch (type) {
    case "number":
      return Number(value) - Number.parseFloat(text);
    case "size":
      return Number(value) - bytesOf(text);
    case "date": {
      const [first, last] = dateOf(text, now);
      return Number(value) < first ? -1 : Number(value) > last ? 1 : 0;
    }
    case "version":
      return _tag === "Bare" && text.endsWith("*")
        ? comparePrefix(componentsOf(String(value)), componentsOf(text.slice(0, -1)))
        : compareVersions(componentsOf(String(value)), componentsOf(text));
    case "ip": {
      const address = addressOf(String(value));
      const [first, last] = blockOf(text);
      return address < first ? -1 : address > last ? 1 : 0;
    }
    default:
      throw new Error(`${type} has no order`);
  }
}

// Text.

/** Letter by letter, by way of capitals, so that ß and ss, and all three sigmas, are one. */
const fold = (text: string): string =>
  [...text.normalize("NFC")]
    .map((letter) => letter.toUpperCase().toLowerCase().replace("ς", "σ"))
    .join("")
    .normalize("NFC");

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/** The segmenter is slow, and the same texts come again. */
const known = new Map<string, readonly string[]>();

/** A semicolon splits, which is the vendor's rule and not Unicode's. */
function wordsOf(text: string): readonly string[] {
  const segments = known.has(text) ? [] : [...segmenter.segment(fold(text).replaceAll(";", " "))];
  const words = known.get(text) ?? segments.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
  known.set(text, words);
  return words;
}

function isText(value: string, literal: Ast.Literal): boolean {
  if (literal._tag === "Exact" || (literal._tag === "Bare" && literal.text.includes("*"))) {
    return isPattern(value, literal);
  }
  const [held, asked] = [wordsOf(value), wordsOf(literal.text)];
  const last = asked.at(-1) ?? "";
  const whole = asked.slice(0, -1);
  if (literal._tag === "Bare") {
    return whole.every((word) => held.includes(word)) && held.some((word) => word.slice(0, last.length) === last);
  }
  return held.some((_, at) => {
    const end = held[at + whole.length] ?? "";
    return whole.every((word, i) => held[at + i] === word) && end.slice(0, last.length) === last && end !== "";
  });
}

/** The whole folded value; a `*` without quotes stands for any beginning or end. */
function isPattern(value: string, { _tag, text }: Ast.Literal): boolean {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const pattern = _tag === "Bare" ? escaped.replace(/^\\\*/, ".*").replace(/\\\*$/, ".*") : escaped;
  return new RegExp(`^${fold(pattern)}$`, "su").test(fold(value));
}

// Sizes and dates.

const bytesOf = (text: string): number => {
  const [, digits = "", unit = ""] = /^([\d.]+)\s*([a-z]?)/i.exec(text) ?? [];
  return Number(digits) * 1_024 ** Math.max(0, "bkmgtp".indexOf(unit.toLowerCase()));
};

const DAY = 86_400_000;

/** First and last millisecond. */
function dateOf(text: string, now: number): readonly [number, number] {
  const relative = /^now(?:([+-])(\d+)([a-zA-Z]))?$/i.exec(text);
  if (relative !== null) {
    const at = moved(now, Number(`${relative[1] ?? "+"}${relative[2] ?? 0}`), relative[3] ?? "s");
    return [at, at];
  }
  const iso = text.replace(" ", "T").replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
  const [date = "", time = ""] = iso.split("T");
  if (time === "") {
    const from = Date.parse(date);
    const months = date.length === 4 ? 12 : date.length === 7 ? 1 : 0;
    const until = new Date(from);
    if (months === 0) return [from, from + DAY - 1];
    until.setUTCMonth(until.getUTCMonth() + months);
    return [from, until.getTime() - 1];
  }
  const from = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(iso) ? iso : `${iso}Z`);
  const clock = time.replace(/(?:Z|[+-]\d\d:\d\d)$/, "");
  return [from, from + (clock.includes(".") ? 1 : clock.split(":").length === 3 ? 1_000 : 60_000) - 1];
}

function moved(now: number, amount: number, unit: string): number {
  if (unit === "M" || /y/i.test(unit)) {
    const day = new Date(now).getUTCDate();
    const date = new Date(now);
    date.setUTCMonth(date.getUTCMonth() + (unit === "M" ? amount : 12 * amount));
    // What ran over into the next month goes back to the end of the one that was meant.
    if (date.getUTCDate() !== day) date.setUTCDate(0);
    return date.getTime();
  }
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }[unit.toLowerCase()] ?? Number.NaN;
  return now + amount * seconds * 1_000;
}

// Versions.

/** Numbers, words and tildes, in order. */
const componentsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replace(/^v(?=\d)/, "")
    .match(/\d+|[a-z]+|~/g) ?? [];

function compareVersions(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareComponents(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** All versions that begin with the components are at 0. */
const comparePrefix = (a: readonly string[], prefix: readonly string[]): number =>
  compareVersions(a.slice(0, prefix.length), prefix);

/** A tilde is older than nothing, nothing than a word, a word than a number. */
function compareComponents(a: string | undefined, b: string | undefined): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (a === undefined || b === undefined || a === b) return 0;
  if (rankA === 3) return Number(BigInt(a) - BigInt(b));
  return a < b ? -1 : 1;
}

const rankOf = (component: string | undefined): number =>
  component === undefined ? 1 : component === "~" ? 0 : /\d/.test(component) ? 3 : 2;

// Addresses.

/** The number of an address; one of version 4 is mapped into version 6. */
function addressOf(text: string): bigint {
  const v4 = /^(.*?)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (v4 !== null) {
    const [, before = "", ...bytes] = v4;
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    return addressOf(before === "" ? `::ffff:${groups}` : before + groups);
  }
  const [head = "", tail] = text.split("::");
  const left = head.split(":").filter((group) => group !== "");
  const right = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** First and last address. */
function blockOf(text: string): readonly [bigint, bigint] {
  const stars = text.endsWith(".*") ? text.slice(0, -2).split(".") : null;
  const [address = "", bits] =
    stars === null ? text.split("/") : [[...stars, 0, 0, 0].slice(0, 4).join("."), String(8 * stars.length)];
  const width = BigInt(address.includes(":") ? 128 : 32);
  const size = 2n ** (width - BigInt(bits ?? width));
  const first = (addressOf(address) / size) * size;
  return [first, first + size - 1n];
}
