/** On how many of the assets looked at each patch is missing, is the latest missing one, and is installed. */
import type { Looked } from "@fettle/core";
import { assetColumns } from "../SearchTables.ts";
import * as AssetSql from "./AssetSql.ts";
import * as Fragment from "./Fragment.ts";
import * as ReachSql from "./ReachSql.ts";

const { sql } = Fragment;

/** The rows of `search_asset` that are looked at. */
export const looked = ({ seen, within }: Looked, tenant: number, numbersOf: ReachSql.NumbersOf): Fragment.Fragment =>
  Fragment.all([
    ...AssetSql.visible({ tenant, seen: seen === null ? null : numbersOf(seen) }, "set"),
    ...(within === null ? [] : [ReachSql.selects(within, numbersOf)]),
  ]);

/** How many they are, as `looked`, and of how many of them there is no assessment, as `unassessed`. */
export const assets = (rows: Fragment.Fragment): Fragment.Fragment =>
  sql`SELECT count(*) AS looked, total(a.${Fragment.of(assetColumns.scannedAt)} IS NULL) AS unassessed FROM search_asset AS a WHERE ${rows}`;

export interface PatchRow {
  readonly id: string;
  readonly status: number;
  readonly assets: number;
  /** Of the missing ones. */
  readonly latest: number;
}

/** A row for each patch and status. */
export const patches = (rows: Fragment.Fragment): Fragment.Fragment =>
  sql`SELECT p.id AS id, c.status AS status, c.assets AS assets, c.latest AS latest FROM (SELECT l.patch AS patch, l.status AS status, count(*) AS assets, total(l.latest) AS latest FROM search_asset AS a CROSS JOIN search_asset_patch AS l ON l.asset = a.n WHERE ${rows} GROUP BY l.patch, l.status) AS c JOIN search_patch AS p ON p.n = c.patch`;
