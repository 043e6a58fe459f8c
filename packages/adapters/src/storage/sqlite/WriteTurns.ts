/**
 * Who of this process writes to the file. SQLite lets one connection write, and whoever comes second waits within the driver,
 * which on the storage's own thread would hold up the event loop. So a thread that brings search tables up to date takes a
 * turn for each of its transactions, and between two it lets the storage go first.
 *
 * Other processes know nothing of these turns: with them it is SQLite that waits.
 */

/** Where the turns of one storage stand, for the threads to share. */
export type Shared = SharedArrayBuffer;

/** Of the storage's own thread, which never waits. */
export interface StorageTurns {
  /** Whether the turn is had; when it isn't, the next one is kept for who asked. */
  readonly take: () => boolean;
  readonly leave: () => void;
  /** Whether nobody else has the turn at the moment. */
  readonly isFree: () => boolean;
  /** The thread of that number is gone, whatever it was at. */
  readonly ended: (thread: number) => void;
}

/** Does a transaction of a thread in its turn. */
export type InTurn = <A>(write: () => A) => A;

/** Milliseconds that a thread sleeps at most before it looks again, and that a turn is kept for the storage at most. */
const LOOK_MS = 5;
const KEPT_MS = 50;

const OWNER = 0;
const WAITING = 1;
const NOBODY = 0;
const STORAGE = -1;

export const share = (): Shared => new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);

export const ofStorage = (shared: Shared): StorageTurns => {
  const turns = new Int32Array(shared);
  const free = (from: number): void => {
    Atomics.compareExchange(turns, OWNER, from, NOBODY);
    Atomics.notify(turns, OWNER);
  };
  return {
    take: () => {
      const isHad = Atomics.compareExchange(turns, OWNER, NOBODY, STORAGE) === NOBODY;
      Atomics.store(turns, WAITING, isHad ? 0 : 1);
      return isHad;
    },
    leave: () => free(STORAGE),
    isFree: () => Atomics.load(turns, OWNER) === NOBODY,
    ended: free,
  };
};

/** For the thread of a number from 1 on. */
export const ofThread = (shared: Shared, thread: number): InTurn => {
  const turns = new Int32Array(shared);
  return (write) => {
    letGoFirst(turns);
    for (;;) {
      const owner = Atomics.compareExchange(turns, OWNER, NOBODY, thread);
      if (owner === NOBODY) break;
      Atomics.wait(turns, OWNER, owner, LOOK_MS);
    }
    try {
      return write();
    } finally {
      Atomics.store(turns, OWNER, NOBODY);
      Atomics.notify(turns, OWNER);
    }
  };
};

// Not for ever: what waited may have been taken back.
const letGoFirst = (turns: Int32Array): void => {
  for (let waited = 0; waited < KEPT_MS && Atomics.load(turns, WAITING) === 1; waited += LOOK_MS) {
    Atomics.wait(turns, WAITING, 1, LOOK_MS);
  }
};
