/**
 * When clocks of a zone show a local time first, or pass it: an oracle of its own, by what the runtime's calendar prints, so that
 * the scheduler isn't checked by itself.
 */

const printers = new Map<string, Intl.DateTimeFormat>();

const printer = (zone: string): Intl.DateTimeFormat => {
  const known = printers.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  printers.set(zone, made);
  return made;
};

/** What clocks there show at an instant, as if it were UTC. */
const shown = (zone: string, at: number): number => {
  const parts = Object.fromEntries(
    printer(zone)
      .formatToParts(at)
      .map((p) => [p.type, Number(p.value)]),
  );
  return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day, parts.hour, parts.minute, parts.second);
};

const DAY_MS = 86_400_000;

const offsetsAround = (wall: number, zone: string): readonly number[] =>
  [-DAY_MS, 0, DAY_MS].map((by) => shown(zone, wall + by) - (wall + by));

/** The instants at which clocks of the zone show that time: none where they skip it, two where they show it twice. */
export const instants = (wall: number, zone: string): readonly number[] => [
  ...new Set(
    offsetsAround(wall, zone)
      .map((offset) => wall - offset)
      .filter((at) => shown(zone, at) === wall),
  ),
];

/** The first instant at which clocks of the zone show that time; where they skip it, it is shifted by what they skip (SCH-05). */
export const firstInstant = (wall: number, zone: string): number => {
  const exact = instants(wall, zone);
  return exact.length > 0 ? Math.min(...exact) : wall - Math.min(...offsetsAround(wall, zone));
};

/** The local time and the zone rule that an occurrence's key names; null where it names none. */
export const ofKey = (key: string): { readonly wall: number; readonly zone: string } | null => {
  const match = /^(?:once|at):(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)@(.+)#\d$/.exec(key);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { wall: Date.parse(`${match[1].length === 16 ? `${match[1]}:00` : match[1]}Z`), zone: match[2] };
};
