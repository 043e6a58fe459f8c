/**
 * What of a batch's expectations one look between the first id and the last shows to be absent. The facts of a report are
 * neighbours that aren't there yet: one look takes a fifteenth of a look for each.
 */
import type { EntityKind, Expectation } from "@fettle/core";

/** Fewer are looked for one by one. */
const NEIGHBOURS_MIN = 4;

export interface Absences {
  /** Whether it is known to be absent; where not, nothing is known. */
  readonly has: (kind: EntityKind, id: string) => boolean;
}

/** `isAnyBetween` tells whether there is an entity from the first id to the last, both inclusive, in the order of their bytes. */
export const among = (
  expect: readonly Expectation[],
  isAnyBetween: (kind: EntityKind, first: string, last: string) => boolean,
): Absences => {
  const found = new Map<EntityKind, ReadonlySet<string>>();
  for (const [kind, ids] of absentOf(expect)) {
    if (ids.length < NEIGHBOURS_MIN) continue;
    const ends = endsOf(ids);
    if (ends !== null && !isAnyBetween(kind, ...ends)) found.set(kind, new Set(ids));
  }
  return { has: (kind, id) => found.get(kind)?.has(id) === true };
};

const absentOf = (expect: readonly Expectation[]): ReadonlyMap<EntityKind, readonly string[]> => {
  const absent = new Map<EntityKind, string[]>();
  for (const { kind, id, revision } of expect) {
    if (revision !== "absent") continue;
    const ids = absent.get(kind);
    if (ids === undefined) absent.set(kind, [id]);
    else ids.push(id);
  }
  return absent;
};

// Null where JavaScript's order may not be SQLite's.
const endsOf = (ids: readonly string[]): readonly [first: string, last: string] | null => {
  let [first = "", last = ""] = [ids[0], ids[0]];
  for (const id of ids) {
    if (ORDERED_OTHERWISE.test(id)) return null;
    if (id > last) last = id;
    else if (id < first) first = id;
  }
  return [first, last];
};

// From the surrogates on, the order of UTF-16 units is no longer that of UTF-8 bytes.
const ORDERED_OTHERWISE = /[\ud800-\uffff]/;
