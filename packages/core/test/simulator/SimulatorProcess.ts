/** A process of its own that plays the scenario of a seed and prints the digest of its trace. */
import * as Scenario from "../../src/testing/simulator/Scenario.ts";
import * as Simulator from "../../src/testing/simulator/Simulator.ts";

const [seed = "", agents = "", days = ""] = process.argv.slice(2);
const scenario = Scenario.generate(seed, { agents: Number(agents), days: Number(days) });
process.stdout.write(Simulator.play(scenario).digest);
