/** The fleet in a file of the product's own, written as the product writes: by commits. */
import { SqliteStorage } from "@fettle/adapters/storage/sqlite";
import * as Effect from "effect/Effect";
import * as Tenant from "../../packages/core/src/domain/shared/Tenant.ts";
import * as Repository from "../../packages/core/src/engine/Repository.ts";
import type { PutWrite, StorageShape } from "../../packages/core/src/ports/Storage.ts";
import * as Fleet from "./Fleet.ts";

export const TENANT = Tenant.of("acme");

/** Assets of one commit: of a million more, for a commit writes a page of an index anew for nearly each of its assets. */
const chunkOf = ({ assets }: Fleet.Size): number => Math.min(Math.max(2_000, assets / 50), 10_000);

/** Makes the file; it must not be there. Tells how many assets are written, from time to time. */
export const fill = (
  file: string,
  size: Fleet.Size,
  onAssets: (done: number) => void = () => undefined,
): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = yield* SqliteStorage.open({ file });
        yield* commit(storage, [
          ...Fleet.tags().map((tag) => Repository.put("tag", tag.id, tag)),
          ...Fleet.patches(size.patches).map((patch) => Repository.put("patch", patch.id, patch)),
        ]);
        let done = 0;
        for (const machines of Fleet.machines(size, chunkOf(size))) {
          yield* commit(storage, machines.flatMap(writesOf));
          done += machines.length;
          onAssets(done);
        }
      }),
    ),
  );

const writesOf = ({ asset, agent, assessment }: Fleet.Machine): readonly PutWrite[] => [
  Repository.put("asset", asset.id, asset),
  Repository.put("agent", asset.id, agent),
  Repository.put("assessment", asset.id, assessment),
];

const commit = (storage: StorageShape, writes: readonly PutWrite[]) =>
  Effect.map(
    storage.commit({ tenantId: TENANT, expect: [], counters: [], uniques: [], writes, events: [] }),
    (answer) => {
      if (answer._tag !== "Committed") throw new Error(`the fleet was refused: ${JSON.stringify(answer)}`);
    },
  );
