/** Why the server did not start. */
import * as Data from "effect/Data";

export class HttpServerError extends Data.TaggedError("HttpServerError")<{
  /** `Misconfigured`: the routes or options; the others are about the address. */
  readonly reason: "Misconfigured" | "AddressInUse" | "NotPermitted" | "CannotListen";
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

/** An error of node:net as one of ours. */
export const classify = (cause: NodeJS.ErrnoException, address: string): HttpServerError => {
  const reason =
    cause.code === "EADDRINUSE" ? "AddressInUse" : cause.code === "EACCES" ? "NotPermitted" : "CannotListen";
  const message = `cannot listen on ${address}: ${cause.message}`;
  return new HttpServerError({ reason, message, isRetryable: reason === "AddressInUse", cause });
};
