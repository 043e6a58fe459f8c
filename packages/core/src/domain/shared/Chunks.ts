/**
 * Long work that is pure and can still be put down: a generator that yields whenever a chunk's worth is done, so that whoever
 * drives it may let others on in between, or run it to its end.
 */

/**
 * How much is done in one go: looks at a list's entry, mostly. A chunk took 5 to 10 ms of one core where entries came right from
 * the store, twice that while the code was cold; an event loop may be held for 50, on slower machines, too.
 */
export const WORK_PER_CHUNK = 10_000;

/** Is told how much was done, and says whether that makes a chunk. */
export type Pace = (work: number) => boolean;

/** Counts from nothing; what is left over when a chunk is full doesn't count towards the next. */
export const pace = (): Pace => {
  let done = 0;
  return (work) => {
    done += work;
    if (done < WORK_PER_CHUNK) return false;
    done = 0;
    return true;
  };
};

/** All of it at once. */
export const finish = <A>(steps: Generator<void, A>): A => {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
};

/** Whether one item comes before another; no two are equal. */
export type IsBefore<A> = (a: A, b: A) => boolean;

/** In order, chunk by chunk; the list itself where it is in order already, as storage lists. */
export function* sorted<A>(items: readonly A[], isBefore: IsBefore<A>): Generator<void, readonly A[]> {
  const isChunk = pace();
  let isOrdered = true;
  for (let i = 1; i < items.length && isOrdered; i += 1) {
    isOrdered = isBefore(items[i - 1] as A, items[i] as A);
    if (isChunk(1)) yield;
  }
  return isOrdered ? items : yield* merged(items, isBefore);
}

const RUN = 1_024;

// Short runs are sorted by themselves, then merged two by two.
function* merged<A>(items: readonly A[], isBefore: IsBefore<A>): Generator<void, readonly A[]> {
  const isChunk = pace();
  let runs: (readonly A[])[] = [];
  for (let i = 0; i < items.length; i += RUN) {
    runs.push(items.slice(i, i + RUN).sort((a, b) => (isBefore(a, b) ? -1 : 1)));
    if (isChunk(RUN)) yield;
  }
  while (runs.length > 1) {
    const next: (readonly A[])[] = [];
    for (let i = 0; i < runs.length; i += 2) next.push(yield* merge(runs[i] ?? [], runs[i + 1] ?? [], isBefore));
    runs = next;
  }
  return runs[0] ?? [];
}

function* merge<A>(left: readonly A[], right: readonly A[], isBefore: IsBefore<A>): Generator<void, readonly A[]> {
  const isChunk = pace();
  const all: A[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const isLeft = r >= right.length || (l < left.length && isBefore(left[l] as A, right[r] as A));
    all.push((isLeft ? left[l++] : right[r++]) as A);
    if (isChunk(1)) yield;
  }
  return all;
}
