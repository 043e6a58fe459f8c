import type { TextLimits } from "../reading/FeedText.ts";

/** What one updateinfo feed may hold at most (T16). A test stands at each one's max + 1. */
export interface FeedLimits extends TextLimits {
  readonly elementDepth: number;
  readonly attributesPerElement: number;
  /** Characters between two tags, or of one attribute, comment or instruction. */
  readonly tokenCharacters: number;
  /** `<update>` elements, the bad ones counted too. */
  readonly advisories: number;
  /** Elements of one id: repositories of several architectures, put together, have a few. */
  readonly elementsPerAdvisory: number;
  readonly packagesPerAdvisory: number;
  readonly cvesPerAdvisory: number;
  readonly titleCharacters: number;
  /** What is kept of a description; the rest is dropped as it is read. 0 keeps none. */
  readonly descriptionCharacters: number;
}

const MIB = 1024 * 1024;

/**
 * The limits unless the caller says otherwise. The largest feeds of distributions are a few tens of MiB with some
 * ten thousand advisories.
 */
export const feedLimits: FeedLimits = {
  inputBytes: 128 * MIB,
  documentCharacters: 512 * MIB,
  // XML with one line a package reaches about 40; gzip's own ceiling is 1,032.
  gzipRatio: 100,
  elementDepth: 16,
  attributesPerElement: 32,
  tokenCharacters: MIB,
  advisories: 200_000,
  elementsPerAdvisory: 64,
  // What one item of a patch list carries over the wire: a larger patch could never be deployed.
  packagesPerAdvisory: 512,
  cvesPerAdvisory: 4_096,
  titleCharacters: 4_096,
  descriptionCharacters: 2_048,
};
