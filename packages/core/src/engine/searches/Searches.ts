/**
 * Saved and recent searches (AST-08): of assets, patches and jobs, kept for one user, who alone sees, renames, deletes and
 * runs them. A saved query that a change of tokens broke is listed with what is wrong with it, and never run as if it found
 * nothing (DSH-04).
 */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import * as SavedSearch from "../../domain/access/SavedSearch.ts";
import * as AssetSearch from "../../domain/assessment/AssetSearch.ts";
import * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import * as JobCatalog from "../../domain/job/JobCatalog.ts";
import * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage } from "../../ports/Storage.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as AssetSearches from "../assets/AssetSearches.ts";
import * as PatchSearches from "../catalogue/PatchSearches.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as JobSearches from "../jobs/JobSearches.ts";
import { lift, Rejected, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Queries from "./Queries.ts";
import * as RecentSearches from "./RecentSearches.ts";

/** A search to save, or to change when its id is known. */
export interface SavedSearchInput {
  readonly id?: string;
  readonly kind: SavedSearch.Kind;
  /** 1 to `titleCharactersMax` characters; not that of another of the user's searches of this kind. */
  readonly name: string;
  /** QQL over what is searched. */
  readonly query?: string | null;
  /** Assets only: QQL over patches (AST-04). */
  readonly patchQuery?: string | null;
  /** Assets and patches only. */
  readonly view?: AssetSearch.View | null;
}

/** A saved search, and what is wrong with its queries now; none when it can be run. */
export interface SavedSearchView {
  readonly search: SavedSearch.SavedSearch;
  readonly problems: readonly Rejection.Rejection[];
}

/** What running a search answers. */
export type SearchPage =
  | { readonly kind: "asset"; readonly page: AssetSearches.AssetPage }
  | { readonly kind: "patch"; readonly page: PatchSearches.PatchPage }
  | { readonly kind: "job"; readonly page: JobSearches.JobPage };

/** Saves a search under a name. Rejects a query that doesn't read, a name that is taken, and one search too many. */
export const save = Effect.fn("Searches.save")(function* (
  actor: Actor,
  input: SavedSearchInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const userId = yield* keeper(actor);
  const environment = yield* Environment;
  const call = { method: "searches.save", key, request: input };
  return yield* change(actor, call, (searches) =>
    Effect.gen(function* () {
      const known = input.id === undefined ? null : yield* one(searches, input.id);
      const drafted: SavedSearch.SavedSearch = {
        id: input.id ?? environment.uuid(),
        userId,
        kind: input.kind,
        name: input.name,
        question: RecentSearches.asked(input),
        savedAt: environment.now(),
      };
      yield* lift(Stored.readable("savedSearch", drafted));
      const problems = problemsOf(drafted);
      if (problems.length > 0) return yield* new Rejected({ rejections: problems });
      return { known, search: drafted };
    }),
  );
});

/** Gives a saved search another name. */
export const rename = Effect.fn("Searches.rename")(function* (
  actor: Actor,
  searchId: string,
  name: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* keeper(actor);
  const savedAt = (yield* Environment).now();
  return yield* change(actor, { method: "searches.rename", key, request: { searchId, name } }, (searches) =>
    Effect.map(one(searches, searchId), (known) => ({ known, search: { ...known.value, name, savedAt } })),
  );
});

/** Deletes a saved search; answers what it was. */
export const remove = Effect.fn("Searches.remove")(function* (
  actor: Actor,
  searchId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const userId = yield* keeper(actor);
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = yield* find(tenantId, userId, searchId);
    const deletion: Repository.Change["writes"][number] = { _tag: "Delete", kind: "savedSearch", id: searchId };
    const change = {
      expect: [Repository.expected("savedSearch", searchId, known)],
      writes: [deletion],
      events: [event("SearchDeleted", known.value, actor, (yield* Environment).now())],
    };
    return { change, answer: known.value };
  });
  const call = { method: "searches.delete", key, request: { searchId } };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
});

/** The user's saved searches, by name; of one kind or of all. There are at most `savedSearchesMax` of each kind. */
export const list = Effect.fn("Searches.list")(function* (actor: Actor, kind: SavedSearch.Kind | null = null) {
  const userId = yield* keeper(actor);
  const { mine } = yield* standing(actor.tenantId, userId);
  const searches = mine.map((s) => s.value).filter((s) => kind === null || s.kind === kind);
  searches.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
  return searches.map((search): SavedSearchView => ({ search, problems: problemsOf(search) }));
});

/** What the user searched for lately, newest first; at most `recentSearchesMax`. */
export const recent = Effect.fn("Searches.recent")(function* (actor: Actor, kind: SavedSearch.Kind) {
  const userId = yield* keeper(actor);
  if (!SavedSearch.kinds.includes(kind)) {
    return yield* reject("AST-08", "invalid", `one of ${SavedSearch.kinds.join(", ")}`, "kind");
  }
  return (yield* RecentSearches.read(actor.tenantId, userId, kind)).recent.searches;
});

