/** Sends recorded facts, oldest first, until they are acknowledged; only then are they dropped. */
import * as Effect from "effect/Effect";
import * as Json from "../wire/Json.ts";
import * as Messages from "../wire/Messages.ts";
import { wireLimits } from "../wire/WireLimits.ts";
import * as Exchange from "./Exchange.ts";
import type { Memory } from "./Memory.ts";

/** Sends what is waiting, a report at a time. */
export const flush = Effect.fnUntraced(function* (
  memory: Memory,
  next: Exchange.Sequencer,
  party: Exchange.Party,
  tenantKey: string,
) {
  while (memory.state().facts.length > 0) {
    const facts = batch(memory.state().facts);
    const { retoldThrough } = memory.state();
    const body = Json.canonicalBytes({ facts, ...(retoldThrough === 0 ? {} : { acknowledged: retoldThrough }) });
    const { reply, components } = yield* Exchange.send(party, yield* next(), {
      method: "POST",
      path: "/v0/facts",
      body,
    });
    const { acknowledgedThrough } = yield* Exchange.openReply(Messages.FactsReply, reply, components, tenantKey);
    const last = facts.at(-1)?.sequence ?? 0;
    // Nothing beyond what was sent can be acknowledged: a larger number would drop facts that nobody has.
    const through = Math.min(acknowledgedThrough, last);
    if (through <= memory.state().factsAcknowledged) return;
    yield* memory.record([{ _tag: "FactsAcknowledged", through }]);
  }
});

// As many facts as fit a report by number and by size.
const batch = <F>(facts: readonly F[]): readonly F[] => {
  let bytes = 64;
  let n = 0;
  for (const fact of facts.slice(0, wireLimits.factsPerReport)) {
    bytes += Json.canonicalBytes(fact).length + 1;
    if (n > 0 && bytes > wireLimits.factsBytes) break;
    n += 1;
  }
  return facts.slice(0, n);
};
