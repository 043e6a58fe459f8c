/** How the commands end; `--help` tells it to people. */
export const DONE = 0;
export const BROKEN = 1;
/** The command line or a file can't be read. */
export const NOT_READ = 2;
/** Somebody else has the file: the same may work later. */
export const IN_USE = 75;
/** Ended by who started it. */
export const STOPPED = 130;
/** A fault of the command itself. */
export const BUG = 70;
