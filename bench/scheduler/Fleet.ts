/**
 * A million assets in fifty zones. Each asset holds the number of its zone; what is true of a zone is worked out once, and
 * then looked up for each of its assets. The peer asks luxon for each asset, in a sample, counted by asset.
 */
import { Instant, JobSchedule, Maintenance, type Recurrence, TimeZone } from "@fettle/scheduler";
import { DateTime } from "luxon";
import type { Contest } from "../Entry.ts";
import { perSecond } from "../Rate.ts";
import { warm } from "./Asking.ts";
import { DAILY, recurrenceOf, valueIn } from "./Shapes.ts";
import { FLEET_ZONES } from "./Zones.ts";

const ASSETS = 1_000_000;
const SAMPLE = 2_000;
const MILLISECONDS = 150;
const BEGUN = Date.UTC(2026, 2, 11);
/** Between two passes, so that none finds what the one before found. */
const STEP = 17 * 60_000;
const GOLDEN = 2_654_435_761;

/** Nothing starts from Monday to Friday between 08:00 and 18:00. */
const OFFICE = { weekdays: [1, 2, 3, 4, 5], fromMinute: 8 * 60, toMinute: 18 * 60 } as const;

interface Fleet {
  readonly zones: readonly TimeZone.TimeZone[];
  /** By asset. */
  readonly zoneNumbers: Uint8Array;
}

const fleet = (): Fleet => ({
  zones: FLEET_ZONES.map((name) => valueIn(TimeZone.of(name))),
  zoneNumbers: Uint8Array.from({ length: ASSETS }, (_, i) => ((i * GOLDEN) >>> 7) % FLEET_ZONES.length),
});

/** Is the window open now? */
export const open = (): Promise<Contest> => {
  const { zones, zoneNumbers } = fleet();
  const calendars = zones.map((zone) => ({ zone, blackouts: [OFFICE], freezes: [], inBlackout: "wait" }) as const);
  const isOpenIn = (now: number): Uint8Array =>
    Uint8Array.from(calendars, (calendar) => Number(Maintenance.isOpen(calendar, Instant.at(now))));
  const found = new Uint8Array(ASSETS);
  const isOpenByPeer = (zone: string, now: number): boolean => {
    const local = DateTime.fromMillis(now, { zone });
    return local.weekday > 5 || local.hour < 8 || local.hour >= 18;
  };
  sameInEachZone((zone, now) => isOpenIn(now)[zone] === Number(isOpenByPeer(FLEET_ZONES[zone] ?? "", now)));
  return contest(
    (now) => {
      const byZone = isOpenIn(now);
      for (let i = 0; i < ASSETS; i += 1) found[i] = byZone[zoneNumbers[i] as number] as number;
    },
    (asset, now) => {
      found[asset] = Number(isOpenByPeer(FLEET_ZONES[zoneNumbers[asset] as number] as string, now));
    },
  );
};

/** When does the next daily run at 02:30 start? */
export const nextStart = (): Promise<Contest> => {
  const { zones, zoneNumbers } = fleet();
  const recurrence: Recurrence.Recurrence = recurrenceOf(DAILY);
  const nextIn = (now: number): Float64Array =>
    Float64Array.from(zones, (zone) => JobSchedule.nextStart(recurrence, zone, Instant.at(now))?.instant ?? 0);
  const found = new Float64Array(ASSETS);
  const nextByPeer = (zone: string, now: number): number => {
    const local = DateTime.fromMillis(now, { zone });
    const today = local.set({ hour: 2, minute: 30, second: 0, millisecond: 0 });
    return (today > local ? today : today.plus({ days: 1 })).toMillis();
  };
  sameInEachZone((zone, now) => nextIn(now)[zone] === nextByPeer(FLEET_ZONES[zone] ?? "", now));
  return contest(
    (now) => {
      const byZone = nextIn(now);
      for (let i = 0; i < ASSETS; i += 1) found[i] = byZone[zoneNumbers[i] as number] as number;
    },
    (asset, now) => {
      found[asset] = nextByPeer(FLEET_ZONES[zoneNumbers[asset] as number] as string, now);
    },
  );
};

const contest = (ofAll: (now: number) => void, ofOne: (asset: number, now: number) => void): Promise<Contest> => {
  let now = BEGUN;
  return warm({
    ours: () =>
      perSecond(
        () => {
          ofAll(now);
          now += STEP;
        },
        MILLISECONDS,
        ASSETS,
      ),
    peer: () =>
      perSecond(
        () => {
          for (let i = 0; i < SAMPLE; i += 1) ofOne(i * (ASSETS / SAMPLE), now);
          now += STEP;
        },
        MILLISECONDS,
        SAMPLE,
      ),
  });
};

/** Throws unless both sides say the same through a week, hour by hour. */
const sameInEachZone = (isSame: (zone: number, now: number) => boolean): void => {
  for (let hour = 0; hour < 7 * 24; hour += 1) {
    const now = BEGUN + hour * 3_600_000;
    const zone = FLEET_ZONES.findIndex((_, i) => !isSame(i, now));
    if (zone >= 0) throw new Error(`different in ${FLEET_ZONES[zone]} at ${new Date(now).toISOString()}`);
  }
};
