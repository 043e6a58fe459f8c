/** @fettle/adapters/storage/postgres: the storage port on PostgreSQL, and on PGlite in this process. */
export type { PostgresConnection, PostgresSession, Row } from "./PostgresConnection.ts";
export * as PostgresStorage from "./PostgresStorage.ts";
