/**
 * @fettle/core/testing/arbitraries: generators of every entity for property tests with fast-check, which is an optional
 * peer dependency. They make valid values, few enough of each that they meet often, and shrink to small ones. For values
 * without chance see the builders of `@fettle/core/testing`.
 *
 * @example
 * fc.assert(fc.property(TagArbitraries.tree, TagArbitraries.selection, (tree, selection) => { … }));
 */
export * as AssessmentArbitraries from "./AssessmentArbitraries.ts";
export * as AssetArbitraries from "./AssetArbitraries.ts";
export * as HostArbitraries from "./HostArbitraries.ts";
export * as JobArbitraries from "./JobArbitraries.ts";
export * as MaintenanceArbitraries from "./MaintenanceArbitraries.ts";
export * as PatchArbitraries from "./PatchArbitraries.ts";
export * as SearchArbitraries from "./SearchArbitraries.ts";
export * as TagArbitraries from "./TagArbitraries.ts";
