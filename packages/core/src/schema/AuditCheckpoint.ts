/** A signed mark of where an audit trail stood, as it comes back from where a host kept it. */
import * as z from "zod";

export const AuditCheckpoint = z.strictObject({
  tenantId: z.string().min(1),
  /** Of the last record; 0 before the first. */
  position: z.int().min(0),
  hash: z.string(),
  /** Epoch milliseconds. */
  at: z.int(),
});
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;

/** The largest payload that is read, in bytes, and how deep it is nested. */
export const checkpointLimits = { bytes: 4_096, depth: 4 } as const;
