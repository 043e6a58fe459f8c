/** @fettle/adapters/transport/http-agent: the agent's Transport over HTTP(S). */
export * as HttpTransport from "./HttpTransport.ts";
