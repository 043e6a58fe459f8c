/** @fettle/adapters/feed/osv: records of the Open Source Vulnerability format as patches. */
export type { FeedDocument } from "../reading/FeedDocuments.ts";
export type { FeedError } from "../reading/FeedError.ts";
export type { FeedInput } from "../reading/FeedText.ts";
export type { FeedNote, RecordFeed, RecordPlace, SkippedRecord } from "../reading/RecordFeed.ts";
export type { RecordLimits } from "../reading/RecordLimits.ts";
export type { BinariesOf, BinaryPackage, NamedPackage } from "./BinaryPackages.ts";
export { type OsvOptions, parseOsv, parseOsvDocuments, sameName } from "./Osv.ts";
export { osvLimits } from "./OsvLimits.ts";
