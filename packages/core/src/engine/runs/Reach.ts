/**
 * Whether assets are still within the reach of a job's owner, asked at the moment of sending (TAG-05, OWN-01): tags, scopes and owners
 * change after a plan was made, and what was planned in a wider scope is not carried out in a narrower one.
 */
import * as Effect from "effect/Effect";
import type { Job } from "../../domain/job/Job.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";

/** Those of the assets that are out of it, each with why. Rejects a job that nobody owns who may run it. */
export const outside = Effect.fn("Reach.outside")(function* (
  tenantId: TenantId,
  job: Job,
  assetIds: readonly string[],
) {
  const out = new Map<string, string>();
  const { scope, id } = yield* JobAuthority.principal(tenantId, job);
  if (scope._tag === "All" || assetIds.length === 0) return out as ReadonlyMap<string, string>;
  const sees = TagScope.compile(scope, yield* Tags.tree(tenantId));
  for (const { value: asset } of yield* Repository.some(tenantId, "asset", assetIds)) {
    if (!sees(asset.tags))
      out.set(asset.id, `TAG-05: the asset is not in the scope of the job's owner, ${id}, any more`);
  }
  return out as ReadonlyMap<string, string>;
});
