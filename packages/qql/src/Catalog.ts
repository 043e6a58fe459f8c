/**
 * The tokens a query may use, as data given by the caller, and the TypeScript type of the documents they describe.
 *
 * A catalogue is a tree: a group holds the tokens of a nested object or of the elements of an array, and its tokens are
 * named by their path (`interfaces.address`).
 *
 * Invariants of a Catalog: names and aliases are words a query can hold, and differ from each other in more than letter
 * case, as do the values of one enum; no name is a boolean word or a member every object inherits.
 */
import * as FullText from "./FullText.ts";
import * as Result from "./Result.ts";
import { isReserved } from "./Scanner.ts";

/** How a token is searched. Closed; grows with the language, so switch over it exhaustively. */
export type Type = "text" | "keyword" | "enum" | "number" | "size" | "date" | "boolean" | "version" | "ip" | "uuid";

/** What may be asked of a token: a value, one of a list, `< <= > >=`, `[a .. b]`, `*` in a value, `is null`. */
export type Operator = "equals" | "list" | "order" | "range" | "wildcard" | "null";

interface Common {
  /** The document holds an array; a condition holds if it holds for one element. */
  readonly repeated?: boolean;
  /** The document always has a value. */
  readonly required?: boolean;
  /** One line for the people who write queries. */
  readonly description: string;
  /** Why not to use it any more, and what instead: a sentence. */
  readonly deprecated?: string;
}

interface TokenCommon extends Common {
  /** Other names a query may use for it, beside it in the same group. */
  readonly aliases?: readonly string[];
  /** A value as it would stand in a query, such as `security` or `2024-07-31`. */
  readonly example: string;
  /** What may be asked of it, where that is less than its type allows. */
  readonly operators?: readonly Operator[];
  /** Whether text without a token is looked for in it; text, keyword, enum and uuid tokens only, which do unless said. */
  readonly searchable?: boolean;
}

/** A token whose values are not listed. */
export interface OpenDefinition extends TokenCommon {
  readonly type: Exclude<Type, "enum">;
}

/** A token whose values are listed; documents hold them spelled as here, queries in any letter case. */
export interface EnumDefinition extends TokenCommon {
  readonly type: "enum";
  /** In the order of their rank, which sorting goes by. */
  readonly values: readonly string[];
}

/** A nested object, or with `repeated` an array of them. */
export interface GroupDefinition extends Common {
  readonly type: "group";
  readonly tokens: Definitions;
}

export type Definition = OpenDefinition | EnumDefinition | GroupDefinition;

/** Definitions by name: the key that documents use. */
export type Definitions = { readonly [name: string]: Definition };

/** One step from an object of the document to what it holds. */
export interface Step {
  readonly key: string;
  readonly isRepeated: boolean;
}

interface Resolved {
  /** The path from the top, dots between: the name in printed queries and in storage. */
  readonly name: string;
  readonly path: readonly Step[];
  readonly isRequired: boolean;
  readonly description: string;
  readonly deprecated: string | null;
}

interface ResolvedToken extends Resolved {
  /** Paths, too. */
  readonly aliases: readonly string[];
  readonly example: string;
  readonly operators: readonly Operator[];
  readonly isSearchable: boolean;
}

export interface OpenToken extends ResolvedToken {
  readonly type: Exclude<Type, "enum">;
}

export interface EnumToken extends ResolvedToken {
  readonly type: "enum";
  readonly values: readonly string[];
}

/** A token ready for look-up: defaults filled in. */
export type Token = OpenToken | EnumToken;

/** A group ready for look-up. */
export interface Group extends Resolved {
  readonly type: "group";
}

export type Entry = Token | Group;

export interface Catalog<D extends Definitions = Definitions> {
  readonly definitions: D;
  /** All tokens, those of groups among them, in the order of their definitions. */
  readonly tokens: readonly Token[];
  readonly groups: readonly Group[];
  /** Tokens and groups by the lower-case spelling of their path and of each alias. */
  readonly entryByFolded: ReadonlyMap<string, Entry>;
}

type ScalarOf<D extends Definition> = D extends { readonly tokens: infer T extends Definitions }
  ? DocumentOf<T>
  : D extends { readonly values: readonly (infer V)[] }
    ? V
    : D extends { readonly type: "number" | "size" | "date" }
      ? number
      : D extends { readonly type: "boolean" }
        ? boolean
        : string;

type ValueOf<D extends Definition> = D extends { readonly repeated: true } ? readonly ScalarOf<D>[] : ScalarOf<D>;

type RequiredName<D extends Definitions> = {
  [K in keyof D]: D[K] extends { readonly required: true } ? K : never;
}[keyof D];

/** A document of a catalogue that is known only at run time. */
export interface AnyDocument {
  readonly [name: string]: unknown;
}

/**
 * The documents a catalogue describes: plain objects keyed by name. A date is epoch milliseconds, a size bytes; an enum
 * value is spelled as in its definition; a repeated token is an array; a group is an object, repeated an array of them;
 * what is not `required` may be null or absent. Objects may have further properties.
 */
