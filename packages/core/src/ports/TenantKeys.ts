/** The port that holds the keys by which a tenant's documents are signed. A host may put a vault behind it. */

import type { Crypto } from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";

export class TenantKeysError extends Data.TaggedError("TenantKeysError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export class TenantKeys extends Context.Service<
  TenantKeys,
  {
    /** The tenant's key pair, made once when first asked for; two askers at once get the same. */
    readonly keyPair: (tenantId: string) => Effect<Crypto.KeyPair, TenantKeysError>;
  }
>()("fettle/core/TenantKeys") {}
