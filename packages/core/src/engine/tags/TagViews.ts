/** Tags as people look at them: the tree, one tag with what is wrong with its rule, previews and coverage (TAG-08, TAG-09). */
import type * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import { type Asset, isPatchManaged } from "../../domain/asset/Asset.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Keyset from "../../domain/shared/Keyset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as DynamicTags from "../../domain/tag/DynamicTags.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Sweeps from "./Sweeps.ts";
import * as TagRules from "./TagRules.ts";

/** A tag and where it stands. */
export interface TagRow {
  readonly tag: TagTree.Tag;
  /** Names from the root down to the tag itself. */
  readonly path: readonly string[];
  /** Tags right below it. */
  readonly children: number;
  /** What is wrong with a rule that no longer reads; assets keep the tag they had (DSH-04). */
  readonly diagnostics: readonly string[];
}

export interface TagView extends TagRow {
  /** Assets in the caller's scope that bear the tag or one below it. */
  readonly assets: number;
  /** Assets are still being brought in line with a change of tags; the next ticks go on. */
  readonly isSettling: boolean;
}

/** What tags may be sorted by. */
export const sortKeys = ["path", "name"] as const;
export type TagSortKey = (typeof sortKeys)[number];

export interface TagListInput {
  /** Only what is below this tag, itself among it. */
  readonly under?: string;
  readonly sort?: { readonly by: TagSortKey; readonly direction?: Keyset.Direction };
  readonly cursor?: string;
  /** Rows of a page: 1 to {@link Cursor.PAGE_ROWS_MAX}. */
  readonly limit?: number;
}

export interface TagPage {
  readonly rows: readonly TagRow[];
  readonly total: number;
  /** Where to go on; null on the last page. */
  readonly next: string | null;
}

/** One tag. */
export const get = Effect.fn("TagViews.get")(function* (actor: Actor, tagId: string) {
  const user = yield* Authority.require(actor, "view-assets");
  const standing = yield* TagRules.standing(actor.tenantId);
  const tag = standing.tree.get(tagId);
  if (tag === undefined) return yield* reject(null, "not-found", `there is no tag ${tagId}`);
  const bears = TagSelection.matcher({ mode: "any", tags: [tagId] }, standing.tree);
  const seen = yield* visible(user, standing.tree, actor.tenantId);
  const view: TagView = {
    ...rowOf(standing, TagTree.childrenOf(standing.tree), tag),
    assets: seen.filter((a) => bears(a.tags)).length,
    isSettling: yield* Sweeps.isPending(actor.tenantId),
  };
  return view;
});

/**
 * The tags, in pages; by path a tag comes right before what is below it. Rejects a sort key that isn't on its list, an
 * unknown tag to look under, and a cursor that was changed or belongs to another list.
 */
export const list = Effect.fn("TagViews.list")(function* (actor: Actor, input: TagListInput = {}) {
  yield* Authority.require(actor, "view-assets");
  const limit = yield* Cursor.limitOf(input.limit);
  const { by, direction } = yield* sortOf(input.sort);
  const listing: Cursor.Listing = { list: "tags", question: { under: input.under ?? null, by, direction } };
  const position = yield* Cursor.start(actor, listing, input.cursor);
  const standing = yield* TagRules.standing(actor.tenantId);
  const children = TagTree.childrenOf(standing.tree);
  if (input.under !== undefined && !standing.tree.has(input.under)) {
    return yield* reject(null, "not-found", `there is no tag ${input.under}`, "under");
  }
  const ids = input.under === undefined ? standing.tree.keys() : TagTree.descend(children, [input.under]);
  const rows = [...ids].flatMap((id) => {
    const tag = standing.tree.get(id);
    return tag === undefined ? [] : [rowOf(standing, children, tag)];
  });
  const key = ({ tag, path }: TagRow): Keyset.Key => [by === "name" ? tag.name : path.join("\u0000"), tag.id];
  const page = Keyset.page(rows, key, { direction, after: position.after, limit });
  const next = page.next === null ? null : yield* Cursor.seal(actor, listing, { ...position, after: page.next });
  const answer: TagPage = { rows: page.rows, total: rows.length, next };
  return answer;
});

export interface TagPreviewInput {
  readonly query: string;
  /** The tag whose rule it would be: then it is told which assets would enter and leave. */
  readonly tag?: string;
}

