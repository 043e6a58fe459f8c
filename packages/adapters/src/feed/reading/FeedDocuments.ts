/** Texts of a feed, read as one stream of records or as one document each. */
import type { Result } from "@fettle/agent-protocol";
import { FeedAbort, type FeedError, NOWHERE } from "./FeedError.ts";
import { type FeedInput, read } from "./FeedText.ts";
import * as JsonRecords from "./JsonRecords.ts";
import * as JsonText from "./JsonText.ts";
import { type Gathering, gather, type RecordFeed, type RecordPlace, type RecordReading } from "./RecordFeed.ts";
import type { RecordLimits } from "./RecordLimits.ts";

/** One document of a feed: a file of a directory or archive, an answer of a server. Plain or by gzip. */
export interface FeedDocument {
  /** What the report calls it. */
  readonly name: string;
  readonly content: Uint8Array | FeedInput;
}

export interface FeedReader {
  readonly limits: RecordLimits;
  /** Whether a broken record breaks the feed. */
  readonly isStrict: boolean;
  /** What a record says. Pure. */
  readonly readRecord: (value: unknown) => RecordReading;
}

/** Reads a text of many records. */
export const readStream = (input: FeedInput, reader: FeedReader): Promise<Result<RecordFeed, FeedError>> =>
  gathered(reader, async (gathering) => {
    const { limits } = reader;
    let line = 0;
    try {
      for await (const record of JsonRecords.records(read(input, limits).pieces, limits)) {
        line = record.line;
        gathering.add(readText(record, reader), { source: "", index: record.index, line });
      }
    } catch (cause) {
      throw withLine(cause, line);
    }
  });

/** Reads documents of one record each; a document that is broken is left out, a source that fails ends the feed. */
export const readDocuments = (
  documents: AsyncIterable<FeedDocument> | Iterable<FeedDocument>,
  reader: FeedReader,
): Promise<Result<RecordFeed, FeedError>> =>
  gathered(reader, async (gathering) => {
    let index = 0;
    for await (const document of documents) {
      const place: RecordPlace = { source: document.name.slice(0, NAME_CHARACTERS_MAX), index, line: 1 };
      const text = await wholeText(document.content, reader.limits);
      gathering.add(text.ok ? readText({ text: text.value, ...WHOLE }, reader) : broken(text.error), place);
      index += 1;
    }
    if (index === 0) throw new FeedAbort("empty", "there is no document", NOWHERE);
  });

const NAME_CHARACTERS_MAX = 256;
const WHOLE = { line: 1, isUnended: false, isElement: false } as const;

const gathered = async (
  reader: FeedReader,
  run: (gathering: Gathering) => Promise<void>,
): Promise<Result<RecordFeed, FeedError>> => {
  const gathering = gather(reader.limits, reader.isStrict);
  try {
    await run(gathering);
    return { ok: true, value: gathering.done() };
  } catch (cause) {
    return { ok: false, error: errorOf(cause) };
  }
};

const broken = (reason: string): RecordReading => ({ _tag: "Skipped", id: "", kind: "broken", path: "", reason });

const readText = (record: Omit<JsonRecords.RecordText, "index">, reader: FeedReader): RecordReading => {
  const { limits } = reader;
  if (record.text === null) return broken(`is longer than ${limits.recordCharacters} characters`);
  const parsed = JsonText.parse(record.text, limits.nestingDepth);
  if (parsed.ok) return reader.readRecord(parsed.value);
  const { isNoJson, reason, line, column } = parsed.error;
  const at = { line: record.line + line - 1, column };
  if (record.isUnended && isNoJson)
    throw new FeedAbort("truncated", `the feed ends within a record, which ${reason}`, at);
  if (record.isElement && isNoJson) throw new FeedAbort("not-json", `an element of the array ${reason}`, at);
  return broken(`${reason} (line ${at.line}, column ${column})`);
};

const wholeText = async (content: FeedDocument["content"], limits: RecordLimits): Promise<Result<string, string>> => {
  let whole = "";
  try {
    for await (const piece of read(content instanceof Uint8Array ? once(content) : content, limits).pieces) {
      whole += piece;
      if (whole.length > limits.recordCharacters) {
        return { ok: false, error: `is longer than ${limits.recordCharacters} characters` };
      }
    }
  } catch (cause) {
    if (cause instanceof FeedAbort) return { ok: false, error: cause.message };
    throw cause;
  }
  return { ok: true, value: whole.startsWith("\uFEFF") ? whole.slice(1) : whole };
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

// What goes wrong with the bytes is found near the record that was read last.
const withLine = (cause: unknown, line: number): unknown =>
  cause instanceof FeedAbort && cause.feedError.line === 0 && line > 0
    ? new FeedAbort(cause.feedError.reason, `after line ${line}: ${cause.feedError.message}`, { line, column: 0 })
    : cause;

/** The error of whatever was thrown while a feed was read. */
export const errorOf = (cause: unknown): FeedError => {
  if (cause instanceof FeedAbort) return cause.feedError;
  const message = cause instanceof Error ? cause.message : String(cause);
  return { _tag: "FeedError", reason: "unreadable", message: `the feed could not be read: ${message}`, ...NOWHERE };
};
