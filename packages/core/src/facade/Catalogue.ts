/** The catalogue of patches: feeds, searches, files, holds. */
import type { Patch } from "../domain/patch/Patch.ts";
import type { Vulnerability } from "../domain/patch/Vulnerability.ts";
import type { Actor } from "../domain/shared/Actor.ts";
import * as Catalogue from "../engine/catalogue/Catalogue.ts";
import * as Feeds from "../engine/catalogue/Feeds.ts";
import * as Holds from "../engine/catalogue/Holds.ts";
import * as PatchProposals from "../engine/catalogue/PatchProposals.ts";
import * as PatchSearches from "../engine/catalogue/PatchSearches.ts";
import * as VendorFiles from "../engine/catalogue/VendorFiles.ts";
import * as Vulnerabilities from "../engine/catalogue/Vulnerabilities.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import type { On } from "./On.ts";

export const catalogueOf = (on: On) => ({
  /** Replaces what a feed says by its patches, as one (PAT-11); a list alone is the feed `default`. */
  ingest: (actor: Actor, input: Feeds.FeedInput | readonly Patch[], options?: Feeds.FeedOptions) =>
    on(Feeds.ingest(actor, input, options)),
  /** The feeds that the catalogue is made of. */
  feeds: (actor: Actor) => on(Feeds.list(actor)),
  list: (actor: Actor) => on(Catalogue.list(actor)),
  /** A patch with its vulnerabilities, what takes its place, and whether jobs may deploy it. */
  get: (actor: Actor, patchId: string) => on(Catalogue.get(actor, patchId)),
  /** Searches patches, all or within scope, in pages (PAT-10, PAT-12). */
  search: (actor: Actor, input: PatchSearches.PatchSearchInput) => on(PatchSearches.search(actor, input)),
  /** Counts of each facet among those found, each value with the query that narrows to it. */
  facets: (actor: Actor, input: PatchSearches.PatchFacetsInput) => on(PatchSearches.facets(actor, input)),
  /** Vendors' supersedence links that were left out, and why (PAT-08). */
  supersedence: (actor: Actor) => on(Catalogue.supersedence(actor)),
  /** The hosts that agents must reach (URL-01). */
  hosts: (actor: Actor) => on(Catalogue.hosts(actor)),
  /** Supplies the file of a patch that must be acquired from its vendor (PAT-04). */
  supplyFile: (actor: Actor, input: VendorFiles.VendorFileInput, options?: Repeatable) =>
    on(VendorFiles.supply(actor, input, options)),
  withdrawFile: (actor: Actor, patchId: string, options?: Repeatable) =>
    on(VendorFiles.withdraw(actor, patchId, options)),
  /** Leaves a patch out of every plan until it is released, with the reason (PLN-05). */
  hold: (actor: Actor, patchId: string, reason: string, options?: Repeatable) =>
    on(Holds.hold(actor, patchId, reason, options)),
  release: (actor: Actor, patchId: string, options?: Repeatable) => on(Holds.release(actor, patchId, options)),
  /** Tells which vulnerabilities a scanner's numbers mean (PAT-05). */
  saveVulnerabilities: (actor: Actor, input: readonly Vulnerability[], options?: Repeatable) =>
    on(Vulnerabilities.save(actor, input, options)),
  /** Proposes jobs that fix vulnerabilities, and says what no patch fixes (VUL-01). */
  patchNow: (actor: Actor, input: PatchProposals.PatchNowInput) => on(PatchProposals.patchNow(actor, input)),
});
