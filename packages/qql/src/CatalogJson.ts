/**
 * A catalogue from JSON that came from outside: a file, another process, a tenant's settings. Nothing of its shape is taken
 * on trust; what has the right shape goes through Catalog.make, which looks at what it says.
 */
import * as Catalog from "./Catalog.ts";
import * as Result from "./Result.ts";

/** Groups within groups; deeper ones would be paths that nobody types. */
export const GROUP_DEPTH_MAX = 8;

/**
 * Reads parsed JSON as a catalogue: an object of definitions by name, as `Catalog.define` takes.
 *
 * Errors: everything wrong with it, each with the path of its token.
 */
export function read(value: unknown): Result.Result<Catalog.Catalog, readonly Catalog.Problem[]> {
  const problems = definitionsProblems(value, "", 0);
  return problems.length > 0 ? Result.err(problems) : Catalog.make(value as Catalog.Definitions);
}

const problem = (name: string, message: string, hint: string): Catalog.Problem => ({ name, message, hint });

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function definitionsProblems(value: unknown, path: string, depth: number): readonly Catalog.Problem[] {
  const place = path === "" ? "(catalogue)" : path;
  if (!isRecord(value)) return [problem(place, "Definitions are an object.", 'Write { "name": { "type": … }, … }.')];
  if (depth > GROUP_DEPTH_MAX) {
    return [problem(place, `Groups are nested more than ${GROUP_DEPTH_MAX} deep.`, "Flatten them.")];
  }
  return Object.entries(value).flatMap(([key, definition]) =>
    definitionProblems(definition, path === "" ? key : `${path}.${key}`, depth),
  );
}

/** What each property holds. */
const SHAPES: { readonly [property: string]: readonly [what: string, is: (value: unknown) => boolean] } = {
  type: ["a text", (value) => typeof value === "string"],
  description: ["a text", (value) => typeof value === "string"],
  example: ["a text", (value) => typeof value === "string"],
  deprecated: ["a text", (value) => typeof value === "string"],
  repeated: ["true or false", (value) => typeof value === "boolean"],
  required: ["true or false", (value) => typeof value === "boolean"],
  searchable: ["true or false", (value) => typeof value === "boolean"],
  aliases: ["a list of texts", isTexts],
  operators: ["a list of texts", isTexts],
  values: ["a list of texts", isTexts],
  tokens: ["an object of definitions", isRecord],
};

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function definitionProblems(value: unknown, path: string, depth: number): readonly Catalog.Problem[] {
  if (!isRecord(value)) return [problem(path, "A definition is an object.", 'Write { "type": "text", … }.')];
  const needed = value.type === "group" ? ["type", "description", "tokens"] : ["type", "description", "example"];
  const missing = needed
    .filter((property) => value[property] === undefined)
    .map((property) => problem(path, `"${property}" is missing.`, `A definition has ${needed.join(", ")}.`));
  const wrong = Object.entries(SHAPES)
    .filter(([property, [, is]]) => value[property] !== undefined && !is(value[property]))
    .map(([property, [what]]) => problem(path, `"${property}" is not ${what}.`, `Make it ${what}.`));
  const within =
    value.type === "group" && isRecord(value.tokens) ? definitionsProblems(value.tokens, path, depth + 1) : [];
  return [...missing, ...wrong, ...within];
}
