/**
 * Entities written in bulk through `storage.commit`, beside the driver writing the same rows. What ours writes is recorded
 * from a third file beforehand, outside of what is measured, and the driver repeats just the statements that changed
 * something. Both files grow with each run, to all of the fleet in the end.
 */
import * as Effect from "effect/Effect";
import type { Contest, Context } from "../Entry.ts";
import * as Entities from "./Entities.ts";
import * as Recording from "./Recording.ts";
import * as Stores from "./Stores.ts";

/** Batches of one run: with ten runs, 100,000 entities; with 22, more than a million. */
const BATCHES = 10;
const BATCHES_FULL = 46;

export const contest = async (kind: Entities.Kind, { folder, isFull }: Context): Promise<Contest> => {
  const batches = isFull ? BATCHES_FULL : BATCHES;
  const recording = Recording.of(folder, "recorded.db");
  const recorded = await Stores.open(folder, "recorded.db");
  const ours = await Stores.open(folder, "ours.db");
  const raw = await Stores.raw(folder, "raw.db");
  const replaying = Recording.replaying(raw);
  const perSecond = (begun: number): number => (batches * Entities.BATCH) / ((performance.now() - begun) / 1_000);
  let [done, repeated] = [0, 0];
  recording.take();
  return {
    ours: async () => {
      const work = Array.from({ length: batches }, (_, i) => Entities.fresh(kind, (done + i) * Entities.BATCH));
      done += batches;
      const begun = performance.now();
      for (const batch of work) await committed(ours, batch);
      return perSecond(begun);
    },
    peer: async () => {
      const work: (() => void)[] = [];
      for (let i = 0; i < batches; i += 1) {
        await committed(recorded, Entities.fresh(kind, (repeated + i) * Entities.BATCH));
        work.push(replaying(recording.take()));
      }
      repeated += batches;
      const begun = performance.now();
      for (const write of work) write();
      return perSecond(begun);
    },
    close: async () => {
      raw.close();
      for (const store of [ours, recorded]) await store.close();
      const [a, b] = [Stores.rowCounts(folder, "ours.db"), Stores.rowCounts(folder, "raw.db")];
      if (done === repeated && a !== b) throw new Error(`the two wrote different rows:\n${a}\n\n${b}`);
    },
  };
};

const committed = async ({ storage }: Stores.OpenStorage, batch: ReturnType<typeof Entities.fresh>): Promise<void> => {
  const { _tag } = await Effect.runPromise(storage.commit(batch));
  if (_tag !== "Committed") throw new Error("a batch of entities that weren't there was refused");
};
