/** How the command ends; `--help` tells it to people. */
export const DONE = 0;
export const BROKEN = 1;
/** The command line or a file can't be read. */
export const NOT_READ = 2;
/** A fault of the command itself. */
export const BUG = 70;
