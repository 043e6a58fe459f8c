/**
 * The tokens a query may use, as data given by the caller, and the TypeScript type of the documents they describe.
 *
 * Invariants of a Catalog: names and aliases are words a query can hold, and differ from each other in more than
 * letter case, as do the values of one enum; no name is a boolean word or a member every object inherits.
 */
import * as Result from "./Result.ts";
import { isReserved } from "./Token.ts";

/** How a token is searched. Closed; grows with the language, so switch over it exhaustively. */
export type Type = "text" | "keyword" | "enum" | "number" | "date" | "boolean";

interface Common {
  /** Other names a query may use for it. */
  readonly aliases?: readonly string[];
  /** The document holds an array; a condition holds if it holds for one element. */
  readonly repeated?: boolean;
  /** The document always has a value. */
  readonly required?: boolean;
  /** One line for the people who write queries. */
  readonly description: string;
  /** A value as it would stand in a query, such as `security` or `2024-07-31`. */
  readonly example: string;
}

/** A token whose values are not listed: full text, whole-value keyword, number, date (epoch milliseconds), boolean. */
export interface OpenDefinition extends Common {
  readonly type: Exclude<Type, "enum">;
}

/** A token whose values are listed; documents hold them spelled as here, queries in any letter case. */
export interface EnumDefinition extends Common {
  readonly type: "enum";
  readonly values: readonly string[];
}

export type Definition = OpenDefinition | EnumDefinition;

/** Definitions by canonical token name: the name documents use. */
export type Definitions = { readonly [name: string]: Definition };

