/** PGlite, PostgreSQL compiled to WebAssembly, as a connection: one session, transactions one after another. */
import { PGlite } from "@electric-sql/pglite";
import type { PostgresConnection, PostgresSession, Row } from "./PostgresConnection.ts";

/** The connection to a database in a directory, or in memory without one. */
export const open = async (
  directory: string | undefined,
): Promise<PostgresConnection & { readonly close: () => Promise<void> }> => {
  const database = directory === undefined ? await PGlite.create() : await PGlite.create(directory);
  // Scripts run on the transaction's own handle, which only this file knows.
  const scripts = new WeakMap<PostgresSession, (text: string) => Promise<unknown>>();
  return {
    query: async (text, values) => (await database.query<Row>(text, [...values])).rows,
    transaction: (run) =>
      database.transaction((transaction) => {
        const session: PostgresSession = {
          query: async (text, values) => (await transaction.query<Row>(text, [...values])).rows,
        };
        scripts.set(session, (text) => transaction.exec(text));
        return run(session);
      }),
    script: async (session, text) => {
      await scripts.get(session)?.(text);
    },
    close: async () => {
      if (!database.closed) await database.close();
    },
  };
};
