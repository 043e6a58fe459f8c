/**
 * @fettle/agent-protocol: what an agent and a control plane say to each other.
 *
 * `vocabulary`: the words both sides share · `wire`: schemas, caps, signatures · `session`: the pure decisions of both
 * sides. The agent itself is a library at `@fettle/agent-protocol/agent`.
 */
export type { Result } from "./Result.ts";
export * as ManifestGate from "./session/ManifestGate.ts";
export * as ScriptGate from "./session/ScriptGate.ts";
export * as ServerSession from "./session/ServerSession.ts";
export * from "./vocabulary/index.ts";
export * from "./wire/index.ts";
