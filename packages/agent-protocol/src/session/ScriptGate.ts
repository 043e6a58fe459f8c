/**
 * The agent's word on a script, before anything could run it (JOB-20): refused unless the policy of this very asset allows
 * scripts and trusts its author. Pure.
 *
 * The policy is told at install or by a file on the asset, never by the control plane: who holds the control plane, and with it
 * the tenant's key, can order only what an author has signed whom the asset's own administrator trusts. So the tenant's key
 * is no author's, though a policy names it.
 */
import { fail, ok, type Result } from "../Result.ts";
import type { ScriptLanguage } from "../vocabulary/Script.ts";
import * as AuthoredScript from "../wire/AuthoredScript.ts";
import * as Crypto from "../wire/Crypto.ts";

/** What is said on the asset itself. */
export interface ScriptPolicy {
  readonly allowsScripts: boolean;
  /** Public keys of the authors whose scripts may run. */
  readonly authors: readonly Crypto.PublicKey[];
}

/** The policy of an asset on which nothing is said: no script runs. */
export const refusing: ScriptPolicy = { allowsScripts: false, authors: [] };

/** A script as a job names it. */
export interface NamedScript {
  readonly digest: string;
  readonly language: ScriptLanguage;
}

/** What the agent knows for sure when a script arrives. */
export interface ScriptKeeper {
  readonly policy: ScriptPolicy;
  readonly tenantKey: Crypto.PublicKey;
}

export interface ScriptRefusal {
  readonly _tag: "ScriptRefusal";
  readonly reason:
    | "scripts-not-allowed"
    | "too-large"
    | "malformed"
    | "other-script"
    | "other-language"
    | "tenant-key"
    | "unknown-author"
    | "wrong-signature";
  readonly message: string;
}

/** Judges a script in its envelope; only what it answers may run, and those very bytes. */
export const admitScript = (
  envelope: Uint8Array,
  named: NamedScript,
  { policy, tenantKey }: ScriptKeeper,
): Result<AuthoredScript.AuthoredScript, ScriptRefusal> => {
  if (!policy.allowsScripts) return refuse("scripts-not-allowed", "this asset's own policy allows no scripts");
  const found = AuthoredScript.read(envelope);
  if (!found.ok) return refuse(found.error.reason === "too-large" ? "too-large" : "malformed", found.error.message);
  const script = found.value;
  if (script.digest !== named.digest) return refuse("other-script", `${script.digest}, not ${named.digest}`);
  if (script.language !== named.language) {
    return refuse("other-language", `signed as ${script.language}, named as ${named.language}`);
  }
  if (script.keyId === Crypto.fingerprint(tenantKey)) return refuse("tenant-key", "the tenant's key is no author's");
  const author = policy.authors.find((key) => Crypto.fingerprint(key) === script.keyId);
  if (author === undefined) return refuse("unknown-author", `this asset's own policy doesn't name ${script.keyId}`);
  return AuthoredScript.isSignedBy(script, author)
    ? ok(script)
    : refuse("wrong-signature", `${script.keyId} didn't sign these bytes as ${script.language}`);
};

const refuse = (reason: ScriptRefusal["reason"], message: string): Result<never, ScriptRefusal> =>
  fail({ _tag: "ScriptRefusal", reason, message });
