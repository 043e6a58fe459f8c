/** The simulator, for those who test what they build on Fettle: scenarios, playing them, what must hold, and what to plant. */
export * as Bugs from "./Bugs.ts";
export * as Hunt from "./Hunt.ts";
export * as Invariants from "./Invariants.ts";
export * as Scenario from "./Scenario.ts";
export * as ScenarioGenerator from "./ScenarioGenerator.ts";
export * as Seams from "./Seams.ts";
export * as Shrink from "./Shrink.ts";
export * as Simulator from "./Simulator.ts";
export * as Situations from "./Situations.ts";
