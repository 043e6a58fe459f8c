/** A request that the caller can mend: data that says what, where, by which rule, and how to fix it. */

export type RejectionCode = "invalid" | "not-found" | "stale" | "not-permitted" | "conflict" | "exhausted" | "expired";

export interface Rejection {
  readonly _tag: "Rejection";
  /** The rule that refused, when one did. */
  readonly rule: string | null;
  readonly code: RejectionCode;
  readonly message: string;
  /** Where in the input, as a path such as `patches.query`. */
  readonly path: string | null;
  /** Of a plan that has drifted: what has changed, as data and in words (PLN-02). */
  readonly difference?: {
    readonly changes: readonly { readonly _tag: string }[];
    readonly words: readonly string[];
  };
  /** Of a denial: the permission that was missing, and the roles that have it (RBAC-10). */
  readonly denial?: { readonly permission: string; readonly whoCould: readonly string[] };
}

/** Makes a rejection. */
export const make = (
  rule: string | null,
  code: RejectionCode,
  message: string,
  path: string | null = null,
): Rejection => ({ _tag: "Rejection", rule, code, message, path });
