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
    | "too-large";
  /** What is wrong, and what to do about it. */
  readonly message: string;
  /** Where in the XML, from 1; 0 where no XML was reached. */
  readonly line: number;
  /** The character of the line, from 1; 0 where no XML was reached. */
  readonly column: number;
}

/** Carries a {@link FeedError} out of the parser's callbacks; never leaves the feed's own files. */
export class FeedAbort extends Error {
  override readonly name = "FeedAbort";
  readonly feedError: FeedError;

  constructor(reason: FeedError["reason"], message: string, at: { readonly line: number; readonly column: number }) {
    super(message);
    this.feedError = { _tag: "FeedError", reason, message, line: at.line, column: at.column };
  }
}

/** Before any XML was read. */
export const NOWHERE = { line: 0, column: 0 } as const;
