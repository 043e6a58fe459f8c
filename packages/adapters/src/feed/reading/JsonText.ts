/** One text of JSON to a value, its depth counted before anything is built. Pure. */
import type { Result } from "@fettle/agent-protocol";
import * as JsonFault from "./JsonFault.ts";

/** What is wrong with a text, and where: lines and columns of the text itself, from 1. */
export interface JsonProblem {
  /** False where a limit is passed. */
  readonly isNoJson: boolean;
  readonly reason: string;
  readonly line: number;
  readonly column: number;
}

/** Parses a text whose objects and arrays lie at most `depthMax` inside one another. */
export const parse = (text: string, depthMax: number): Result<unknown, JsonProblem> => {
  const deep = tooDeepAt(text, depthMax);
  if (deep !== null) return { ok: false, error: at(text, deep, false, `is nested deeper than ${depthMax}`) };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    const position = JsonFault.positionOf(text);
    const found = text.codePointAt(position);
    const what = found === undefined ? "it ends too early" : `${shown(found)} can't stand there`;
    return { ok: false, error: at(text, position, true, `is no JSON: ${what}`) };
  }
};

const shown = (code: number): string =>
  code > 0x20 && code < 0x7f ? String.fromCodePoint(code) : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

// Where the depth is passed; null when it never is. A text that is no JSON is left to the parser.
const tooDeepAt = (text: string, depthMax: number): number | null => {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (isInString) {
      if (code === BACKSLASH) i += 1;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (isOpening(code)) {
      depth += 1;
      if (depth > depthMax) return i;
    } else if (isClosing(code)) depth -= 1;
  }
  return null;
};

/** `{` or `[`. */
export const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
/** `}` or `]`. */
export const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d;

const at = (text: string, position: number, isNoJson: boolean, reason: string): JsonProblem => {
  const before = text.slice(0, position);
  const lastBreak = before.lastIndexOf("\n");
  let line = 1;
  for (let i = before.indexOf("\n"); i >= 0; i = before.indexOf("\n", i + 1)) line += 1;
  return { isNoJson, reason, line, column: position - lastBreak };
};
