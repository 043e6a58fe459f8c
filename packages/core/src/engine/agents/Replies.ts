/** Signed replies and refusals of the agents' door. */
import { Dsse, Json, Messages, type Problem, type SignedRequest } from "@fettle/agent-protocol";
import * as Data from "effect/Data";
import * as Effect from "effect/Effect";
import { Environment } from "../../ports/Environment.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import { SignatureWork } from "./SignatureWork.ts";

/** A request that is answered with a problem document. */
export class Refusal extends Data.TaggedError("Refusal")<{ readonly problem: Problem.Problem }> {}

/** Refuses a request. */
export const refuse = (
  code: Problem.ProblemCode,
  title: string,
  detail: string,
  extra: Partial<Problem.Problem> = {},
): Effect.Effect<never, Refusal> => Effect.fail(new Refusal({ problem: { code, title, detail, ...extra } }));

/** Signs a reply to a request: it says which request it answers, and when. */
export const sealed = Effect.fnUntraced(function* (
  components: SignedRequest.RequestComponents,
  body: { readonly _tag: string; readonly [member: string]: unknown },
  headers: Readonly<Record<string, string>> = {},
) {
  const keys = yield* (yield* TenantKeys).keyPair(components.tenantId);
  const { sign } = yield* SignatureWork;
  const { reply: type } = Dsse.payloadTypes;
  const payload = Json.canonicalBytes({ ...Messages.answering(components, (yield* Environment).now()), ...body });
  const signature = yield* sign(keys, Dsse.preAuthenticationEncoding(type, payload));
  const reply: SignedRequest.WireReply = {
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
    body: Dsse.envelope(type, payload, keys.publicKey, signature),
  };
  return reply;
});
