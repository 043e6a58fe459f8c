/** Throw-away GPG keys: made in a home of their own, used by rpmsign, gone with the home and its agent. */
import { mkdtemp, rm } from "node:fs/promises";
import * as path from "node:path";
import { run } from "./Command.ts";

export interface SigningKey {
  readonly fingerprint: string;
  readonly publicKey: string;
  /** Signs RPM files in place. */
  readonly sign: (files: readonly string[]) => Promise<void>;
}

/** Makes a key, lends it, and destroys it. `parent` must be short: the home holds the agent's socket. */
export const using = async <A>(parent: string, name: string, work: (key: SigningKey) => Promise<A>): Promise<A> => {
  const home = await mkdtemp(path.join(parent, "gpg-"));
  try {
    return await work(await generate(home, name));
  } finally {
    await run("gpgconf", ["--homedir", home, "--kill", "all"]).catch(() => undefined);
    await rm(home, { recursive: true, force: true });
  }
};

const generate = async (home: string, name: string): Promise<SigningKey> => {
  const gpg = (...args: readonly string[]) => run("gpg", ["--homedir", home, "--batch", "--no-tty", ...args]);
  // RSA, as rpm of every age can check it; no passphrase, as the key lives for seconds.
  const identity = `${name} <${name}@vendor.test>`;
  await gpg("--passphrase", "", "--quick-generate-key", identity, "rsa2048", "sign", "never");
  const listing = (await gpg("--with-colons", "--list-keys")).stdout;
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1];
  if (fingerprint === undefined) throw new Error(`gpg made no key:\n${listing}`);
  const publicKey = (await gpg("--armor", "--export", fingerprint)).stdout;
  return { fingerprint, publicKey, sign: (files) => sign(home, fingerprint, files) };
};

const sign = async (home: string, fingerprint: string, files: readonly string[]): Promise<void> => {
  if (files.length === 0) return;
  const define = (name: string, value: string): readonly string[] => ["--define", `${name} ${value}`];
  // Debian's rpm looks for gpg2, which is no longer called so.
  const macros = [
    ...define("_gpg_name", fingerprint),
    ...define("_gpg_path", home),
    ...define("__gpg", "/usr/bin/gpg"),
  ];
  await run("rpmsign", [...macros, "--addsign", ...files], { environment: { GNUPGHOME: home } });
};
