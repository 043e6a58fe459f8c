/** One signed request and its verified reply. What comes back unverified is never acted on. */
import * as Data from "effect/Data";
import * as Effect from "effect/Effect";
import type * as z from "zod";
import type * as Crypto from "../wire/Crypto.ts";
import { digest } from "../wire/Crypto.ts";
import * as Dsse from "../wire/Dsse.ts";
import * as Json from "../wire/Json.ts";
import * as Problem from "../wire/Problem.ts";
import * as SignedRequest from "../wire/SignedRequest.ts";
import { wireLimits } from "../wire/WireLimits.ts";
import type { JournalError } from "./Journal.ts";
import type { Memory } from "./Memory.ts";
import { AgentEnvironment, Transport, type TransportError } from "./Ports.ts";
import { Signatures } from "./Signatures.ts";

/** The control plane refused, or answered something that can't be trusted. */
export class ExchangeError extends Data.TaggedError("ExchangeError")<{
  readonly reason: "Refused" | "Untrusted";
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly isRetryable: boolean;
  /** How long the reply asks to wait, in milliseconds; null: it doesn't. Nobody's signature stands under it. */
  readonly retryAfter: number | null;
}> {}

/** Who signs, for whom, and whose signature a reply must bear. */
export interface Party {
  readonly tenantId: string;
  readonly agentId: string;
  readonly epoch: number;
  readonly keys: Crypto.KeyPair;
}

/** How many request numbers are reserved by one record of the journal. */
export const SEQUENCE_BLOCK = 256;

/** Hands out request numbers that were never used before, not even by a life of this agent that crashed. */
export const sequencer = (memory: Memory) => {
  let used = memory.state().sequenceReserved;
  return (): Effect.Effect<number, JournalError> =>
    Effect.gen(function* () {
      if (used >= memory.state().sequenceReserved) {
        yield* memory.record([{ _tag: "SequenceReserved", through: used + SEQUENCE_BLOCK }]);
      }
      used += 1;
      return used;
    });
};
export type Sequencer = ReturnType<typeof sequencer>;

/** Signs and sends a body; answers the raw reply and the components that were signed. */
export const send = Effect.fnUntraced(function* (
  party: Party,
  sequence: number,
  call: {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly body: Uint8Array;
    /** The most that is read of the reply; what a document may have, unless told. */
    readonly replyBytes?: number;
  },
) {
  const environment = yield* AgentEnvironment;
  const transport = yield* Transport;
  const about = {
    method: call.method,
    path: call.path,
    tenantId: party.tenantId,
    agentId: party.agentId,
    epoch: party.epoch,
    sequence,
    created: environment.now(),
    nonce: environment.nonce(),
  };
  const request = SignedRequest.sign(about, call.body, party.keys, yield* Signatures);
  const reply = yield* transport.send(request, {
    replyBytes: Math.max(wireLimits.documentBytes * 2, call.replyBytes ?? 0),
  });
  if (reply.status >= 400) return yield* refused(reply);
  return { reply, components: { ...about, bodyDigest: digest(call.body) } };
});

/** Opens a reply: signed by the tenant's key, of the schema, and an answer to just this request. */
export const openReply = <A extends { agentId: string; epoch: number; sequence: number; request: string }>(
  schema: z.ZodType<A>,
  reply: SignedRequest.WireReply,
  components: SignedRequest.RequestComponents,
  tenantKey: Crypto.PublicKey,
): Effect.Effect<A, ExchangeError> =>
  Effect.flatMap(Signatures, (suite) => {
    const limits = { bytes: wireLimits.replyBytes, depth: wireLimits.jsonDepth };
    const opened = Dsse.openAs(schema, Dsse.payloadTypes.reply, reply.body, tenantKey, limits, suite);
    if (!opened.ok) return Effect.fail(untrusted(reply.status, opened.error.message));
    const r = opened.value;
    const answers =
      r.agentId === components.agentId &&
      r.epoch === components.epoch &&
      r.sequence === components.sequence &&
      r.request === components.bodyDigest;
    return answers ? Effect.succeed(r) : Effect.fail(untrusted(reply.status, "an answer to another request"));
  });

/** What an exchange can fail with. */
export type ExchangeFailure = ExchangeError | TransportError | JournalError;

export const untrusted = (status: number, message: string): ExchangeError =>
  new ExchangeError({
    reason: "Untrusted",
    status,
    code: "untrusted-reply",
    message,
    isRetryable: true,
    retryAfter: null,
  });

const refused = (reply: SignedRequest.WireReply): Effect.Effect<never, ExchangeError> => {
  const decoded = Json.decode(reply.body, { bytes: wireLimits.replyBytes, depth: wireLimits.jsonDepth });
  const problem =
    decoded.ok && typeof decoded.value === "object" ? (decoded.value as { code?: unknown; detail?: unknown }) : {};
  return Effect.fail(
    new ExchangeError({
      reason: "Refused",
      status: reply.status,
      code: typeof problem?.code === "string" ? problem.code : "unknown",
      message: typeof problem?.detail === "string" ? problem.detail : `status ${reply.status}`,
      isRetryable: Problem.isRetryable(reply.status),
      retryAfter: retryAfterOf(reply),
    }),
  );
};

// In seconds, as our own servers say it; a date isn't read, for the clocks may differ.
const retryAfterOf = ({ headers }: SignedRequest.WireReply): number | null => {
  const told = headers["retry-after"];
  return told !== undefined && /^\d{1,9}$/.test(told) ? Number(told) * 1_000 : null;
};
