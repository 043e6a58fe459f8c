/** Which agents a bulk action is for: named ones, those of a query, or those of criteria (AGT-08), in the caller's scope. */
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import * as AgentCatalog from "../../domain/asset/AgentCatalog.ts";
import * as AgentCriteria from "../../domain/asset/AgentCriteria.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { lift, reject } from "../Rejected.ts";
import * as Queries from "../searches/Queries.ts";
import * as AgentSearches from "./AgentSearches.ts";

export type AgentTargets =
  | { readonly assets: readonly string[] }
  /** QQL over agents; never empty, which would be every agent. */
  | { readonly query: string }
  | { readonly criteria: readonly AgentCriteria.Criterion[] };

/** The ids of the targets, each once, in order. Named ones need not exist: each of them gets its answer. */
export const resolve = Effect.fn("AgentTargets.resolve")(function* (
  tenantId: TenantId,
  user: User,
  { targets, limits }: { readonly targets: AgentTargets; readonly limits: Limits },
) {
  if (!isOne(targets)) {
    return yield* reject("AGT-08", "invalid", "say one of assets, query and criteria", "targets");
  }
  const ids = "assets" in targets ? [...new Set(targets.assets)] : yield* found(tenantId, user, targets);
  const max = limits.assetsPerBulkMax;
  if ("assets" in targets && ids.length === 0) return yield* reject("AGT-08", "invalid", "name an asset", "assets");
  if (ids.length > max) {
    const message = `${ids.length} agents; at most ${max} in one request: narrow it, and repeat it`;
    return yield* reject("AGT-08", "invalid", message, Object.keys(targets)[0] ?? null);
  }
  return [...ids].sort();
});

// What a caller without types may send is refused like any other bad input.
const isOne = (given: unknown): boolean => {
  if (typeof given !== "object" || given === null) return false;
  const { assets, query, criteria } = given as Readonly<Record<string, unknown>>;
  const said = [Array.isArray(assets), typeof query === "string", Array.isArray(criteria)];
  return Object.keys(given).length === 1 && said.filter(Boolean).length === 1;
};

const found = Effect.fn("AgentTargets.found")(function* (
  tenantId: TenantId,
  user: User,
  targets: Exclude<AgentTargets, { readonly assets: readonly string[] }>,
) {
  const text = "query" in targets ? targets.query : yield* lift(AgentCriteria.toQuery(targets.criteria));
  const query = yield* Queries.read(AgentCatalog.catalog, text, "query");
  if (query === null) return yield* reject("AGT-08", "invalid", "an empty query would choose every agent", "query");
  const rows = yield* AgentSearches.matching(tenantId, user, query, (yield* Environment).now());
  return rows.map((row) => row.asset.id);
});
