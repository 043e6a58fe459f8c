/**
 * What a query over agents asks for beyond the fleet, read only where it does: the software on each asset, as its snapshot
 * names it, and whether the key that activated it still admits agents.
 */
import type * as Qql from "@fettle/qql";
import { Dependencies } from "@fettle/qql";
import * as Effect from "effect/Effect";
import type * as AgentCatalog from "../../domain/asset/AgentCatalog.ts";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as ActivationKey from "../../domain/key/ActivationKey.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Storage } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** What is said of one asset's agent; null is not asked for, or not known. */
export type AgentAnswers = (asset: Asset) => Pick<AgentCatalog.AgentContext, "software" | "activationKeyStatus">;

/** Reads what a query asks for, as of an instant. */
export const asked = Effect.fn("AgentAnswers.asked")(function* (
  tenantId: TenantId,
  query: Qql.Query<AgentCatalog.AgentDocument> | null,
  asOf: number,
) {
  const tokens: ReadonlySet<string> = query === null ? new Set() : Dependencies.of(query.checked).tokens;
  const asks = (token: string): boolean => [...tokens].some((t) => t === token || t.startsWith(`${token}.`));
  const software = asks("software") ? yield* softwareByAsset(tenantId) : null;
  const statuses = asks("activationKeyStatus") ? yield* statusByKey(tenantId, asOf) : null;
  const answers: AgentAnswers = ({ id, activationKey }) => ({
    software: software?.get(id) ?? null,
    activationKeyStatus: statuses?.get(activationKey) ?? null,
  });
  return answers;
});

// By asset, of those whose snapshot's names are kept. Lists are shared by assets, so each is read once.
const softwareByAsset = Effect.fn("AgentAnswers.softwareByAsset")(function* (tenantId: TenantId) {
  const lists = new Map((yield* Repository.all(tenantId, "packageNames")).map((l) => [l.id, l.value.names]));
  const found = new Map<string, readonly string[]>();
  for (const { id, value } of yield* Repository.all(tenantId, "snapshot")) {
    if (value.names !== null)
      found.set(
        id,
        value.names.flatMap((list) => lists.get(list) ?? []),
      );
  }
  return found;
});

const words = { Active: "Active", Disabled: "Disabled", Expired: "Expired", UsedUp: "Expired" } as const satisfies {
  readonly [T in ActivationKey.KeyStatus["_tag"]]: string;
};

const statusByKey = Effect.fn("AgentAnswers.statusByKey")(function* (tenantId: TenantId, asOf: number) {
  const storage = yield* Storage;
  const found = new Map<string, (typeof words)[keyof typeof words]>();
  for (const { id, value: key } of yield* Repository.all(tenantId, "activationKey")) {
    const admitted = yield* storage.counter(tenantId, ActivationKey.counterOf(key));
    found.set(id, words[ActivationKey.statusAt(key, admitted, asOf)._tag]);
  }
  return found;
});
