/** The first answer in a zone that nothing was asked of before, against one pass of Intl over the same days. */
import { JobSchedule, Limits, TimeZone } from "@fettle/scheduler";
import { median } from "../Duel.ts";
import type { Contest } from "../Entry.ts";
import { INSTANTS } from "./Instants.ts";
import { DAILY, recurrenceOf, valueIn } from "./Shapes.ts";
import { coldZones } from "./Zones.ts";

const ZONES_A_RUN = 8;
const DAY = 86_400_000;

/** Milliseconds for a zone, the middle of a few. No zone comes twice, on neither side. */
export const contest = (): Contest => {
  const zones = [...coldZones()];
  const recurrence = recurrenceOf(DAILY);
  const [now] = INSTANTS;
  if (now === undefined) throw new Error("no instant to ask from");
  const each = (answer: (name: string) => number): number => {
    const names = zones.splice(0, ZONES_A_RUN);
    if (names.length < ZONES_A_RUN) throw new Error("no zone is left that nothing was asked of");
    return median(
      names.map((name) => {
        const begun = performance.now();
        kept.sum += answer(name);
        return performance.now() - begun;
      }),
    );
  };
  return {
    ours: () => each((name) => JobSchedule.nextStart(recurrence, valueIn(TimeZone.of(name)), now)?.instant ?? 0),
    peer: () => each((name) => textsOf(name, now)),
  };
};

/** A look at the clock of each day of a block, which is what an answer is found in. */
const textsOf = (timeZone: string, from: number): number => {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, dateStyle: "short", timeStyle: "medium" });
  let characters = 0;
  for (let day = 0; day < Limits.TRANSITION_BLOCK_DAYS; day += 1) characters += format.format(from + day * DAY).length;
  return characters;
};

const kept = { sum: 0 };
