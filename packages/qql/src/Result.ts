/**
 * The structural result of everything in this package that can be refused: data, never an exception.
 */
export type Result<A, E> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: E };

/** An answer. */
export const ok = <A>(value: A): Result<A, never> => ({ ok: true, value });

/** A refusal. */
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error });
