/**
 * What a conformance case is: a name and a run over a subject. No test framework is needed: a case that does not hold
 * dies with a plain error that says what was expected.
 *
 * @example
 * for (const c of StorageConformance.cases) {
 *   test(c.name, () => Effect.runPromise(c.run({ storage, prefix: "run-1" })));
 * }
 */
import * as Effect from "effect/Effect";

export interface ConformanceCase<Subject> {
  readonly name: string;
  readonly run: (subject: Subject) => Effect.Effect<void, unknown>;
}

/** Throws unless two values are the same, member by member. */
export const same = (actual: unknown, expected: unknown, what: string): void => {
  if (isSame(actual, expected)) return;
  throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
};

/** Fails unless an effect fails with a tagged error of that reason. */
export const failsWith = (
  effect: Effect.Effect<unknown, { readonly reason: string; readonly message: string }>,
  reason: string,
  what: string,
): Effect.Effect<void> =>
  Effect.map(Effect.result(effect), (result) => {
    if (result._tag === "Success")
      throw new Error(`${what}: expected a failure (${reason}), got ${show(result.success)}`);
    same(result.failure.reason, reason, `${what}: reason of "${result.failure.message}"`);
    if (result.failure.message.length === 0) throw new Error(`${what}: expected a message`);
  });

const isSame = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
};

const SHOWN_CHARACTERS = 500;

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`;
};
