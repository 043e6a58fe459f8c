/**
 * Puts batches that arrive together into one transaction of the database: one wait for the disk for all of them.
 *
 * A batch waits in the queue until the current turn of the event loop has ended. A caller who is interrupted before its
 * group begins takes its batch out again: it is then not carried out.
 */
import type { CommitAnswer, StorageError } from "@fettle/core";
import * as Effect from "effect/Effect";
import { type EncodedBatch, sizeOf } from "../sql/EncodedBatch.ts";
import type { StorageTurns } from "./WriteTurns.ts";

/** What one batch of a group came to. */
export type Outcome = Effect.Effect<CommitAnswer, StorageError>;

export interface GroupCommit {
  readonly submit: (batch: EncodedBatch) => Outcome;
  /** Carries out everything that waits. */
  readonly drain: () => void;
}

/** Changes in one group, so that the event loop isn't held up for long: about 20 ms at 250,000 a second. */
export const GROUP_CHANGES_MAX = 5_000;

interface Waiting {
  readonly batch: EncodedBatch;
  readonly resume: (outcome: Outcome) => void;
}

/** Between two looks whether another thread of this process has done with writing, in milliseconds. */
const LOOK_MS = 1;

const ALONE: Pick<StorageTurns, "take" | "leave"> = { take: () => true, leave: () => undefined };

/**
 * `commitAll` answers each batch, in their order, once all of them are on the disk. Until `turns` lets it write it waits, and
 * leaves the event loop free.
 */
export const make = (
  commitAll: (batches: readonly EncodedBatch[]) => readonly Outcome[],
  turns: Pick<StorageTurns, "take" | "leave"> = ALONE,
): GroupCommit => {
  const queue = new Set<Waiting>();
  let isScheduled = false;
  // Whoever is answered may write by itself at once.
  const written = (batches: readonly EncodedBatch[]): readonly Outcome[] => {
    try {
      return commitAll(batches);
    } finally {
      turns.leave();
    }
  };
  const commitGroup = (): void => {
    const group = nextGroup(queue);
    for (const waiting of group) queue.delete(waiting);
    const outcomes = written(group.map((waiting) => waiting.batch));
    for (const [i, waiting] of group.entries()) waiting.resume(outcomes[i] ?? Effect.die("a batch without an outcome"));
  };
  const next = (): void => {
    if (queue.size > 0 && !turns.take()) {
      setTimeout(next, LOOK_MS);
      return;
    }
    isScheduled = false;
    if (queue.size > 0) commitGroup();
    if (queue.size > 0) schedule();
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(next);
  };
  const submit = (batch: EncodedBatch): Outcome =>
    Effect.callback((resume) => {
      const waiting: Waiting = { batch, resume };
      queue.add(waiting);
      schedule();
      return Effect.sync(() => {
        queue.delete(waiting);
      });
    });
  const drain = (): void => {
    while (queue.size > 0) commitGroup();
  };
  return { submit, drain };
};

// The first that wait, as many as fit; always at least one.
const nextGroup = (queue: ReadonlySet<Waiting>): readonly Waiting[] => {
  const group: Waiting[] = [];
  let changes = 0;
  for (const waiting of queue) {
    changes += sizeOf(waiting.batch);
    if (group.length > 0 && changes > GROUP_CHANGES_MAX) break;
    group.push(waiting);
  }
  return group;
};
