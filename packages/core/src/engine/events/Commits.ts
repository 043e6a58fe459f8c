/** Tells whoever listens in this process that events of a tenant were committed: they needn't wait to be asked. */
import type { StorageShape } from "../../ports/Storage.ts";

type Listener = (tenantId: string) => void;

const listeners = new WeakMap<StorageShape, Set<Listener>>();

/** Listens to the commits that go into a storage from here; answers how to stop. */
export const listen = (storage: StorageShape, listener: Listener): (() => void) => {
  const known = listeners.get(storage) ?? new Set<Listener>();
  listeners.set(storage, known.add(listener));
  return () => {
    known.delete(listener);
  };
};

/** That a commit with events stands. */
export const tell = (storage: StorageShape, tenantId: string): void => {
  for (const listener of listeners.get(storage) ?? []) listener(tenantId);
};
