/** Whose scripts jobs may name (JOB-20): authors' public keys, registered and revoked by whoever says what may be deployed. */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as ScriptAuthor from "../../domain/job/ScriptAuthor.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import { Environment } from "../../ports/Environment.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** An author's key. The private half stays with the author. */
export interface ScriptAuthorInput {
  /** Whose it is, for people. */
  readonly title: string;
  /** An Ed25519 public key: base64url of its SPKI DER. */
  readonly publicKey: string;
}

/**
 * Registers an author's public key: scripts that it signed can be saved from now on. The same again changes nothing.
 *
 * Rejects the key that signs the tenant's jobs, one that was revoked, and one key more than `scriptAuthorsMax`.
 */
export const register = Effect.fn("ScriptAuthors.register")(function* (
  actor: Actor,
  input: ScriptAuthorInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const { title, publicKey } = yield* formed(input);
  const id = fingerprintOf(publicKey);
  const tenantKeyId = Crypto.fingerprint((yield* (yield* TenantKeys).keyPair(tenantId)).publicKey);
  const decide = Effect.gen(function* () {
    const now = (yield* Environment).now();
    const known = id === null ? null : yield* Repository.get(tenantId, "scriptAuthor", id);
    const by = label(actor);
    const about = { title, publicKey, id, tenantKeyId, by, now, limits };
    const author = yield* lift(ScriptAuthor.register(known?.value ?? null, about));
    yield* lift(Stored.readable("scriptAuthor", author));
    if (known !== null) return { change: { writes: [] }, answer: author };
    const change = {
      expect: [Repository.expected("scriptAuthor", author.id, null)],
      counters: [{ key: COUNTER, by: 1, ceiling: limits.scriptAuthorsMax }],
      writes: [Repository.put("scriptAuthor", author.id, author)],
      events: [Repository.event("ScriptAuthorRegistered", "scriptAuthor", author.id, now, { by, title })],
    };
    return { change, answer: author };
  });
  const call = { method: "scriptAuthors.register", key, request: { title, publicKey } };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide), refused(limits));
});

/**
 * Revokes an author's key, for good: nothing that it signed is saved or may be named by a job any more, and no job that names
 * it can be enabled. Revoked again it stays as it was.
 */
export const revoke = Effect.fn("ScriptAuthors.revoke")(function* (
  actor: Actor,
  keyId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = Crypto.DIGEST.test(keyId) ? yield* Repository.get(tenantId, "scriptAuthor", keyId) : null;
    if (known === null) return yield* reject("JOB-20", "not-found", "no author has that key", "keyId");
    const now = (yield* Environment).now();
    const by = label(actor);
    const author = ScriptAuthor.revoke(known.value, { by, now });
    if (author === known.value) return { change: { writes: [] }, answer: author };
    const change = {
      expect: [Repository.expected("scriptAuthor", keyId, known)],
      writes: [Repository.put("scriptAuthor", keyId, author)],
      events: [Repository.event("ScriptAuthorRevoked", "scriptAuthor", keyId, now, { by, title: author.title })],
    };
    return { change, answer: author };
  });
  const call = { method: "scriptAuthors.revoke", key, request: { keyId } };
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decide));
});

/** Every author's key, revoked ones too, by title. */
export const list = Effect.fn("ScriptAuthors.list")(function* (actor: Actor) {
  yield* Authority.require(actor, "create-job");
  const authors = (yield* Repository.all(actor.tenantId, "scriptAuthor")).map((a) => a.value);
  return authors.sort((a, b) => (a.title < b.title || (a.title === b.title && a.id < b.id) ? -1 : 1));
});

const COUNTER = "scriptAuthors";

const formed = Effect.fnUntraced(function* ({ title, publicKey }: ScriptAuthorInput) {
  if (typeof title === "string" && typeof publicKey === "string") return { title, publicKey };
  return yield* reject("JOB-20", "invalid", "title and publicKey are texts");
});

const fingerprintOf = (publicKey: string): string | null =>
  publicKey.length <= ScriptAuthor.PUBLIC_KEY_CHARACTERS_MAX && Crypto.isPublicKey(publicKey)
    ? Crypto.fingerprint(publicKey)
    : null;

const refused =
  ({ scriptAuthorsMax: max }: Limits) =>
  (because: Decisions.Refusal) =>
    because._tag === "Counter"
      ? reject("JOB-20", "exhausted", `at most ${max} authors' keys, revoked ones included`)
      : Repository.refused(because);
