/** The instants that are asked from: random ones of five years, the same in each run, in no order. */
import { Instant, TimeZone } from "@fettle/scheduler";
import { newYork } from "./Shapes.ts";

const FIRST = Date.UTC(2024, 0, 1);
const LAST = Date.UTC(2029, 0, 1);
const COUNT = 4_096;
const DAY = 86_400_000;

/** Knuth's multiplicative hash: spread evenly, and nothing to keep a state for. */
const GOLDEN = 2_654_435_761;
const RANGE = 2 ** 32;

export const INSTANTS: readonly Instant.Instant[] = Array.from({ length: COUNT }, (_, i) =>
  Instant.at(FIRST + Math.floor(((((i + 1) * GOLDEN) % RANGE) / RANGE) * (LAST - FIRST))),
);

/** True if New York's clocks change within a day of an instant: there the peers have rules of their own. */
export const isNearChange = (milliseconds: number): boolean =>
  TimeZone.transitions(newYork(), Instant.at(milliseconds - DAY), Instant.at(milliseconds + DAY)).length > 0;
