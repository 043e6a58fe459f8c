/**
 * Requests that may be sent twice. A caller who can't know whether a request arrived names it by a key of its own choice
 * and sends it again: what was carried out is not carried out again, and the answer is the one of the first time.
 *
 * The answer is kept in the same commit that carries the request out, so there is no moment at which one stands without
 * the other. A key belongs to one user (or agent, or system reason) of one tenant. The same key with another request is a
 * conflict. Answers are kept for {@link ANSWER_KEPT_HOURS} hours; a key is new again after that.
 *
 * Made for every engine service: check permission first, then {@link recall}; when it has an answer, give it; else decide
 * and put what `keep` says into the commit.
 */
import { Crypto, Json } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { type Actor, label } from "../domain/shared/Actor.ts";
import { Environment } from "../ports/Environment.ts";
import { Storage, type StoredJson } from "../ports/Storage.ts";
import type { AnswerRecord } from "../schema/Stored.ts";
import { reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";

/** Longest idempotency key, in characters; all of them printable ASCII. */
export const KEY_CHARACTERS_MAX = 128;

/** How long an answer is kept. */
export const ANSWER_KEPT_HOURS = 24;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEY = /^[\x20-\x7e]+$/;

/** A request as it is told apart from others. */
export interface Call {
  /** The façade's method, `tags.assign`. */
  readonly method: string;
  /** The caller's key; without one nothing is kept. */
  readonly key: string | undefined;
  /** Everything the caller asked for, without the key. */
  readonly request: StoredJson;
}

/** What is known of a call. */
export interface Recalled<A> {
  /** The answer of the first time, when the request was carried out already. */
  readonly answer: A | null;
  /** Goes into the commit that carries the request out. */
  readonly keep: (answer: A) => Required<Pick<Repository.Change, "expect" | "writes">>;
}

/**
 * Looks a call up. Rejects a key that is none, and one that another request was sent under (`conflict`).
 *
 * @example
 * const recalled = yield* Idempotency.recall<Answer>(actor, { method: "tags.assign", key, request });
 * if (recalled.answer !== null) return recalled.answer;
 * const kept = recalled.keep(answer);
 * yield* Repository.commit(tenantId, { expect: [...expect, ...kept.expect], writes: [...writes, ...kept.writes] });
 */
export const recall = Effect.fn("Idempotency.recall")(function* <A>(actor: Actor, call: Call) {
  const { key, method, request } = call;
  if (key === undefined) {
    const nothing: Recalled<A> = { answer: null, keep: () => ({ expect: [], writes: [] }) };
    return nothing;
  }
  if (key.length > KEY_CHARACTERS_MAX || !KEY.test(key)) {
    const message = `an idempotency key has 1–${KEY_CHARACTERS_MAX} printable ASCII characters`;
    return yield* reject(null, "invalid", message, "idempotencyKey");
  }
  const id = digest([label(actor), key]);
  const now = (yield* Environment).now();
  const found = yield* Repository.get(actor.tenantId, "answer", id);
  const known = found !== null && isKept(found.value, now) ? found.value : null;
  if (known !== null && known.request !== digest([method, request])) {
    const message = "another request was sent under this idempotency key; use a new key for a new request";
    return yield* reject(null, "conflict", message, "idempotencyKey");
  }
  const recalled: Recalled<A> = {
    answer: (known?.answer ?? null) as A | null,
    keep: (answer) => {
      const kept = { answer: answer as AnswerRecord["answer"], at: now, day: dayOf(now) };
      const record: AnswerRecord = { id, request: digest([method, request]), ...kept };
      return {
        expect: [Repository.expected("answer", id, found)],
        writes: [Repository.put("answer", id, record)],
      };
    },
  };
  return recalled;
});

/** Days that may pass without a tick before answers are left behind for longer. */
const DAYS_LOOKED_BACK = 30;
/** Most answers that one call removes. */
const FORGOTTEN_MAX = 500;

/**
 * Removes answers that are out of date; for every tick. Each call looks at one past day, chosen by the minute, so that a
 * call costs one read and all days come round within the hour.
 */
export const forget = Effect.fn("Idempotency.forget")(function* (tenantId: string) {
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

const digest = (parts: StoredJson): string => Crypto.digest(Json.canonicalBytes(parts)).slice("sha256:".length);
