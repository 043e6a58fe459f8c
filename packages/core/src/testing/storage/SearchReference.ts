/**
 * The reference of searches: what a storage's own search has to answer, found by reading everything. An adapter with a
 * search holds it against this over the histories and questions of `SearchArbitraries`.
 *
 * @example
 * const wanted = yield* SearchReference.over(storage).assets(tenantId, question, paging);
 */
export { over } from "../../engine/searches/ScannedSearch.ts";
