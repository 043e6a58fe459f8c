/** Values checked against schemas, one element at a time: the first thing that is wrong, and where. Pure. */
import type { Result } from "@fettle/agent-protocol";
import type * as z from "zod";

/** What is wrong with a record, at which JSON path (`affected[0].ranges[1]`; empty: the whole of it). */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

const REASON_CHARACTERS_MAX = 200;

/** A value of a schema. Large lists belong to {@link all}, which stops at the first bad element. */
export const one = <A>(schema: z.ZodType<A>, value: unknown, path: string): Result<A, Problem> => {
  const read = schema.safeParse(value);
  if (read.success) return { ok: true, value: read.data };
  const [issue] = read.error.issues;
  const reason = (issue?.message ?? "is not as it should be").slice(0, REASON_CHARACTERS_MAX);
  return { ok: false, error: { path: (issue?.path ?? []).reduce(joined, path), reason } };
};

/** Every element of a list, which may be missing. */
export const all = <A>(
  schema: z.ZodType<A>,
  values: readonly unknown[] | null | undefined,
  path: string,
): Result<readonly A[], Problem> => {
  const read: A[] = [];
  for (const [i, value] of (values ?? []).entries()) {
    const each = one(schema, value, joined(path, i));
    if (!each.ok) return each;
    read.push(each.value);
  }
  return { ok: true, value: read };
};

/** A property of an object's own, of whatever it is; undefined without one. */
export const property = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as { readonly [key: string]: unknown })[key]
    : undefined;

const joined = (path: string, key: PropertyKey): string =>
  typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${String(key)}`;
