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

/** What was to be written can't be: a full disk, a device that is gone. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

const PIECE_CHARACTERS = 65_536;

/**
 * An output over a stream. A reader that has had enough (`| head`) is no error: what comes after is left out. Any other
 * failure rejects with an {@link OutputError}, once.
 */
export function make(stream: Writable): Output {
  let pending = "";
  let isOpen = true;
  // Told by the writing, below; without a listener it would end the process.
  stream.on("error", () => {});
  const flush = async (): Promise<void> => {
    const piece = pending;
    pending = "";
    if (piece === "" || !isOpen) return;
    const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) =>
      stream.write(piece, resolve),
    );
    if (error === null || error === undefined) return;
    isOpen = false;
    if (error.code !== "EPIPE") throw new OutputError(`the answer can't be written: ${error.message}`);
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
