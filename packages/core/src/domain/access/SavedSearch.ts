/**
 * Searches that a user keeps (AST-08): saved ones under a name, and the recent ones, of assets, patches and jobs. Both
 * belong to one user; nobody else sees them, for a query can tell what somebody is after.
 *
 * Names of one user and kind differ in more than letter case. Of the recent ones the newest comes first, each text once.
 */
import * as Qql from "@fettle/qql";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

export const kinds = ["asset", "patch", "job"] as const;
export type Kind = (typeof kinds)[number];

/** What is searched for. A patch part and a view have meaning for assets; a view for patches, too. */
export interface Question {
  readonly query: string | null;
  readonly patchQuery: string | null;
  readonly view: string | null;
}

export interface SavedSearch {
  readonly id: string;
  readonly userId: string;
  readonly kind: Kind;
  readonly name: string;
  readonly question: Question;
  readonly savedAt: number;
}

/** The recent searches of one user and kind. */
export interface RecentSearches {
  readonly userId: string;
  readonly kind: Kind;
  /** Newest first. */
  readonly searches: readonly { readonly question: Question; readonly at: number }[];
}

/** A question with nothing in it. */
export const nothing: Question = { query: null, patchQuery: null, view: null };

/** The search as it may stand beside the user's other ones. Refuses a name that is none, or taken, and one too many. */
export const save = (
  search: SavedSearch,
  others: readonly SavedSearch[],
  limits: Limits,
): Result<SavedSearch, Rejection.Rejection> => {
  const mine = others.filter((o) => o.kind === search.kind && o.id !== search.id);
  const name = search.name.trim();
  if (name === "" || name.length > limits.titleCharactersMax) {
    return fail(Rejection.make("AST-08", "invalid", `a name has 1–${limits.titleCharactersMax} characters`, "name"));
  }
  if (mine.some((o) => fold(o.name) === fold(name))) {
    return fail(
      Rejection.make("AST-08", "conflict", `another of your searches is named ${name}; choose another name`, "name"),
    );
  }
  if (mine.length >= limits.savedSearchesMax) {
    const message = `at most ${limits.savedSearchesMax} saved searches of ${search.kind}s; delete one first`;
    return fail(Rejection.make("AST-08", "exhausted", message));
  }
  return ok({ ...search, name });
};

/** The recent searches with one more at the front; null when it stands there already, so that nothing need be written. */
export const remember = (
  recent: RecentSearches,
  question: Question,
  about: { readonly now: number; readonly limits: Limits },
): RecentSearches | null => {
  const [latest] = recent.searches;
  if (isEmpty(question) || (latest !== undefined && isSame(latest.question, question))) return null;
  const rest = recent.searches.filter((s) => !isSame(s.question, question));
  const searches = [{ question, at: about.now }, ...rest].slice(0, about.limits.recentSearchesMax);
  return { ...recent, searches };
};

/** Whether two questions are the same text, letter by letter. */
export const isSame = (a: Question, b: Question): boolean =>
  a.query === b.query && a.patchQuery === b.patchQuery && a.view === b.view;

// A list that is merely looked at is no search.
const isEmpty = (q: Question): boolean => q.query === null && q.patchQuery === null;

const fold = (text: string): string => Qql.FullText.fold(text);
