/**
 * Records of the Open Source Vulnerability format (schema 1.x) about packages of operating systems, as patches (PAT-01,
 * PAT-11, PAT-13).
 *
 * Invariants: read as a stream, so memory grows with the patches and not with the feed; a broken feed gives its error and
 * nothing else; a bad record is left out whole, named with its line or document and its JSON path.
 */
import type { Result } from "@fettle/agent-protocol";
import { type FeedDocument, readDocuments, readStream } from "../reading/FeedDocuments.ts";
import type { FeedError } from "../reading/FeedError.ts";
import type { FeedInput } from "../reading/FeedText.ts";
import type { RecordFeed } from "../reading/RecordFeed.ts";
import type { RecordLimits } from "../reading/RecordLimits.ts";
import type { BinariesOf } from "./BinaryPackages.ts";
import { osvLimits } from "./OsvLimits.ts";
import * as OsvRecord from "./OsvRecord.ts";

export interface OsvOptions {
  /** Those that differ from {@link osvLimits}. */
  readonly limits?: Partial<RecordLimits>;
  /** The vendor of every patch; the ecosystem's name when left out. */
  readonly vendor?: string;
  /**
   * The binary packages that a record means by a name, with their architectures if you know them: what the repositories'
   * indexes say. Debian, Rocky Linux, and SUSE and Ubuntu in part, name source packages, and an asset has only what is
   * built of them; without this such a release is left out, which the report says, and never guessed. {@link sameName} is
   * the guess. A binary package of which nothing is known stands as it is named, for any architecture.
   */
  readonly binariesOf?: BinariesOf;
  /** A broken record breaks the feed, instead of being left out. */
  readonly strict?: boolean;
}

/**
 * Takes every source package for the one binary package of its name: finds `openssl`, and neither `libssl3` nor
 * `openssl-libs`, which are of the same source. An asset with those alone is not found vulnerable.
 */
export const sameName: BinariesOf = ({ name }) => [name];

/**
 * Reads a feed of records: one JSON object a line, or an array of them; a whole text, or pieces that are all bytes (plain
 * UTF-8 or gzip) or all strings.
 *
 * A package stands at the highest version that fixes it and, as no record tells its architecture, is for any; `binariesOf`
 * may tell it. The severity is the vendor's word if there is one, else that of CVSS 3's base score, else None. A withdrawn
 * record makes a deprecated patch (PAT-06). A record whose releases get different packages makes a patch for each of them,
 * called `id:release`.
 *
 * @example
 * const read = await parseOsv(createReadStream("almalinux.ndjson.gz"));
 * if (!read.ok) throw new Error(`line ${read.error.line}: ${read.error.message}`);
 * for (const { id, line, path, reason } of read.value.skipped) log(`left out ${id} (line ${line}, ${path}): ${reason}`);
 */
export const parseOsv = (input: FeedInput, options: OsvOptions = {}): Promise<Result<RecordFeed, FeedError>> =>
  readStream(input, readerOf(options));

/** Reads records that are a document each, as OSV's archives and directories have them. */
export const parseOsvDocuments = (
  documents: AsyncIterable<FeedDocument> | Iterable<FeedDocument>,
  options: OsvOptions = {},
): Promise<Result<RecordFeed, FeedError>> => readDocuments(documents, readerOf(options));

const readerOf = (options: OsvOptions) => {
  const limits: RecordLimits = { ...osvLimits, ...options.limits };
  const context = { vendor: options.vendor ?? null, binariesOf: options.binariesOf ?? null, limits };
  return {
    limits,
    isStrict: options.strict ?? false,
    readRecord: (value: unknown) => OsvRecord.read(value, context),
  };
};
