/**
 * The façade: everything a host does with Fettle, as Effects, and the same as Promises.
 *
 * A `Fettle` is one value over its ports; methods take who acts first. Those that change something take options last, among
 * them an idempotency key: the same request again under the same key is carried out once ({@link Repeatable}). The Promise
 * twin is derived from it by one generic function ({@link promises}), never written twice: it rejects with
 * {@link FettleError}.
 */
import type { SignedRequest } from "@fettle/agent-protocol";
import type * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import type { Actor } from "./domain/shared/Actor.ts";
import * as AgentGateway from "./engine/agents/AgentGateway.ts";
import * as AuditTrail from "./engine/audit/AuditTrail.ts";
import * as BlobGarbage from "./engine/blobs/BlobGarbage.ts";
import * as Subscribers from "./engine/events/Subscriptions.ts";
import type { Repeatable } from "./engine/Idempotency.ts";
import * as Dispatcher from "./engine/runs/Dispatcher.ts";
import * as Licences from "./engine/subscription/Licences.ts";
import * as Subscriptions from "./engine/subscription/Subscriptions.ts";
import { accessOf, retentionOf, searchesOf } from "./facade/Access.ts";
import { agentsOf, keysOf } from "./facade/Agents.ts";
import { assetsOf, purgesOf } from "./facade/Assets.ts";
import { catalogueOf } from "./facade/Catalogue.ts";
import { assessmentProfilesOf, configurationProfilesOf } from "./facade/Configuration.ts";
import { eventsOf } from "./facade/Events.ts";
import { jobsOf, scriptAuthorsOf } from "./facade/Jobs.ts";
import { freezesOf, quorumsOf } from "./facade/Maintenance.ts";
import type { FettlePorts, On } from "./facade/On.ts";
import { runsOf } from "./facade/Runs.ts";
import { tagsOf } from "./facade/Tags.ts";

export type { FettleFailure, FettlePorts } from "./facade/On.ts";
export { FettleError, type Promised, promises } from "./facade/Promises.ts";

/**
 * Makes a Fettle over its ports.
 *
 * @example
 * const fettle = Fettle.make(context);
 * const job = yield* fettle.jobs.create(actor, draft);
 */
export const make = (ports: Context.Context<FettlePorts>) => {
  const on: On = (effect) => Effect.provideContext(effect, ports);
  const subscribers = Subscribers.make(ports);
  return {
    subscriptions: {
      /** Opens the actor's subscription, or changes its plan, seats, licence tags and limits. */
      save: (actor: Actor, input: Subscriptions.SubscriptionInput, options?: Repeatable) =>
        on(Subscriptions.save(actor, input, options)),
      /** The subscription, and the plan that is in force (LIC-07). */
      get: (actor: Actor) => on(Subscriptions.get(actor)),
    },
    licences: {
      /** How far the seats of each module are used; past 100 % too (LIC-05, LIC-12). */
      consumption: (actor: Actor) => on(Licences.consumption(actor)),
      /** Who would gain or lose a seat by a change, and why; nothing is changed. */
      preview: (actor: Actor, change: Licences.LicenceChange) => on(Licences.preview(actor, change)),
      /** Where an asset stands with each module: active since when, licensed or why not. */
      of: (actor: Actor, assetId: string) => on(Licences.of(actor, assetId)),
    },
    keys: keysOf(on),
    configurationProfiles: configurationProfilesOf(on),
    assessmentProfiles: assessmentProfilesOf(on),
    freezes: freezesOf(on),
    quorums: quorumsOf(on),
    access: accessOf(on),
    tags: tagsOf(on),
    assets: assetsOf(on),
    catalogue: catalogueOf(on),
    searches: searchesOf(on),
    jobs: jobsOf(on),
    scriptAuthors: scriptAuthorsOf(on),
    runs: runsOf(on),
    agents: agentsOf(on),
    purges: purgesOf(on),
    retention: retentionOf(on),
    audit: {
      /** Who changed what, from what to what, when and why, in pages (RBAC-11). */
      search: (actor: Actor, input?: AuditTrail.AuditSearchInput) => on(AuditTrail.search(actor, input)),
      /** Whether the trail is what was written; against a checkpoint, whether its end is there too. */
      verify: (actor: Actor, options?: { readonly checkpoint?: Uint8Array }) => on(AuditTrail.verify(actor, options)),
      /** Where the trail stands, signed with the tenant's key, to be kept elsewhere. */
      checkpoint: (actor: Actor) => on(AuditTrail.checkpoint(actor)),
    },
    /** Makes runs of what is due and issues manifests. Call it as often as you like, from as many places. */
    tick: () => on(Effect.tap(Dispatcher.tick(), () => Effect.ignore(subscribers.deliver()))),
    /** Removes blobs that nothing names any more, and answers how much that freed. Call it once a day or so. */
    collectBlobs: () => on(BlobGarbage.collect()),
    gateway: {
      /** Answers a request of an agent, whatever transport brought it. */
      handle: (request: SignedRequest.WireRequest) => on(AgentGateway.handle(request)),
    },
    events: eventsOf(on, subscribers),
  };
};

export type Fettle = ReturnType<typeof make>;
