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