export type DocumentOf<D extends Definitions> = string extends keyof D
  ? AnyDocument
  : // Joined to an empty type, a type of optional properties only would take anything, a text too.
    [RequiredName<D>] extends [never]
    ? OptionalOf<D>
    : { readonly [K in RequiredName<D>]: ValueOf<D[K]> } & OptionalOf<D>;

type OptionalOf<D extends Definitions> = {
  readonly [K in Exclude<keyof D, RequiredName<D>>]?: ValueOf<D[K]> | null | undefined;
};

/** What is wrong with one definition. */
export interface Problem {
  /** The token's or group's path. */
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
 * A catalogue from definitions that are only known at run time (a file, a tenant's settings); for JSON from outside see
 * {@link fromJson}.
 *
 * Errors: everything wrong with the names, aliases, types, operators and enum values.
 */
export function make<const D extends Definitions>(definitions: D): Result.Result<Catalog<D>, readonly Problem[]> {
  const draft: Draft = { problems: [], tokens: [], groups: [], entryByFolded: new Map() };
  addAll(draft, definitions, "", []);
  addAliasProblems(draft);
  const { problems, tokens, groups, entryByFolded } = draft;
  return problems.length > 0 ? Result.err(problems) : Result.ok({ definitions, tokens, groups, entryByFolded });
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

/** The token or group a query means by a name or alias, in any letter case; inside a group by its name there. */
export const find = (catalog: Catalog, name: string, within: Group | null = null): Entry | undefined =>
  catalog.entryByFolded.get(fold(within === null ? name : `${within.name}.${name}`));

/** The tokens of a group, at any depth; of the whole catalogue for null. */
export const tokensIn = (catalog: Catalog, within: Group | null): readonly Token[] =>
  within === null ? catalog.tokens : catalog.tokens.filter(({ name }) => name.startsWith(`${within.name}.`));

/** A token's or group's name as it is written inside a group. */
export const nameWithin = (entry: Entry, within: Group | null): string =>
  within === null ? entry.name : entry.name.slice(within.name.length + 1);

/** True if an operator may be used with the token. */
export const isAllowed = (token: Token, operator: Operator): boolean => token.operators.includes(operator);

/** What each type allows. */
export const OPERATORS: { readonly [T in Type]: readonly Operator[] } = {
  text: ["equals", "list", "wildcard", "null"],
  keyword: ["equals", "list", "wildcard", "null"],
  enum: ["equals", "list", "wildcard", "null"],
  number: ["equals", "list", "order", "range", "null"],
  size: ["equals", "list", "order", "range", "null"],
  date: ["equals", "list", "order", "range", "null"],
  boolean: ["equals", "list", "null"],
  version: ["equals", "list", "order", "range", "wildcard", "null"],
  ip: ["equals", "list", "order", "range", "wildcard", "null"],
  uuid: ["equals", "list", "wildcard", "null"],
};

const SEARCHABLE: readonly Type[] = ["text", "keyword", "enum", "uuid"];

const fold = (text: string): string => text.toLowerCase();

interface Draft {
  readonly problems: Problem[];
  readonly tokens: Token[];
  readonly groups: Group[];
  readonly entryByFolded: Map<string, Entry>;
}

function addAll(draft: Draft, definitions: Definitions, prefix: string, above: readonly Step[]): void {
  for (const [key, definition] of Object.entries(definitions)) {
    const name = prefix + key;
    for (const problem of [...keyProblems(name, key), ...definitionProblems(name, definition)])
      draft.problems.push(problem);
    const path = [...above, { key, isRepeated: definition.repeated ?? false }];
    const entry = resolve(name, path, prefix, definition);
    if (entry.type === "group") draft.groups.push(entry);
    else draft.tokens.push(entry);
    for (const spelling of entry.type === "group" ? [name] : [name, ...entry.aliases]) addName(draft, spelling, entry);
    if (definition.type === "group") addAll(draft, definition.tokens ?? {}, `${name}.`, path);
  }
}

function addName({ problems, entryByFolded }: Draft, spelling: string, entry: Entry): void {
  const taken = entryByFolded.get(fold(spelling));
  if (taken === undefined) entryByFolded.set(fold(spelling), entry);
  else {
    const message = `"${spelling}" already names "${taken.name}".`;
    problems.push({ name: entry.name, message, hint: "Names and aliases must differ in more than letter case." });
  }
}

/** Inside `group: (…)` such an alias would be a name of the group, whose elements don't hold the token's value. */
function addAliasProblems({ problems, tokens, groups }: Draft): void {
  for (const { name, aliases } of tokens) {
    for (const alias of aliases) {
      const group = groups.find((each) => isWithin(alias, each) && !isWithin(name, each));
      if (group === undefined) continue;
      const hint = "Choose one that doesn't begin with a group's name and a dot.";
      problems.push({ name, message: `The alias "${alias}" is a path into the group "${group.name}".`, hint });
    }
  }
}

const isWithin = (name: string, group: Group): boolean => fold(name).startsWith(fold(`${group.name}.`));

function resolve(name: string, path: readonly Step[], prefix: string, definition: Definition): Entry {
  const { required: isRequired = false, description, deprecated = null } = definition;
  const resolved: Resolved = { name, path, isRequired, description, deprecated };
  if (definition.type === "group") return { ...resolved, type: "group" };
  const { type, aliases = [], example } = definition;
  const isSearchable = definition.searchable ?? SEARCHABLE.includes(type);
  const operators = definition.operators ?? OPERATORS[type] ?? [];
  const token: ResolvedToken = {
    ...resolved,
    aliases: aliases.map((alias) => prefix + alias),
    example,
    operators,
    isSearchable,
  };
  if (definition.type !== "enum") return { ...token, type: definition.type };
  return { ...token, type: "enum", values: definition.values ?? [] };
}

/** A key of a document; a dot is what joins it to its group. */
const KEY = /^[a-z_][\w-]*$/i;
/** An alias may look like a path. */
const ALIAS = /^[a-z_][\w-]*(?:\.[a-z_][\w-]*)*$/i;

function keyProblems(name: string, key: string): readonly Problem[] {
  return KEY.test(key) && !isTaken(key) ? [] : [{ name, message: `"${key}" cannot be a name.`, hint: NAME_HINT }];
}

/** What the language or JavaScript itself takes. */
const isTaken = (name: string): boolean => isReserved(name) || name in Object.prototype;

const NAME_HINT =
  "Begin with a letter or _, go on with letters, digits, _ or -; and, or, not and constructor are taken.";

function definitionProblems(name: string, definition: Definition): readonly Problem[] {
  if (!Object.hasOwn(OWN, definition.type)) {
    const hint = `Use one of ${Object.keys(OWN).join(", ")}.`;
    return [{ name, message: `"${definition.type}" is not a type.`, hint }];
  }
  const properties = propertiesOf(definition.type);
  const problems = Object.keys(definition)
    .filter((property) => !properties.includes(property))
    .map((property) => ({
      name,
      message: `"${property}" is not a property of a ${definition.type}.`,
      hint: `Use ${properties.join(", ")}.`,
    }));
  if (definition.type === "group") return problems;
  const ofValues = definition.type === "enum" ? enumProblems(name, definition.values ?? []) : [];
  return [...problems, ...ofValues, ...tokenProblems(name, definition)];
}

const COMMON = ["type", "description", "repeated", "required", "deprecated"] as const;
const OF_TOKENS = ["aliases", "example", "operators", "searchable"] as const;

/** What only a definition of that type has. */
const OWN: { readonly [T in Type | "group"]: readonly string[] } = {
  text: [],
  keyword: [],
  enum: ["values"],
  number: [],
  size: [],
  date: [],
  boolean: [],
  version: [],
  ip: [],
  uuid: [],
  group: ["tokens"],
};

const propertiesOf = (type: Type | "group"): readonly string[] => [
  ...COMMON,
  ...(type === "group" ? [] : OF_TOKENS),
  ...OWN[type],
];

function tokenProblems(name: string, definition: OpenDefinition | EnumDefinition): readonly Problem[] {
  const { type, operators = [], aliases = [], searchable = false } = definition;
  const problems: Problem[] = [];
  for (const alias of aliases) {
    if (!ALIAS.test(alias) || isTaken(alias)) {
      problems.push({ name, message: `"${alias}" cannot be an alias.`, hint: NAME_HINT });
    }
  }
  for (const operator of operators) {
    if (OPERATORS[type].includes(operator)) continue;
    const hint = `Use ${OPERATORS[type].join(", ")}.`;
    problems.push({ name, message: `"${operator}" is not an operator of a ${type}.`, hint });
  }
  if (searchable && !SEARCHABLE.includes(type)) {
    const message = `Text without a token can't be looked for in a ${type}.`;
    problems.push({ name, message, hint: "Leave searchable out." });
  }
  return problems;
}

/** What no query text can hold (see Scanner), and line ends. */
const CONTROL = /\p{Cc}|\p{Cs}/u;

function enumProblems(name: string, values: readonly string[]): readonly Problem[] {
  const problems: Problem[] = [];
  if (values.length === 0) problems.push({ name, message: "The enum has no values.", hint: "List them in values." });
  const seen = new Set<string>();
  for (const value of values) {
    if (value.trim() !== value || value === "" || CONTROL.test(value)) {
      const message = `"${value}" is empty, has space around it, or holds control characters.`;
      problems.push({ name, message, hint: "Clean the enum's values." });
    }
    const folded = FullText.fold(value);
    if (seen.has(folded)) {
      problems.push({ name, message: `The value "${value}" is listed twice.`, hint: "Values ignore letter case." });
    }
    seen.add(folded);
  }
  return problems;
}
