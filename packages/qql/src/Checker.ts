/**
 * Ast to Checked: looks up token names, reads values by their token's type, says what cannot be meant.
 *
 * Invariants: never throws; goes on behind a faulty condition, so that all faults are reported at once (up to
 * `maxDiagnostics`); recursion is bounded by the depth of the Ast.
 */
import type * as Ast from "./Ast.ts";
import * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as Diagnostic from "./Diagnostic.ts";
import * as FullText from "./FullText.ts";
import * as Limits from "./Limits.ts";
import { nearest } from "./Nearest.ts";
import * as Result from "./Result.ts";
import * as Value from "./Value.ts";

interface Context {
  readonly catalog: Catalog.Catalog;
  readonly bag: Diagnostic.Bag;
}

/** Reads one literal as one or more values; null when it cannot be read, which has been reported. */
type Reader<A> = (context: Context, literal: Ast.Literal) => readonly A[] | null;

type EnumToken = Extract<Catalog.Token, { type: "enum" }>;

/** Longest list of names or values spelled out in one hint. */
const MAX_HINT_NAMES = 12;

/**
 * Checks a parsed query against a catalogue.
 *
 * Errors: unknown tokens and enum values, values their token's type cannot have, operators it does not know.
 */
export function check(
  catalog: Catalog.Catalog,
  ast: Ast.Expr,
  limits: Limits.Limits = Limits.defaults,
): Result.Result<Checked.Checked, readonly Diagnostic.Diagnostic[]> {
  const context: Context = { catalog, bag: Diagnostic.bag(limits.maxDiagnostics) };
  const checked = checkExpr(context, ast);
  return checked === null ? Result.err(context.bag.items) : Result.ok(checked);
}

function checkExpr(context: Context, ast: Ast.Expr): Checked.Checked | null {
  // Looking for near spellings is the dear part of a faulty query: none once nothing can be reported.
  if (Diagnostic.isFull(context.bag)) return null;
  switch (ast._tag) {
    case "And":
    case "Or": {
      const all = ast.operands.map((operand) => checkExpr(context, operand));
      const operands = all.filter((operand) => operand !== null);
      return operands.length < all.length ? null : { _tag: ast._tag, operands, span: ast.span };
    }
    case "Not": {
      const operand = checkExpr(context, ast.operand);
      return operand === null ? null : { _tag: "Not", operand, span: ast.span };
    }
    default:
      return checkLeaf(context, ast);
  }
}

function checkLeaf(context: Context, leaf: Ast.Leaf): Checked.Leaf | null {
  const token = Catalog.find(context.catalog, leaf.name.text);
  if (token === undefined) return unknownToken(context, leaf.name);
  switch (leaf._tag) {
    case "Match":
      return checkValues(context, token, leaf, [leaf.value]);
    case "AnyOf":
      return checkValues(context, token, leaf, leaf.values);
    case "Compare":
      return checkOrder(context, token, leaf);
    case "IsNull":
      return { _tag: "IsNull", token, negated: leaf.negated, span: leaf.span };
  }
}

function checkValues(
  context: Context,
  token: Catalog.Token,
  { span }: Ast.Leaf,
  literals: readonly Ast.Literal[],
): Checked.Leaf | null {
  switch (token.type) {
    case "text": {
      const values = readAll(context, literals, readText);
      return values && { _tag: "Text", token, values, span };
    }
    case "keyword": {
      const values = readAll(context, literals, readKeyword);
      return values && { _tag: "Keyword", token, values, span };
    }
    case "enum": {
      const values = readAll(context, literals, (_, literal) => readEnum(context, token, literal));
      return values && { _tag: "Enum", token, values: [...new Set(values)], span };
    }
    case "number": {
      const values = readAll(context, literals, readNumber);
      return values && { _tag: "Number", token, values, span };
    }
    case "date": {
      const values = readAll(context, literals, readDate);
      return values && { _tag: "Date", token, values, span };
    }
    case "boolean": {
      const values = readAll(context, literals, readBoolean);
      return values && { _tag: "Boolean", token, values, span };
    }
  }
}

function checkOrder(context: Context, token: Catalog.Token, leaf: Ast.Compare): Checked.Leaf | null {
  const { operator, span } = leaf;
  switch (token.type) {
    case "number": {
      const value = readNumber(context, leaf.value)?.[0];
      return value === undefined ? null : { _tag: "NumberOrder", token, operator, value, span };
    }
    case "date": {
      const value = readDate(context, leaf.value)?.[0];
      return value === undefined ? null : { _tag: "DateOrder", token, operator, value, span };
    }
    default:
      Diagnostic.add(context.bag, {
        code: "operator-not-allowed",
        message: `"${operator}" does not apply to ${token.name}, which is of type ${token.type}.`,
        span,
        hint: `Write ${token.name}: ${token.example}; < <= > >= are for numbers and dates.`,
      });
      return null;
  }
}

