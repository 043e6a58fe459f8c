/**
 * Requests that may be sent twice. A caller who can't know whether a request arrived names it by a key of its own choice
 * and sends it again: what was carried out is not carried out again, and the answer is the one of the first time.
 *
 * The answer is kept in the same commit that carries the request out, so there is no moment at which one stands without
 * the other. A key belongs to one user (or agent, or system reason) of one tenant. The same key with another request is a
 * conflict. Answers are kept for {@link ANSWER_KEPT_HOURS} hours; a key is new again after that.
 *
 * Every engine service that changes something works alike: check permission, then give {@link once} the decision, then
 * commit what it decided (`engine/Decisions`).
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { type Actor, label } from "../domain/shared/Actor.ts";
import type { TenantId } from "../domain/shared/Tenant.ts";
import { Environment } from "../ports/Environment.ts";
import { Storage, type StorageError, type StoredJson } from "../ports/Storage.ts";
import type { AnswerRecord } from "../schema/Stored.ts";
import * as AuditTrail from "./audit/AuditTrail.ts";
import type { Decided } from "./Decisions.ts";
import { type Rejected, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";

/** Longest idempotency key, in characters; all of them printable ASCII. */
export const KEY_CHARACTERS_MAX = 128;

/** How long an answer is kept. */
export const ANSWER_KEPT_HOURS = 24;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEY = /^[\x20-\x7e]+$/;

/** The last argument of every method that changes something, beside the method's own options. */
export interface Repeatable {
  /**
   * A key of the caller's own, 1–{@link KEY_CHARACTERS_MAX} printable ASCII characters. The request can be sent again under
   * it for {@link ANSWER_KEPT_HOURS} hours and is carried out once.
   */
  readonly idempotencyKey?: string;
}

/** A request as it is told apart from others. */
export interface Call {
  /** The façade's method, `tags.assign`. */
  readonly method: string;
  /** The caller's key; without one nothing is kept. */
  readonly key: string | undefined;
  /** Everything the caller asked for, without the key; of what is large, its digest. Only its own digest is kept. */
  readonly request: unknown;
}

/** What is kept of an answer, and what a repetition is told: for answers that must not be kept, or not whole. */
export interface Form<A> {
  readonly keep: (answer: A) => StoredJson;
  readonly recall: (kept: StoredJson) => Effect.Effect<A, Rejected>;
}

/**
 * A decision that is made once under a key: what was carried out already is answered and not decided again; else the
 * answer goes into the decided change, and so do the records of what it changes ({@link ./AuditTrail.ts}). Rejects a key
 * that is none, and one that another request was sent under (`conflict`).
 *
 * @example
 * const { idempotencyKey: key } = options;
 * const decide = Effect.gen(function* () {
 *   // … everything that is read and decided
 *   return { change, answer };
 * });
 * const call = { method: "tags.save", key, request: input };
 * return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decide));
 */
export const once = <A, E, R>(
  actor: Actor,
  call: Call,
  decide: Effect.Effect<Decided<A>, E, R>,
  form: Form<A> = whole(),
): Effect.Effect<Decided<A>, E | Rejected | StorageError, R | Storage | Environment> =>
  Effect.gen(function* () {
    const recalled = yield* recall(actor, call, form);
    if (recalled.known !== null) return { change: { writes: [] }, answer: recalled.known.answer };
    const { change, answer } = yield* decide;
    const audited = yield* AuditTrail.recorded(actor, call.method, change);
    return { change: both(recalled.keep(answer), audited), answer };
  });

/** What is known of a call. */
export interface Recalled<A> {
  /** The answer of the first time, when the request was carried out already. */
  readonly known: { readonly answer: A } | null;
  /** Goes into the commit that carries the request out; nothing without a key. */
  readonly keep: (answer: A) => Kept;
}

type Kept = Required<Pick<Repository.Change, "expect" | "writes">>;

/** What {@link once} is made of, for a request that takes several commits: what it keeps goes into the last. */
export const recall = Effect.fn("Idempotency.recall")(function* <A>(actor: Actor, call: Call, form: Form<A> = whole()) {
  const { key } = call;
  const nothing: Recalled<A> = { known: null, keep: () => ({ expect: [], writes: [] }) };
  if (key === undefined) return nothing;
  if (key.length > KEY_CHARACTERS_MAX || !KEY.test(key)) {
    const message = `an idempotency key has 1–${KEY_CHARACTERS_MAX} printable ASCII characters`;
    return yield* reject(null, "invalid", message, "idempotencyKey");
  }
  const id = digest(spelling([label(actor), key]));
  const request = digest(spelling([call.method, call.request]));
  const now = (yield* Environment).now();
  const found = yield* Repository.get(actor.tenantId, "answer", id);
  const known = found !== null && isKept(found.value, now) ? found.value : null;
  if (known !== null && known.request !== request) {
    const message = "another request was sent under this idempotency key; use a new key for a new request";
    return yield* reject(null, "conflict", message, "idempotencyKey");
  }
  const recalled: Recalled<A> = {
    known: known === null ? null : { answer: yield* form.recall(known.answer as StoredJson) },
    keep: (answer) => {
      const kept = form.keep(answer) as AnswerRecord["answer"];
      const record: AnswerRecord = { id, request, answer: kept, at: now, day: dayOf(now) };
      return {
        expect: [Repository.expected("answer", id, found)],
        writes: [Repository.put("answer", id, record)],
      };
    },
  };
  return recalled;
});

/** A change with what is kept of its answer. The key is looked at first, so that a repetition at once is known as one. */
export const both = (kept: Kept, change: Repository.Change): Repository.Change => ({
  ...change,
  expect: [...kept.expect, ...(change.expect ?? [])],
  writes: [...change.writes, ...kept.writes],
});

// Answers are plain data, kept as they are.
const whole = <A>(): Form<A> => ({
  keep: (answer) => answer as StoredJson,
  recall: (kept) => Effect.succeed(kept as A),
});

// One spelling for the same request, in whatever order its members were written. What is no good request is for the
// decision to refuse, with the rule that it breaks.
const spelling = (request: unknown): string =>
  JSON.stringify(request, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

/** Days that may pass without a tick before answers are left behind for longer. */
const DAYS_LOOKED_BACK = 30;
/** Most answers that one call removes. */
const FORGOTTEN_MAX = 500;

/**
 * Removes answers that are out of date; for every tick. Each call looks at one past day, chosen by the minute, so that a
 * call costs one read and all days come round within the hour.
 */
export const forget = Effect.fn("Idempotency.forget")(function* (tenantId: TenantId) {
  const now = (yield* Environment).now();
  const daysAgo = 2 + (Math.floor(now / 60_000) % DAYS_LOOKED_BACK);
  const value = dayOf(now - daysAgo * DAY_MS);
  const old = yield* (yield* Storage).find(tenantId, "answer", { name: "day", value }, { limit: FORGOTTEN_MAX });
  if (old.length === 0) return 0;
  yield* Repository.tryCommit(tenantId, {
    writes: old.map(({ id }) => ({ _tag: "Delete" as const, kind: "answer" as const, id })),
  });
  return old.length;
});

const dayOf = (at: number): string => String(Math.floor(at / DAY_MS));

const isKept = (record: AnswerRecord, now: number): boolean => now - record.at < ANSWER_KEPT_HOURS * HOUR_MS;

const digest = (text: string): string => Crypto.digest(text).slice("sha256:".length);
