/**
 * Storage keys: what a store keeps of a value so that it can answer queries as the matcher does, comparing keys only.
 *
 * | type | keys |
 * |---|---|
 * | text | `folded` (letter case and spelling evened out), `tokens` (its words, see FullText.tokens) |
 * | keyword, uuid | `folded` |
 * | enum | `rank`, its place among the values |
 * | number, size, date | `number`, the value itself |
 * | boolean | `number`, 0 or 1 |
 * | version | `version`, text whose order is the versions' (see Version) |
 * | ip | `ip`, 32 hexadecimal digits |
 *
 * Text keys are compared by UTF-16 code units or by UTF-8 bytes, which is the same for the two that are ordered: they are
 * ASCII. Keys are stamped with {@link KEYS_VERSION}: made under another one, they must be made anew.
 */
import * as Catalog from "./Catalog.ts";
import * as FullText from "./FullText.ts";
import * as IpAddress from "./IpAddress.ts";
import * as Version from "./Version.ts";

/**
 * Names the rules by which keys are made: those of words (`FullText.TOKENIZER_VERSION`), versions and addresses together.
 */
export const KEYS_VERSION: string = "t2.v1.i1";

/** A value's keys; null for a value that its type can't have: no condition holds for it but that there is one. */
export type Key = string | number | TextKeys | null;

/** The keys of a text. */
export interface TextKeys {
  readonly folded: string;
  readonly tokens: string;
}

/** The key, or keys, of one value of a token. */
export function of(token: Catalog.Token, value: unknown): Key {
  switch (token.type) {
    case "text":
      return typeof value === "string" ? { folded: FullText.fold(value), tokens: FullText.tokens(value) } : null;
    case "keyword":
    case "uuid":
      return typeof value === "string" ? FullText.fold(value) : null;
    case "enum":
      return rankAsSpelled(token, value);
    case "number":
    case "size":
    case "date":
      return typeof value === "number" && !Number.isNaN(value) ? value : null;
    case "boolean":
      return typeof value === "boolean" ? Number(value) : null;
    case "version":
      return typeof value === "string" ? Version.key(value) : null;
    case "ip":
      return typeof value === "string" ? IpAddress.key(value) : null;
  }
}

/** Documents spell an enum's value as the catalogue does. */
function rankAsSpelled({ values }: Catalog.EnumToken, value: unknown): number | null {
  const rank = values.indexOf(value as string);
  return rank < 0 ? null : rank;
}

/** A document whose values were replaced by their keys. */
export interface KeyedDocument {
  readonly [name: string]: unknown;
  readonly [KEYED]: true;
}

declare const KEYED: unique symbol;

/**
 * A document with keys in place of values, for matching it often: words are then not split anew each time (see
 * Matcher.compileKeyed). Properties that the catalogue doesn't have are left out.
 */
export const document = <D extends Catalog.Definitions>(
  catalog: Catalog.Catalog<D>,
  value: Catalog.DocumentOf<D>,
): KeyedDocument => keyed(catalog, catalog.definitions, "", value as Catalog.AnyDocument) as KeyedDocument;

function keyed(
  catalog: Catalog.Catalog,
  definitions: Catalog.Definitions,
  prefix: string,
  value: Catalog.AnyDocument,
): Catalog.AnyDocument {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(definitions)) {
    const name = prefix + key;
    const definition = definitions[key] as Catalog.Definition;
    const each = (one: unknown): unknown => {
      if (one === null || one === undefined) return null;
      // A value without a key is still there, as is one that should have been an object.
      if (definition.type === "group") {
        return typeof one === "object"
          ? keyed(catalog, definition.tokens, `${name}.`, one as Catalog.AnyDocument)
          : UNKNOWN;
      }
      return of(Catalog.find(catalog, name) as Catalog.Token, one) ?? UNKNOWN;
    };
    const held = value[key];
    result[key] = definition.repeated === true ? (Array.isArray(held) ? held.map(each) : null) : each(held);
  }
  return result;
}

/** Stands for a value that has no key. */
export const UNKNOWN: unique symbol = Symbol("a value without a key");
