/** @fettle/adapters/feed/csaf: security advisories of the Common Security Advisory Framework as patches. */
export type { FeedDocument } from "../reading/FeedDocuments.ts";
export type { FeedError } from "../reading/FeedError.ts";
export type { FeedInput } from "../reading/FeedText.ts";
export type { FeedNote, RecordFeed, RecordPlace, SkippedRecord } from "../reading/RecordFeed.ts";
export type { RecordLimits } from "../reading/RecordLimits.ts";
export { type CsafOptions, parseCsaf } from "./Csaf.ts";
export { csafLimits } from "./CsafLimits.ts";
