/** Why a whole feed was refused. A refused feed gives nothing but this (PAT-11). */
export interface FeedError {
  readonly _tag: "FeedError";
  readonly reason:
    | "unreadable"
    | "compression"
    | "not-utf8"
    | "not-xml"
    | "forbidden-xml"
    | "not-updateinfo"
    | "not-json"
    /** There is nothing in it: more likely a failed download than a vendor without advisories. */
    | "empty"
    /** The feed ends within a record, as a download that was cut off does. */
    | "truncated"
    /** A record is broken, and the caller asked for none to be (`strict`). */
    | "broken-record"
    | "too-large";
  /** What is wrong, and what to do about it. */
  readonly message: string;
  /** Where in the text, from 1; 0 where none was reached. */
  readonly line: number;
  /** The character of the line, from 1; 0 where it isn't known. */
  readonly column: number;
}

/** Carries a {@link FeedError} out of parsers and streams; never leaves the feeds' own files. */
export class FeedAbort extends Error {
  override readonly name = "FeedAbort";
  readonly feedError: FeedError;

  constructor(reason: FeedError["reason"], message: string, at: { readonly line: number; readonly column: number }) {
    super(message);
    this.feedError = { _tag: "FeedError", reason, message, line: at.line, column: at.column };
  }
}

/** Before any text was read. */
export const NOWHERE = { line: 0, column: 0 } as const;
