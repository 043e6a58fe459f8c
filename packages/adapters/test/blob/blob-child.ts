/** A process that uses a blob store beside others. Arguments: what to do, the directory, and a number or a digest. */
import type { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { FileBlobStore } from "../../src/blob/files/index.ts";
import { print, waitForGo } from "../storage/ChildProcess.ts";

const [, , what = "", directory = "", argument = "0"] = process.argv;
const blobs = await Effect.runPromise(FileBlobStore.open({ directory }));

// Of many sizes, from nothing to half a megabyte; those of two cycles in a row are partly the same.
const bytesOf = (n: number): Uint8Array => new Uint8Array((n * 7_919) % 524_288).fill(n % 251);

// Four at once, again and again; each digest is printed once its put has returned.
const write = async (from: number): Promise<never> => {
  for (let n = from; ; n += 4) {
    const puts = [0, 1, 2, 3].map(async (i) => print(await Effect.runPromise(blobs.put("acme", bytesOf(n + i)))));
    await Promise.all(puts);
  }
};

const remove = async (digest: Crypto.Digest): Promise<never> => {
  print("removing");
  for (;;) await Effect.runPromise(blobs.remove("acme", digest, 2_000_000));
};

waitForGo();
await (what === "write" ? write(Number(argument)) : remove(argument as Crypto.Digest));
