/** A process of its own that plays the scenario of a seed and prints the digest of its trace. */
import * as ScenarioGenerator from "../../../src/testing/scenarios/ScenarioGenerator.ts";
import * as Simulator from "../../../src/testing/scenarios/Simulator.ts";

const [seed = "", agents = "", days = ""] = process.argv.slice(2);
const scenario = ScenarioGenerator.generate(seed, { agents: Number(agents), days: Number(days) });
process.stdout.write(Simulator.play(scenario).digest);
