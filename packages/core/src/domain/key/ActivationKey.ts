/**
 * Activation keys (KEY-01): what an agent proves to hold at its first contact. The secret itself is never stored, only
 * its digest; the count is kept by a counter of the store, so that two agents at once can't share the last one.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

export interface ActivationKey {
  readonly id: string;
  readonly title: string;
  readonly secretDigest: string;
  readonly tags: readonly string[];
  readonly modules: readonly string[];
  /** Most agents it admits; null for no limit. */
  readonly agentsMax: number | null;
  /** First instant at which it admits none, epoch milliseconds; null for no end. */
  readonly expiresAt: number | null;
}

/** Whether the key still admits agents at that instant; the count is the counter's to decide. */
export const admit = (key: ActivationKey, now: number): Result<ActivationKey, Rejection.Rejection> =>
  key.expiresAt !== null && now >= key.expiresAt
    ? fail(Rejection.make("KEY-01", "expired", "the activation key is past its date"))
    : ok(key);

/** The counter that a key's limit stands on. */
export const counterOf = (key: ActivationKey): string => `activationKey/${key.id}/agents`;
