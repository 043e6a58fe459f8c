/** Authors of scripts, and scripts that they signed. */
import { AuthoredScript, Crypto, type Script } from "@fettle/agent-protocol";
import type { ScriptInput } from "../../src/engine/jobs/Scripts.ts";

export interface Author {
  readonly title: string;
  readonly keys: Crypto.KeyPair;
  readonly id: Crypto.Digest;
}

export const author = (title: string, keys = Crypto.generateKeyPair()): Author => ({
  title,
  keys,
  id: Crypto.fingerprint(keys.publicKey),
});
export const ada = author("Ada");
export const bob = author("Bob");

/** What an author is registered by. */
export const input = ({ title, keys: { publicKey } }: Author) => ({ title, publicKey });

export const sign = (bytes: Uint8Array, { keys } = ada, language: Script.ScriptLanguage = "shell"): Uint8Array => {
  const signed = AuthoredScript.sign({ language, bytes }, keys);
  if (!signed.ok) throw new Error(signed.error.message);
  return signed.value;
};

/** A script of a line, as it is saved: called as the line is. */
export const script = (text: string, by: Author = ada, language: Script.ScriptLanguage = "shell"): ScriptInput => ({
  title: text,
  language,
  envelope: sign(Buffer.from(text), by, language),
});