/** Runs a saved search, a page at a time. Rejects one that no longer reads (DSH-04). */
export const run = Effect.fn("Searches.run")(function* (
  actor: Actor,
  searchId: string,
  paging: { readonly cursor?: string; readonly limit?: number } = {},
) {
  const userId = yield* keeper(actor);
  const { value: search } = yield* find(actor.tenantId, userId, searchId);
  const problems = problemsOf(search);
  if (problems.length > 0) return yield* new Rejected({ rejections: problems });
  const { query, patchQuery, view } = search.question;
  const told = <K extends string, V>(name: K, value: V | null): { readonly [N in K]?: V } =>
    value === null ? {} : ({ [name]: value } as { readonly [N in K]?: V });
  const seen = told("view", view as AssetSearch.View | null);
  const common = { ...told("query", query), ...paging };
  let answer: SearchPage;
  switch (search.kind) {
    case "asset": {
      const asked = { ...told("assetQuery", query), ...told("patchQuery", patchQuery), ...seen, ...paging };
      answer = { kind: "asset", page: yield* AssetSearches.search(actor, asked) };
      break;
    }
    case "patch":
      answer = { kind: "patch", page: yield* PatchSearches.search(actor, { ...common, ...seen }) };
      break;
    case "job":
      answer = { kind: "job", page: yield* JobSearches.search(actor, common) };
  }
  return answer;
});

// Searches are a person's: the control plane keeps none, and agents may nothing here.
const keeper = Effect.fn("Searches.keeper")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assets");
  if (actor._tag === "User") return actor.userId;
  return yield* reject("AST-08", "not-permitted", "searches are kept for users only");
});

type Kept = Repository.Versioned<SavedSearch.SavedSearch>;

// Adds a search or changes one, as drafted among the user's searches of the moment.
const change = Effect.fn("Searches.change")(function* (
  actor: Actor,
  call: Idempotency.Call,
  draft: (
    mine: readonly Kept[],
  ) => Effect.Effect<{ readonly known: Kept | null; readonly search: SavedSearch.SavedSearch }, Rejected>,
) {
  const userId = yield* keeper(actor);
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const decide = Effect.gen(function* () {
    const { unchanged, mine } = yield* standing(tenantId, userId);
    const { known, search: drafted } = yield* draft(mine);
    const values = mine.map((s) => s.value);
    const search = yield* lift(SavedSearch.save(drafted, values, limits));
    const decided = {
      expect: [Repository.expected("savedSearch", search.id, known)],
      counters: [unchanged],
      writes: [Repository.put("savedSearch", search.id, search)],
      events: [event("SearchSaved", search, actor, search.savedAt)],
    };
    return { change: decided, answer: search };
  });
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
});

// Names and numbers are judged over all of a user's searches: what is decided stands only while none was added meanwhile.
const standing = Effect.fn("Searches.standing")(function* (tenantId: TenantId, userId: string) {
  const key = `searches/${userId}`;
  const changes = yield* (yield* Storage).counter(tenantId, key);
  const mine = yield* Repository.allBy(tenantId, "savedSearch", "user", userId);
  return { unchanged: { key, by: 1, floor: changes + 1, ceiling: changes + 1 }, mine };
});

const one = (mine: readonly Kept[], searchId: string) => {
  const found = mine.find((s) => s.id === searchId);
  return found === undefined ? noSuch(searchId) : Effect.succeed(found);
};

const find = Effect.fn("Searches.find")(function* (tenantId: TenantId, userId: string, searchId: string) {
  const found = yield* Repository.get(tenantId, "savedSearch", searchId);
  return found !== null && found.value.userId === userId ? found : yield* noSuch(searchId);
});

const noSuch = (searchId: string) => reject("AST-08", "not-found", `you have no saved search ${searchId}`, "searchId");

const catalogs: { readonly [K in SavedSearch.Kind]: Qql.Catalog.Catalog } = {
  asset: AssetCatalog.catalog,
  patch: PatchCatalog.catalog,
  job: JobCatalog.catalog,
};

const problemsOf = ({ kind, question }: SavedSearch.SavedSearch): readonly Rejection.Rejection[] => {
  const { query, patchQuery, view } = question;
  const refused = (path: string, message: string) => [Rejection.make("AST-08", "invalid", message, path)];
  return [
    ...queryProblems(catalogs[kind], query, "query"),
    ...(patchQuery !== null && kind !== "asset" ? refused("patchQuery", "only a search of assets has one") : []),
    ...queryProblems(PatchCatalog.catalog, patchQuery, "patchQuery"),
    ...(view !== null && (kind === "job" || !(AssetSearch.views as readonly string[]).includes(view))
      ? refused("view", `assets and patches only: one of ${AssetSearch.views.join(", ")}`)
      : []),
  ];
};

const queryProblems = (
  catalog: Qql.Catalog.Catalog,
  text: string | null,
  path: string,
): readonly Rejection.Rejection[] => {
  if (text === null) return [];
  const { checked, diagnostics } = Qql.inspect(catalog, text);
  if (checked !== null) return [];
  const errors = diagnostics.filter((d) => d.severity === "error");
  return errors.map((d) => Rejection.make("DSH-04", "invalid", Queries.toldAs(d), path));
};

const event = (type: "SearchSaved" | "SearchDeleted", search: SavedSearch.SavedSearch, actor: Actor, at: number) =>
  Repository.event(type, "savedSearch", search.id, at, { by: label(actor), kind: search.kind, name: search.name });
