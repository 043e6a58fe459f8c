/**
 * The façade: everything a host does with Fettle, as Effects, and the same as Promises.
 *
 * A `Fettle` is one value over its ports; methods take who acts first. The Promise twin is derived from it by one generic
 * function ({@link promises}), never written twice: it rejects with {@link FettleError}.
 */
import type { SignedRequest } from "@fettle/agent-protocol";
import * as Cause from "effect/Cause";
import type * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Result from "effect/Result";
import type { JobDraft } from "./domain/job/Job.ts";
import type { Patch } from "./domain/patch/Patch.ts";
import type { ConfigurationProfile } from "./domain/profile/ConfigurationProfile.ts";
import type { Actor } from "./domain/shared/Actor.ts";
import * as AgentGateway from "./engine/AgentGateway.ts";
import * as Assets from "./engine/Assets.ts";
import * as Catalogue from "./engine/Catalogue.ts";
import * as Dispatcher from "./engine/Dispatcher.ts";
import * as Jobs from "./engine/Jobs.ts";
import type { Rejected } from "./engine/Rejected.ts";
import * as Runs from "./engine/Runs.ts";
import * as Subscriptions from "./engine/Subscriptions.ts";
import * as Tags from "./engine/Tags.ts";
import type { BlobError, BlobStore } from "./ports/BlobStore.ts";
import type { Directory, DirectoryError } from "./ports/Directory.ts";
import type { Environment } from "./ports/Environment.ts";
import { Storage, type StorageError } from "./ports/Storage.ts";
import type { TenantKeys, TenantKeysError } from "./ports/TenantKeys.ts";

/** Everything Fettle stands on. */
export type FettlePorts = Storage | BlobStore | TenantKeys | Directory | Environment;

/** What a method can fail with: a rejection the caller can mend, or a port that did not answer. */
export type FettleFailure = Rejected | StorageError | BlobError | DirectoryError | TenantKeysError;

/**
 * Makes a Fettle over its ports.
 *
 * @example
 * const fettle = Fettle.make(context);
 * const job = yield* fettle.jobs.create(actor, draft);
 */
export const make = (ports: Context.Context<FettlePorts>) => {
  const on = <A, E>(effect: Effect.Effect<A, E, FettlePorts>): Effect.Effect<A, E> =>
    Effect.provideContext(effect, ports);
  return {
    subscriptions: {
      /** Opens the actor's subscription, or changes its plan, seats, licence tags and limits. */
      save: (actor: Actor, input: Subscriptions.SubscriptionInput) => on(Subscriptions.save(actor, input)),
      /** Makes an activation key; its secret is shown here only. */
      createActivationKey: (actor: Actor, input: Subscriptions.ActivationKeyInput) =>
        on(Subscriptions.createActivationKey(actor, input)),
      /** Adds or changes a configuration profile. */
      saveProfile: (actor: Actor, input: ConfigurationProfile) => on(Subscriptions.saveProfile(actor, input)),
    },
    tags: {
      /** Adds or changes an asset tag. */
      save: (actor: Actor, input: Tags.TagInput) => on(Tags.save(actor, input)),
    },
    assets: {
      /** The assets that the actor sees. */
      list: (actor: Actor) => on(Assets.list(actor)),
      /** What is missing on them. */
      missing: (actor: Actor) => on(Assets.missing(actor)),
    },
    catalogue: {
      /** Replaces the catalogue by a feed's patches. */
      ingest: (actor: Actor, patches: readonly Patch[]) => on(Catalogue.ingest(actor, patches)),
      list: (actor: Actor) => on(Catalogue.list(actor)),
    },
    jobs: {
      /** Makes a job, disabled; everything wrong with the draft is said at once. */
      create: (actor: Actor, draft: JobDraft) => on(Jobs.create(actor, draft)),
      get: (actor: Actor, jobId: string) => on(Jobs.get(actor, jobId)),
      /** What the job would do if it ran now, and the hash that approves it. */
      plan: (actor: Actor, jobId: string) => on(Jobs.plan(actor, jobId)),
      /** Enables a job; naming a plan's hash approves that plan and no other. */
      enable: (actor: Actor, jobId: string, approval?: { readonly planHash?: string }) =>
        on(Jobs.enable(actor, jobId, approval)),
    },
    runs: {
      ofJob: (actor: Actor, jobId: string) => on(Runs.ofJob(actor, jobId)),
      /** How far a run has come. */
      progress: (actor: Actor, runId: string) => on(Runs.progress(actor, runId)),
      /** Before, after, outcome and reason of every asset and patch. */
      results: (actor: Actor, runId: string) => on(Runs.results(actor, runId)),
    },
    /** Makes runs of what is due and issues manifests. Call it as often as you like, from as many places. */
    tick: () => on(Dispatcher.tick()),
    gateway: {
      /** Answers a request of an agent, whatever transport brought it. */
      handle: (request: SignedRequest.WireRequest) => on(AgentGateway.handle(request)),
    },
    events: {
      /** The outbox: events after a position, in order (EVT-01). */
      after: (tenantId: string, position: number, limit: number) =>
        on(Effect.flatMap(Storage, (storage) => storage.events(tenantId, position, limit))),
    },
  };
};

