/** What Fettle stands on, and what its methods can fail with. */
import type * as Effect from "effect/Effect";
import type { Rejected } from "../engine/Rejected.ts";
import type { BlobError, BlobStore } from "../ports/BlobStore.ts";
import type { Directory, DirectoryError } from "../ports/Directory.ts";
import type { Environment } from "../ports/Environment.ts";
import type { Storage, StorageError } from "../ports/Storage.ts";
import type { TenantKeys, TenantKeysError } from "../ports/TenantKeys.ts";

/** Everything Fettle stands on. */
export type FettlePorts = Storage | BlobStore | TenantKeys | Directory | Environment;

/** What a method can fail with: a rejection the caller can mend, or a port that did not answer. */
export type FettleFailure = Rejected | StorageError | BlobError | DirectoryError | TenantKeysError;

/** Gives an effect its ports. */
export type On = <A, E>(effect: Effect.Effect<A, E, FettlePorts>) => Effect.Effect<A, E>;
