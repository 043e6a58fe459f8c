/**
 * Whether an audit trail is what was written (RBAC-11), page by page, so that a trail of any length takes little memory.
 *
 * A chain shows what was changed, taken out or put in. What it can't show by itself is that its end was cut off, or that
 * all of it was calculated anew from some place on: for that a checkpoint, signed with the tenant's key and kept where the
 * store's administrators can't reach, is held against it.
 *
 * A trail whose oldest records were removed (CFG-07) begins where the latest removal says; it says so in a record of the
 * trail ({@link ./AuditAnchor.ts}), so who takes records away without one is found as before.
 */
import { type Crypto, Dsse } from "@fettle/agent-protocol";
import { fail, ok, type Result } from "../../domain/shared/Result.ts";
import type { StoredAuditRecord } from "../../ports/Storage.ts";
import { AuditCheckpoint, checkpointLimits } from "../../schema/AuditCheckpoint.ts";
import * as AuditAnchor from "./AuditAnchor.ts";
import * as AuditChain from "./AuditChain.ts";

export type { AuditCheckpoint } from "../../schema/AuditCheckpoint.ts";

/** How far a trail was followed. */
export interface Walk {
  readonly tenantId: string;
  readonly mark: AuditCheckpoint | null;
  /** What the first record is chained to; null before it was seen. */
  readonly start: AuditChain.Link | null;
  /** Where the trail begins by the latest removal of which it tells. */
  readonly anchor: AuditChain.Link;
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
  /** The position of the last record that retention removed (CFG-07), of a trail that is whole; left out: none was. */
  readonly removedThrough?: number;
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
  start: null,
  anchor: AuditChain.GENESIS,
  last: AuditChain.GENESIS,
  hashAtMark: mark?.position === 0 ? AuditChain.GENESIS.hash : null,
  broken: null,
});

/** Takes the next page up; after a break nothing further is looked at. */
export const step = (walk: Walk, page: readonly StoredAuditRecord[]): Walk => {
  const [first] = page;
  if (walk.broken !== null || first === undefined) return walk;
  // Taken at its word here: whether the trail may begin there is for the removals that follow to say.
  const start = walk.start ?? { position: Math.max(0, first.position - 1), hash: first.previous };
  const followed = AuditChain.follow(walk.tenantId, walk.start === null ? start : walk.last, page);
  const hashes = [start, ...page];
  const hashAtMark = hashes.find((r) => r.position === walk.mark?.position)?.hash ?? walk.hashAtMark;
  const whole = followed._tag === "Whole" ? page : page.filter((r) => r.position < followed.at.position);
  const anchor = whole.reduce((latest, record) => AuditAnchor.of(record) ?? latest, walk.anchor);
  const last = whole.at(-1) ?? (walk.start === null ? start : walk.last);
  const broken = followed._tag === "Whole" ? null : followed.at;
  return { ...walk, start, anchor, last: { position: last.position, hash: last.hash }, hashAtMark, broken };
};

/** What a walk to the end of the trail comes to. */
export const verdict = (walk: Walk): AuditVerdict => {
  const broken = wrongBeginning(walk) ?? walk.broken ?? heldAgainstMark(walk);
  const removedThrough = walk.start?.position ?? 0;
  if (broken === null) {
    const records = walk.last.position - removedThrough;
    return { isWhole: true, records, broken, ...(removedThrough === 0 ? {} : { removedThrough }) };
  }
  const records = Math.max(0, Math.min(walk.last.position, broken.position - 1) - removedThrough);
  return { isWhole: false, records, broken };
};

// What is broken further on hides the removal that would vouch for the beginning: then the break is what is told.
const wrongBeginning = ({ start, anchor, broken }: Walk): AuditChain.Break | null => {
  if (start === null || (start.position === anchor.position && start.hash === anchor.hash)) return null;
  if (broken !== null && start.position > anchor.position) return null;
  const [position, first] = [anchor.position + 1, start.position + 1];
  if (first > position) {
    const message = `no record ${position}; the next one is ${first}`;
    return { position, reason: "missing", message };
  }
  if (first < position) {
    const message = `record ${first} is there, though retention removed all before ${position}`;
    return { position: first, reason: "inserted", message };
  }
  return { position, reason: "changed", message: `record ${position} is chained to another than the last one removed` };
};

const heldAgainstMark = ({ mark, start, last, hashAtMark }: Walk): AuditChain.Break | null => {
  if (mark === null || hashAtMark === mark.hash) return null;
  const { position } = mark;
  if (start !== null && position < start.position) {
    const message = `record ${position} of the checkpoint was removed with all up to ${start.position}: take a newer one`;
    return { position, reason: "missing", message };
  }
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
