/**
 * Collects a request's body, or cuts it off.
 *
 * Invariants: memory grows with what came, never with what was announced; all bodies together stay within one budget;
 * the bytes of a refused body are thrown away up to a limit, then its connection is.
 */
import type { IncomingMessage } from "node:http";
import type { Problem, Result } from "@fettle/agent-protocol";
import type { ServerLimits } from "./ServerLimits.ts";

/** Bytes held by all bodies of a server at this moment. */
export interface Budget {
  heldBytes: number;
}

const NO_BODY: Buffer = Buffer.alloc(0);

export const tooLarge = (limitBytes: number): Problem.Problem => ({
  code: "too-large",
  title: "The body is too large",
  detail: limitBytes === 0 ? "this route takes no body" : `at most ${limitBytes} bytes`,
});

const BUSY: Problem.Problem = {
  code: "unavailable",
  title: "Too much at once",
  detail: "the server holds as many bodies as it may; try again later",
};

/**
 * Reads a body of at most `limitBytes`. `settled` is called once, with null when the client went away; the caller
 * then calls `release` of what it got as soon as it no longer holds the bytes.
 */
export const collect = (
  request: IncomingMessage,
  about: { readonly limitBytes: number; readonly contentLength: number | null; readonly limits: ServerLimits },
  budget: Budget,
  settled: (body: Result<Buffer, Problem.Problem> | null) => void,
): void => {
  if (about.contentLength === 0) {
    settled({ ok: true, value: NO_BODY });
    return;
  }
  // Gone while something else was awaited: no event would tell any more.
  if (request.destroyed) {
    settled(null);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  const settle = (body: Result<Buffer, Problem.Problem> | null): void => {
    isDone = true;
    request.off("data", onData);
    if (body?.ok !== true) release(budget, bytes);
    settled(body);
  };
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length;
    budget.heldBytes += chunk.length;
    chunks.push(chunk);
    if (bytes > about.limitBytes) settle({ ok: false, error: tooLarge(about.limitBytes) });
    else if (budget.heldBytes > about.limits.bufferedBytes) settle({ ok: false, error: BUSY });
  };
  request.on("data", onData);
  request.on("end", () => {
    if (!isDone)
      settle({ ok: true, value: (chunks.length === 1 ? chunks[0] : undefined) ?? Buffer.concat(chunks, bytes) });
  });
  request.on("close", () => {
    if (!isDone) settle(null);
  });
};

/** Gives a collected body's bytes back to the budget. */
export const release = (budget: Budget, bytes: number): void => {
  budget.heldBytes -= bytes;
};

/** Throws the rest of a refused body away, and the connection with it when there is too much. */
export const discard = (request: IncomingMessage, limits: ServerLimits): void => {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limits.discardedBytes) request.socket.destroy();
  });
};
