/**
 * Feeds (PAT-11): sources of patches, each replaced as one. The catalogue is what all feeds say together: a patch stands
 * as long as one feed carries it, and is deprecated after that (PAT-06). Of two feeds that say different things about
 * one patch, the one that changed it later is believed, of equal ones the first by its name; so the catalogue depends on
 * what the feeds say, never on the order in which they came.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Patch } from "./Patch.ts";

/** What a feed says, whole. */
export interface Feed {
  /** Its name: 1–64 small letters, digits, dots, dashes. */
  readonly id: string;
  readonly patches: readonly Patch[];
}

/** What a feed had that could be deployed, and how much of it no feed has any more. */
export interface Loss {
  readonly had: number;
  readonly lost: number;
}

/** What changes in the catalogue. */
export interface Delta {
  /** New patches and patches that are another now, those that are deprecated now among them. */
  readonly put: readonly Patch[];
  /** Patches that no job may deploy any more: those of `put` that are newly deprecated. */
  readonly gone: readonly string[];
}

const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/** The feed that is meant when none is named. */
export const DEFAULT = "default";

/** Problems that are told of one feed at most; the rest is counted. */
export const PROBLEMS_TOLD_MAX = 20;

/** The feed, or what is wrong with it. */
export const validate = (feed: Feed, limits: Limits): Result<Feed, readonly Rejection.Rejection[]> => {
  const problems: Rejection.Rejection[] = [];
  if (!ID.test(feed.id)) {
    problems.push(invalid("a feed's name is 1–64 small letters, digits, dots and dashes", "id"));
  }
  if (feed.patches.length > limits.cataloguePatchesMax) {
    problems.push(invalid(`a feed holds at most ${limits.cataloguePatchesMax} patches`, "patches"));
  }
  const seen = new Set<string>();
  for (const [i, { id, packages, releases }] of feed.patches.entries()) {
    if (seen.has(id)) problems.push(invalid(`${id} stands twice in the feed`, `patches.${i}.id`));
    seen.add(id);
    if (releases.length === 0 && packages.some((p) => p.isPresence === true)) {
      const message = `${id} has a package that is known by its presence, and no releases to say where it ought to be`;
      problems.push(invalid(message, `patches.${i}.releases`));
    }
  }
  if (problems.length === 0) return ok(feed);
  return fail(problems.slice(0, PROBLEMS_TOLD_MAX));
};

/** What the feeds say together, by patch id. */
export const merge = (feeds: readonly Feed[]): ReadonlyMap<string, Patch> => {
  const found = new Map<string, Patch>();
  for (const feed of [...feeds].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const patch of feed.patches) {
      const known = found.get(patch.id);
      if (known === undefined || patch.modifiedAt > known.modifiedAt) found.set(patch.id, patch);
    }
  }
  return found;
};

/** A patch as its feed says it: without what the catalogue keeps of it beside that. */
export const asTold = ({ firstSeenAt, ...patch }: Patch): Patch =>
  patch.isUndated === true && patch.publishedAt === firstSeenAt ? { ...patch, publishedAt: 0 } : patch;

/** The patch as the catalogue has it that had it first at that instant (PLN-07). */
export const firstSeen = (patch: Patch, at: number): Patch => ({
  ...patch,
  firstSeenAt: at,
  ...(patch.isUndated === true && patch.publishedAt === 0 ? { publishedAt: at } : {}),
});

// What was known already keeps the instant at which it was seen first, whatever is said of it now.
const asKnown = (patch: Patch, old: Patch): Patch => {
  const at = old.firstSeenAt ?? (patch.isUndated === true ? old.publishedAt : undefined);
  return at === undefined ? patch : firstSeen(patch, at);
};

/** What turns the known patches into the wanted ones; a known patch that is not wanted is deprecated. Ordered by id. */
export const delta = (known: readonly Patch[], wanted: ReadonlyMap<string, Patch>): Delta => {
  const before = new Map(known.map((p) => [p.id, p]));
  const put: Patch[] = [];
  const gone: string[] = [];
  for (const told of wanted.values()) {
    const old = before.get(told.id);
    const patch = old === undefined ? told : asKnown(told, old);
    if (old !== undefined && isSame(old, patch)) continue;
    put.push(patch);
    if (patch.isDeprecated && old?.isDeprecated === false) gone.push(patch.id);
  }
  for (const patch of known) {
    if (wanted.has(patch.id) || patch.isDeprecated) continue;
    put.push({ ...patch, isDeprecated: true });
    gone.push(patch.id);
  }
  put.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { put, gone: gone.sort() };
};

/** What a feed loses by a change. What another feed carries is not lost, nor what the vendor withdraws by saying so. */
export const loss = (former: Feed, now: Feed, { gone }: Delta): Loss => {
  const kept = new Set(now.patches.map((p) => p.id));
  const left = new Set(gone.filter((id) => !kept.has(id)));
  const had = former.patches.filter((p) => !p.isDeprecated);
  return { had: had.length, lost: had.filter((p) => left.has(p.id)).length };
};

/**
 * Whether a feed may lose so much without somebody saying that it is meant. A feed that was cut short, or whose records all
 * came to be unsupported, looks like one that lets its patches go.
 */
export const mayLose = (
  { had, lost }: Loss,
  { feedLossPatchesMax: few, feedLossPercentMax: percent }: Pick<Limits, "feedLossPatchesMax" | "feedLossPercentMax">,
): Result<true, Rejection.Rejection> => {
  if (lost <= few || lost * 100 <= had * percent) return ok(true);
  const message = `${lost} of the feed's ${had} patches would be deprecated; at most ${percent} % are without a question. Look whether the feed is whole; if it is, ingest it with acceptLoss: true`;
  return fail(Rejection.make("PAT-11", "conflict", message, "patches"));
};

// Whether two JSON values are the same one, whatever the order of their members.
const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Members, b as Members];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]));
};

interface Members {
  readonly [key: string]: unknown;
}

const invalid = (message: string, path: string): Rejection.Rejection =>
  Rejection.make("PAT-11", "invalid", message, path);
