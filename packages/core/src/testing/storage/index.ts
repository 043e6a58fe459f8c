/** Storage, blobs and the journal in memory, and the conformance cases of their ports. */
export * as BlobConformance from "./BlobConformance.ts";
export type { ConformanceCase } from "./Conformance.ts";
export * as JournalConformance from "./JournalConformance.ts";
export * as MemoryBlobStore from "./MemoryBlobStore.ts";
export * as MemoryJournal from "./MemoryJournal.ts";
export * as MemoryStorage from "./MemoryStorage.ts";
export * as SearchReference from "./SearchReference.ts";
export * as StorageConformance from "./StorageConformance.ts";
