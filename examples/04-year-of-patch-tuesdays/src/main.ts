/** Plays a year of Patch Tuesdays, or as many months as are named, and prints what each of them came to. */
import { Invariants, Simulator } from "@fettle/core/testing";
import * as Months from "./Months.ts";
import * as Year from "./Year.ts";

const months = Math.min(12, Math.max(1, Number(process.argv[2] ?? 12) || 12));
const played = Simulator.play(Year.scenario(months));
const broken = Invariants.check(played);

console.log(Months.table(Months.of(played)));
const { events, tally } = played;
console.log(
  `\n${tally.messages} messages in ${events} events; what must hold, held: ${broken.length === 0 ? "yes" : "no"}`,
);
for (const { id, asset, seen } of broken) console.log(`  ${id} ${asset} ${seen}`);
process.exitCode = broken.length === 0 ? 0 : 1;
