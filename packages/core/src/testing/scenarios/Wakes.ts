/** What is to happen when: a queue by time, and among equal times in the order in which it was put in. A binary heap. */

export interface Wakes<A> {
  readonly add: (at: number, what: A) => void;
  /** Takes the first out; null when there is none. */
  readonly next: () => Wake<A> | null;
  readonly isEmpty: () => boolean;
}

export interface Wake<A> {
  readonly at: number;
  readonly order: number;
  readonly what: A;
}

export const make = <A>(): Wakes<A> => {
  const heap: Wake<A>[] = [];
  let order = 0;
  return {
    add: (at, what) => {
      heap.push({ at, order, what });
      order += 1;
      rise(heap);
    },
    next: () => {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length > 0) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
    isEmpty: () => heap.length === 0,
  };
};

const isBefore = (a: Wake<unknown> | undefined, b: Wake<unknown> | undefined): boolean =>
  a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));

const swap = <A>(heap: Wake<A>[], i: number, j: number): void => {
  const [a, b] = [heap[i], heap[j]];
  if (a === undefined || b === undefined) return;
  heap[i] = b;
  heap[j] = a;
};

const rise = <A>(heap: Wake<A>[]): void => {
  let i = heap.length - 1;
  for (let up = (i - 1) >> 1; i > 0 && isBefore(heap[i], heap[up]); up = (i - 1) >> 1) {
    swap(heap, i, up);
    i = up;
  }
};

const sink = <A>(heap: Wake<A>[]): void => {
  for (let i = 0; ; ) {
    const [left, right] = [2 * i + 1, 2 * i + 2];
    const least = isBefore(heap[right], heap[left]) ? right : left;
    if (!isBefore(heap[least], heap[i])) return;
    swap(heap, i, least);
    i = least;
  }
};
