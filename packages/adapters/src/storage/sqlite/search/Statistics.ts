/** What SQLite plans searches by (see {@link ./SearchTables.ts}). */

/**
 * How many rows SQLite is to expect for each value of an index, from its first column on, as a large fleet has them: it
 * plans by these from the first row on, and the same on every file. Without them it expects ten rows of a tenant.
 */
const expected: readonly (readonly [table: string, index: string | null, rows: string])[] = [
  ["search_asset", null, "1000000 sz=400"],
  ["search_asset", "sqlite_autoindex_search_asset_1", "1000000 1000000 1"],
  ["search_asset", "search_asset:by:id:folded", "1000000 1000000 1"],
  ["search_asset", "search_asset:by:name:folded", "1000000 1000000 2 1 sz=70"],
  ["search_asset", "search_asset:by:operatingSystem:text", "1000000 1000000 10000 1 sz=60"],
  ["search_asset", "search_asset:by:lastBoot:number", "1000000 1000000 10 sz=20"],
  ["search_asset", "search_asset:by:lastCheckedIn:number", "1000000 1000000 10 sz=20"],
  ["search_asset", "search_asset:by:scanDateTime:number", "1000000 1000000 10 sz=20"],
  ["search_asset", "search_asset:by:activated:number", "1000000 1000000 10 1 sz=60"],
  ["search_asset", "search_asset:by:missingPatchCount:number", "1000000 1000000 10000 1 sz=60"],
  ["search_asset", "search_asset:by:installedPatchCount:number", "1000000 1000000 10000 1 sz=60"],
  ["search_asset", "search_asset:by:nonSupersededMissingPatchCount:number", "1000000 1000000 10000 1 sz=60"],
  ["search_asset", "search_asset:by:hardware.serialNumber:folded", "1000000 1000000 2"],
  ["search_asset", "search_asset:narrow", "1000000 1000000 10000 10000 10000 5000 1000 1 1 1 sz=50"],
  ["search_asset", "search_asset:systems", "1000000 1000000 10000 sz=15"],
  ["search_asset:text", "sqlite_autoindex_search_asset:text_1", "1000 1000 100 1"],
  ["search_tag", "sqlite_autoindex_search_tag_1", "1000 1000 1"],
  ["search_tag", "search_tag:by:id", "1000 1000 1"],
  ["search_tag", "search_tag:by:name", "1000 1000 1"],
  ["search_asset_tag", "search_asset_tag", "5000000 5 1"],
  ["search_asset_tag", "search_asset_tag:by:tag", "5000000 5000 5000 1"],
  ["search_patch", "sqlite_autoindex_search_patch_1", "20000 20000 1"],
  ["search_asset_patch", "search_asset_patch", "100000000 100 50 1"],
  ["search_asset_patch", "search_asset_patch:by:patch", "100000000 5000 2500 2500 1 1"],
];

/** To be run after the tables are filled: SQLite goes by it once it has read the schema anew. */
export const statements: readonly string[] = [
  // Makes the table of statistics.
  "ANALYZE search_tenant",
  "DELETE FROM sqlite_stat1 WHERE tbl LIKE 'search\\_%' ESCAPE '\\'",
  ...expected.map(
    ([table, index, rows]) =>
      `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('${table}', ${index === null ? `NULL, '${rows}'` : `'${index}', '${rows} noskipscan'`})`,
  ),
  "ANALYZE sqlite_schema",
];
