/** Long work that lets others have their turn: timers, requests and other fibers aren't held up by a large fleet. */
import * as Effect from "effect/Effect";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { EntityKind } from "../../ports/Storage.ts";
import type { EntityOf } from "../../schema/Stored.ts";
import * as Repository from "../Repository.ts";

/** Runs work that comes in chunks to its end, others' turn between any two. */
export const take = Effect.fnUntraced(function* <A>(steps: Generator<void, A>) {
  let step = steps.next();
  while (step.done !== true) {
    yield* Effect.yieldNow;
    step = steps.next();
  }
  return step.value;
});

/** Entities that are read in one go: of the largest, assessments, it takes some ten milliseconds. */
export const READ_MAX = 100;

/** Hands out every entity of a kind, as it is read: only what is made of it has to be held in memory. */
export const each = Effect.fnUntraced(function* <K extends EntityKind>(
  tenantId: TenantId,
  kind: K,
  hand: (entity: Repository.Versioned<EntityOf<K>>) => void,
) {
  for (let after: string | null = null; ; ) {
    const page: readonly Repository.Versioned<EntityOf<K>>[] = yield* Repository.page(tenantId, kind, {
      after,
      limit: READ_MAX,
    });
    for (const entity of page) hand(entity);
    const last = page.at(-1);
    if (last === undefined || page.length < READ_MAX) return;
    after = last.id;
    yield* Effect.yieldNow;
  }
});

/** Every entity of a kind. */
export const all = Effect.fnUntraced(function* <K extends EntityKind>(tenantId: TenantId, kind: K) {
  const found: EntityOf<K>[] = [];
  yield* each(tenantId, kind, ({ value }) => found.push(value));
  return found;
});
