/** How fast texts are parsed: each by itself, and as a cost for each byte. */
import { perSecond } from "../Rate.ts";

/** A parser as a benchmark sees it: what it answers isn't looked at, only kept, so that the work isn't left out. */
export type Parse = (text: string) => unknown;

/** Where it is kept. */
const last: { parsed: unknown } = { parsed: null };

/** The middle of rates that differ by factors. */
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Queries parsed a second, each measured for so many milliseconds by itself: their geometric mean. */
export const queriesPerSecond = (texts: readonly string[], parse: Parse, millisecondsEach: number): number =>
  geometricMean(
    texts.map((text) =>
      perSecond(() => {
        last.parsed = parse(text);
      }, millisecondsEach),
    ),
  );

/** Nanoseconds for each byte of texts that are parsed one after the other. */
export const nanosecondsPerByte = (texts: readonly string[], parse: Parse, milliseconds: number): number => {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const rounds = perSecond(() => {
    for (const text of texts) {
      // The tree before is let go first, as a program lets it go that has answered its query.
      last.parsed = null;
      last.parsed = parse(text);
    }
  }, milliseconds);
  return 1e9 / (rounds * bytes);
};
