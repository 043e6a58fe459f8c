/**
 * Cuts a text into the records that it holds: one a line (NDJSON), or the elements of one array.
 *
 * Invariants: holds one record; a record over its limit is dropped as it is read; nothing is parsed here. An array whose
 * brackets or commas are wrong, and a text that ends within a record, end the whole feed.
 */
import { FeedAbort } from "./FeedError.ts";
import { isClosing, isOpening } from "./JsonText.ts";
import type { RecordLimits } from "./RecordLimits.ts";

/** A record as it stands. */
export interface RecordText {
  /** Null when it is over its limit. */
  readonly text: string | null;
  /** Where it begins, from 1. */
  readonly line: number;
  /** How many came before it. */
  readonly index: number;
  /** Whether it is one of a line that the end of the text cut off, or may have. */
  readonly isUnended: boolean;
  /** Whether it stands in an array: then a part that is no JSON makes the whole of it none. */
  readonly isElement: boolean;
}

interface Splitter {
  readonly push: (piece: string) => readonly RecordText[];
  readonly end: () => readonly RecordText[];
}

/** The records of a text. Throws {@link FeedAbort} while iterated. */
export async function* records(pieces: AsyncIterable<string>, limits: RecordLimits): AsyncGenerator<RecordText> {
  let splitter: Splitter | null = null;
  let line = 1;
  let isFirst = true;
  for await (const given of pieces) {
    const piece = isFirst && given.startsWith("\uFEFF") ? given.slice(1) : given;
    if (given !== "") isFirst = false;
    if (splitter === null) {
      const start = piece.search(/\S/);
      line += newlinesIn(start < 0 ? piece : piece.slice(0, start));
      if (start < 0) continue;
      splitter = splitterFor(piece[start], line, limits);
      yield* splitter.push(piece.slice(start));
    } else yield* splitter.push(piece);
  }
  if (splitter === null) throw new FeedAbort("empty", "the feed is empty", { line: 0, column: 0 });
  yield* splitter.end();
}

const splitterFor = (first: string | undefined, line: number, limits: RecordLimits): Splitter => {
  if (first === "[") return elements(line, limits);
  if (first === "{") return lines(line, limits);
  throw new FeedAbort("not-json", "the feed is neither one JSON object a line nor an array of them", {
    line,
    column: 1,
  });
};

const newlinesIn = (text: string): number => text.split("\n").length - 1;

/** A record's text as it grows, dropped once it is too long. */
const holder = (limits: RecordLimits) => {
  let held = "";
  let isTooLong = false;
  return {
    add: (part: string): void => {
      isTooLong ||= held.length + part.length > limits.recordCharacters;
      held = isTooLong ? "" : held + part;
    },
    isBlank: (): boolean => !isTooLong && !/\S/.test(held),
    take: (): string | null => {
      const taken = isTooLong ? null : held;
      held = "";
      isTooLong = false;
      return taken;
    },
  };
};

const lines = (firstLine: number, limits: RecordLimits): Splitter => {
  const held = holder(limits);
  let line = firstLine;
  let index = 0;
  const take = (isUnended: boolean): readonly RecordText[] => {
    if (held.isBlank()) {
      held.take();
      return [];
    }
    const record = { text: held.take(), line, index, isUnended, isElement: false };
    index += 1;
    return [record];
  };
  const push = (piece: string): readonly RecordText[] => {
    const found: RecordText[] = [];
    let from = 0;
    for (let to = piece.indexOf("\n"); to >= 0; to = piece.indexOf("\n", from)) {
      held.add(piece.slice(from, to));
      found.push(...take(false));
      line += 1;
      from = to + 1;
    }
    held.add(piece.slice(from));
    return found;
  };
  return { push, end: () => take(true) };
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

interface ArrayState {
  /** How deep in objects and arrays: 1 between elements, 0 before and behind the array. */
  depth: number;
  isInString: boolean;
  isEscaped: boolean;
  hasBegun: boolean;
  line: number;
  /** Of the element being read, once it has started. */
  elementLine: number | null;
  index: number;
  /** Where in the piece the element's text goes on. */
  from: number;
}

const elements = (firstLine: number, limits: RecordLimits): Splitter => {
  const held = holder(limits);
  const s: ArrayState = {
    depth: 0,
    isInString: false,
    isEscaped: false,
    hasBegun: false,
    line: firstLine,
    elementLine: null,
    index: 0,
    from: 0,
  };
  const push = (piece: string): readonly RecordText[] => {
    const found: RecordText[] = [];
    s.from = 0;
    for (let i = 0; i < piece.length; i += 1) {
      const code = piece.charCodeAt(i);
      if (code === NEWLINE) s.line += 1;
      if (s.isInString) inString(s, code);
      else if (endsElement(s, code)) {
        held.add(piece.slice(s.from, i));
        found.push(...elementEnded(s, held, code));
        s.from = i + 1;
      } else between(s, code, i);
    }
    if (s.depth > 0) held.add(piece.slice(s.from));
    return found;
  };
  const end = (): readonly RecordText[] => {
    if (s.depth > 0) throw new FeedAbort("truncated", "the feed ends within its array", { line: s.line, column: 0 });
    return [];
  };
  return { push, end };
};

const inString = (s: ArrayState, code: number): void => {
  if (s.isEscaped) s.isEscaped = false;
  else if (code === BACKSLASH) s.isEscaped = true;
  else if (code === QUOTE) s.isInString = false;
};

const endsElement = (s: ArrayState, code: number): boolean => s.depth === 1 && (code === COMMA || isClosing(code));

const elementEnded = (s: ArrayState, held: ReturnType<typeof holder>, code: number): readonly RecordText[] => {
  const isLast = code !== COMMA;
  if (isLast) s.depth = 0;
  const isBlank = held.isBlank();
  // Lines of the text are counted from where the element starts.
  const text = held.take()?.trimStart() ?? null;
  const line = s.elementLine ?? s.line;
  s.elementLine = null;
  if (isBlank && isLast && s.index === 0) return [];
  if (isBlank) throw new FeedAbort("not-json", "the array has a comma without an element", { line: s.line, column: 0 });
  s.index += 1;
  return [{ text, line, index: s.index - 1, isUnended: false, isElement: true }];
};

const between = (s: ArrayState, code: number, at: number): void => {
  if (s.depth === 0) {
    if (!s.hasBegun) {
      s.hasBegun = true;
      s.depth = 1;
      s.from = at + 1;
    } else if (code > 0x20) {
      throw new FeedAbort("not-json", "something stands behind the array", { line: s.line, column: 0 });
    }
    return;
  }
  if (code > 0x20) s.elementLine ??= s.line;
  if (code === QUOTE) s.isInString = true;
  else if (isOpening(code)) s.depth += 1;
  else if (isClosing(code)) s.depth -= 1;
};
