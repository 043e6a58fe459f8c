/**
 * Scripts for jobs to name (JOB-20): taken only as one of the subscription's authors signed them, kept under the digest of
 * their bytes, and handed out with the envelope by which agents verify them.
 */
import { AuthoredScript, Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { ScriptLanguage, ScriptReference } from "../../domain/job/JobActions.ts";
import * as SavedScript from "../../domain/job/SavedScript.ts";
import * as ScriptAuthor from "../../domain/job/ScriptAuthor.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { BlobStore } from "../../ports/BlobStore.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as JobScripts from "./JobScripts.ts";

/** A script as its author hands it over. */
export interface ScriptInput {
  readonly title: string;
  /** What is to run it; its author signed it as just that. */
  readonly language: ScriptLanguage;
  /** As `AuthoredScript.sign` makes it. */
  readonly envelope: Uint8Array;
}

/** A saved script, and how an action names it. */
export interface ScriptView {
  readonly script: SavedScript.SavedScript;
  readonly reference: ScriptReference;
}

/** A saved script with its bytes, and the envelope that proves whose they are. */
export interface ScriptContent extends ScriptView {
  readonly bytes: Uint8Array;
  readonly envelope: Uint8Array;
}

/**
 * Saves a script that an author signed, for jobs to name by the `reference` that it answers. The same again changes nothing;
 * with another title it is called so from now on.
 *
 * Rejects what is larger than 20 KB before it is parsed, what isn't signed by exactly one key of an author who is registered
 * and not revoked, and bytes that another author's good key has signed already.
 *
 * @example
 * const envelope = AuthoredScript.sign({ language: "shell", bytes }, author);
 * const { reference } = yield* fettle.jobs.saveScript(actor, { title: "Stop app", language: "shell", envelope: envelope.value });
 */
export const save = Effect.fn("Scripts.save")(function* (
  actor: Actor,
  input: ScriptInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "create-job");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const authored = yield* readInput(input);
  const { title, language } = input;
  const request = { title, language, script: authored.digest, keyId: authored.keyId, signature: authored.signature };
  const decide = deciding(actor, { title, authored, limits });
  const once = Idempotency.once(actor, { method: "jobs.saveScript", key, request }, decide);
  return yield* Decisions.ifItStands(tenantId, once, refused(limits));
});

/** Every saved script, by title. */
export const list = Effect.fn("Scripts.list")(function* (actor: Actor) {
  yield* Authority.require(actor, "create-job");
  const scripts = (yield* Repository.all(actor.tenantId, "script")).map((s) => viewOf(s.value));
  return scripts.sort(({ script: a }, { script: b }) =>
    a.title < b.title || (a.title === b.title && a.id < b.id) ? -1 : 1,
  );
});

/** A saved script with its bytes. */
export const get = Effect.fn("Scripts.get")(function* (actor: Actor, scriptId: string) {
  yield* Authority.require(actor, "create-job");
  const { tenantId } = actor;
  const { value: script } = yield* find(tenantId, scriptId);
  const blobs = yield* BlobStore;
  const content: ScriptContent = {
    ...viewOf(script),
    bytes: yield* blobs.get(tenantId, script.id as Crypto.Digest),
    envelope: yield* blobs.get(tenantId, script.envelope as Crypto.Digest),
  };
  return content;
});

/** Deletes a script that no job names; its bytes stay in the blob store until that is swept. */
export const remove = Effect.fn("Scripts.remove")(function* (
  actor: Actor,
  scriptId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = yield* find(tenantId, scriptId);
    const unnamed = yield* JobScripts.release(actor, scriptId);
    const now = (yield* Environment).now();
    const told = { by: label(actor), title: known.value.title };
    const change = {
      expect: [Repository.expected("script", scriptId, known)],
      counters: [unnamed, { key: COUNTER, by: -1 }],
      writes: [{ _tag: "Delete" as const, kind: "script" as const, id: scriptId }],
      events: [Repository.event("ScriptDeleted", "script", scriptId, now, told)],
    };
    return { change, answer: viewOf(known.value) };
  });
  const call = { method: "jobs.deleteScript", key, request: { scriptId } };
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decide));
});

