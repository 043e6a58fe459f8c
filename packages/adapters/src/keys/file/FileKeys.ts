/** Keys in files: the agent's own pair, and one pair for each tenant of a control plane. */
import { join } from "node:path";
import type { Crypto } from "@fettle/agent-protocol";
import { AgentKeys, KeyStoreError } from "@fettle/agent-protocol/agent";
import { TenantKeys, TenantKeysError } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as KeyFile from "./KeyFile.ts";

export interface FileKeysOptions {
  /** Made with mode 0700 when it isn't there; refused when others can get at it. */
  readonly directory: string;
}

/**
 * The agent's key pair in `agent.key`.
 * @example
 * const keys = yield* FileKeys.agentKeys({ directory: "/etc/fettle-agent/keys" }).loadOrCreate();
 */
export const agentKeys = ({ directory }: FileKeysOptions): AgentKeys["Service"] => ({
  loadOrCreate: () =>
    attempt(
      () => KeyFile.loadOrCreate(join(directory, "agent.key")),
      (error) => new KeyStoreError(error),
    ),
});

/** The tenants' key pairs in `<tenant>.key`. A pair once read is kept, as signing asks for it each time. */
export const tenantKeys = ({ directory }: FileKeysOptions): TenantKeys["Service"] => {
  const kept = new Map<string, Crypto.KeyPair>();
  const keyPair = (tenantId: string): Crypto.KeyPair => {
    const known = kept.get(tenantId);
    if (known !== undefined) return known;
    if (!TENANT.test(tenantId)) {
      throw new KeyFile.KeyFileError(`tenant ${JSON.stringify(tenantId)} can't name a file: ${TENANT.source}`, false);
    }
    const keys = KeyFile.loadOrCreate(join(directory, `${tenantId}.key`));
    const oldest = kept.keys().next();
    if (kept.size >= TENANT_KEYS_KEPT_MAX && !oldest.done) kept.delete(oldest.value);
    kept.set(tenantId, keys);
    return keys;
  };
  return {
    keyPair: (tenantId) =>
      attempt(
        () => keyPair(tenantId),
        (error) => new TenantKeysError(error),
      ),
  };
};

/** The agent's key as its port. */
export const agentLayer = (options: FileKeysOptions): Layer.Layer<AgentKeys> =>
  Layer.sync(AgentKeys, () => agentKeys(options));

/** The tenants' keys as core's port. */
export const tenantLayer = (options: FileKeysOptions): Layer.Layer<TenantKeys> =>
  Layer.sync(TenantKeys, () => tenantKeys(options));

/** How many tenants' key pairs are kept in memory. */
export const TENANT_KEYS_KEPT_MAX = 10_000;

// A tenant as the wire spells it: no dot, no slash, no upper case, which some file systems don't tell from lower.
const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;

const attempt = <A, E>(
  run: () => A,
  toError: (error: { readonly message: string; readonly isRetryable: boolean; readonly cause: unknown }) => E,
): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run());
    } catch (thrown) {
      if (!(thrown instanceof KeyFile.KeyFileError)) return Effect.die(thrown);
      return Effect.fail(toError({ message: thrown.message, isRetryable: thrown.isRetryable, cause: thrown }));
    }
  });
