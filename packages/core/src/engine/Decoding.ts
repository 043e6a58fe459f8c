/**
 * From a stored body to the domain's value. A body that its storage gives out frozen is read once: parsing costs more than
 * all else that is done with most entities, and a tick reads the same ones again and again.
 */

import { fail, ok, type Result } from "../domain/shared/Result.ts";
import { type EntityKind, StorageError, type Stored } from "../ports/Storage.ts";
import { codecs, type EntityOf } from "../schema/Stored.ts";

// Values of frozen bodies, by kind. Who forgets the body lets the value go.
const known = new Map<EntityKind, WeakMap<object, unknown>>();

/** The value of a stored body, or what is wrong with it. Of a frozen body it is frozen too: others are given the same one. */
export const decode = <K extends EntityKind>(kind: K, { id, body }: Stored): Result<EntityOf<K>, StorageError> => {
  const lasting = typeof body === "object" && body !== null && Object.isFrozen(body) ? body : null;
  const before = lasting === null ? undefined : known.get(kind)?.get(lasting);
  if (before !== undefined) return ok(before as EntityOf<K>);
  const parsed = codecs[kind].safeParse(body);
  if (!parsed.success) {
    const message = `${kind} ${id}: ${parsed.error.message}`;
    return fail(
      new StorageError({ reason: "Corrupt", operation: "decode", message, isRetryable: false, cause: parsed.error }),
    );
  }
  const value = parsed.data as EntityOf<K>;
  if (lasting !== null) remember(kind, lasting, value);
  return ok(value);
};

const remember = (kind: EntityKind, body: object, value: unknown): void => {
  const values = known.get(kind) ?? new WeakMap<object, unknown>();
  known.set(kind, values.set(body, frozen(value)));
};

const frozen = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
};
