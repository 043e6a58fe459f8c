/** A process that ticks over a file beside others, again and again until nothing is left to make or to send. Argument: the file. */
import { randomUUID } from "node:crypto";
import { Crypto } from "@fettle/agent-protocol";
import { BlobStore, Directory, Environment, Fettle, Storage, TenantKeys } from "@fettle/core";
import { MemoryBlobStore, StaticDirectory } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { SqliteStorage as Sqlite } from "../../src/storage/sqlite/index.ts";
import { print, waitForGo } from "./ChildProcess.ts";

const [, , file = ""] = process.argv;
const users = { acme: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }] } as const;
const keys = Crypto.generateKeyPair();

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const storage = yield* Sqlite.open({ file });
      const fettle = Fettle.make(
        Context.make(Storage, storage).pipe(
          Context.add(BlobStore, MemoryBlobStore.make()),
          Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
          Context.add(Directory, StaticDirectory.make(users)),
          Context.add(Environment, {
            now: () => Date.UTC(2026, 0, 1),
            uuid: randomUUID,
            secret: () => "secret",
            tzdata: () => "2026a",
          }),
        ),
      );
      print("ready");
      waitForGo();
      for (;;) {
        const { stuck, issued } = yield* fettle.tick();
        if (stuck.length > 0) print(`stuck: ${JSON.stringify(stuck)}`);
        const runs = yield* storage.list("acme", "run", { limit: 10 });
        const isWhole =
          runs.length > 0 && runs.every(({ body }) => !(body as object as Record<string, unknown>).making);
        if (isWhole && issued === 0) break;
      }
      print("whole");
    }),
  ),
);
