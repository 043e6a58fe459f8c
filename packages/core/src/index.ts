export * as Patch from "./domain/patch/Patch.ts";
export { BlobError, BlobStore, type BlobStoreShape } from "./ports/BlobStore.ts";
export { Directory, DirectoryError } from "./ports/Directory.ts";
export { Environment } from "./ports/Environment.ts";
export * from "./ports/Storage.ts";
export { TenantKeys, TenantKeysError } from "./ports/TenantKeys.ts";