export type Fettle = ReturnType<typeof make>;

/** What the Promise twin rejects with: the rejection or failure, flat. */
export class FettleError extends Error {
  override readonly name = "FettleError";
  readonly code: string;
  readonly rule: string | null;
  readonly details: unknown;
  readonly isRetryable: boolean;
  constructor(failure: {
    readonly code: string;
    readonly rule: string | null;
    readonly message: string;
    readonly details: unknown;
    readonly isRetryable: boolean;
  }) {
    super(failure.message);
    this.code = failure.code;
    this.rule = failure.rule;
    this.details = failure.details;
    this.isRetryable = failure.isRetryable;
  }
}

/** An object of Effect-returning functions, as the same object of Promise-returning ones. */
export type Promised<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer Args) => Effect.Effect<infer A, infer _E>
    ? (...args: Args) => Promise<A>
    : Promised<T[K]>;
};

/** The Promise twin of a Fettle, or of any object of its shape. */
export const promises = <T extends object>(api: T): Promised<T> => {
  const entries = Object.entries(api).map(([name, member]) => {
    if (typeof member !== "function") return [name, promises(member as object)] as const;
    const call = member as (...args: readonly unknown[]) => Effect.Effect<unknown, unknown>;
    return [name, (...args: readonly unknown[]) => run(call(...args))] as const;
  });
  return Object.fromEntries(entries) as Promised<T>;
};

const run = async <A>(effect: Effect.Effect<A, unknown>): Promise<A> => {
  const exit = await Effect.runPromiseExit(effect);
  if (Exit.isSuccess(exit)) return exit.value;
  const failed = Cause.findError(exit.cause);
  throw Result.isSuccess(failed) ? toError(failed.success) : Cause.squash(exit.cause);
};

interface Tagged {
  readonly _tag: string;
  readonly message: string;
  readonly isRetryable?: boolean;
  readonly reason?: string;
  readonly rejections?: readonly { readonly rule: string | null; readonly code: string }[];
}

// Failures are data and become FettleErrors; a defect is a bug and stays what it is.
const toError = (failure: unknown): unknown => {
  if (typeof failure !== "object" || failure === null || !("_tag" in failure)) return failure;
  const tagged = failure as Tagged;
  const first = tagged.rejections?.[0];
  return new FettleError({
    code: first?.code ?? [tagged._tag, ...(tagged.reason === undefined ? [] : [tagged.reason])].join("/"),
    rule: first?.rule ?? null,
    message: tagged.message,
    details: tagged.rejections ?? tagged,
    isRetryable: tagged.isRetryable ?? false,
  });
};
