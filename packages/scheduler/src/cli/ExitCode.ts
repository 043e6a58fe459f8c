/** How the command ends; `--help` tells it to people. */

export const DONE = 0;
/** The schedule can't be meant, nothing comes of it, or there is a finding that is an error. */
export const SCHEDULE_FAILS = 1;
/** The command line or the file can't be read. */
export const NOT_READ = 2;
/** A fault of the command itself. */
export const BUG = 70;
