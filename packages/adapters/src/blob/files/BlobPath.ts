/**
 * Where things are in the directory of a blob store: blobs as `<tenant>/<first 2 hex digits>/<hex digits>`, what is being
 * written in `.incoming`, what is being removed in `.outgoing`. No tenant begins with a dot.
 */
import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import { failure } from "./FileBlobError.ts";

/** Files that are not written whole yet. */
export const incoming = (directory: string): string => join(directory, ".incoming");

/** Blobs that are looked at a last time before they go: `<tenant>.<hex digits>.<anything>`. */
export const outgoing = (directory: string): string => join(directory, ".outgoing");

/** What the name of a blob's file in {@link outgoing} begins with. Neither tenants nor digits hold a dot. */
export const outgoingPrefix = (tenantId: string, digest: Crypto.Digest): string => `${tenantId}.${hexOf(digest)}.`;

/** The blob that a name in {@link outgoing} is of; null when it is none. */
export const ofOutgoing = (name: string): { readonly tenantId: string; readonly digest: Crypto.Digest } | null => {
  const [tenantId = "", hex = ""] = name.split(".");
  const digest: Crypto.Digest = `sha256:${hex}`;
  return TENANT.test(tenantId) && Crypto.DIGEST.test(digest) ? { tenantId, digest } : null;
};

/** Where a blob stands. Throws a `BlobError` unless tenant and digest are what they should be. */
export const pathOf = (directory: string, tenantId: string, digest: Crypto.Digest): string => {
  const folder = tenantFolder(directory, tenantId);
  if (!Crypto.DIGEST.test(digest)) throw failure("Missing", `${JSON.stringify(digest)} is no digest`);
  const hex = hexOf(digest);
  return join(folder, hex.slice(0, 2), hex);
};

/** Where a tenant's blobs stand. Throws a `BlobError` unless the tenant is what it should be. */
export const tenantFolder = (directory: string, tenantId: string): string => {
  if (!TENANT.test(tenantId)) {
    throw failure("Unavailable", `tenant ${JSON.stringify(tenantId)} can't name a directory: ${TENANT.source}`);
  }
  return join(directory, tenantId);
};

/** Whether a folder is a tenant's. */
export const isTenant = (name: string): boolean => TENANT.test(name);

/** Whether a folder of a tenant holds blobs. */
export const isShelf = (name: string): boolean => SHELF.test(name);

/** The digest that a file in such a folder is named by; null when it is no blob. */
export const digestOf = (shelf: string, name: string): Crypto.Digest | null => {
  const digest: Crypto.Digest = `sha256:${name}`;
  return name.startsWith(shelf) && Crypto.DIGEST.test(digest) ? digest : null;
};

// A tenant as the wire spells it: no dot, no slash, no upper case, which some file systems don't tell from lower.
const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;

const SHELF = /^[0-9a-f]{2}$/;

const hexOf = (digest: Crypto.Digest): string => digest.slice("sha256:".length);
