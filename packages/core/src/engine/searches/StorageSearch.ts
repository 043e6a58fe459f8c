/** The search of the storage at hand: its own, or a scan where it has none. */
import * as Effect from "effect/Effect";
import type { SearchIndexShape } from "../../ports/SearchIndex.ts";
import { Storage } from "../../ports/Storage.ts";
import * as ScannedSearch from "./ScannedSearch.ts";

export const of = Effect.map(Storage, (storage): SearchIndexShape => storage.search ?? ScannedSearch.over(storage));
