/**
 * What freezes and quorum groups have in common as they are kept: few of them, each with assets that it means by tags. Load,
 * decide (in the domain), commit: with a claim on the tags, so that none in use is deleted, and a counter for how many there are.
 */
import * as Effect from "effect/Effect";
import type { EventType } from "../../domain/event/Event.ts";
import type { ChangeFreeze } from "../../domain/maintenance/ChangeFreeze.ts";
import type { QuorumGroup } from "../../domain/maintenance/QuorumGroup.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type { Rejection } from "../../domain/shared/Rejection.ts";
import type { TagSelection } from "../../domain/tag/TagSelection.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as TagUses from "../tags/TagUses.ts";

interface Values {
  readonly freeze: ChangeFreeze;
  readonly quorumGroup: QuorumGroup;
}

/** One of the two kinds: `A` is its value. */
export interface Sort<K extends keyof Values> {
  readonly kind: K;
  /** The façade's name of them. */
  readonly methods: string;
  /** As people call them. */
  readonly called: string;
  readonly rule: string;
  /** Where its assets are said. */
  readonly path: string;
  readonly assetsOf: (value: Values[K]) => TagSelection | null;
  readonly problems: (value: Values[K], limits: Limits) => readonly Rejection[];
  readonly max: (limits: Limits) => number;
  readonly events: { readonly saved: EventType; readonly deleted: EventType };
}

/** Adds one, or changes the one with the id. Everything wrong with it is said at once, and nothing is saved then. */
export const save = Effect.fn("Entries.save")(function* <K extends keyof Values>(
  sort: Sort<K>,
  actor: Actor,
  { input, make, key }: Saving<K>,
) {
  yield* Authority.require(actor, "edit-configuration-profile");
  const { tenantId } = actor;
  const { kind, rule, path, methods } = sort;
  const { limits } = yield* Subscriptions.of(tenantId);
  const id = input.id ?? (yield* Environment).uuid();
  const decide = Effect.gen(function* () {
    const found = yield* Repository.get(tenantId, kind, id);
    const value = make(id, (found?.value as Values[K] | undefined) ?? null);
    yield* lift(Stored.readable(kind, value as Stored.EntityOf<K>));
    const tags = yield* TagRules.standing(tenantId);
    const named = sort.assetsOf(value);
    const uses = TagUses.claim(tags, named === null ? [] : TagUses.named(named), { rule, path });
    const wrong = [...sort.problems(value, limits), ...(uses.ok ? [] : [uses.error])];
    if (!uses.ok || wrong.length > 0) return yield* refuse(wrong);
    const max = sort.max(limits);
    const change = {
      expect: [Repository.expected(kind, id, found)],
      counters: [...(found === null ? [{ key: countOf(sort), by: 1, ceiling: max }] : []), ...uses.value],
      writes: [Repository.put(kind, id, value as Stored.EntityOf<K>)],
      events: [Repository.event(sort.events.saved, kind, id, (yield* Environment).now(), { by: label(actor) })],
    };
    return { change, answer: value };
  });
  const call = { method: `${methods}.save`, key, request: input };
  const refused = (because: Decisions.Refusal) =>
    because._tag === "Counter" && because.key === countOf(sort)
      ? reject(rule, "exhausted", `at most ${sort.max(limits)} ${sort.called}`)
      : Repository.refused(because);
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide), refused);
});

interface Saving<K extends keyof Values> {
  readonly input: { readonly id?: string };
  /** The value to keep, of what was given and what is known of it. */
  readonly make: (id: string, known: Values[K] | null) => Values[K];
  readonly key: string | undefined;
}

/** Deletes one. */
export const remove = Effect.fn("Entries.remove")(function* <K extends keyof Values>(
  { kind, methods, events, ...sort }: Sort<K>,
  actor: Actor,
  { id, key }: { readonly id: string; readonly key: string | undefined },
) {
  yield* Authority.require(actor, "edit-configuration-profile");
  const { tenantId } = actor;
  yield* Subscriptions.of(tenantId);
  const decide = Effect.gen(function* () {
    const found = yield* Repository.get(tenantId, kind, id);
    if (found === null) return yield* reject(sort.rule, "not-found", `there is none ${id} of the ${sort.called}`);
    const change = {
      expect: [Repository.expected(kind, id, found)],
      counters: [{ key: countOf({ kind }), by: -1 }],
      writes: [{ _tag: "Delete", kind, id } as const],
      events: [Repository.event(events.deleted, kind, id, (yield* Environment).now(), { by: label(actor) })],
    };
    return { change, answer: { deleted: id } };
  });
  const call = { method: `${methods}.delete`, key, request: { id } };
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decide));
});

/** All of them, by name. */
export const list = Effect.fn("Entries.list")(function* <K extends keyof Values>(kind: K, actor: Actor) {
  yield* Authority.require(actor, "view-configuration-profile");
  yield* Subscriptions.of(actor.tenantId);
  const values = (yield* Repository.all(actor.tenantId, kind)).map((found) => found.value as Values[K]);
  return values.sort((a, b) =>
    a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1,
  ) as readonly Values[K][];
});

const countOf = ({ kind }: { readonly kind: keyof Values }): string => `${kind}s`;
