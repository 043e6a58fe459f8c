/** How the rings of two plans of one job differ, for the assets that get something in both (PLN-02, RNG-05). Pure. */
import type { Plan, PlanGroup } from "./Plan.ts";
import * as PlanRings from "./PlanRings.ts";
import * as TimeDifference from "./TimeDifference.ts";

/** Assets that are in another ring than before, or whose ring starts earlier or later; null: in none. */
export interface RingChange {
  readonly _tag: "RingsChanged";
  readonly assets: readonly string[];
  /** Whose clock names the slots; null: one instant holds for every asset. */
  readonly zone: string | null;
  readonly from: PlanRings.PlanRing | null;
  readonly to: PlanRings.PlanRing | null;
}

/** What changed of the rings. Of another run every slot is another: then who is in which ring alone counts. */
export const of = (before: Plan, after: Plan): readonly RingChange[] => {
  if (![before, after].some(({ groups }) => groups.some(({ ring }) => ring !== undefined))) return [];
  const was = ringsOf(before);
  const text = TimeDifference.isSameRun(before, after) ? textOf : textOfPlace;
  const changes = new Map<string, RingChange & { readonly assets: string[] }>();
  for (const [id, { ring: to = null, timing }] of ringsOf(after)) {
    const group = was.get(id);
    const from = group?.ring ?? null;
    if (group === undefined || text(from) === text(to)) continue;
    const { zone } = timing;
    const key = JSON.stringify([to?.number, zone, from, to]);
    const known = changes.get(key);
    if (known === undefined) changes.set(key, { _tag: "RingsChanged", assets: [id], zone, from, to });
    else known.assets.push(id);
  }
  const inOrder = [...changes].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.map(([, change]) => ({ ...change, assets: change.assets.sort() }));
};

/** A change in words; `named` says which assets. */
export const wordsOf = (
  { assets, zone, from, to }: RingChange,
  named: (assets: readonly string[]) => string,
): string => {
  if (to === null) return `${named(assets)} would be in no ring instead of ${from === null ? "one" : nameOf(from)}`;
  const words = PlanRings.words(to, zone);
  if (from === null) return `${named(assets)} would be in ${words}`;
  if (nameOf(from) !== nameOf(to)) return `${named(assets)} would be in ${words}, instead of ${nameOf(from)}`;
  const [daysOfOld, days] = [from.afterDays, to.afterDays].map((n) => `${n === 1 ? "1 day" : `${n} days`}`);
  const parts = [
    ...(slotOf(from, zone) === slotOf(to, zone) ? [] : [`${words} instead of ${slotOf(from, zone)}`]),
    ...(days === daysOfOld ? [] : [`${nameOf(to)} ${days} after the first instead of ${daysOfOld}`]),
  ];
  return `${parts.join("; ")}, for ${named(assets)}`;
};

const { nameOf } = PlanRings;

const slotOf = ({ earliest, why }: PlanRings.PlanRing, zone: string | null): string =>
  earliest === null ? (why ?? "no time that was told") : PlanRings.at(earliest, zone);

const textOf = (ring: PlanRings.PlanRing | null): string => `${textOfPlace(ring)} ${ring?.earliest} ${ring?.why}`;

const textOfPlace = (ring: PlanRings.PlanRing | null): string =>
  JSON.stringify(ring === null ? null : [ring.number, ring.name, ring.afterDays]);

const ringsOf = ({ groups }: Plan): ReadonlyMap<string, PlanGroup> =>
  new Map(groups.flatMap((group) => group.assets.map((id) => [id, group] as const)));