interface Resolved {
  /** Canonical name: the key in documents and in printed queries. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly repeated: boolean;
  readonly required: boolean;
  readonly description: string;
  readonly example: string;
}

/** A token ready for look-up: defaults filled in. */
export type Token =
  | (Resolved & { readonly type: Exclude<Type, "enum"> })
  | (Resolved & {
      readonly type: "enum";
      readonly values: readonly string[];
      /** Values by their lower-case spelling. */
      readonly valueByFolded: ReadonlyMap<string, string>;
    });

export interface Catalog<D extends Definitions = Definitions> {
  readonly definitions: D;
  /** All tokens, in the order of their definitions. */
  readonly tokens: readonly Token[];
  /** Tokens by the lower-case spelling of their name and of each alias. */
  readonly tokenByFolded: ReadonlyMap<string, Token>;
}

/** One value of a document. */
export type DocumentValue = string | number | boolean | readonly (string | number | boolean)[];

type ScalarOf<D extends Definition> = D extends { readonly values: readonly (infer V)[] }
  ? V
  : D extends { readonly type: "number" | "date" }
    ? number
    : D extends { readonly type: "boolean" }
      ? boolean
      : string;

type ValueOf<D extends Definition> = D extends { readonly repeated: true } ? readonly ScalarOf<D>[] : ScalarOf<D>;

type RequiredName<D extends Definitions> = {
  [K in keyof D]: D[K] extends { readonly required: true } ? K : never;
}[keyof D];

/**
 * The documents a catalogue describes: a plain object keyed by token name. A date is epoch milliseconds; a repeated
 * token is an array; what is not `required` may be null or absent. Objects may have further properties.
 */
export type DocumentOf<D extends Definitions> = string extends keyof D
  ? { readonly [name: string]: DocumentValue | null | undefined }
  : { readonly [K in RequiredName<D>]: ValueOf<D[K]> } & {
      readonly [K in Exclude<keyof D, RequiredName<D>>]?: ValueOf<D[K]> | null | undefined;
    };

/** What is wrong with the definition of one token. */
export interface Problem {
  /** The token's canonical name. */
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

/** Thrown by `define`: the definitions are part of the program, so a fault in them is a bug. */
export class CatalogError extends Error {
  override readonly name = "CatalogError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ name, message, hint }) => `${name}: ${message} ${hint}`).join("\n"));
    this.problems = problems;
  }
}

/**
 * A catalogue from definitions that are only known at run time (a file, a tenant's settings).
 *
 * Errors: everything wrong with the names, aliases, types and enum values.
 */
export function make<const D extends Definitions>(definitions: D): Result.Result<Catalog<D>, readonly Problem[]> {
  const problems: Problem[] = [];
  const tokenByFolded = new Map<string, Token>();
  const tokens = Object.entries(definitions).map(([name, definition]) => {
    problems.push(...definitionProblems(name, definition));
    const token = resolve(name, definition);
    for (const spelling of [name, ...token.aliases]) {
      problems.push(...nameProblems(name, spelling, tokenByFolded.get(fold(spelling))));
      tokenByFolded.set(fold(spelling), token);
    }
    return token;
  });
  return problems.length > 0 ? Result.err(problems) : Result.ok({ definitions, tokens, tokenByFolded });
}

/**
 * A catalogue from definitions written in the program; throws `CatalogError` if they are faulty.
 *
 * @example
 * const patches = Catalog.define({
 *   category: { type: "text", description: "Vendor's class of the patch", example: "security" },
 *   cve: { type: "keyword", repeated: true, description: "Fixed vulnerabilities", example: "CVE-2024-3094" },
 * });
 * type Patch = Catalog.DocumentOf<typeof patches.definitions>;
 */
export function define<const D extends Definitions>(definitions: D): Catalog<D> {
  const made = make(definitions);
  if (!made.ok) throw new CatalogError(made.error);
  return made.value;
}

/** The token a query means by a name or alias, in any letter case. */
export const find = (catalog: Catalog, name: string): Token | undefined => catalog.tokenByFolded.get(fold(name));

/** An enum's own spelling of a value written in any letter case. */
export const findValue = (token: Extract<Token, { type: "enum" }>, text: string): string | undefined =>
  token.valueByFolded.get(fold(text));

/** The enum's values that begin so in any letter case, in the order of its definition. */
export const valuesWithPrefix = (token: Extract<Token, { type: "enum" }>, prefix: string): readonly string[] =>
  token.values.filter((value) => fold(value).startsWith(fold(prefix)));

const fold = (text: string): string => text.toLowerCase();

function resolve(name: string, definition: Definition): Token {
  const { aliases = [], repeated = false, required = false, description, example } = definition;
  const resolved: Resolved = { name, aliases, repeated, required, description, example };
  if (definition.type !== "enum") return { ...resolved, type: definition.type };
  const values = definition.values ?? [];
  const valueByFolded = new Map(values.map((value) => [fold(value), value]));
  return { ...resolved, type: definition.type, values, valueByFolded };
}

const NAME = /^[a-z_][\w.-]*$/i;
/** What no query text can hold (see Lexer), and line ends. */
const CONTROL = /\p{Cc}|\p{Cs}/u;
const TYPES: Record<Type, true> = { text: true, keyword: true, enum: true, number: true, date: true, boolean: true };
const PROPERTIES: Record<keyof EnumDefinition, true> = {
  type: true,
  values: true,
  aliases: true,
  repeated: true,
  required: true,
  description: true,
  example: true,
};

function nameProblems(name: string, spelling: string, taken: Token | undefined): readonly Problem[] {
  if (!NAME.test(spelling) || isReserved(spelling) || spelling in Object.prototype) {
    const hint =
      "Begin with a letter or _, go on with letters, digits, _ . or -; and, or, not and constructor are taken.";
    return [{ name, message: `"${spelling}" cannot be a token name.`, hint }];
  }
  if (taken === undefined) return [];
  const message = `"${spelling}" already names the token "${taken.name}".`;
  return [{ name, message, hint: "Names and aliases must differ in more than letter case." }];
}

function definitionProblems(name: string, definition: Definition): readonly Problem[] {
  const problems: Problem[] = [];
  // Definitions from a file are only said to have this type.
  if (!Object.hasOwn(TYPES, definition.type)) {
    const hint = `Use one of ${Object.keys(TYPES).join(", ")}.`;
    problems.push({ name, message: `"${definition.type}" is not a type.`, hint });
  }
  for (const property of Object.keys(definition)) {
    if (Object.hasOwn(PROPERTIES, property)) continue;
    const hint = `Use ${Object.keys(PROPERTIES).join(", ")}.`;
    problems.push({ name, message: `"${property}" is not a property of a token.`, hint });
  }
  if (definition.type === "enum") problems.push(...enumProblems(name, definition.values ?? []));
  return problems;
}

function enumProblems(name: string, values: readonly string[]): readonly Problem[] {
  const problems: Problem[] = [];
  if (values.length === 0) problems.push({ name, message: "The enum has no values.", hint: "List them in values." });
  const seen = new Set<string>();
  for (const value of values) {
    if (value.trim() !== value || value === "" || CONTROL.test(value)) {
      const message = `"${value}" is empty, has space around it, or holds control characters.`;
      problems.push({ name, message, hint: "Clean the enum's values." });
    }
    if (seen.has(fold(value))) {
      problems.push({ name, message: `The value "${value}" is listed twice.`, hint: "Values ignore letter case." });
    }
    seen.add(fold(value));
  }
  return problems;
}
