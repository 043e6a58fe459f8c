/** What goes into the commit of a job that names tags: they are there, and are not deleted unseen (TAG-03). */
import * as Effect from "effect/Effect";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { TagSelection } from "../../domain/tag/TagSelection.ts";
import { lift } from "../Rejected.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as TagUses from "../tags/TagUses.ts";

export const claim = Effect.fn("JobTags.claim")(function* (tenantId: TenantId, targets: TagSelection | null) {
  if (targets === null) return [];
  const standing = yield* TagRules.standing(tenantId);
  return yield* lift(TagUses.claim(standing, TagUses.named(targets), { rule: "TAG-03", path: "targets" }));
});

/** The same of the tags by which rings take assets (RNG-02). */
export const claimRings = Effect.fn("JobTags.claimRings")(function* (tenantId: TenantId, tags: readonly string[]) {
  if (tags.length === 0) return [];
  const standing = yield* TagRules.standing(tenantId);
  return yield* lift(TagUses.claim(standing, tags, { rule: "RNG-02", path: "rollout.rings" }));
});
