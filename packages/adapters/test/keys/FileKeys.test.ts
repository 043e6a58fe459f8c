import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import { AgentKeys } from "@fettle/agent-protocol/agent";
import { TenantKeys } from "@fettle/core";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { FileKeys } from "../../src/keys/file/index.ts";
import { KEY_FILE_BYTES_MAX } from "../../src/keys/file/KeyFile.ts";
import { start } from "../storage/ChildProcess.ts";
import { directories } from "../storage/Directories.ts";

const directory = directories();

const load = (at: string) => Effect.runSync(FileKeys.agentKeys({ directory: at }).loadOrCreate());
const refusal = (at: string) => Effect.runSync(Effect.flip(FileKeys.agentKeys({ directory: at }).loadOrCreate()));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("the agent's key", () => {
  test("is made once, in a file of 0600 in a directory of 0700, and works", () => {
    const at = join(directory(), "new", "keys");
    const keys = load(at);
    expect(load(at)).toEqual(keys);
    expect(readdirSync(at)).toEqual(["agent.key"]);
    expect(modeOf(join(at, "agent.key"))).toBe("600");
    expect(modeOf(at)).toBe("700");
    const data = Buffer.from("data");
    expect(Crypto.verify(keys.publicKey, data, Crypto.sign(keys, data))).toBe(true);
  });

  test("is refused when its file can be read or written by others", () => {
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o666]) {
      const at = join(directory(), "keys");
      load(at);
      chmodSync(join(at, "agent.key"), mode);
      const error = refusal(at);
      expect(error).toMatchObject({ _tag: "KeyStoreError", isRetryable: false });
      expect(error.message).toContain(`agent.key has mode 0${mode.toString(8)}`);
    }
  });

  test("is refused when others can get into its directory", () => {
    const at = join(directory(), "keys");
    mkdirSync(at);
    for (const mode of [0o755, 0o770, 0o707]) {
      chmodSync(at, mode);
      expect(refusal(at).message).toContain(`has mode 0${mode.toString(8)}`);
    }
    expect(readdirSync(at)).toEqual([]);
  });

  test("is refused when its file is a link, no file, too large, damaged or of a later version", () => {
    const at = join(directory(), "keys");
    const file = join(at, "agent.key");
    load(at);
    const whole = readFileSync(file, "utf8");
    const other = load(join(directory(), "keys"));
    const texts = [
      ["", "damaged"],
      [whole.slice(0, 80), "damaged"],
      ["null", "damaged"],
      [JSON.stringify({ version: 1, publicKey: 1, privateKey: 2 }), "damaged"],
      [JSON.stringify({ ...JSON.parse(whole), publicKey: other.publicKey }), "halves"],
      [JSON.stringify({ ...JSON.parse(whole), privateKey: "AAAA" }), "halves"],
      [whole.replace('"version":1', '"version":2'), "version 2"],
      [whole.padEnd(KEY_FILE_BYTES_MAX + 1), "no key file"],
    ] as const;
    for (const [text, message] of texts) {
      writeFileSync(file, text);
      expect(refusal(at).message).toContain(message);
    }
    writeFileSync(file, whole.padEnd(KEY_FILE_BYTES_MAX));
    expect(load(at).publicKey).toBe(JSON.parse(whole).publicKey);
    renameSync(file, join(at, "elsewhere"));
    symlinkSync(join(at, "elsewhere"), file);
    expect(refusal(at).message).toContain("is a link");
    const taken = join(directory(), "keys");
    mkdirSync(join(taken, "agent.key"), { recursive: true, mode: 0o700 });
    chmodSync(taken, 0o700);
    expect(refusal(taken).message).toContain("is no file");
  });

  test("is an error, and no crash, when the directory can't be", () => {
    const at = join(directory(), "file");
    writeFileSync(at, "");
    expect(refusal(join(at, "keys"))).toMatchObject({ _tag: "KeyStoreError", isRetryable: false });
    expect(refusal(at)).toMatchObject({ _tag: "KeyStoreError", isRetryable: false });
  });

  test("is the agent's port by its layer", () => {
    const at = join(directory(), "keys");
    const program = Effect.flatMap(AgentKeys, (keys) => keys.loadOrCreate());
    expect(Effect.runSync(Effect.provide(program, FileKeys.agentLayer({ directory: at })))).toEqual(load(at));
  });
});

describe("the tenants' keys", () => {
  test("EVT-03: each tenant has its own, made once, the same after a restart", () => {
    const at = join(directory(), "keys");
    const keys = FileKeys.tenantKeys({ directory: at });
    const a = Effect.runSync(keys.keyPair("acme"));
    const b = Effect.runSync(keys.keyPair("globex"));
    expect(a.publicKey).not.toBe(b.publicKey);
    expect(Effect.runSync(keys.keyPair("acme"))).toEqual(a);
    expect(Effect.runSync(FileKeys.tenantKeys({ directory: at }).keyPair("acme"))).toEqual(a);
    expect(readdirSync(at).sort()).toEqual(["acme.key", "globex.key"]);
    expect(modeOf(join(at, "acme.key"))).toBe("600");
  });

  test("a tenant that can't name a file is refused, and no file is made", () => {
    const at = join(directory(), "in", "keys");
    const keys = FileKeys.tenantKeys({ directory: at });
    for (const bad of [
      "",
      "..",
      "../x",
      "a/b",
      "a\\b",
      ".hidden",
      "A",
      "a.b",
      "a\0",
      "-a",
      "a\n",
      "x".repeat(64),
      "agent_key",
    ]) {
      const error = Effect.runSync(Effect.flip(keys.keyPair(bad)));
      expect(error).toMatchObject({ _tag: "TenantKeysError", isRetryable: false });
    }
    Effect.runSync(keys.keyPair("x".repeat(63)));
    expect(readdirSync(join(at, ".."))).toEqual(["keys"]);
    expect(readdirSync(at)).toEqual([`${"x".repeat(63)}.key`]);
  });

  test("are core's port by its layer", () => {
    const at = join(directory(), "keys");
    const program = Effect.flatMap(TenantKeys, (keys) => keys.keyPair("acme"));
    const keys = Effect.runSync(Effect.provide(program, FileKeys.tenantLayer({ directory: at })));
    expect(JSON.parse(readFileSync(join(at, "acme.key"), "utf8"))).toEqual({ version: 1, ...keys });
  });
});

test("processes that make keys at once all end up with the same ones", async () => {
  const at = directory();
  const rounds = 25;
  const children = [1, 2, 3].map(() => start(new URL("./keys-child.ts", import.meta.url), [at, `${rounds}`]));
  for (const child of children) await child.printed(1);
  for (let round = 0; round < rounds; round += 1) {
    for (const child of children) child.go();
    for (const child of children) await child.printed(round + 2);
    expect(readdirSync(join(at, `${round}`)).sort()).toEqual(["acme.key", "agent.key"]);
  }
  const [a, b, c] = await Promise.all(children.map((child) => child.end()));
  expect(new Set(a).size).toBe(rounds + 1);
  expect(b).toEqual(a);
  expect(c).toEqual(a);
});
