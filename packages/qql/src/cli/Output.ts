/** A stream that is written to in large pieces, at the pace of whoever reads it. */
import type { Writable } from "node:stream";

export interface Output {
  /** Adds text; resolves when more can be taken. */
  readonly write: (text: string) => Promise<void>;
  /** Hands on what was added. */
  readonly flush: () => Promise<void>;
  /** Whether anybody still reads. */
  readonly isOpen: () => boolean;
}

const PIECE_CHARACTERS = 65_536;

/** An output over a stream. A reader that has had enough (`| head`) is no error: what comes after is left out. */
export function make(stream: Writable): Output {
  let pending = "";
  let isOpen = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    isOpen = false;
  });
  const flush = async (): Promise<void> => {
    const piece = pending;
    pending = "";
    if (piece !== "" && isOpen) await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
  };
  return {
    write: async (text) => {
      pending += text;
      if (pending.length >= PIECE_CHARACTERS) await flush();
    },
    flush,
    isOpen: () => isOpen,
  };
}
