/**
 * The agents' door: from the wire to the domain, in one place. Default-deny (T10): what isn't in the route table doesn't
 * exist. Order of checks: size, route, headers, digest, key, signature, clock, sequence, schema, entitlement, effect.
 *
 * `handle` never fails: what went wrong is a problem document. A repeated request gets an answer and changes nothing.
 */
import { type Crypto, Dsse, Json, Messages, Problem, SignedRequest, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type * as z from "zod";
import * as Tenant from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as CheckIns from "./CheckIns.ts";
import * as Proof from "./Proof.ts";
import type { ProvedRequest } from "./ProvedRequest.ts";
import * as Provisioning from "./Provisioning.ts";
import * as RemovedAgents from "./RemovedAgents.ts";
import * as Replies from "./Replies.ts";
import * as Reports from "./Reports.ts";
import * as SignedDocuments from "./SignedDocuments.ts";

/** Answers a request of an agent. */
export const handle = (request: SignedRequest.WireRequest) =>
  Effect.catch(answer(request), (failure) =>
    Effect.succeed(failure._tag === "Refusal" ? Problem.reply(failure.problem) : Problem.reply(toProblem(failure))),
  );

const answer = Effect.fnUntraced(function* (request: SignedRequest.WireRequest) {
  const route = Messages.routeOf(request);
  if (route === null) return yield* Replies.refuse("not-found", "no such route", `${request.method} ${request.path}`);
  const limit = route.bodyLimit(wireLimits);
  if (request.body.length > limit)
    return yield* Replies.refuse("too-large", "body too large", `at most ${limit} bytes`);
  const claimed = SignedRequest.claim(request);
  if (!claimed.ok) return yield* Replies.refuse("unsigned", claimed.error.reason, claimed.error.message);
  if (route.name === "provision") {
    return yield* Provisioning.provision(claimed.value, yield* read(Messages.ProvisionRequest, request.body, limit));
  }
  const { agentId, ...named } = claimed.value.components;
  const tenantId = Tenant.of(named.tenantId);
  const agent = yield* Repository.get(tenantId, "agent", agentId);
  if (agent === null) return yield* RemovedAgents.answer(claimed.value, route.name);
  const proved: ProvedRequest = { tenantId, agent, ...(yield* Proof.of(claimed.value, agent.value)) };
  switch (route.name) {
    case "checkIn":
      return yield* CheckIns.checkIn(proved, yield* read(Messages.CheckInRequest, request.body, limit));
    case "facts":
      return yield* Reports.takeFacts(proved, yield* read(Messages.FactsRequest, request.body, limit));
    case "snapshot":
      return yield* Reports.takeSnapshot(proved, yield* read(Messages.SnapshotRequest, request.body, limit));
    case "document":
      return yield* document(proved, request.path);
    case "leave":
      yield* read(Messages.LeaveRequest, request.body, limit);
      return yield* RemovedAgents.leave(proved);
  }
});

const read = <A>(schema: z.ZodType<A>, body: Uint8Array, limit: number): Effect.Effect<A, Replies.Refusal> => {
  const decoded = Json.decode(body, { bytes: limit, depth: wireLimits.jsonDepth });
  if (!decoded.ok) return Replies.refuse("malformed", decoded.error.reason, decoded.error.message);
  const parsed = schema.safeParse(decoded.value);
  if (parsed.success) return Effect.succeed(parsed.data);
  const issue = parsed.error.issues[0];
  return Replies.refuse("malformed", "wrong shape", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
};

const document = Effect.fnUntraced(function* (proved: ProvedRequest, path: string) {
  const digest: Crypto.Digest | null = Messages.documentDigest(path);
  if (digest === null)
    return yield* Replies.refuse("not-found", "no such document", "a digest has 64 hexadecimal digits");
  const { tenantId, agent } = proved;
  const found = yield* SignedDocuments.fetch(tenantId, digest, agent.id);
  if (found === null) return yield* Replies.refuse("not-found", "no such document", "not there, or not for this agent");
  if (found.payloadType === Dsse.payloadTypes.jobManifest) {
    const now = (yield* Environment).now();
    const named = agent.value.manifests.filter((m) => m.digest === digest);
    const [suspended] = (yield* CheckIns.whySuspended(tenantId, named, now)).values();
    if (suspended !== undefined) {
      return yield* Replies.refuse("not-entitled", "suspended", suspended.reason, { rule: suspended.rule });
    }
    if ((yield* CheckIns.whichRevoked(tenantId, named)).size > 0) {
      return yield* Replies.refuse("not-entitled", "revoked", "the job was deleted or disabled", { rule: "JOB-28" });
    }
    const reason = yield* CheckIns.whyUnlicensed(tenantId, agent.id, now);
    if (reason !== null) return yield* Replies.refuse("not-entitled", "not licensed", reason, { rule: "LIC-06" });
  }
  yield* CheckIns.rememberTaken(proved, { payloadType: found.payloadType, digest });
  const reply: SignedRequest.WireReply = {
    status: 200,
    headers: {
      "content-type": found.payloadType === SignedDocuments.FILE_TYPE ? SignedDocuments.FILE_TYPE : "application/json",
      "cache-control": "private, immutable",
    },
    body: found.bytes,
  };
  return reply;
});

// A failure of a port: what may pass is said so, and no internals go out.
const toProblem = (failure: { readonly _tag: string; readonly isRetryable?: boolean }): Problem.Problem =>
  failure.isRetryable === true
    ? { code: "unavailable", title: "try again later", detail: failure._tag }
    : { code: "defect", title: "the control plane failed", detail: failure._tag };
