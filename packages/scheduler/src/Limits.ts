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

/** Transitions are found and kept by blocks of 128 probes: a power of two, so that a probe's block is one shift away. */
export const TRANSITION_BLOCK_BITS = 7;
export const TRANSITION_BLOCK_DAYS: number = TRANSITION_PROBE_DAYS << TRANSITION_BLOCK_BITS;

/** A zone's blocks are dropped when there are more than this: about 67 years, far more than schedules touch at once. */
export const MAX_CACHED_BLOCKS_PER_ZONE = 64;

/** Spellings of zone names remembered before the memory is emptied: tzdata has some 600 names, but letter case is free. */
export const MAX_CACHED_ZONE_NAMES = 1024;

/** Every so many days, weeks or months at most: with months, some 83 years. */
export const MAX_RECURRENCE_EVERY = 999;

/** A recurrence that ends after a number of times: at most so many, since its end is counted out. */
export const MAX_RECURRENCE_COUNT = 10_000;

/** Days that a recurrence leaves out. */
export const MAX_EXCEPTIONS = 1000;

/** How far an anchored recurrence lies from its anchor, either way (SCH-11). */
export const MAX_ANCHOR_OFFSET_DAYS = 27;

/** How long before a run in a zone a recurring job must be enabled, or edited, for it to count there (SCH-08). */
export const DEFAULT_LEAD_MILLISECONDS: number = 3 * 3600 * 1000;

/** Missed runs that are named one by one after downtime; of more, the latest. */
export const MAX_MISSED_NAMED = 100;

export const DAY_MINUTES: number = 24 * 60;

/** How far ahead an instant outside all blackouts is looked for: a year and a week. They come again every week. */
export const MAX_LOOK_AHEAD_MILLISECONDS: number = 372 * 24 * 3600 * 1000;

/** How often a user may defer a reboot (RBT-03); the subscription may allow twelve, which the sources advise as well. */
export const MAX_DEFERRALS = 9;
export const MAX_DEFERRALS_ALLOWED = 12;

/** One deferral, or the countdown (RBT-03, RBT-04). */
export const MAX_REBOOT_MINUTES = 1440;

/** Past this, suppressing the reboot is the better choice (RBT-07): 168 hours. */
export const MAX_DEFERRAL_TOTAL_MINUTES: number = 168 * 60;

/** The countdown that the sources recommend (RBT-04). */
export const RECOMMENDED_COUNTDOWN_MINUTES = 15;

/** The warning before a forced reboot where no countdown is set (RBT-11). */
export const WARNING_MINUTES = 5;

/** Assessment intervals (PRO-02): once a day on Free, every four hours on the other plans, every thirty days at least. */
export const MIN_SCAN_MINUTES_FREE: number = 24 * 60;
export const MIN_SCAN_MINUTES: number = 4 * 60;
export const MAX_SCAN_MINUTES: number = 30 * 24 * 60;

/** The delay of a scan, and what it is spread over (CFG-02). */
export const MAX_SCAN_DELAY_MINUTES = 720;

/** A schedule as JSON text (ScheduleJson), and what its lists and names may hold: more is nobody's schedule. */
export const MAX_JSON_CHARACTERS = 65_536;
export const MAX_JSON_PROBLEMS = 100;
export const MAX_BLACKOUTS = 64;
export const MAX_FREEZES = 256;
export const MAX_FREEZE_NAME_CHARACTERS = 200;
/** About as many as tzdata has names. */
export const MAX_ZONES = 600;

/** The lead, and what work may take, at most: as long as the longest window. */
export const MAX_LEAD_MINUTES: number = MAX_WINDOW_MINUTES;
export const MAX_RESERVE_MINUTES: number = MAX_WINDOW_MINUTES;
