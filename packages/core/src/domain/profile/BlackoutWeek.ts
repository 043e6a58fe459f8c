/** A week of blackouts looked at as a whole: what they leave free for an agent to talk in (WIN-05). */
import type { Blackout } from "@fettle/scheduler";

const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/** The longest stretch of the week, in minutes on the clock, that lies in no blackout; the week begins again at its end. */
export const longestFreeMinutes = (blackouts: readonly Blackout.Blackout[]): number => {
  const taken = merged(blackouts.flatMap(stretches));
  const [first] = taken;
  if (first === undefined) return WEEK_MINUTES;
  const last = taken[taken.length - 1] ?? first;
  // Over the end of the week, then between each two.
  let longest = first.from + WEEK_MINUTES - last.to;
  for (const [i, { from }] of taken.entries()) {
    const before = taken[i - 1];
    if (before !== undefined) longest = Math.max(longest, from - before.to);
  }
  return Math.max(0, longest);
};

interface Stretch {
  readonly from: number;
  readonly to: number;
}

// In minutes from Monday's beginning; what runs over Sunday's end is cut in two.
const stretches = ({ weekdays, fromMinute, toMinute }: Blackout.Blackout): readonly Stretch[] =>
  weekdays.flatMap((weekday) => {
    const from = (weekday - 1) * DAY_MINUTES + fromMinute;
    const to = from + (toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + DAY_MINUTES);
    return to <= WEEK_MINUTES
      ? [{ from, to }]
      : [
          { from, to: WEEK_MINUTES },
          { from: 0, to: to - WEEK_MINUTES },
        ];
  });

const merged = (all: readonly Stretch[]): readonly Stretch[] => {
  const found: Stretch[] = [];
  for (const { from, to } of [...all].sort((a, b) => a.from - b.from)) {
    const last = found[found.length - 1];
    if (last !== undefined && from <= last.to) found[found.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else found.push({ from, to });
  }
  return found;
};
