/** What is stored of agents, read back. */
import * as z from "zod";
import * as Activity from "../domain/asset/Activity.ts";
import { digest, int, text } from "./StoredParts.ts";

/** What the control plane keeps of an agent, beside the asset: its key, its session, what it holds and what waits for it. */
export const agent = z.strictObject({
  id: text,
  attemptId: text,
  publicKey: text,
  session: z.strictObject({ epoch: int, lastSequence: int, lastRequest: digest.nullable() }),
  provisionedAt: int,
  lastCheckedInAt: int,
  agentVersion: text,
  bootId: text,
  timeZone: text,
  tzdata: text,
  configuration: digest.nullable(),
  /** Of the configuration, so that a check-in need not read it. */
  statusIntervalSeconds: int,
  snapshot: digest.nullable(),
  manifestVersion: int,
  manifests: z.array(z.strictObject({ version: int, digest, assetRunId: text, notAfter: int })),
  factsThrough: int,
  /** That it is to be uninstalled, since when and by whom; it hears so at a check-in. */
  uninstall: z.strictObject({ orderedAt: int, by: text }).nullable().default(null),
  /** What it holds, took and refused; left out: kept since it was heard of last. */
  holds: z
    .strictObject({
      configuration: digest.nullable(),
      fetched: digest.nullable(),
      refused: digest.nullable(),
      manifest: int,
      manifestFetched: int,
      manifestRefused: int,
    })
    .exactOptional(),
});
export type AgentRecord = z.infer<typeof agent>;

/**
 * An agent whose asset was removed: its key is known for ever, so that nothing it still sends brings anything back, and so
 * that it can be told to uninstall itself.
 */
export const removedAgent = z.strictObject({
  id: text,
  publicKey: text,
  session: agent.shape.session,
  factsThrough: int,
  removedAt: int,
  reason: z.enum(["uninstalled", "purged"]),
  /** When it said that it leaves; null as long as it hasn't. */
  leftAt: int.nullable(),
});
export type RemovedAgentRecord = z.infer<typeof removedAgent>;

/** What an agent did, the oldest first (AGT-05). */
export const activity = z.strictObject({
  assetId: text,
  entries: z.array(
    z.strictObject({
      what: z.enum(Activity.all as [Activity.ActivityWhat, ...Activity.ActivityWhat[]]),
      at: int,
      about: text.nullable(),
    }),
  ),
});
