/** Signed replies and refusals of the agents' door. */
import { Dsse, Messages, type Problem, type SignedRequest } from "@fettle/agent-protocol";
import * as Data from "effect/Data";
import * as Effect from "effect/Effect";
import { Environment } from "../ports/Environment.ts";
import { TenantKeys, type TenantKeysError } from "../ports/TenantKeys.ts";

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
export const sealed = (
  components: SignedRequest.RequestComponents,
  body: { readonly _tag: string; readonly [member: string]: unknown },
  headers: Readonly<Record<string, string>> = {},
): Effect.Effect<SignedRequest.WireReply, TenantKeysError, TenantKeys | Environment> =>
  Effect.flatMap(TenantKeys, (tenantKeys) =>
    Effect.flatMap(tenantKeys.keyPair(components.tenantId), (keys) =>
      Effect.map(Environment, ({ now }) => ({
        status: 200,
        headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
        body: Dsse.seal(Dsse.payloadTypes.reply, { ...Messages.answering(components, now()), ...body }, keys),
      })),
    ),
  );
