/** Who may do what, what they saved, how long it is kept. */
import type { OlderUser } from "../domain/access/Migration.ts";
import type { Policy } from "../domain/access/Policy.ts";
import type { Kind as SearchKind } from "../domain/access/SavedSearch.ts";
import type { RetentionDays } from "../domain/retention/Retention.ts";
import type { Actor } from "../domain/shared/Actor.ts";
import * as AccessQuestions from "../engine/access/AccessQuestions.ts";
import * as Retentions from "../engine/audit/Retentions.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import * as Searches from "../engine/searches/Searches.ts";
import * as SearchMoves from "../engine/searches/SearchMoves.ts";
import type { On } from "./On.ts";

export const accessOf = (on: On) => ({
  /** Whether the actor may, with why and who could: a permission, or an action on a job. */
  decide: (actor: Actor, question: AccessQuestions.AccessQuestion) => on(AccessQuestions.decide(actor, question)),
  /** The roles and permissions that are in force (RBAC-10). */
  policy: () => on(AccessQuestions.policy()),
  /** What is wrong with a policy; one with errors is refused when it is used. */
  lint: (policy: Policy) => on(AccessQuestions.lint(policy)),
  /** Users of the older model as users with roles, an answer for each (RBAC-09). */
  migrate: (users: readonly OlderUser[]) => on(AccessQuestions.migrate(users)),
});

export const searchesOf = (on: On) => ({
  /** Saves a search of assets, patches or jobs for the actor alone, or changes it (AST-08). */
  save: (actor: Actor, input: Searches.SavedSearchInput, options?: Repeatable) =>
    on(Searches.save(actor, input, options)),
  rename: (actor: Actor, searchId: string, name: string, options?: Repeatable) =>
    on(Searches.rename(actor, searchId, name, options)),
  delete: (actor: Actor, searchId: string, options?: Repeatable) => on(Searches.remove(actor, searchId, options)),
  /** The actor's saved searches, each with what is wrong with it now (DSH-04). */
  list: (actor: Actor, kind?: SearchKind) => on(Searches.list(actor, kind)),
  /** What the actor searched for lately, newest first. */
  recent: (actor: Actor, kind: SearchKind) => on(Searches.recent(actor, kind)),
  /** Runs a saved search, a page at a time. */
  run: (actor: Actor, searchId: string, paging?: { readonly cursor?: string; readonly limit?: number }) =>
    on(Searches.run(actor, searchId, paging)),
  /** The actor's saved searches that find an asset now. */
  finding: (actor: Actor, assetId: string) => on(SearchMoves.finding(actor, assetId)),
  /** Which of the actor's saved searches an asset would enter and leave with other tags. */
  ifTagged: (actor: Actor, assetId: string, edit: SearchMoves.TagEdit) =>
    on(SearchMoves.ifTagged(actor, assetId, edit)),
});

export const retentionOf = (on: On) => ({
  /** How long runs, events and audit records are kept, and what is under legal hold (CFG-07). */
  get: (actor: Actor) => on(Retentions.get(actor)),
  /** Says for how many days each is kept; null: for ever. */
  save: (actor: Actor, days: RetentionDays, options?: Repeatable) => on(Retentions.save(actor, days, options)),
  /** Keeps everything, or a job's runs, whatever their age. */
  hold: (actor: Actor, input: Retentions.HoldInput, options?: Repeatable) => on(Retentions.hold(actor, input, options)),
  /** Lets go what was held: everything, or a job's runs. */
  release: (actor: Actor, input?: Retentions.ReleaseInput, options?: Repeatable) =>
    on(Retentions.release(actor, input, options)),
});
