/** What a user searched for lately (AST-08): noted by every search, and never in a search's way. */
import * as Effect from "effect/Effect";
import * as SavedSearch from "../../domain/access/SavedSearch.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** Under which id a user's recent searches of a kind are kept. */
export const idOf = (kind: SavedSearch.Kind, userId: string): string => `${kind}.${userId}`;

/**
 * Notes a search that a user made; written only when its text isn't the latest anyway. Whatever fails here fails nothing:
 * the search has been made.
 */
export const note = (actor: Actor, kind: SavedSearch.Kind, question: Partial<SavedSearch.Question>) =>
  actor._tag === "User" ? Effect.ignore(write(actor.tenantId, actor.userId, kind, asked(question))) : Effect.void;

/** A user's recent searches of a kind, none when there were none yet. */
export const read = Effect.fn("RecentSearches.read")(function* (
  tenantId: TenantId,
  userId: string,
  kind: SavedSearch.Kind,
) {
  const found = yield* Repository.get(tenantId, "recentSearch", idOf(kind, userId));
  const none: SavedSearch.RecentSearches = { userId, kind, searches: [] };
  return { found, recent: found?.value ?? none };
});

/** A question with nothing left open: what is blank is not asked. */
export const asked = (question: { readonly [K in keyof SavedSearch.Question]?: string | null | undefined }) => {
  const told = (text: string | null | undefined): string | null =>
    text === undefined || text === null || text.trim() === "" ? null : text;
  const whole: SavedSearch.Question = {
    query: told(question.query),
    patchQuery: told(question.patchQuery),
    view: told(question.view),
  };
  return whole;
};

const write = Effect.fn("RecentSearches.write")(function* (
  tenantId: TenantId,
  userId: string,
  kind: SavedSearch.Kind,
  question: SavedSearch.Question,
) {
  const { found, recent } = yield* read(tenantId, userId, kind);
  const { limits } = yield* Subscriptions.of(tenantId);
  const next = SavedSearch.remember(recent, question, { now: (yield* Environment).now(), limits });
  if (next === null) return;
  const id = idOf(kind, userId);
  // Of two searches made at once one may go unnoted.
  yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("recentSearch", id, found)],
    writes: [Repository.put("recentSearch", id, next)],
  });
});
