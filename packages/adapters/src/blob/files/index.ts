/** @fettle/adapters/blob/files: the blob store port on a directory. */
export * as FileBlobStore from "./FileBlobStore.ts";