const COUNTER = "scripts";

interface Saving {
  readonly title: string;
  readonly authored: AuthoredScript.AuthoredScript;
  readonly limits: Limits;
}

const deciding = Effect.fn("Scripts.deciding")(function* (actor: Actor, { title, authored, limits }: Saving) {
  const { tenantId } = actor;
  const { digest: id, language, keyId, signature, bytes } = authored;
  const author = yield* authorOf(tenantId, authored);
  const known = yield* Repository.get(tenantId, "script", id);
  const before = known === null ? null : yield* Repository.get(tenantId, "scriptAuthor", known.value.author.keyId);
  const envelope = AuthoredScript.envelopeOf(authored, author.value.publicKey);
  const now = (yield* Environment).now();
  const by = label(actor);
  const drafted: SavedScript.SavedScript = {
    id,
    title,
    language,
    sizeBytes: bytes.length,
    author: { keyId, signature },
    envelope: Crypto.digest(envelope),
    savedBy: by,
    savedAt: now,
  };
  const standing = { known: known?.value ?? null, author: before?.value ?? null };
  const script = yield* lift(SavedScript.save(drafted, standing, limits));
  yield* lift(Stored.readable("script", script));
  if (script === known?.value) return { change: { writes: [] }, answer: viewOf(script) };
  const blobs = yield* BlobStore;
  yield* blobs.put(tenantId, bytes);
  yield* blobs.put(tenantId, envelope);
  const change = {
    expect: [Repository.expected("script", id, known), Repository.expected("scriptAuthor", author.id, author)],
    counters: known === null ? [{ key: COUNTER, by: 1, ceiling: limits.scriptsMax }] : [],
    writes: [Repository.put("script", id, script)],
    events: [Repository.event("ScriptSaved", "script", id, now, { by, title, keyId })],
  };
  return { change, answer: viewOf(script) };
});

// What comes from outside, taken apart; that its key is an author's is for the decision to see.
const readInput = Effect.fnUntraced(function* ({ title, language, envelope }: ScriptInput) {
  if (typeof title !== "string") return yield* reject("JOB-20", "invalid", "a title is text", "title");
  if (!(envelope instanceof Uint8Array)) return yield* reject("JOB-20", "invalid", "an envelope is bytes", "envelope");
  const read = AuthoredScript.read(envelope);
  if (!read.ok) return yield* reject("JOB-20", "invalid", read.error.message, "envelope");
  if (read.value.language === language) return read.value;
  const message = `its author signed it as ${read.value.language}; say so, or let it be signed anew`;
  return yield* reject("JOB-20", "invalid", message, "language");
});

const authorOf = Effect.fnUntraced(function* (tenantId: TenantId, authored: AuthoredScript.AuthoredScript) {
  const { keyId } = authored;
  const author = Crypto.DIGEST.test(keyId) ? yield* Repository.get(tenantId, "scriptAuthor", keyId) : null;
  const fault = ScriptAuthor.fault(keyId, author?.value ?? null, "envelope");
  if (author === null || fault !== null) {
    return yield* fault === null ? reject("JOB-20", "not-found", "no such author", "envelope") : refuse(fault);
  }
  if (AuthoredScript.isSignedBy(authored, author.value.publicKey)) return author;
  const message = `the signature isn't ${author.value.title}'s, of these bytes as ${authored.language}`;
  return yield* reject("JOB-20", "invalid", message, "envelope");
});

const find = Effect.fnUntraced(function* (tenantId: TenantId, scriptId: string) {
  const found = Crypto.DIGEST.test(scriptId) ? yield* Repository.get(tenantId, "script", scriptId) : null;
  return found ?? (yield* reject("JOB-20", "not-found", "there is no such script", "scriptId"));
});

const viewOf = (script: SavedScript.SavedScript): ScriptView => ({
  script,
  reference: SavedScript.reference(script),
});

const refused =
  ({ scriptsMax: max }: Limits) =>
  (because: Decisions.Refusal) =>
    because._tag === "Counter"
      ? reject("JOB-20", "exhausted", `at most ${max} scripts; delete those that no job names`)
      : Repository.refused(because);
