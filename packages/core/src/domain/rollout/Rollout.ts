/**
 * Rings of a job (RNG-02): the assets of the first get the patches first, and the next ring follows when it has soaked and
 * what was asked of it holds. A rollout is one job with one frozen patch list; each ring is a run (RNG-05).
 *
 * Rings take assets in their order, each of those that no ring before it took, so that every target is in exactly one. Which
 * ones a ring by count or percentage takes goes by a hash of job and asset: neither by their age, which ids tell, nor the same
 * few first in every job; in one job always the same.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";

/** Which assets a ring takes, of those that no ring before it took. */
export type RingMembers =
  | { readonly _tag: "Count"; readonly assets: number }
  /** Of the job's targets, rounded up. */
  | { readonly _tag: "Percent"; readonly percent: number }
  | { readonly _tag: "Tags"; readonly tags: TagSelection.TagSet }
  /** All that is left: of the last ring. */
  | { readonly _tag: "Rest" };

/** What must hold of a ring before the next one starts; exceeded, the rollout halts (RNG-03). */
export interface Promotion {
  /** Assets that may have failed, in percent of the ring's. */
  readonly failedPercentMax: number;
  /** Assets that may not have answered by the end of the soak, in percent of the ring's. */
  readonly silentPercentMax: number;
  /** `automatic`: when it holds; `manual`: when it holds and somebody says so. */
  readonly by: "automatic" | "manual";
}

export interface Ring {
  readonly name: string;
  readonly members: RingMembers;
  /** Days from its deployment on, that day among them, before the next ring starts; null: of the last ring. */
  readonly soakDays: number | null;
  /** Null: of the last ring. */
  readonly promotion: Promotion | null;
}

export interface Rollout {
  readonly rings: readonly Ring[];
}

/** Most rings of one rollout. */
export const RINGS_MAX = 20;

/** Longest name of a ring, in characters, and longest soak, in days. */
export const NAME_CHARACTERS_MAX = 64;
export const SOAK_DAYS_MAX = 365;

/** Everything that is wrong with a rollout, each with its place. */
export const problems = ({ rings }: Rollout, limits: Limits): readonly Rejection.Rejection[] => {
  if (rings.length === 0 || rings.length > RINGS_MAX) {
    return [refuse(`a rollout has 1–${RINGS_MAX} rings; this one ${rings.length}`, "rollout.rings")];
  }
  return rings.flatMap((ring, i) => {
    const path = `rollout.rings.${i}`;
    const isLast = i === rings.length - 1;
    const isTwin = rings.some(({ name }, other) => other < i && name === ring.name);
    return [
      ...nameProblems(ring, path),
      ...unless(!isTwin, `another ring is called ${ring.name}`, `${path}.name`),
      ...(isLast ? lastProblems(ring, path) : earlierProblems(ring, limits, path)),
    ];
  });
};

/** The tags that the rings name, each once. */
export const tagsOf = (rollout: Rollout | undefined): readonly string[] => [
  ...new Set(rollout?.rings.flatMap(({ members }) => (members._tag === "Tags" ? members.tags.tags : [])) ?? []),
];

/** What decides who is in which ring beside the rollout itself. */
export interface Assignment {
  readonly jobId: string;
  readonly tree: TagTree;
  /** Whether the ring at a place can have an asset at all; one that can't leaves it to those after it. Left out: each can. */
  readonly isOpen?: (assetId: string, place: number) => boolean;
}

/**
 * Which ring each of the job's targets is in, as the ring's place from 0: by asset, in the order of the targets.
 *
 * @example
 * const ringOf = Rollout.assign(job.rollout, targets, { jobId: job.id, tree });
 * ringOf.get(asset.id); // 0: among the first
 */
export const assign = (
  { rings }: Rollout,
  targets: readonly TagSelection.Selectable[],
  { jobId, tree, isOpen = () => true }: Assignment,
): ReadonlyMap<string, number> => {
  const ringOf = new Map<string, number>();
  let left = inOrder(targets, jobId);
  for (const [i, { members }] of rings.entries()) {
    const takes = taker(members, targets.length, tree);
    const isLast = i === rings.length - 1;
    const remain: TagSelection.Selectable[] = [];
    for (const asset of left) {
      if (isLast || (isOpen(asset.id, i) && takes(asset))) ringOf.set(asset.id, i);
      else remain.push(asset);
    }
    left = remain;
  }
  return new Map(targets.map(({ id }) => [id, ringOf.get(id) ?? 0]));
};

/** How many days after the first ring's deployment each ring starts at the earliest: the soaks of those before it (RNG-06). */
export const daysAfterFirst = ({ rings }: Rollout): readonly number[] => {
  let days = 0;
  return rings.map(({ soakDays }) => {
    const here = days;
    days += soakDays ?? 0;
    return here;
  });
};

