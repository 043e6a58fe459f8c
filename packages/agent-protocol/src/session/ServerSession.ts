/**
 * The control plane's side of a session: which request of an agent is new, which is a repetition, which is refused.
 *
 * Invariants: the sequence an agent may use only grows within an epoch; a repetition changes nothing (T2); a request of
 * another epoch is refused.
 */
import type { Digest } from "../wire/Crypto.ts";

/** What is kept per agent. */
export interface ServerSession {
  readonly epoch: number;
  readonly lastSequence: number;
  readonly lastRequest: Digest | null;
}

/** `Fresh` carries the session to store; `Repeated` may be answered again, without writing. */
export type SequenceVerdict =
  | { readonly _tag: "Fresh"; readonly next: ServerSession }
  | { readonly _tag: "Repeated" }
  | { readonly _tag: "Refused"; readonly reason: "other-epoch" | "already-used" };

/** A session as provisioning leaves it. */
export const start = (epoch: number, lastSequence: number): ServerSession => ({
  epoch,
  lastSequence,
  lastRequest: null,
});

/** Judges a verified request by its epoch, sequence and digest. Gaps are fine: an agent that crashed skips numbers. */
export const judge = (
  session: ServerSession,
  request: { readonly epoch: number; readonly sequence: number; readonly bodyDigest: Digest },
): SequenceVerdict => {
  if (request.epoch !== session.epoch) return { _tag: "Refused", reason: "other-epoch" };
  if (request.sequence > session.lastSequence) {
    return { _tag: "Fresh", next: { ...session, lastSequence: request.sequence, lastRequest: request.bodyDigest } };
  }
  return request.sequence === session.lastSequence && request.bodyDigest === session.lastRequest
    ? { _tag: "Repeated" }
    : { _tag: "Refused", reason: "already-used" };
};
