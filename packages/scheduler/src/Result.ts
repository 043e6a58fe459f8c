/** The structural result of every pure decision: a value, or an error that is data. */
export type Result<A, E> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: E };
export const ok = <A>(value: A): { readonly ok: true; readonly value: A } => ({ ok: true, value });
export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
