/** Assets: what is known of them, and which go. */
import type { Actor } from "../domain/shared/Actor.ts";
import * as AgentSearches from "../engine/agents/AgentSearches.ts";
import * as ModuleViews from "../engine/agents/ModuleViews.ts";
import * as AssetDetails from "../engine/assets/AssetDetails.ts";
import * as AssetSearches from "../engine/assets/AssetSearches.ts";
import * as Assets from "../engine/assets/Assets.ts";
import * as Purges from "../engine/assets/Purges.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import type { On } from "./On.ts";

export const assetsOf = (on: On) => ({
  /** The assets that the actor sees. */
  list: (actor: Actor) => on(Assets.list(actor)),
  /** What is missing on them. */
  missing: (actor: Actor) => on(Assets.missing(actor)),
  /** Searches them by asset tokens, patch tokens or both, under a view, in pages (AST-03, AST-04). */
  search: (actor: Actor, input: AssetSearches.AssetSearchInput) => on(AssetSearches.search(actor, input)),
  /** How the storage carries a search out: statements, indexes, cost, and a warning where everything is read. */
  explainPlan: (actor: Actor, input: AssetSearches.AssetSearchInput) => on(AssetSearches.explainPlan(actor, input)),
  /** Counts of each facet among those found, each value with the query that narrows to it (AST-12). */
  facets: (actor: Actor, input: AssetSearches.FacetsInput) => on(AssetSearches.facets(actor, input)),
  /** One of them. */
  get: (actor: Actor, assetId: string) => on(AssetDetails.get(actor, assetId)),
  /** How far the patch module has come on one of them (RUN-02). */
  operations: (actor: Actor, assetId: string) => on(ModuleViews.operations(actor, assetId)),
  /** Its patches that are missing, installed or unknown, in pages (AST-06). */
  patches: (actor: Actor, assetId: string, input: AssetDetails.AssetPatchesInput) =>
    on(AssetDetails.patches(actor, assetId, input)),
  /** Searches their agents, whatever the modules (AGT-07, AGT-14). */
  agents: (actor: Actor, input: AgentSearches.AgentSearchInput) => on(AgentSearches.search(actor, input)),
  /** The agents that have not checked in for so long. */
  stale: (actor: Actor, input: AgentSearches.StaleInput) => on(AgentSearches.stale(actor, input)),
});

export const purgesOf = (on: On) => ({
  /** What a purge would remove now, what it would keep, and what confirms just that (PRG-01). Changes nothing. */
  preview: (actor: Actor, query: string) => on(Purges.preview(actor, query)),
  /** Removes for good what was previewed and confirmed. */
  run: (actor: Actor, input: Purges.ConfirmedPurge, options?: Repeatable) => on(Purges.run(actor, input, options)),
  /** Saves a rule that purges daily; confirmed as a purge by hand is. */
  save: (actor: Actor, input: Purges.PurgeRuleInput, options?: Repeatable) => on(Purges.save(actor, input, options)),
  delete: (actor: Actor, ruleId: string, options?: Repeatable) => on(Purges.remove(actor, ruleId, options)),
  /** The rules, each with how its last run went. */
  list: (actor: Actor) => on(Purges.list(actor)),
});
