/**
 * How an asset is written: with the tags that it bears now (TAG-08), the configuration that its agent is then to hold
 * (CFG-08), and the event that tells of it, all in one commit that is refused when a tag or a profile has changed since.
 * Whoever changes an asset goes through here; an asset that is written otherwise bears tags of the past.
 */
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as DynamicTags from "../../domain/tag/DynamicTags.ts";
import type { NewEvent, StoredJson } from "../../ports/Storage.ts";
import * as Configurations from "../configuration/Configurations.ts";
import * as Repository from "../Repository.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as Causes from "./Causes.ts";

/** What an asset is written by: tags, rules and profiles of one moment. */
export interface Ground {
  readonly tags: TagRules.Standing;
  readonly profiles: Configurations.Standing;
  readonly now: number;
  /** Goes into every batch that writes an asset. */
  readonly unchanged: readonly TagRules.Standing["unchanged"][];
}

/** What stands now. */
export const ground = Effect.fn("AssetWrites.ground")(function* (tenantId: TenantId, now: number) {
  const tags = yield* TagRules.standing(tenantId);
  const profiles = yield* Configurations.standing(tenantId);
  const found: Ground = { tags, profiles, now, unchanged: [tags.unchanged, profiles.unchanged] };
  return found;
});

/** An asset that was not there before, as it is to be stored, and what its agent is to hold. */
export const added = Effect.fn("AssetWrites.added")(function* (on: Ground, given: Asset) {
  const asset = TagRules.tagged(on.tags, given, on.now);
  const [configuration = null] = yield* Configurations.forAssets(on.profiles, on.tags.tree, [asset]);
  return { asset, configuration };
});

/** An asset as it was read, and as it is to be; its tags need not be right. */
export interface AssetChange {
  readonly was: Repository.Versioned<Asset>;
  readonly is: Asset;
  /** What else the event tells of the change. */
  readonly about?: { readonly [name: string]: StoredJson };
}

/**
 * A change of one asset, for a request of its own agent, which writes the agent's record itself: `configuration` is to be
 * held from now on, when it isn't null.
 */
export const ofAgent = Effect.fn("AssetWrites.ofAgent")(function* (on: Ground, change: AssetChange) {
  const asset = TagRules.tagged(on.tags, change.is, on.now);
  const isRetagged = !DynamicTags.isSame(change.was.value.tags, asset.tags);
  const [configuration = null] = isRetagged
    ? yield* Configurations.forAssets(on.profiles, on.tags.tree, [asset])
    : [null];
  const written = assetChanges(on, [{ ...change, is: asset }]);
  return {
    asset,
    configuration,
    change: {
      ...written,
      counters: on.unchanged,
      writes: [...written.writes, ...(configuration === null ? [] : [configuration.write])],
    },
  };
});

/**
 * Changes of many assets, with the records of those agents that are then to hold another configuration. Assets that stay
 * as they are, tags among them, are not written.
 */
export const ofMany = Effect.fn("AssetWrites.ofMany")(function* (on: Ground, changes: readonly AssetChange[]) {
  const retagged = changes.map((c) => ({ ...c, is: TagRules.tagged(on.tags, c.is, on.now) }));
  const changed = retagged.filter(({ was, is }) => is !== was.value);
  const written = assetChanges(on, changed);
  const agents = yield* agentChanges(on, retagged);
  const activations = changed.map(({ was, is }) => ({ was: was.value, is }));
  const causes = yield* Causes.ofActivations(on.profiles.tenantId, activations);
  return {
    changed,
    change: {
      expect: [...written.expect, ...agents.expect],
      counters: on.unchanged,
      writes: [...written.writes, ...agents.writes, ...causes],
      events: written.events,
    },
  };
});

const assetChanges = (on: Ground, changes: readonly AssetChange[]) => ({
  expect: changes.map(({ was }) => Repository.expected("asset", was.id, was)),
  writes: changes.map(({ is }) => Repository.put("asset", is.id, is)),
  events: changes.map((c) => eventOf(c, on.now)),
});

const eventOf = ({ was, is, about }: AssetChange, now: number): NewEvent => {
  const { entered, left } = DynamicTags.difference(was.value.tags, is.tags);
  const tags = entered.length + left.length === 0 ? {} : { entered, left };
  return Repository.event("AssetChanged", "asset", is.id, now, { ...about, ...tags });
};

// The agents that hold another configuration than their asset calls for.
const agentChanges = Effect.fn("AssetWrites.agentChanges")(function* (on: Ground, changes: readonly AssetChange[]) {
  const assets = changes.map((c) => c.is);
  const configurations = yield* Configurations.forAssets(on.profiles, on.tags.tree, assets);
  const ids = assets.map((a) => a.id);
  const agents = new Map((yield* Repository.some(on.profiles.tenantId, "agent", ids)).map((a) => [a.id, a]));
  const documents = new Map<string, Configurations.SealedConfiguration["write"]>();
  const [expect, writes] = [[] as ReturnType<typeof Repository.expected>[], [] as ReturnType<typeof Repository.put>[]];
  for (const [i, { was }] of changes.entries()) {
    const [agent, configuration] = [agents.get(was.id), configurations[i] ?? null];
    if (agent === undefined || configuration === null || agent.value.configuration === configuration.digest) continue;
    const { digest, statusIntervalSeconds, write } = configuration;
    documents.set(digest, write);
    // The asset too: what it bears decides what the agent holds.
    expect.push(Repository.expected("agent", agent.id, agent), Repository.expected("asset", was.id, was));
    writes.push(Repository.put("agent", agent.id, { ...agent.value, configuration: digest, statusIntervalSeconds }));
  }
  return { expect, writes: [...documents.values(), ...writes] };
});
