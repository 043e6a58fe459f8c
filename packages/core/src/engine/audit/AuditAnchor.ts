/**
 * Where an audit trail begins whose oldest records were removed (CFG-07). The removal's own record says which was the last
 * to go, by position and hash, and is itself a link of the chain: so the trail's beginning is vouched for by the trail, and
 * records that went without one are missed.
 */
import * as Actor from "../../domain/shared/Actor.ts";
import type { StoredAuditRecord, StoredJson } from "../../ports/Storage.ts";
import type { Link } from "./AuditChain.ts";

/** What removes records, and the method under which it is recorded. */
export const REASON = "retention";
export const METHOD = "retention.tick";

/** The last record that a removal took, as its own record tells it under `audit`; null of any other record. */
export const of = (record: StoredAuditRecord): Link | null => {
  if (record.action !== METHOD || record.by !== Actor.label(Actor.system("", REASON))) return null;
  const told = member(member(member(record.body, "changes"), "audit"), "after");
  const [position, hash] = [member(told, "position"), member(told, "hash")];
  return typeof position === "number" && typeof hash === "string" ? { position, hash } : null;
};

const member = (value: StoredJson | undefined, name: string): StoredJson | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: StoredJson })[name]
    : undefined;
