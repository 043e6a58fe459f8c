/** A process of its own that plans the fleets of a seed, their parts in another order, and prints the hashes. */
import * as PlanHashes from "./PlanHashes.ts";

const [seed = "", times = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(PlanHashes.of(Number(seed), Number(times), "reordered")));
