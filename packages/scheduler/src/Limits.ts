/**
 * Every number of the scheduler that a reader may want to find or question, with its unit in its name and its origin.
 */

/** The earliest instant: 1970-01-01T00:00:00.000Z. No package, asset or job is older, and offsets before it are guesses. */
export const EARLIEST_INSTANT_MILLISECONDS = 0;

/** The latest instant: 9999-12-31T23:59:59.999Z, the last one that ISO 8601 prints with a year of four digits. */
export const LATEST_INSTANT_MILLISECONDS = 253_402_300_799_999;

/**
 * The first and the last day that a wall time may name. They lie one day inside the instants' limits, so that a wall time
 * has an instant in every zone.
 */
export const FIRST_WALL_DAY = "1970-01-02";
export const LAST_WALL_DAY = "9999-12-30";

/** Fixed offsets from GMT: the range that zones have had in use since 1970 (SCH-02). */
export const MIN_FIXED_OFFSET_MINUTES: number = -12 * 60;
export const MAX_FIXED_OFFSET_MINUTES: number = 14 * 60;

/** The longest name in tzdata has 32 characters; longer input is refused before anything parses or caches it. */
export const MAX_ZONE_NAME_CHARACTERS = 64;

/** A bounded patch window (WIN-01): from half an hour to seven days. */
export const MIN_WINDOW_MINUTES = 30;
export const MAX_WINDOW_MINUTES: number = 7 * 24 * 60;

/** Retries of an agent (AGT-01): the first waits a minute, each further one half as long again, up to 45 minutes. */
export const BACKOFF_BASE_MILLISECONDS = 60_000;
export const BACKOFF_CAP_MILLISECONDS: number = 2700 * 1000;
export const BACKOFF_GROWTH_FACTOR = 1.5;

/** The largest jitter, as a share of the delay that it is added to (AGT-01). */
export const BACKOFF_JITTER_SHARE = 0.5;

/**
 * How far apart a zone's offset is looked up in the search for its transitions. It must be shorter than the shortest stay in an
 * offset that ends where it began: in tzdata since 1970 that is 7 days (Recife, October 2000).
 */
export const TRANSITION_PROBE_DAYS = 3;

/** Transitions are found and kept by blocks of this many days (a multiple of the probe). */
export const TRANSITION_BLOCK_DAYS = 360;

/** A zone's blocks are dropped when there are more than this: about 64 years, far more than schedules touch at once. */
export const MAX_CACHED_BLOCKS_PER_ZONE = 64;

/** Spellings of zone names remembered before the memory is emptied: tzdata has some 600 names, but letter case is free. */
export const MAX_CACHED_ZONE_NAMES = 1024;