/** The earliest day of each ring when the first is deployed on that day. Days count from 1970-01-01. */
export const earliestDays = (rollout: Rollout, firstDay: number): readonly number[] =>
  daysAfterFirst(rollout).map((days) => firstDay + days);

type Taker = (asset: TagSelection.Selectable) => boolean;

const taker = (members: RingMembers, targets: number, tree: TagTree): Taker => {
  switch (members._tag) {
    case "Count":
      return firstOf(members.assets);
    case "Percent":
      return firstOf(Math.ceil((targets * members.percent) / 100));
    case "Tags": {
      const bears = TagSelection.matcher(members.tags, tree);
      return ({ tags }) => bears(tags);
    }
    case "Rest":
      return () => true;
  }
};

const firstOf = (count: number): Taker => {
  let taken = 0;
  return () => {
    taken += 1;
    return taken <= count;
  };
};

// Places of targets in one number with a hash of 32 bits: two million, twice as many as there are assets (`assetsMax`).
const PLACES = 2 ** 21;

// Numbers are sorted many times as fast as objects; equal hashes go by id.
const inOrder = (targets: readonly TagSelection.Selectable[], jobId: string): readonly TagSelection.Selectable[] => {
  const start = feed(FNV_START, `${jobId}/`);
  const keys = Float64Array.from(targets, ({ id }, i) => mixed(feed(start, id)) * PLACES + i).sort();
  const ordered: TagSelection.Selectable[] = [];
  let [hash, from] = [-1, 0];
  for (const key of keys) {
    const here = Math.floor(key / PLACES);
    if (here !== hash) [hash, from] = [here, ordered.length];
    const asset = targets[key - here * PLACES] as TagSelection.Selectable;
    let at = ordered.length;
    while (at > from && asset.id < (ordered[at - 1] as TagSelection.Selectable).id) at -= 1;
    ordered.splice(at, 0, asset);
  }
  return ordered;
};

const FNV_START = 0x811c9dc5;

// FNV-1a over the characters, mixed at the end, so that ids that differ in their last characters only come to lie far apart.
const feed = (hash: number, text: string): number => {
  let h = hash;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
};

const mixed = (hash: number): number => {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const nameProblems = ({ name }: Ring, path: string): readonly Rejection.Rejection[] => {
  const isName = name.trim() !== "" && name.length <= NAME_CHARACTERS_MAX;
  return unless(isName, `a name of 1–${NAME_CHARACTERS_MAX} characters`, `${path}.name`);
};

const lastProblems = ({ members, soakDays, promotion }: Ring, path: string): readonly Rejection.Rejection[] => [
  ...unless(members._tag === "Rest", "the last ring takes all that is left", `${path}.members`),
  ...unless(soakDays === null, "nothing follows the last ring, so it has no soak", `${path}.soakDays`),
  ...unless(promotion === null, "nothing follows the last ring, so nothing is asked of it", `${path}.promotion`),
];

const earlierProblems = (ring: Ring, limits: Limits, path: string): readonly Rejection.Rejection[] => {
  const { soakDays: days, promotion } = ring;
  const soaks = days !== null && Number.isInteger(days) && days >= 1 && days <= SOAK_DAYS_MAX;
  return [
    ...memberProblems(ring.members, limits, `${path}.members`),
    ...unless(soaks, `a soak of 1–${SOAK_DAYS_MAX} days, the day of deployment among them`, `${path}.soakDays`),
    ...(promotion === null
      ? [refuse("what is asked of it before the next ring starts", `${path}.promotion`)]
      : promotionProblems(promotion, `${path}.promotion`)),
  ];
};

const memberProblems = (members: RingMembers, limits: Limits, path: string): readonly Rejection.Rejection[] => {
  switch (members._tag) {
    case "Count": {
      const isCount = Number.isSafeInteger(members.assets) && members.assets >= 1;
      return unless(isCount, "a ring takes at least one asset", `${path}.assets`);
    }
    case "Percent":
      return unless(members.percent > 0 && members.percent <= 100, "more than 0 percent, up to 100", `${path}.percent`);
    case "Tags": {
      const { length } = members.tags.tags;
      const max = limits.tagsPerSelectionMax;
      return unless(length >= 1 && length <= max, `1–${max} tags`, `${path}.tags`);
    }
    case "Rest":
      return [refuse("only the last ring takes all that is left", path)];
  }
};

const promotionProblems = (promotion: Promotion, path: string): readonly Rejection.Rejection[] =>
  (["failedPercentMax", "silentPercentMax"] as const).flatMap((name) =>
    unless(promotion[name] >= 0 && promotion[name] <= 100, "0–100 percent", `${path}.${name}`),
  );

const unless = (isSound: boolean, message: string, path: string): readonly Rejection.Rejection[] =>
  isSound ? [] : [refuse(message, path)];

const refuse = (message: string, path: string): Rejection.Rejection =>
  Rejection.make("RNG-02", "invalid", message, path);
