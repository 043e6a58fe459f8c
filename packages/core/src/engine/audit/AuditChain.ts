/**
 * How records of the audit trail hang together (RBAC-11): each carries the hash of the one before it, and its own hash
 * covers that and everything it says. Whoever changes, removes, inserts or reorders a record breaks the chain at that
 * place. Every storage adapter links by this one function, inside the transaction that gives the record its position.
 *
 * A chain can't show that its end was cut off: for that a {@link Link} is kept elsewhere and compared later.
 */
import { Crypto } from "@fettle/agent-protocol";
import type { NewAuditRecord, StoredAuditRecord } from "../../ports/Storage.ts";

/** Where a chain stands: the position and the hash of its last record. */
export interface Link {
  readonly position: number;
  readonly hash: string;
}

/** Where every tenant's chain begins. */
export const GENESIS: Link = { position: 0, hash: "" };

/** A record with its body as the JSON text that is kept. */
export interface EncodedAuditRecord extends Omit<NewAuditRecord, "body"> {
  readonly body: string;
}

/** The link that a record makes after another. The tenant is part of it: no record can be moved to another tenant. */
export const link = (tenantId: string, last: Link, record: EncodedAuditRecord): Link => {
  const position = last.position + 1;
  const { at, by, action, kind, id, body } = record;
  // An array of JSON values has one spelling, so no two records make the same text.
  const text = JSON.stringify(["fettle-audit-v1", tenantId, position, last.hash, at, by, action, kind, id, body]);
  return { position, hash: Crypto.digest(text) };
};

/** What is wrong with a chain, at the first place where something is. */
export interface Break {
  readonly position: number;
  readonly reason: "changed" | "missing" | "inserted" | "cut-off";
  readonly message: string;
}

/** A chain followed so far: whole up to its link, or broken. */
export type Followed =
  | { readonly _tag: "Whole"; readonly last: Link }
  | { readonly _tag: "Broken"; readonly at: Break };

/**
 * Follows a chain over further records, in the order of their positions.
 *
 * @example
 * let followed: AuditChain.Followed = { _tag: "Whole", last: AuditChain.GENESIS };
 * for (const page of pages) if (followed._tag === "Whole") followed = AuditChain.follow(tenantId, followed.last, page);
 */
export const follow = (tenantId: string, from: Link, records: readonly StoredAuditRecord[]): Followed => {
  let last = from;
  for (const record of records) {
    const { position } = record;
    if (position > last.position + 1) {
      return broken(last.position + 1, "missing", `no record ${last.position + 1}; the next one is ${position}`);
    }
    if (position <= last.position) return broken(position, "inserted", `a second record ${position}`);
    const expected = link(tenantId, last, { ...record, body: JSON.stringify(record.body) });
    if (record.previous !== last.hash || record.hash !== expected.hash) {
      return broken(position, "changed", `record ${position} is not what was written`);
    }
    last = expected;
  }
  return { _tag: "Whole", last };
};

const broken = (position: number, reason: Break["reason"], message: string): Followed => ({
  _tag: "Broken",
  at: { position, reason, message },
});