function readAll<A>(context: Context, literals: readonly Ast.Literal[], read: Reader<A>): readonly A[] | null {
  const all = literals.map((literal) => (Diagnostic.isFull(context.bag) ? null : read(context, literal)));
  const sound = all.filter((values) => values !== null);
  return sound.length < all.length ? null : sound.flat();
}

const readText: Reader<Value.Text> = (context, literal) => {
  if (literal._tag === "Exact") return [{ _tag: "Exact", text: literal.text }];
  const pattern = readWildcard(context, literal);
  if (pattern === null) return null;
  const words = FullText.words(pattern.text);
  if (words.length === 0) return noWords(context, literal);
  // One word is the same question both ways; one form for it keeps the canonical text unique.
  const isPhrase = literal._tag === "Phrase" && words.length > 1;
  return [{ _tag: isPhrase ? "Phrase" : "Words", words }];
};

const readKeyword: Reader<Value.Keyword> = (context, literal) => {
  const pattern = readWildcard(context, literal);
  return pattern && [{ _tag: pattern.isPrefix ? "Prefix" : "Exact", text: pattern.text }];
};

function readEnum(context: Context, token: EnumToken, literal: Ast.Literal): readonly string[] | null {
  const pattern = readWildcard(context, literal);
  if (pattern === null) return null;
  const value = Catalog.findValue(token, pattern.text);
  const values = pattern.isPrefix
    ? Catalog.valuesWithPrefix(token, pattern.text)
    : [value].filter((each) => each !== undefined);
  return values.length > 0 ? values : unknownEnumValue(context, token, literal);
}

const readNumber: Reader<number> = (context, literal) =>
  accepted(context, literal, "invalid-number", Value.parseNumber(literal.text));

const readDate: Reader<Value.Interval> = (context, literal) =>
  accepted(context, literal, "invalid-date", Value.parseDate(literal.text));

const readBoolean: Reader<boolean> = (context, literal) =>
  accepted(context, literal, "invalid-boolean", Value.parseBoolean(literal.text));

function accepted<A>(
  context: Context,
  literal: Ast.Literal,
  code: Diagnostic.Code,
  parsed: Result.Result<A, Value.Fault>,
): readonly A[] | null {
  if (parsed.ok) return [parsed.value];
  Diagnostic.add(context.bag, { code, message: parsed.error.message, span: literal.span, hint: parsed.error.hint });
  return null;
}

/** Takes the star off `win*`; a star inside quotes is a star. Null for a star elsewhere, which has been reported. */
function readWildcard(context: Context, literal: Ast.Literal): { text: string; isPrefix: boolean } | null {
  const { text } = literal;
  const star = literal._tag === "Bare" ? text.indexOf("*") : -1;
  if (star < 0) return { text, isPrefix: false };
  if (star === text.length - 1 && star > 0) return { text: text.slice(0, star), isPrefix: true };
  Diagnostic.add(context.bag, {
    code: "unsupported-wildcard",
    message: `"${text}" has a * that is not at the end of a value.`,
    span: literal.span,
    hint: "Write win* for a beginning, token is not null for any value; put a * that is searched itself in quotes.",
  });
  return null;
}

function noWords(context: Context, literal: Ast.Literal): null {
  Diagnostic.add(context.bag, {
    code: "no-searchable-words",
    message: `"${literal.text}" has no letters or digits to search for.`,
    span: literal.span,
    hint: "Text is searched by its words; for the whole value, punctuation included, use backticks.",
  });
  return null;
}

function unknownToken(context: Context, name: Ast.Name): null {
  const near = nearest(
    name.text,
    context.catalog.tokens.flatMap((token) => [token.name, ...token.aliases]),
  );
  const names = context.catalog.tokens.map((token) => token.name);
  Diagnostic.add(context.bag, {
    code: "unknown-token",
    message: `There is no token "${name.text}".`,
    span: name.span,
    hint: near === null ? `Tokens are ${listed(names)}.` : `Did you mean ${near}?`,
  });
  return null;
}

function unknownEnumValue(context: Context, token: EnumToken, literal: Ast.Literal): null {
  const near = nearest(literal.text, token.values);
  const allowed = `Values of ${token.name} are ${listed(token.values)}.`;
  Diagnostic.add(context.bag, {
    code: "unknown-enum-value",
    message: `"${literal.text}" is not a value of ${token.name}.`,
    span: literal.span,
    hint: near === null ? allowed : `Did you mean ${near}? ${allowed}`,
  });
  return null;
}

const listed = (names: readonly string[]): string =>
  names.length <= MAX_HINT_NAMES
    ? names.join(", ")
    : `${names.slice(0, MAX_HINT_NAMES).join(", ")} and ${names.length - MAX_HINT_NAMES} more`;
