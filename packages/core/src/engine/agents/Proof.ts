/** Who is talking comes from the signature alone; then the session says whether this was said before. */
import { ServerSession, SignedRequest, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { Environment } from "../../ports/Environment.ts";
import type { ProvedRequest } from "./ProvedRequest.ts";
import * as Replies from "./Replies.ts";
import { SignatureWork } from "./SignatureWork.ts";

/** What is known of whoever should have signed. */
export interface Signer {
  readonly publicKey: string;
  readonly session: ServerSession.ServerSession;
}

/** The request as one of this signer, or a refusal. */
export const of = Effect.fnUntraced(function* (claimed: SignedRequest.ClaimedRequest, signer: Signer) {
  const now = (yield* Environment).now();
  const { verify } = yield* SignatureWork;
  const isSigned = yield* verify(signer.publicKey, SignedRequest.signatureBase(claimed.components), claimed.signature);
  const verified = SignedRequest.conclude(claimed, isSigned, { now, clockSkewSeconds: wireLimits.clockSkewSeconds });
  if (!verified.ok) {
    const code = verified.error.reason === "clock-skew" ? "clock-skew" : "unsigned";
    return yield* Replies.refuse(code, verified.error.reason, verified.error.message, { serverTime: now });
  }
  const verdict = ServerSession.judge(signer.session, claimed.components);
  if (verdict._tag === "Refused") {
    return yield* Replies.refuse("out-of-sequence", verdict.reason, "use a higher sequence of this epoch");
  }
  const proved: Pick<ProvedRequest, "components" | "session" | "isRepeated"> = {
    components: claimed.components,
    session: verdict._tag === "Fresh" ? verdict.next : signer.session,
    isRepeated: verdict._tag === "Repeated",
  };
  return proved;
});
