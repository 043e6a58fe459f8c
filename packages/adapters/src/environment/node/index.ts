/** @fettle/adapters/environment/node: time and chance of the real machine. */
export * as NodeEnvironment from "./NodeEnvironment.ts";
