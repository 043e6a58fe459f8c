/**
 * A thousand saved queries as a product keeps them, in QQL and as MongoDB has them. Six of ten are scopes of jobs (assets
 * with one of some tags and none of others), the others rules of dynamic tags, some of which no asset can be ruled out
 * for by any one value.
 */
import { DAY, NOW, pick, TAGS } from "./Assets.ts";
import type { MongoQuery } from "./Peers.ts";
import type { Random } from "./Random.ts";

export interface SavedQuery {
  readonly text: string;
  readonly mongo: MongoQuery;
}

export const QUERIES = 1_000;

/** Of ten, six scopes and four rules. */
export const makeQueries = (random: Random): readonly SavedQuery[] =>
  Array.from({ length: QUERIES }, (_, i) => (i % 10 < 6 ? scope(random) : pick(random, RULES)(random)));

const tag = (random: Random): string => `tag-${random(TAGS)}`;

function scope(random: Random): SavedQuery {
  const [a, b, c, without] = [tag(random), tag(random), tag(random), tag(random)];
  const system = pick(random, ["windows 10", "windows 11", "rocky linux 9", "debian 12"]);
  switch (random(3)) {
    case 0:
      return {
        text: `tags.name: [${a}, ${b}] and not tags.name: ${without}`,
        mongo: { $and: [{ "tags.name": { $in: [a, b] } }, { $nor: [{ "tags.name": without }] }] },
      };
    case 1:
      return {
        text: `tags.name: ${a} and tags.name: ${b} and operatingSystem: ${system}`,
        mongo: { $and: [{ "tags.name": a }, { "tags.name": b }, { operatingSystem: system }] },
      };
    default:
      return {
        text: `operatingSystem: ${system} and tags.name: [${a}, ${b}, ${c}] and licensed: true`,
        mongo: { $and: [{ operatingSystem: system }, { "tags.name": { $in: [a, b, c] } }, { licensed: true }] },
      };
  }
}

const RULES: readonly [(random: Random) => SavedQuery, ...((random: Random) => SavedQuery)[]] = [
  (random) => {
    const [owner, region] = [`u${random(100)}`, pick(random, ["eu", "us", "ap"])];
    return { text: `region: ${region} and owner: ${owner}`, mongo: { $and: [{ region }, { owner }] } };
  },
  (random) => {
    const name = `web-${random(5_000)}`;
    return { text: `name: ${name}`, mongo: { name } };
  },
  (random) => {
    const [model, least] = [`m${random(50)}`, random(200)];
    return {
      text: `model: ${model} and missingPatchCount >= ${least}`,
      mongo: { $and: [{ model }, { missingPatchCount: { $gte: least } }] },
    };
  },
  (random) => {
    const [version, status] = [`${random(5)}.${random(30)}`, pick(random, ["Enabled", "Scanned", "Failed"])];
    return {
      text: `status: ${status} and agentVersion >= ${version}`,
      mongo: { $and: [{ status }, { agentVersion: { $versionFrom: version } }] },
    };
  },
  (random) => {
    const [days, least] = [random(60), random(200)];
    return {
      text: `lastCheckedIn < now-${days}d and missingPatchCount > ${least}`,
      mongo: { $and: [{ lastCheckedIn: { $lt: NOW - days * DAY } }, { missingPatchCount: { $gt: least } }] },
    };
  },
  (random) => {
    const beginning = `web-${10 + random(40)}`;
    return { text: `name: ${beginning}*`, mongo: { name: { $regex: `^${beginning}` } } };
  },
  (random) => {
    const [name, weight] = [tag(random), random(40)];
    return {
      text: `tags: (name: ${name} and weight > ${weight})`,
      mongo: { tags: { $elemMatch: { name, weight: { $gt: weight } } } },
    };
  },
];
