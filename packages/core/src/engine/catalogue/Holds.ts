/** Holds on patches (PLN-05), by hand; those of the circuit breaker are {@link ./Breakers.ts}'s, and released here all the same. Every plan reads them: the preview, the enabling, and once more the run when it is made. */
import * as Effect from "effect/Effect";
import * as Hold from "../../domain/patch/Hold.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Breakers from "./Breakers.ts";

/**
 * Holds a patch: from now on no plan has it, of whichever job, and each says why. What is on its way to agents already goes
 * on. The same reason again changes nothing; another one takes its place.
 *
 * @example
 * yield* fettle.catalogue.hold(actor, "KB5034441", "fails on machines with a small recovery partition");
 */
export const hold = Effect.fn("Holds.hold")(function* (
  actor: Actor,
  patchId: string,
  reason: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const patch = yield* Repository.get(tenantId, "patch", patchId);
    if (patch === null) return yield* reject("PLN-05", "not-found", `there is no patch ${patchId}`, "patchId");
    const now = (yield* Environment).now();
    const by = label(actor);
    const placed = yield* lift(Hold.place(patchId, reason, { by, now }));
    yield* lift(Stored.readable("hold", placed));
    const known = yield* Repository.get(tenantId, "hold", patchId);
    if (known !== null && known.value.reason === placed.reason) return { change: { writes: [] }, answer: known.value };
    const change = {
      expect: [Repository.expected("hold", patchId, known)],
      writes: [Repository.put("hold", patchId, placed)],
      events: [Repository.event("PatchHeld", "hold", patchId, now, { by, reason: placed.reason })],
    };
    return { change, answer: placed };
  });
  const call = { method: "catalogue.hold", key, request: { patchId, reason } };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
});

/** Releases a patch: plans may have it again, and the circuit breaker counts anew. A hold whose patch no feed carries any more can be released, too. */
export const release = Effect.fn("Holds.release")(function* (
  actor: Actor,
  patchId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = yield* Repository.get(tenantId, "hold", patchId);
    if (known === null) return yield* reject("PLN-05", "not-found", `${patchId} is not held`, "patchId");
    const now = (yield* Environment).now();
    const deletion: Repository.Change["writes"][number] = { _tag: "Delete", kind: "hold", id: patchId };
    const counted = yield* Breakers.anew(tenantId, patchId);
    const change = {
      expect: [Repository.expected("hold", patchId, known), counted.expect],
      writes: [deletion, counted.write],
      events: [Repository.event("PatchReleased", "hold", patchId, now, { by: label(actor) })],
    };
    return { change, answer: known.value };
  });
  const call = { method: "catalogue.release", key, request: { patchId } };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
});
