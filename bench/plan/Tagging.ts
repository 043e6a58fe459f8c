/**
 * The tags that an asset bears by a thousand rules, as a product keeps them: most for one user, place, zone or gateway, some
 * that no value rules out. Ours is what the engine does whenever it writes an asset, the asset's document included.
 */
import type { Asset } from "@fettle/core";
import * as AssetModule from "../../packages/core/src/domain/asset/Asset.ts";
import * as DynamicTags from "../../packages/core/src/domain/tag/DynamicTags.ts";
import type { TagTree } from "../../packages/core/src/domain/tag/TagTree.ts";
import * as TagRules from "../../packages/core/src/engine/tags/TagRules.ts";
import type { Contest } from "../Entry.ts";
import { type MongoQuery, siftTest } from "../qql/Peers.ts";
import * as Random from "../qql/Random.ts";
import { perSecond } from "../Rate.ts";

const SEED = 29;
const RULES = 1_000;
const ASSETS = 200;
const MILLISECONDS = 400;
const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

const ZONES = ["Europe/Berlin", "Europe/Lisbon", "America/Chicago", "Asia/Tokyo", "UTC"] as const;
const CITIES = 60;
const USERS = 400;
const SERVICES = 200;
const STREAMS = ["nodejs:18", "nodejs:20", "postgresql:15", "php:8.2"] as const;

interface Rule {
  readonly query: string;
  readonly mongo: MongoQuery;
}

export const contest = (): Contest => {
  const random = Random.make(SEED);
  const rules = Array.from({ length: RULES }, () => rule(random));
  const assets = Array.from({ length: ASSETS }, (_, i) => asset(random, i));
  const tree: TagTree = new Map(
    rules.map(({ query }, i) => {
      const id = `tag-${String(i).padStart(4, "0")}`;
      return [id, { id, name: id, parent: null, rule: { _tag: "Dynamic", query } }];
    }),
  );
  const dynamic = DynamicTags.compile(tree, TagRules.catalog);
  if (dynamic.unreadable.size > 0) throw new Error(`unreadable: ${[...dynamic.unreadable.values()].join()}`);
  const ids = [...tree.keys()];
  const tests = rules.map(({ mongo }) => siftTest(mongo) as (document: unknown) => boolean);
  const ours = (a: Asset): readonly string[] => DynamicTags.withTags(a, dynamic, TagRules.documentOf(a), NOW).tags;
  const theirs = (a: Asset): readonly string[] => {
    const document = TagRules.documentOf(a);
    return ids.filter((_, i) => tests[i]?.(document));
  };
  let borne = 0;
  for (const a of assets) {
    if (JSON.stringify(ours(a)) !== JSON.stringify(theirs(a))) throw new Error(`${ours(a)} | ${theirs(a)}`);
    borne += ours(a).length;
  }
  if (borne < ASSETS) throw new Error("assets bear next to no tags");
  return { ours: () => rate(assets, ours), peer: () => rate(assets, theirs) };
};

const rate = (assets: readonly Asset[], answer: (asset: Asset) => readonly string[]): number => {
  let at = 0;
  return perSecond(() => answer(assets[at++ % assets.length] as Asset), MILLISECONDS);
};

const pick = <A>(random: Random.Random, of: readonly A[]): A => of[random(of.length)] as A;

// Of one length, as a word of a query finds longer words that begin with it.
const numbered = (what: string, n: number): string => `${what}${String(n).padStart(3, "0")}`;

const rule = (random: Random.Random): Rule => {
  const user = numbered("u", random(USERS));
  const place = numbered("city", random(CITIES));
  switch (random(7)) {
    case 0:
      return { query: `lastLoggedOnUser: ${user}`, mongo: { lastLoggedOnUser: { $regex: `^${user}$` } } };
    case 1: {
      const maker = pick(random, ["Dell", "Lenovo", "HP"]);
      const mongo = { $and: [{ location: place }, { "hardware.manufacturer": maker }] };
      return { query: `location: ${place} and hardware.manufacturer: ${maker}`, mongo };
    }
    case 2: {
      const gateway = `10.${random(30)}.${random(8)}.1`;
      return {
        query: `interfaces.gatewayAddress: ${gateway}`,
        mongo: { "interfaces.gatewayAddress": gateway },
      };
    }
    case 3: {
      const [zone, format] = [pick(random, ZONES), pick(random, ["rpm", "deb"])];
      const query = `timeZone: "${zone}" and packageFormat: ${format} and not location: ${place}`;
      return { query, mongo: { $and: [{ timeZone: zone }, { packageFormat: format }, { location: { $ne: place } }] } };
    }
    case 4: {
      const [days, release] = [random(300), `rocky:${8 + random(3)}`];
      const mongo = {
        $and: [{ activated: { $lt: NOW - days * DAY_MS } }, { osIdentifier: release }, { location: place }],
      };
      return { query: `activated < now-${days}d and osIdentifier: \`${release}\` and location: ${place}`, mongo };
    }
    case 5: {
      const [stream, serial] = [pick(random, STREAMS), `SN${random(900)}`];
      const mongo = {
        $or: [{ "hardware.serialNumber": serial }, { $and: [{ moduleStream: stream }, { location: place }] }],
      };
      return {
        query: `hardware.serialNumber: ${serial} or (moduleStream: \`${stream}\` and location: ${place})`,
        mongo,
      };
    }
    default: {
      const word = numbered("svc", random(SERVICES));
      return { query: `name: ${word}`, mongo: { name: { $regex: `\\b${word}\\b` } } };
    }
  }
};

const asset = (random: Random.Random, i: number): Asset => ({
  id: `00000000-0000-4000-a000-${String(i).padStart(12, "0")}`,
  name: `${numbered("svc", random(SERVICES))} host ${i}`,
  platform: "Linux",
  osFamily: "Red Hat",
  osName: "Rocky Linux 9",
  arch: "x86_64",
  timeZone: pick(random, ZONES),
  facts: {
    ...AssetModule.noFacts,
    release: `rocky:${8 + random(3)}`,
    packageFormat: pick(random, ["rpm", "deb"] as const),
    modules: [pick(random, STREAMS)],
    manufacturer: pick(random, ["Dell", "Lenovo", "HP"]),
    model: `m${random(50)}`,
    serialNumber: `SN${random(900)}`,
    interfaces: [
      { name: "eth0", mac: null, addresses: [`10.0.${random(200)}.7`], gateway: `10.${random(30)}.${random(8)}.1` },
    ],
    loggedInUser: numbered("u", random(USERS)),
    location: numbered("city", random(CITIES)),
  },
  assignedTags: [],
  tags: [],
  provisionedAt: NOW,
  activations: { PM: NOW - random(400) * DAY_MS },
  activationKey: "k",
});
