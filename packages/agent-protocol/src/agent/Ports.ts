/** The small ports of the agent: network, keys, clock, chance. Installer, Inventory, Host and Journal have files of their own. */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";
import type { KeyPair } from "../wire/Crypto.ts";
import type { WireReply, WireRequest } from "../wire/SignedRequest.ts";

/** The request did not get through, or its reply didn't: nobody knows which. */
export class TransportError extends Data.TaggedError("TransportError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

/** Carries a request to the control plane. Always begun by the agent (AGT-04). */
export class Transport extends Context.Service<
  Transport,
  {
    readonly send: (request: WireRequest, limits: { readonly replyBytes: number }) => Effect<WireReply, TransportError>;
  }
>()("fettle/agent/Transport") {}

export class KeyStoreError extends Data.TaggedError("KeyStoreError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

/** Keeps the agent's own key pair, made once on the machine and never sent. */
export class AgentKeys extends Context.Service<
  AgentKeys,
  { readonly loadOrCreate: () => Effect<KeyPair, KeyStoreError> }
>()("fettle/agent/AgentKeys") {}

/** Time and chance, injected so that a simulation repeats exactly. */
export class AgentEnvironment extends Context.Service<
  AgentEnvironment,
  {
    /** Epoch milliseconds. */
    readonly now: () => number;
    readonly uuid: () => string;
    /** 128 random bits as base64url. */
    readonly nonce: () => string;
    /** In [0, 1). */
    readonly random: () => number;
    readonly tzdata: () => string;
  }
>()("fettle/agent/AgentEnvironment") {}
