/** One step of a schema. The version of a database is how many steps it has taken; steps are never changed or removed. */
export interface Migration {
  /** As the file is called, without its ending: `0000_first`. */
  readonly name: string;
  /** Any number of statements. */
  readonly sql: string;
}

/** The sentence for a database that newer code has written: opening it with this code could lose what it doesn't know. */
export const newerMessage = (what: string, found: number, known: number): string =>
  `${what} has schema version ${found}, this code knows ${known}: update the code, or restore a backup of version ${known}`;

/** The sentence for a database that has taken other steps than this code's: a branch's, or another product's of the name. */
export const driftMessage = (what: string, version: number, found: string, known: string): string =>
  `${what} came to version ${version} by ${found === "" ? "no step" : `the step ${found}`}, this code by ${known}: open it with the code that made it`;
