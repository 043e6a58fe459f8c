/**
 * Whether an audit trail is what was written (RBAC-11), page by page, so that a trail of any length takes little memory.
 *
 * A chain shows what was changed, taken out or put in. What it can't show by itself is that its end was cut off, or that
 * all of it was calculated anew from some place on: for that a checkpoint, signed with the tenant's key and kept where the
 * store's administrators can't reach, is held against it.
 */
import { type Crypto, Dsse } from "@fettle/agent-protocol";
import { fail, ok, type Result } from "../domain/shared/Result.ts";
import type { StoredAuditRecord } from "../ports/Storage.ts";
import { AuditCheckpoint, checkpointLimits } from "../schema/AuditCheckpoint.ts";
import * as AuditChain from "./AuditChain.ts";

export type { AuditCheckpoint } from "../schema/AuditCheckpoint.ts";

/** How far a trail was followed. */
export interface Walk {
  readonly tenantId: string;
  readonly mark: AuditCheckpoint | null;
  /** The last record that is as it was written. */
  readonly last: AuditChain.Link;
  /** The hash at the checkpoint's position, once it was passed. */
  readonly hashAtMark: string | null;
  readonly broken: AuditChain.Break | null;
}

/** What was found. */
export interface AuditVerdict {
  readonly isWhole: boolean;
  /** How many records, from the first on, are as they were written. */
  readonly records: number;
  /** The first place where something is wrong. */
  readonly broken: AuditChain.Break | null;
}

/**
 * Begins at a trail's first record.
 *
 * @example
 * let walk = AuditVerification.begin("acme", null);
 * for (const page of pages) walk = AuditVerification.step(walk, page);
 * const { isWhole, broken } = AuditVerification.verdict(walk);
 */
export const begin = (tenantId: string, mark: AuditCheckpoint | null): Walk => ({
  tenantId,
  mark,
  last: AuditChain.GENESIS,
  hashAtMark: mark?.position === 0 ? AuditChain.GENESIS.hash : null,
  broken: null,
});

/** Takes the next page up; after a break nothing further is looked at. */
export const step = (walk: Walk, page: readonly StoredAuditRecord[]): Walk => {
  if (walk.broken !== null) return walk;
  const followed = AuditChain.follow(walk.tenantId, walk.last, page);
  const hashAtMark = page.find((r) => r.position === walk.mark?.position)?.hash ?? walk.hashAtMark;
  if (followed._tag === "Whole") return { ...walk, last: followed.last, hashAtMark };
  const good = page.filter((r) => r.position < followed.at.position).at(-1);
  return { ...walk, last: good ?? walk.last, hashAtMark, broken: followed.at };
};

/** What a walk to the end of the trail comes to. */
export const verdict = (walk: Walk): AuditVerdict => {
  const broken = walk.broken ?? heldAgainstMark(walk);
  const records = Math.min(walk.last.position, (broken?.position ?? Number.MAX_SAFE_INTEGER) - 1);
  return { isWhole: broken === null, records: broken === null ? walk.last.position : records, broken };
};

const heldAgainstMark = ({ mark, last, hashAtMark }: Walk): AuditChain.Break | null => {
  if (mark === null || hashAtMark === mark.hash) return null;
  const { position } = mark;
  if (last.position >= position) {
    return { position, reason: "changed", message: `record ${position} is another than at the checkpoint` };
  }
  const message = `the trail ends at ${last.position}; at the checkpoint there was a record ${position}`;
  return { position: last.position + 1, reason: "cut-off", message };
};

/** Signs a checkpoint with the tenant's key, as a DSSE document. */
export const seal = (mark: AuditCheckpoint, keys: Crypto.KeyPair): Uint8Array =>
  Dsse.seal(Dsse.payloadTypes.auditCheckpoint, mark, keys);

/** A checkpoint that the key signed; else why it isn't one. */
export const open = (bytes: Uint8Array, key: Crypto.PublicKey): Result<AuditCheckpoint, string> => {
  const read = Dsse.openAs(AuditCheckpoint, Dsse.payloadTypes.auditCheckpoint, bytes, key, checkpointLimits);
  return read.ok ? ok(read.value) : fail(read.error.message);
};
