/**
 * Strongly connected components of a directed graph: what lies on a circle together. Tarjan's way, with a stack of its
 * own in place of recursion, so that a chain of any length is walked.
 */

interface Frame {
  readonly node: string;
  readonly next: readonly string[];
  at: number;
}

/** The component of every node, as a number; equal for nodes that reach each other. */
export const of = (edges: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> => {
  const search = { edges, index: new Map(), low: new Map(), stack: [], component: new Map(), count: 0 } as Search;
  for (const root of edges.keys()) if (!search.index.has(root)) from(search, root);
  return search.component;
};

interface Search {
  readonly edges: ReadonlyMap<string, readonly string[]>;
  readonly index: Map<string, number>;
  readonly low: Map<string, number>;
  readonly stack: string[];
  readonly component: Map<string, number>;
  count: number;
}

const from = (search: Search, root: string): void => {
  const frames: Frame[] = [enter(search, root)];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const to = frame.next[frame.at];
    if (to === undefined) {
      frames.pop();
      leave(search, frame.node, frames.at(-1)?.node ?? null);
      continue;
    }
    frame.at += 1;
    if (!search.index.has(to)) frames.push(enter(search, to));
    else if (!search.component.has(to)) lower(search, frame.node, search.index.get(to) ?? 0);
  }
};

const enter = (search: Search, node: string): Frame => {
  const index = search.index.size;
  search.index.set(node, index);
  search.low.set(node, index);
  search.stack.push(node);
  return { node, next: search.edges.get(node) ?? [], at: 0 };
};

// A node whose lowest reachable one is itself closes a component: all above it on the stack.
const leave = (search: Search, node: string, parent: string | null): void => {
  const low = search.low.get(node) ?? 0;
  if (parent !== null) lower(search, parent, low);
  if (low !== search.index.get(node)) return;
  for (let top = search.stack.pop(); top !== undefined; top = search.stack.pop()) {
    search.component.set(top, search.count);
    if (top === node) break;
  }
  search.count += 1;
};

const lower = (search: Search, node: string, to: number): void => {
  if (to < (search.low.get(node) ?? to)) search.low.set(node, to);
};
