/** Which signed configuration each agent is to hold: the effective profile of its asset, sealed once per revision. */
import { Dsse } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as ConfigurationProfile from "../domain/profile/ConfigurationProfile.ts";
import type { TagTree } from "../domain/tag/TagTree.ts";
import type { ConfigurationPayload } from "../schema/Stored.ts";
import * as Repository from "./Repository.ts";
import * as SignedDocuments from "./SignedDocuments.ts";

/** The sealed configuration for an asset, or null when the tenant has no profile. */
export const sealFor = Effect.fn("Configurations.sealFor")(function* (
  tenantId: string,
  asset: { readonly id: string; readonly tags: readonly string[] },
) {
  const profiles = yield* Repository.all(tenantId, "profile");
  const tags = yield* Repository.all(tenantId, "tag");
  const tree: TagTree = new Map(tags.map((t) => [t.id, t.value]));
  const chosen = ConfigurationProfile.effective(
    profiles.map((p) => p.value),
    tree,
    asset,
  );
  const revision = profiles.find((p) => p.id === chosen?.id)?.revision ?? 1;
  if (chosen === null) return null;
  const payload: ConfigurationPayload = {
    tenantId,
    profile: chosen.name,
    revision,
    statusIntervalSeconds: chosen.statusIntervalSeconds,
    scanIntervalSeconds: chosen.scanIntervalSeconds,
  };
  const sealed = yield* SignedDocuments.seal(tenantId, Dsse.payloadTypes.configuration, payload, null);
  return { ...sealed, statusIntervalSeconds: payload.statusIntervalSeconds };
});

/** After profiles or tags changed: every agent whose configuration is now another is given it at its next check-in. */
export const reassign = Effect.fn("Configurations.reassign")(function* (tenantId: string) {
  const assets = yield* Repository.all(tenantId, "asset");
  for (const asset of assets) {
    const sealed = yield* sealFor(tenantId, asset.value);
    if (sealed !== null) yield* assign(tenantId, asset.id, sealed);
  }
});

// The agent may check in at the same moment: read and try again until it stands.
const assign = Effect.fn("Configurations.assign")(function* (
  tenantId: string,
  agentId: string,
  sealed: SignedDocuments.SealedDocument & { readonly statusIntervalSeconds: number },
) {
  for (;;) {
    const agent = yield* Repository.get(tenantId, "agent", agentId);
    if (agent === null || agent.value.configuration === sealed.digest) return;
    const answer = yield* Repository.tryCommit(tenantId, {
      expect: [Repository.expected("agent", agentId, agent)],
      writes: [
        sealed.write,
        Repository.put("agent", agentId, {
          ...agent.value,
          configuration: sealed.digest,
          statusIntervalSeconds: sealed.statusIntervalSeconds,
        }),
      ],
    });
    if (answer._tag === "Committed") return;
  }
});
