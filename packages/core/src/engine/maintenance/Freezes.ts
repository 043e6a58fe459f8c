/** Change freezes as users keep them (WIN-07). What they keep from starting, plans and runs ask at their moment. */
import type { WallTime } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import * as ChangeFreeze from "../../domain/maintenance/ChangeFreeze.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TagSelection } from "../../domain/tag/TagSelection.ts";
import type { Repeatable } from "../Idempotency.ts";
import * as Entries from "./Entries.ts";

/** A freeze to add, or to change when its id is known; what is left out of a known one stays as it is. */
export interface FreezeInput {
  readonly id?: string;
  readonly name: string;
  /** From a local time up to, not including, another. */
  readonly from: WallTime.WallTime;
  readonly to: WallTime.WallTime;
  /** An IANA name; null, as unless told: on each asset's own clock. */
  readonly zone?: string | null;
  /** The assets that it is for; null, as unless told: every asset. */
  readonly targets?: TagSelection | null;
}

const sort: Entries.Sort<"freeze"> = {
  kind: "freeze",
  methods: "freezes",
  called: "change freezes",
  rule: "WIN-07",
  path: "targets",
  assetsOf: ({ targets }) => targets,
  problems: ChangeFreeze.problems,
  max: ({ freezesMax }) => freezesMax,
  events: { saved: "FreezeSaved", deleted: "FreezeDeleted" },
};

/**
 * Adds or changes a freeze. Everything wrong with it is said at once; nothing is saved then.
 *
 * @example
 * yield* fettle.freezes.save(actor, {
 *   name: "Year's end",
 *   from: { year: 2026, month: 12, day: 18, hour: 0, minute: 0, second: 0 },
 *   to: { year: 2027, month: 1, day: 4, hour: 0, minute: 0, second: 0 },
 *   targets: { assets: [], include: { mode: "any", tags: ["shops"] }, exclude: { mode: "any", tags: [] } },
 * });
 */
export const save = Effect.fn("Freezes.save")(function* (
  actor: Actor,
  input: FreezeInput,
  { idempotencyKey: key }: Repeatable = {},
) {
  const make = (id: string, known: ChangeFreeze.ChangeFreeze | null): ChangeFreeze.ChangeFreeze => ({
    // Whatever else a caller of a wider type gave, so that it is refused and not silently lost.
    ...input,
    id,
    zone: input.zone === undefined ? (known?.zone ?? null) : input.zone,
    targets: input.targets === undefined ? (known?.targets ?? null) : input.targets,
  });
  return yield* Entries.save(sort, actor, { input, make, key });
});

/** Deletes a freeze: what it alone kept from starting may start, where its window allows. */
export const remove = (actor: Actor, freezeId: string, { idempotencyKey: key }: Repeatable = {}) =>
  Entries.remove(sort, actor, { id: freezeId, key });

/** Every freeze, past ones too, by name. */
export const list = (actor: Actor) => Entries.list("freeze", actor);
