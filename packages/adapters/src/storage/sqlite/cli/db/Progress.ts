/** How far something is, for who waits: on a terminal one line that is written over, elsewhere a line now and then. */
import type { Writable } from "node:stream";

/** Between two lines in a log, in milliseconds. */
export const LINE_EVERY_MS = 5_000;
/** Between two changes of the line on a terminal. */
export const CHANGE_EVERY_MS = 100;

export interface Progress {
  readonly tell: (text: string) => void;
  /** Takes the terminal's line away. */
  readonly end: () => void;
}

export const NONE: Progress = { tell: () => undefined, end: () => undefined };

/** `now` in milliseconds, from anywhere. What ends before the first line is due says nothing in a log. */
export const make = (stream: Writable, isTerminal: boolean, now: () => number): Progress => {
  const every = isTerminal ? CHANGE_EVERY_MS : LINE_EVERY_MS;
  let last = isTerminal ? Number.NEGATIVE_INFINITY : now();
  let isShown = false;
  return {
    tell: (text) => {
      if (now() - last < every) return;
      last = now();
      isShown = isTerminal;
      stream.write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
    },
    end: () => {
      if (isShown) stream.write("\r\u001b[K");
      isShown = false;
    },
  };
};
