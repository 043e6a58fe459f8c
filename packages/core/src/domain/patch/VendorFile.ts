/**
 * A file that someone fetched from its vendor, because the agent can't (PAT-04): kept here, or at an address of one's
 * own, and known by its digest. With it the patch is patchable for the subscription.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Patch } from "./Patch.ts";
import * as Patches from "./Patch.ts";

export interface VendorFile {
  /** The patch that it installs. */
  readonly patchId: string;
  /** Where it is; null when its content is kept here, under its digest. */
  readonly url: string | null;
  readonly digest: string;
  readonly sizeBytes: number;
  /** Who must have signed it; null when the digest is all there is. */
  readonly signer: string | null;
  readonly suppliedBy: string;
  readonly suppliedAt: number;
}

/** What is said of the file; `content` is what its bytes truly are, when they came along. */
export interface Offer {
  readonly url: string | null;
  readonly digest: string;
  readonly sizeBytes: number | null;
  readonly signer: string | null;
  readonly content: { readonly digest: string; readonly sizeBytes: number } | null;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
export const URL_CHARACTERS_MAX = 2_048;
export const SIGNER_CHARACTERS_MAX = 512;

/** The file as it is kept, or everything that is wrong with what was offered. */
export const supply = (
  patch: Patch,
  offer: Offer,
  about: { readonly by: string; readonly now: number; readonly limits: Limits },
): Result<VendorFile, readonly Rejection.Rejection[]> => {
  const sizeBytes = offer.content?.sizeBytes ?? offer.sizeBytes ?? 0;
  const problems = [
    ...patchProblems(patch),
    ...sourceProblems(offer),
    ...sizeProblems(sizeBytes, about.limits),
    ...digestProblems(offer),
  ];
  if (problems.length > 0) return fail(problems);
  return ok({
    patchId: patch.id,
    url: offer.url,
    digest: offer.digest,
    sizeBytes,
    signer: offer.signer,
    suppliedBy: about.by,
    suppliedAt: about.now,
  });
};

/** Whether two files are the same one, whoever supplied it when. */
export const isSame = (a: VendorFile, b: VendorFile): boolean =>
  a.patchId === b.patchId &&
  a.url === b.url &&
  a.digest === b.digest &&
  a.sizeBytes === b.sizeBytes &&
  a.signer === b.signer;

const patchProblems = (patch: Patch): readonly Rejection.Rejection[] => {
  if (!Patches.mayBeSupplied(patch)) {
    const message = `${patch.id} needs no file: only Windows patches that must be acquired from their vendor do`;
    return [Rejection.make("PAT-04", "conflict", message, "patchId")];
  }
  const refusal = Patches.whyNotDeployed(patch, true);
  return refusal === null
    ? []
    : [Rejection.make(refusal.rule, "conflict", `${patch.id} is never deployed: ${refusal.reason}`, "patchId")];
};

const sourceProblems = ({ url, content, signer }: Offer): readonly Rejection.Rejection[] => {
  const problems: Rejection.Rejection[] = [];
  if ((url === null) === (content === null)) problems.push(invalid("give either a url or the content", "url"));
  if (url !== null && !isPlainHttps(url)) {
    problems.push(invalid("a url begins with https:// and holds no user name or password", "url"));
  }
  if (signer !== null && (signer === "" || signer.length > SIGNER_CHARACTERS_MAX)) {
    problems.push(invalid(`a signer has 1–${SIGNER_CHARACTERS_MAX} characters`, "signer"));
  }
  return problems;
};

const sizeProblems = (sizeBytes: number, limits: Limits): readonly Rejection.Rejection[] => {
  const max = limits.vendorFileBytesMax;
  const fits = Number.isSafeInteger(sizeBytes) && sizeBytes >= 1 && sizeBytes <= max;
  return fits ? [] : [invalid(`a file has 1–${max} bytes, and a url says how many`, "sizeBytes")];
};

const digestProblems = ({ digest, content }: Offer): readonly Rejection.Rejection[] => {
  if (!DIGEST.test(digest)) return [invalid("a digest is sha256: and 64 small hexadecimal digits", "digest")];
  return content === null || content.digest === digest
    ? []
    : [invalid(`the content's digest is ${content.digest}, not ${digest}: fetch the file again`, "digest")];
};

const isPlainHttps = (text: string): boolean => {
  if (text.length > URL_CHARACTERS_MAX || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === "https:" && url.username === "" && url.password === "" && url.hostname !== "";
};

const invalid = (message: string, path: string): Rejection.Rejection =>
  Rejection.make("PAT-04", "invalid", message, path);
