/** What the storage needs of a PostgreSQL driver: so narrow that any driver, with one connection or many, fits in a few lines. */

export type Row = Readonly<Record<string, unknown>>;

export interface PostgresSession {
  /** Runs one statement; `$1` in the text is the first value. Drivers may answer bigint as number, text or bigint. */
  readonly query: (text: string, values: readonly (string | number)[]) => Promise<readonly Row[]>;
}

export interface PostgresConnection extends PostgresSession {
  /**
   * Runs statements in a transaction of READ COMMITTED on one connection: commits when the promise is fulfilled, rolls back when
   * it is rejected. Durable when it returns, as far as the server's settings go (`synchronous_commit`, `fsync`).
   */
  readonly transaction: <A>(run: (session: PostgresSession) => Promise<A>) => Promise<A>;
  /** Runs a script of many statements within the transaction of a session. */
  readonly script: (session: PostgresSession, text: string) => Promise<void>;
}

/** An array as PostgreSQL spells it, to be cast from text: drivers differ in how they pass arrays, but not text. */
export const arrayOf = (values: readonly (string | number)[]): string =>
  `{${values.map((value) => (typeof value === "number" ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`)).join(",")}}`;
