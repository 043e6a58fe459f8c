/** @fettle/adapters/feed/updateinfo: the advisories of RPM repositories as patches. */
export type { FeedError } from "../reading/FeedError.ts";
export type { FeedInput } from "../reading/FeedText.ts";
export { combineUpdateinfo } from "./Combined.ts";
export { type FeedLimits, feedLimits } from "./FeedLimits.ts";
export { parseUpdateinfo, type SkippedAdvisory, type Updateinfo, type UpdateinfoOptions } from "./Updateinfo.ts";
