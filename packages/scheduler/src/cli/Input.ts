/** The schedule's text, from a file or a stream. */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import * as Limits from "../Limits.ts";
import { STDIN } from "./Arguments.ts";

/** What was given can't be read; the message is for whoever gave it. */
export class InputError extends Error {
  override readonly name = "InputError";
}

const BYTE_ORDER_MARK = "\ufeff";

/** All of it, or so much that it is known to be too long. */
export const read = async (file: string, input: Readable): Promise<string> => {
  const stream = file === STDIN ? input : createReadStream(file);
  let text = "";
  stream.setEncoding("utf8");
  try {
    for await (const piece of stream) {
      text += piece;
      // What is longer is refused anyway.
      if (text.length > Limits.MAX_JSON_CHARACTERS + 1) break;
    }
  } catch (error) {
    const name = file === STDIN ? "standard input" : file;
    throw new InputError(`${name} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
};
