/**
 * Where a bug can be planted: between the real engine, the real agent and what they stand on. Nothing of the code under test knows
 * of them; each is a wrapper around a port, a store or the wire, and without bugs there is none.
 */
import type { Crypto, WireReply, WireRequest } from "@fettle/agent-protocol";
import type { HostShape, InstallerShape, JournalShape, UserPromptShape } from "@fettle/agent-protocol/agent";
import type { StorageShape } from "../../ports/Storage.ts";
import type * as Random from "../simulation/Random.ts";

export interface Ground {
  readonly random: Random.Random;
  readonly now: () => number;
  /** The tenant's own, for those who sign what is wrong. */
  readonly tenantKeys: Crypto.KeyPair;
  readonly sign: Crypto.SignatureSuite;
}

export interface Seams {
  /** What the engine asks of its storage and hears; what it asks is taken down behind it. */
  readonly engine?: (storage: StorageShape, ground: Ground) => StorageShape;
  /** The disk under the storage: what it answers was taken down as done. */
  readonly disk?: (storage: StorageShape, ground: Ground) => StorageShape;
  /** The disk under an agent's journal: what it answers was taken down as durable. */
  readonly journal?: (journal: JournalShape, ground: Ground & { readonly isNewLife: () => boolean }) => JournalShape;
  readonly installer?: (
    installer: InstallerShape,
    ground: Ground & { readonly reboot: HostShape["reboot"] },
  ) => InstallerShape;
  readonly prompt?: (prompt: UserPromptShape, ground: Ground) => UserPromptShape;
  readonly host?: (host: HostShape, ground: Ground) => HostShape;
  /** What the control plane answers. */
  readonly reply?: (request: WireRequest, reply: WireReply, ground: Ground) => WireReply;
  /** Requests that never get through. */
  readonly swallows?: (request: WireRequest) => boolean;
  readonly nonce?: () => string;
  readonly agentNow?: (true_: number, clock: number) => number;
}

export const none: Seams = {};
