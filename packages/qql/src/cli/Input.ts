/** What is read: the query, the catalogue, the documents. */
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type * as Catalog from "../Catalog.ts";
import * as CatalogJson from "../CatalogJson.ts";
import * as Limits from "../Limits.ts";
import { STDIN } from "./Arguments.ts";

/** What was given can't be read; the message is for whoever gave it. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A document as it was read, and its place among the others, from 1. */
export interface Numbered {
  readonly number: number;
  readonly document: Catalog.AnyDocument;
}

/** A query's text: the argument, or what stands on the stream, without the end of its last line. */
export async function query(argument: string, input: Readable): Promise<string> {
  if (argument !== STDIN) return argument;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const piece of input) {
      text += decoder.decode(piece, { stream: true });
      // Longer ones are refused anyway.
      if (text.length > Limits.defaults.length + 2) return text;
    }
    text += decoder.decode();
  } catch (error) {
    throw new InputError(`standard input can't be read: ${reasonOf(error)}`);
  }
  return text.replace(/\r?\n$/, "");
}

/** A catalogue from a file of definitions. */
export function catalog(file: string): Catalog.Catalog {
  const read = CatalogJson.read(parsed(textOf(file), file));
  if (read.ok) return read.value;
  const problems = read.error.map(({ name, message, hint }) => `  ${name}: ${message} ${hint}`);
  throw new InputError(`${file} is no catalogue:\n${problems.join("\n")}`);
}

/** The documents of a file, or of the stream: one at a time where there is one a line. */
export async function* documents(file: string, input: Readable): AsyncGenerator<Numbered, void> {
  const name = file === STDIN ? "standard input" : file;
  const stream = file === STDIN ? input : createReadStream(file);
  let number = 0;
  try {
    for await (const value of values(stream, name)) {
      number += 1;
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new InputError(`${name}: document ${number} is not an object`);
      }
      yield { number, document: value as Catalog.AnyDocument };
    }
  } finally {
    // Whoever writes without end to a command that has had enough is told so.
    stream.destroy();
  }
}

/** JSON values a line; or, where the first line is none by itself, all of it as one value or an array of them. */
async function* values(stream: Readable, name: string): AsyncGenerator<unknown, void> {
  const lines = linesOf(stream, name);
  let at = 0;
  for await (const line of lines) {
    at += 1;
    if (line.trim() === "") continue;
    const value = attempt(line);
    if (value === NOT_JSON || Array.isArray(value)) {
      const whole = value === NOT_JSON ? parsed(await rest(line, lines, name), name) : value;
      yield* Array.isArray(whole) ? whole : [whole];
      return;
    }
    yield value;
    break;
  }
  for await (const line of lines) {
    at += 1;
    if (line.trim() !== "") yield parsed(line, `${name}, line ${at}`);
  }
}

const BYTE_ORDER_MARK = "\ufeff";

async function* lineLoop(stream: Readable, name: string): AsyncGenerator<string, void> {
  let isFirst = true;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield isFirst && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line;
      isFirst = false;
    }
  } catch (error) {
    throw new InputError(`${name} can't be read: ${reasonOf(error)}`);
  }
}

/** Lines that a second loop goes on with where a first has left off: they can't be ended early. */
function linesOf(stream: Readable, name: string): AsyncIterable<string> {
  const lines = lineLoop(stream, name);
  return { [Symbol.asyncIterator]: () => ({ next: () => lines.next() }) };
}

async function rest(first: string, lines: AsyncIterable<string>, name: string): Promise<string> {
  const all = [first];
  for await (const line of lines) all.push(line);
  try {
    return all.join("\n");
  } catch {
    throw new InputError(`${name} is too large for one JSON document; write one document a line`);
  }
}

const NOT_JSON: unique symbol = Symbol("not JSON");

function attempt(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name} is not JSON: ${reasonOf(error)}`);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(BYTE_ORDER_MARK, "");
  } catch (error) {
    throw new InputError(`${file} can't be read: ${reasonOf(error)}`);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
