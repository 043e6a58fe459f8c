/** @fettle/adapters/feed/updateinfo: the advisories of RPM repositories as patches. */
export type { FeedError } from "./FeedError.ts";
export { type FeedLimits, feedLimits } from "./FeedLimits.ts";
export type { FeedInput } from "./FeedText.ts";
export { parseUpdateinfo, type SkippedAdvisory, type Updateinfo, type UpdateinfoOptions } from "./Updateinfo.ts";
