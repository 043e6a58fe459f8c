/** What stored entities contribute to searches, read from where they stand. */
import { type EntityKind, type SearchPart, SearchParts } from "@fettle/core";
import type { Database } from "better-sqlite3";

type Kind = SearchPart["_tag"];
type Part<K extends Kind> = Extract<SearchPart, { readonly _tag: K }>;

const kinds = {
  Asset: "asset",
  Agent: "agent",
  Assessment: "assessment",
  Patch: "patch",
  Tag: "tag",
  VendorFile: "vendorFile",
  Vulnerability: "vulnerability",
} as const satisfies { readonly [K in Kind]: EntityKind };

export interface EntityParts {
  /** Null where there is no such entity, and where its body doesn't read. */
  readonly get: <K extends Kind>(tenantId: string, part: K, id: string) => Part<K> | null;
}

export const make = (database: Database): EntityParts => {
  const body = database
    .prepare<[string, string, string], string>("SELECT body FROM entity WHERE tenant_id = ? AND kind = ? AND id = ?")
    .pluck();
  return {
    get: <K extends Kind>(tenantId: string, part: K, id: string) => {
      const text = body.get(tenantId, kinds[part], id);
      return text === undefined ? null : (ofText(kinds[part], text) as Part<K> | null);
    },
  };
};

/** What a body contributes; null where it doesn't read. */
export const ofText = (kind: EntityKind, body: string): SearchPart | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Changed from outside: reads of the entity tell so.
    return null;
  }
  return SearchParts.ofStored(kind, parsed) ?? null;
};
