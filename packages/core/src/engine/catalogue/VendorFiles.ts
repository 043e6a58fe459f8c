/** Files that people fetched from their vendors, because agents can't (PAT-04). */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as VendorFile from "../../domain/patch/VendorFile.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { BlobStore } from "../../ports/BlobStore.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** A file for a patch: at a url, or its content. */
export interface VendorFileInput {
  readonly patchId: string;
  /** `sha256:` and 64 small hexadecimal digits, as the vendor publishes it. */
  readonly digest: string;
  readonly url?: string;
  /** Of what is at the url, in bytes; of content it is counted. */
  readonly sizeBytes?: number;
  readonly content?: Uint8Array;
  /** Who must have signed it. */
  readonly signer?: string;
}

/**
 * Supplies the file of a Windows patch that must be acquired from its vendor; jobs may deploy it from now on.
 *
 * Rejects content whose digest is another, and a patch that needs no file or is never deployed. The same file again
 * changes nothing; another one takes its place.
 *
 * @example
 * yield* fettle.catalogue.supplyFile(actor, { patchId: "JAVA-8u401", digest, url: "https://files.acme.example/jre.msi", sizeBytes });
 */
export const supply = Effect.fn("VendorFiles.supply")(function* (
  actor: Actor,
  input: VendorFileInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "supply-vendor-file");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const { patchId, content } = input;
  const offer = offerOf(input, limits);
  const decide = Effect.gen(function* () {
    const patch = yield* Repository.get(tenantId, "patch", patchId);
    if (patch === null) return yield* reject("PAT-04", "not-found", `there is no patch ${patchId}`, "patchId");
    const now = (yield* Environment).now();
    const by = label(actor);
    const file = yield* lift(VendorFile.supply(patch.value, offer, { by, now, limits }));
    yield* lift(Stored.readable("vendorFile", file));
    const known = yield* Repository.get(tenantId, "vendorFile", patchId);
    if (known !== null && VendorFile.isSame(known.value, file)) return { change: { writes: [] }, answer: known.value };
    if (content !== undefined) yield* (yield* BlobStore).put(tenantId, content);
    if (known !== null) yield* keepForPlans(tenantId, known.value);
    const { digest } = file;
    const change = {
      expect: [Repository.expected("vendorFile", patchId, known), Repository.expected("patch", patchId, patch)],
      writes: [Repository.put("vendorFile", patchId, file)],
      events: [Repository.event("VendorFileSupplied", "vendorFile", patchId, now, { by, digest })],
    };
    return { change, answer: file };
  });
  // Of content its digest is told apart, which the offer holds.
  const call = { method: "catalogue.supplyFile", key, request: { patchId, offer } };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
});

/** Takes a supplied file back: jobs may no longer deploy the patch. */
export const withdraw = Effect.fn("VendorFiles.withdraw")(function* (
  actor: Actor,
  patchId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "supply-vendor-file");
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = yield* Repository.get(tenantId, "vendorFile", patchId);
    if (known === null) return yield* reject("PAT-04", "not-found", `nobody supplied a file of ${patchId}`, "patchId");
    yield* keepForPlans(tenantId, known.value);
    const now = (yield* Environment).now();
    const deletion: Repository.Change["writes"][number] = { _tag: "Delete", kind: "vendorFile", id: patchId };
    const change = {
      expect: [Repository.expected("vendorFile", patchId, known)],
      writes: [deletion],
      events: [Repository.event("VendorFileWithdrawn", "vendorFile", patchId, now, { by: label(actor) })],
    };
    return { change, answer: known.value };
  });
  const call = { method: "catalogue.withdrawFile", key, request: { patchId } };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
});

// A plan that is being made has read of the file, and its commit comes later: until then nothing names the content.
const keepForPlans = Effect.fn("VendorFiles.keepForPlans")(function* (
  tenantId: TenantId,
  { url, digest }: VendorFile.VendorFile,
) {
  if (url !== null) return;
  const renewed = (yield* BlobStore).renew(tenantId, digest as Crypto.Digest);
  yield* Effect.catchTag(renewed, "BlobError", (e) => (e.reason === "Missing" ? Effect.void : Effect.fail(e)));
});

const offerOf = (input: VendorFileInput, limits: Limits): VendorFile.Offer => {
  const { content } = input;
  const isSmall = content !== undefined && content.byteLength <= limits.vendorFileBytesMax;
  return {
    url: input.url ?? null,
    digest: input.digest,
    sizeBytes: input.sizeBytes ?? null,
    signer: input.signer ?? null,
    // What is too large is refused for its size, and need not be read for that.
    content:
      content === undefined
        ? null
        : { digest: isSmall ? Crypto.digest(content) : input.digest, sizeBytes: content.byteLength },
  };
};
