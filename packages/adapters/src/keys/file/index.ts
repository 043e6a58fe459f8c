/** @fettle/adapters/keys/file: key pairs in files that only their owner can read. */
export * as FileKeys from "./FileKeys.ts";
