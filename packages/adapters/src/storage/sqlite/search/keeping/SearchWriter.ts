/**
 * Keeps the search tables right, inside the transaction that changes the entities: what is undone is undone here too. An
 * entity whose body doesn't read contributes nothing, and fails no commit.
 */
import { type EntityKind, type SearchPart, SearchParts, StorageError } from "@fettle/core";
import { FullText } from "@fettle/qql";
import type { Database } from "better-sqlite3";
import * as StoredText from "../../../search/StoredText.ts";
import type { Outcome } from "../../../sql/Decision.ts";
import { STAMP, STAMP_NAME } from "../SearchTables.ts";
import * as AssetRows from "./AssetRows.ts";
import * as EntityParts from "./EntityParts.ts";
import * as Numbers from "./Numbers.ts";
import * as PatchRows from "./PatchRows.ts";

export interface SearchWriter {
  /** Before the first entity of a transaction. Throws when another version of this code has made the tables anew. */
  readonly begin: () => void;
  /** After an entity was written or removed. */
  readonly write: (tenantId: string, outcome: Outcome) => void;
  /** After anything was rolled back. */
  readonly forget: () => void;
  /** Writes what an entity that stands contributes; null: nothing, or that there is none. New: there was none before. */
  readonly put: (tenantId: string, kind: EntityKind, id: string, part: SearchPart | null, isNew?: boolean) => void;
}

const searched: ReadonlySet<EntityKind> = new Set(SearchParts.kinds);

/** The tables must be there. */
export const make = (database: Database): SearchWriter => {
  const numbers = Numbers.make(database);
  const put = putter(database, numbers);
  const dataVersion = database.prepare<[], number>("PRAGMA data_version").pluck();
  const stamp = database.prepare<[string], string>("SELECT stamp FROM search_stamp WHERE name = ?").pluck();
  let seen: number | undefined;
  return {
    begin: () => {
      // Changes when another connection has written.
      const version = dataVersion.get();
      if (version === seen) return;
      if (stamp.get(STAMP_NAME) !== STAMP) throw takenOver();
      numbers.forget();
      seen = version;
    },
    write: (tenantId, outcome) => {
      if (outcome._tag === "Removed") {
        if (searched.has(outcome.kind)) put(tenantId, outcome.kind, outcome.id, null);
        return;
      }
      const { kind, id, part, body } = outcome.put;
      if (searched.has(kind)) put(tenantId, kind, id, part ?? EntityParts.ofText(kind, body), outcome.before === 0);
    },
    forget: numbers.forget,
    put,
  };
};

const takenOver = (): StorageError =>
  new StorageError({
    reason: "Unavailable",
    operation: "commit",
    message: "another version of this code has opened the file and made what is searched its own way: close it here",
    isRetryable: false,
  });

const putter = (database: Database, numbers: Numbers.Numbers): SearchWriter["put"] => {
  const entities = EntityParts.make(database);
  const assets = AssetRows.make(database, numbers, entities);
  const patches = PatchRows.make(database, numbers, entities);
  const tags = tagRows(database, numbers);
  return (tenantId, kind, id, part, isNew = false) => {
    const place = { tenantId, t: numbers.tenant(tenantId), id };
    switch (kind) {
      case "asset":
        return part?._tag === "Asset" ? assets.put(place, part, isNew) : assets.remove(place);
      case "agent":
        return assets.setAgent(place, part?._tag === "Agent" ? part : null);
      case "assessment":
        return assets.setAssessment(place, part?._tag === "Assessment" ? part.assessment : null);
      case "patch":
        return part?._tag === "Patch" ? patches.put(place, part) : patches.remove(place);
      case "vendorFile":
        return patches.setVendorFile(place, part !== null);
      case "vulnerability":
        return part?._tag === "Vulnerability"
          ? patches.putVulnerability(place, part)
          : patches.removeVulnerability(place);
      case "tag":
        return part?._tag === "Tag" ? tags.put(place, part.name) : tags.remove(place);
      default:
      // Nothing is searched by any other kind.
    }
  };
};

const tagRows = (database: Database, numbers: Numbers.Numbers) => {
  const set = database.prepare(`UPDATE search_tag SET stored = ?, "name:folded" = ?, "name:tokens" = ? WHERE n = ?`);
  const isBorne = database.prepare<[number], number>("SELECT 1 FROM search_asset_tag WHERE tag = ? LIMIT 1").pluck();
  const remove = database.prepare("DELETE FROM search_tag WHERE n = ?");
  const name = (n: number, isStored: boolean, text: string): void => {
    const folded = StoredText.stored(FullText.fold(text));
    set.run(Number(isStored), folded, FullText.tokensOf(folded), n);
  };
  return {
    put: ({ t, id }: AssetRows.Place, text: string): void => name(numbers.tag(t, id), true, text),
    // A tag that is borne still is called by its id.
    remove: ({ t, id }: AssetRows.Place): void => {
      const n = numbers.tag(t, id);
      if (isBorne.get(n) === undefined) {
        remove.run(n);
        numbers.drop("tag", t, id);
      } else name(n, false, id);
    },
  };
};
