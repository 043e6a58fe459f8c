/**
 * Security advisories of the Common Security Advisory Framework (CSAF 2.0) about packages of operating systems, as Red Hat
 * and SUSE publish them, as patches (PAT-01, PAT-11, PAT-13).
 *
 * Invariants: one document is held at a time, so memory grows with the patches and not with the feed; a source that fails
 * gives its error and nothing else; a bad document is left out whole, named with its JSON path.
 */
import type { Result } from "@fettle/agent-protocol";
import { type FeedDocument, readDocuments } from "../reading/FeedDocuments.ts";
import type { FeedError } from "../reading/FeedError.ts";
import type { RecordFeed } from "../reading/RecordFeed.ts";
import type { RecordLimits } from "../reading/RecordLimits.ts";
import * as CsafDocument from "./CsafDocument.ts";
import { csafLimits } from "./CsafLimits.ts";

export interface CsafOptions {
  /** Those that differ from {@link csafLimits}. */
  readonly limits?: Partial<RecordLimits>;
  /** The vendor of every patch; the document's publisher when left out. */
  readonly vendor?: string;
  /** The release, as `id:version` of os-release, of packages that a document gives no platform; without it they are left out. */
  readonly release?: `${string}:${string}`;
  /** A broken document breaks the feed, instead of being left out. */
  readonly strict?: boolean;
}

/**
 * Reads documents, each plain or by gzip.
 *
 * Packages are the products whose status is fixed (or recommended) and that are RPM or Debian packages by their package
 * URL or their name; their release is that of the platform, by its CPE, that they are a component of, their module stream
 * that of the module in between. Source packages, images and other products are left out. A restart of the machine becomes
 * a reboot. A document whose releases get different packages makes a patch for each of them, called `id:release`.
 *
 * Only documents of the category `csaf_security_advisory` that are interim or final are advisories; drafts, VEX documents
 * and the like are left out, with the reason.
 *
 * @example
 * const read = await parseCsaf([{ name: "rhsa-2026_1001.json", content: createReadStream("rhsa-2026_1001.json") }]);
 * if (!read.ok) throw new Error(read.error.message);
 * for (const { source, path, reason } of read.value.skipped) log(`left out ${source} (${path}): ${reason}`);
 */
export const parseCsaf = (
  documents: AsyncIterable<FeedDocument> | Iterable<FeedDocument>,
  options: CsafOptions = {},
): Promise<Result<RecordFeed, FeedError>> => {
  const limits: RecordLimits = { ...csafLimits, ...options.limits };
  const context = { vendor: options.vendor ?? null, release: options.release ?? null, limits };
  return readDocuments(documents, {
    limits,
    isStrict: options.strict ?? false,
    readRecord: (value) => CsafDocument.read(value, context),
  });
};
