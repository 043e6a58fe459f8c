/**
 * The peers that evaluate: both read queries as MongoDB has them. Neither knows versions; both are given our comparison
 * as an operator of theirs, so that the work on a version is the same on all sides.
 */
import { Version } from "@fettle/qql";
import {
  allInterpreters,
  allParsingInstructions,
  createFactory,
  type FieldCondition,
  type JsInterpreter,
} from "@ucast/mongo2js";
import siftModule, { createEqualsOperation } from "sift";
import type { Asset } from "./Assets.ts";

/** A query of MongoDB; `$versionFrom` is ours. */
export type MongoQuery = Readonly<Record<string, unknown>>;

export type Test = (asset: Asset) => boolean;

const isFrom = (version: unknown, key: string): boolean =>
  typeof version === "string" && Version.compareToKey(version, key) >= 0;

const keyOf = (version: string): string => {
  const key = Version.key(version);
  if (key === null) throw new Error(`${version} is not a version`);
  return key;
};

/** Its types speak of another module than is loaded: what is imported is the function itself. */
const sift = siftModule as unknown as typeof siftModule.default;

export const siftTest = (query: MongoQuery): Test =>
  sift(query, {
    operations: {
      $versionFrom: (version: string, owner: unknown, options) => {
        const key = keyOf(version);
        return createEqualsOperation((value: unknown) => isFrom(value, key), owner, options);
      },
    },
  });

const versionFrom: JsInterpreter<FieldCondition<string>> = ({ value, field }, asset, context) =>
  isFrom(context.get(asset, field), value);

const filter = createFactory(
  { ...allParsingInstructions, $versionFrom: { type: "field", name: "versionFrom" } },
  { ...allInterpreters, versionFrom },
);

/** The key is made before the query, which ucast's instructions can't do for a plain value. */
export const ucastTest = (query: MongoQuery): Test => filter(withKeys(query)) as Test;

const withKeys = (query: MongoQuery): MongoQuery =>
  JSON.parse(JSON.stringify(query), (name, value: unknown) => (name === "$versionFrom" ? keyOf(String(value)) : value));
