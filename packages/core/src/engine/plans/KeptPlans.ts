/**
 * Plans as they are kept, by their hash: a small one as it is, a large one in parts, each of which is read and written by itself.
 * The parts are written before what names them, and what a hash names never changes, so that whoever finds a plan finds all of it.
 */
import * as Effect from "effect/Effect";
import type { Plan } from "../../domain/plan/Plan.ts";
import * as PlanParts from "../../domain/plan/PlanParts.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { StorageError } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** The plan of a hash, whole; null when it isn't kept. */
export const get = Effect.fn("KeptPlans.get")(function* (tenantId: TenantId, hash: string) {
  const head = yield* Repository.get(tenantId, "plan", hash);
  if (head === null) return null;
  const { parts = 0 } = head.value;
  if (parts === 0) return head.value as Plan;
  const joining = PlanParts.joining(head.value);
  for (let n = 0; n < parts; n += 1) {
    joining.add(yield* partOf(tenantId, hash, n));
    yield* Effect.yieldNow;
  }
  return joining.plan();
});

/** A part of a kept plan, by its number, with what the plan says of all its assets. */
export const part = Effect.fn("KeptPlans.part")(function* (tenantId: TenantId, hash: string, n: number) {
  const head = yield* Repository.get(tenantId, "plan", hash);
  if (head === null) return yield* lost(`the plan ${hash}`);
  const { conduct, parts = 0 } = head.value;
  if (parts === 0) return { conduct, groups: head.value.groups, excluded: head.value.excluded };
  const { groups, excluded } = yield* partOf(tenantId, hash, n);
  return { conduct, groups, excluded };
});

/**
 * What keeps a plan, for the commit of what names it; nothing when it is kept already. The parts of a large one are committed at
 * once: cut off, they name nothing and are written again by whoever comes next.
 */
export const keep = Effect.fn("KeptPlans.keep")(function* (
  tenantId: TenantId,
  { hash, plan }: { readonly hash: string; readonly plan: Plan },
) {
  const none: Repository.Change["writes"] = [];
  if ((yield* Repository.get(tenantId, "plan", hash)) !== null) return none;
  if (PlanParts.isSmall(plan)) return [Repository.put("plan", hash, plan)] as Repository.Change["writes"];
  let parts = 0;
  for (const each of PlanParts.cut(plan)) {
    yield* Repository.commit(tenantId, { writes: [Repository.put("planPart", idOf(hash, parts), each)] });
    parts += 1;
    yield* Effect.yieldNow;
  }
  return [Repository.put("plan", hash, PlanParts.headOf(plan, parts))] as Repository.Change["writes"];
});

const idOf = (hash: string, n: number): string => `${hash}.${n}`;

const partOf = Effect.fn("KeptPlans.partOf")(function* (tenantId: TenantId, hash: string, n: number) {
  const found = yield* Repository.get(tenantId, "planPart", idOf(hash, n));
  return found === null ? yield* lost(`part ${n} of the plan ${hash}`) : found.value;
});

const lost = (what: string) =>
  Effect.fail(
    new StorageError({ reason: "Corrupt", operation: "get", message: `${what} is gone`, isRetryable: false }),
  );
