/**
 * Authors of scripts (JOB-20): a subscription registers their public keys, and takes scripts that these have signed. The private
 * half is never here, and the key by which jobs are signed is no author's: so nobody who holds the control plane can make
 * a script. A key that was revoked stays so.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

export interface ScriptAuthor {
  /** The key's fingerprint. */
  readonly id: string;
  /** Whose it is, for people. */
  readonly title: string;
  /** An Ed25519 public key: base64url of its SPKI DER. */
  readonly publicKey: string;
  readonly registeredBy: string;
  readonly registeredAt: number;
  /** Since when nothing that it signed is taken any more; null while it is good. */
  readonly revoked: { readonly by: string; readonly at: number } | null;
}

/** Longest public key, in characters; one of Ed25519 has 59. */
export const PUBLIC_KEY_CHARACTERS_MAX = 128;

/** What a key is registered by; `id` is its fingerprint, null for text that is no Ed25519 public key. */
export interface Registering {
  readonly title: string;
  readonly publicKey: string;
  readonly id: string | null;
  /** The fingerprint of the key that signs the tenant's jobs. */
  readonly tenantKeyId: string;
  readonly by: string;
  readonly now: number;
  readonly limits: Limits;
}

/** The key as it is registered; what is registered so already stays as it is. Everything wrong with it is said at once. */
export const register = (
  known: ScriptAuthor | null,
  { title, publicKey, id, tenantKeyId, by, now, limits }: Registering,
): Result<ScriptAuthor, readonly Rejection.Rejection[]> => {
  const problems = [
    ...titleProblems(title, limits),
    ...(id === null ? [refuse("invalid", "an Ed25519 public key as base64url of its SPKI DER", "publicKey")] : []),
    ...(id === tenantKeyId
      ? [refuse("conflict", "this key signs the tenant's jobs; an author has a key of their own", "publicKey")]
      : []),
  ];
  if (problems.length > 0 || id === null) return fail(problems);
  if (known === null) return ok({ id, title, publicKey, registeredBy: by, registeredAt: now, revoked: null });
  const fault = knownFault(known, title);
  return fault === null ? ok(known) : fail([fault]);
};

/** The key revoked; one that is revoked already stays as it is. */
export const revoke = (
  author: ScriptAuthor,
  { by, now }: { readonly by: string; readonly now: number },
): ScriptAuthor => (author.revoked === null ? { ...author, revoked: { by, at: now } } : author);

/** Why nothing that a key signed is taken, or null. `id` is what the key is called by who asks. */
export const fault = (id: string, author: ScriptAuthor | null, path: string): Rejection.Rejection | null => {
  if (author === null) {
    return refuse("not-found", `no author has the key ${id}; register it with scriptAuthors.register`, path);
  }
  return author.revoked === null
    ? null
    : refuse(
        "conflict",
        `the key ${id} of ${author.title} was revoked; let another author sign the script, and save it anew`,
        path,
      );
};

/** What is wrong with a title, of an author or of a script. */
export const titleProblems = (title: string, { titleCharactersMax: max }: Limits): readonly Rejection.Rejection[] =>
  title.trim() !== "" && title.length <= max ? [] : [refuse("invalid", `a title of 1–${max} characters`, "title")];

const knownFault = (known: ScriptAuthor, title: string): Rejection.Rejection | null => {
  if (known.revoked !== null) {
    return refuse("conflict", "this key was revoked and stays so; register a new one", "publicKey");
  }
  return known.title === title
    ? null
    : refuse("conflict", `this key is registered already, as ${known.title}`, "publicKey");
};

const refuse = (code: Rejection.RejectionCode, message: string, path: string): Rejection.Rejection =>
  Rejection.make("JOB-20", code, message, path);
