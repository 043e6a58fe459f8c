/** Eight queries over many assets: ours against a peer that must count the same. */
import { compile, type Query } from "@fettle/qql";
import type { Contest } from "../Entry.ts";
import { perSecond } from "../Rate.ts";
import { type Asset, catalog, makeAssets, NOW } from "./Assets.ts";
import { geometricMean } from "./Parsing.ts";
import type { MongoQuery, Test } from "./Peers.ts";
import * as Random from "./Random.ts";
import { SHAPES } from "./Shapes.ts";

const SEED = 7;
const ASSETS = 100_000;
const ASSETS_FULL = 1_000_000;
const MILLISECONDS_EACH = 40;

/** Counts the assets that one query selects. */
type Count = (assets: readonly Asset[]) => number;

/** Assets looked at in a second, for each query by itself: the geometric mean. */
export const against = (makePeer: (query: MongoQuery) => Test, isFull: boolean): Contest => {
  const assets = makeAssets(Random.make(SEED), isFull ? ASSETS_FULL : ASSETS);
  const ours = SHAPES.map(({ text }) => ourCount(text));
  const theirs = SHAPES.map(({ mongo }) => peerCount(makePeer(mongo)));
  for (const [i, { name }] of SHAPES.entries()) {
    const counts = [ours, theirs].map((all) => all[i]?.(assets));
    if (counts[0] !== counts[1] || counts[0] === 0) throw new Error(`${name}: ${counts.join(" and ")} assets`);
  }
  return { ours: () => rate(assets, ours), peer: () => rate(assets, theirs) };
};

const rate = (assets: readonly Asset[], counts: readonly Count[]): number =>
  geometricMean(counts.map((count) => perSecond(() => void count(assets), MILLISECONDS_EACH, assets.length)));

const ourCount = (text: string): Count => {
  const { predicate } = compiled(text);
  return (assets) => {
    let count = 0;
    for (const asset of assets) if (predicate(asset, NOW)) count += 1;
    return count;
  };
};

const peerCount =
  (test: Test): Count =>
  (assets) => {
    let count = 0;
    for (const asset of assets) if (test(asset)) count += 1;
    return count;
  };

/** A query over the assets' catalogue; throws if it is not sound. */
export const compiled = (text: string): Query<Asset> => {
  const query = compile(catalog, text);
  if (!query.ok) throw new Error(`${text}: ${query.error.map(({ message }) => message).join(" ")}`);
  return query.value;
};
