/** How the command ends; `--help` tells it to people. */

export const DONE = 0;
/** The query has errors. */
export const QUERY_HAS_ERRORS = 1;
/** The command line, a catalogue or a document can't be read, or the answer can't be written. */
export const NOT_DONE = 2;
/** `match` selected no document. */
export const NOTHING_SELECTED = 3;
/** A fault of the command itself. */
export const BUG = 70;
