/** What of a question tells, before anything is read, how what it finds is best looked for. */
import type { AssetIndexQuestion, AssetSortKey } from "@fettle/core";
import type * as Qql from "@fettle/qql";
import * as Asks from "./Asks.ts";
import * as PageSql from "./PageSql.ts";

/** Tokens that hardly two assets have one value of, and whose values are looked up. */
const tellingApart: ReadonlySet<string> = new Set([
  "id",
  "name",
  "hardware.serialNumber",
  "interfaces.macAddress",
  "interfaces.address",
  "interfaces.ipv6Address",
]);

/** More values than these may find more than a page. */
const VALUES_MAX = 20;

/** Whether all that is found has one of a few values of what tells assets apart. */
export const isNarrow = ({ asset }: Pick<AssetIndexQuestion, "asset">): boolean =>
  asset !== null && isTold(Asks.predicateOf(asset));

const isTold = (predicate: Qql.Predicate.Predicate): boolean => {
  if (predicate._tag === "And") return predicate.operands.some(isTold);
  if (predicate._tag !== "Leaf" || predicate.test._tag !== "Is") return false;
  return tellingApart.has(predicate.token.name) && predicate.test.values.length <= VALUES_MAX;
};

/** Whether all that is asked is a range of what is sorted by: it stands side by side in the index of the order. */
export const isRangeOf = ({ asset, patch, view, seen }: AssetIndexQuestion, by: AssetSortKey): boolean => {
  if (asset === null || patch !== null || view !== "all" || seen !== null) return false;
  const predicate = Asks.predicateOf(asset);
  if (predicate._tag !== "Leaf" || predicate.token.name !== PageSql.tokens[by] || PageSql.isShared(by)) return false;
  const { _tag } = predicate.test;
  return _tag === "Between" || (_tag === "StartsWith" && predicate.test.key === "folded");
};
