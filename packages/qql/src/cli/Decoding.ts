/** Documents as JSON has them to documents as the matcher takes them: dates in text become milliseconds. */
import type * as Catalog from "../Catalog.ts";
import * as Moment from "../Moment.ts";

/** A date that can't be read; no condition holds for it but that there is a value. */
export interface Unreadable {
  /** The token's path. */
  readonly name: string;
  readonly value: string;
}

/** The document of a catalogue; what the catalogue doesn't have is left out. */
export const decode = (
  { definitions }: Catalog.Catalog,
  document: Catalog.AnyDocument,
  tell: (unreadable: Unreadable) => void,
): Catalog.AnyDocument => decodeGroup(definitions, document, "", tell);

function decodeGroup(
  definitions: Catalog.Definitions,
  object: Catalog.AnyDocument,
  prefix: string,
  tell: (unreadable: Unreadable) => void,
): Catalog.AnyDocument {
  const decoded: Record<string, unknown> = {};
  for (const [key, definition] of Object.entries(definitions)) {
    const held = Object.hasOwn(object, key) ? object[key] : undefined;
    const each = (value: unknown): unknown => decodeValue(definition, value, prefix + key, tell);
    if (held !== undefined) decoded[key] = Array.isArray(held) ? held.map(each) : each(held);
  }
  return decoded;
}

function decodeValue(
  definition: Catalog.Definition,
  value: unknown,
  name: string,
  tell: (unreadable: Unreadable) => void,
): unknown {
  if (definition.type === "group") {
    if (typeof value !== "object" || value === null) return value;
    return decodeGroup(definition.tokens, value as Catalog.AnyDocument, `${name}.`, tell);
  }
  if (definition.type !== "date" || typeof value !== "string") return value;
  const moment = Moment.parse(value);
  if (moment.ok && moment.value._tag === "Interval") return moment.value.from;
  tell({ name, value });
  return value;
}