/** What a rule would do, among the assets that the caller sees. */
export interface TagPreview {
  readonly matching: number;
  readonly of: number;
  readonly entering: number;
  readonly leaving: number;
  /** The first {@link PREVIEWED_MAX} of those that match, by name. */
  readonly assets: readonly { readonly id: string; readonly name: string }[];
  readonly warnings: readonly string[];
}

/** Most assets that a preview names. */
export const PREVIEWED_MAX = 20;

/** Which assets a rule would find, before it is saved. Rejects a rule that doesn't read, with everything wrong with it. */
export const preview = Effect.fn("TagViews.preview")(function* (actor: Actor, input: TagPreviewInput) {
  const user = yield* Authority.require(actor, "manage-tags");
  const { tree } = yield* TagRules.standing(actor.tenantId);
  const tag = input.tag;
  if (tag !== undefined && !tree.has(tag)) return yield* reject(null, "not-found", `there is no tag ${tag}`, "tag");
  const query = yield* lift(DynamicTags.check(input.query, TagRules.catalog));
  const now = (yield* Environment).now();
  const seen = yield* visible(user, tree, actor.tenantId);
  const found = seen.filter((a) => query.predicate(TagRules.documentOf(a), now));
  const ids = new Set(found.map((a) => a.id));
  const bearing = tag === undefined ? [] : seen.filter((a) => a.tags.includes(tag));
  const leaving = bearing.filter((a) => !ids.has(a.id)).length;
  const answer: TagPreview = {
    matching: found.length,
    of: seen.length,
    entering: tag === undefined ? found.length : found.length - (bearing.length - leaving),
    leaving,
    assets: [...found]
      .sort(byName)
      .slice(0, PREVIEWED_MAX)
      .map(({ id, name }) => ({ id, name })),
    warnings: query.warnings.map(wordsOf),
  };
  return answer;
});

/**
 * How many of the assets that bear the selected tags a job with this selection would hold, of how many (TAG-09): assets
 * with PM activated, in the caller's scope. Rejects a selection over the subscription's limits.
 */
export const coverage = Effect.fn("TagViews.coverage")(function* (actor: Actor, selection: TagSelection.TagSelection) {
  const user = yield* Authority.require(actor, "view-assets");
  const { limits } = yield* Subscriptions.of(actor.tenantId);
  const { tree } = yield* TagRules.standing(actor.tenantId);
  const tags = selection.include.tags.length + selection.exclude.tags.length;
  if (tags > limits.tagsPerSelectionMax) {
    return yield* reject("TAG-03", "invalid", `a selection has at most ${limits.tagsPerSelectionMax} tags`, "include");
  }
  if (selection.assets.length > limits.assetsPerSelectionMax) {
    const message = `a selection names at most ${limits.assetsPerSelectionMax} assets`;
    return yield* reject("TAG-03", "invalid", message, "assets");
  }
  const seen = yield* visible(user, tree, actor.tenantId);
  return TagSelection.coverage(selection, tree, seen.filter(isPatchManaged));
});

const rowOf = (standing: TagRules.Standing, children: TagTree.Children, tag: TagTree.Tag): TagRow => ({
  tag,
  path: [...TagTree.ancestors(standing.tree, tag.id)].reverse().map((id) => standing.tree.get(id)?.name ?? id),
  children: children.get(tag.id)?.length ?? 0,
  diagnostics: standing.rules.unreadable.get(tag.id) ?? [],
});

const sortOf = (sort: TagListInput["sort"]) => {
  const { by = "path", direction = "ascending" } = sort ?? {};
  const isKnown = sortKeys.includes(by) && (direction === "ascending" || direction === "descending");
  if (isKnown) return Effect.succeed({ by, direction });
  return reject(null, "invalid", `sort by one of ${sortKeys.join(", ")}, ascending or descending`, "sort");
};

const visible = Effect.fn("TagViews.visible")(function* (user: User, tree: TagTree.TagTree, tenantId: TenantId) {
  const sees = TagScope.compile(user.scope, tree);
  const assets = yield* Repository.all(tenantId, "asset");
  return assets.map((a) => a.value).filter((a) => sees(a.tags)) as readonly Asset[];
});

const byName = (a: Asset, b: Asset): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1);

const wordsOf = ({ message, hint }: Qql.Message.Told): string => `${message} ${hint}`;
