/**
 * @fettle/core/testing: what embedders test with, and what Fettle tests itself with: storage in memory, the conformance
 * suites that every adapter runs, simulated machines and the story that is told on them (`simulation`), and whole scenarios that are
 * drawn, played and judged (`scenarios`).
 */

export * as AssessmentBuilders from "./builders/AssessmentBuilders.ts";
export * as AssetBuilders from "./builders/AssetBuilders.ts";
export * as PatchBuilders from "./builders/PatchBuilders.ts";
export * as TagBuilders from "./builders/TagBuilders.ts";
export * as Sandbox from "./Sandbox.ts";
export * as StaticDirectory from "./StaticDirectory.ts";
export * from "./scenarios/index.ts";
export * as Random from "./simulation/Random.ts";
export * as SimulatedAgent from "./simulation/SimulatedAgent.ts";
export * as SimulatedBoot from "./simulation/SimulatedBoot.ts";
export * as SimulatedNetwork from "./simulation/SimulatedNetwork.ts";
export * as SimulatedOs from "./simulation/SimulatedOs.ts";
export * as SimulatedUser from "./simulation/SimulatedUser.ts";
export * as Simulation from "./simulation/Simulation.ts";
export * as Story from "./simulation/Story.ts";
export * as StoryInvariants from "./simulation/StoryInvariants.ts";
export * from "./storage/index.ts";
