/** "Patch now" (VUL-01): vulnerabilities and assets in, drafts of jobs out, and what no patch fixes. */
import * as Effect from "effect/Effect";
import type { JobDraft } from "../../domain/job/Job.ts";
import * as PatchNow from "../../domain/patch/PatchNow.ts";
import * as Vulnerability from "../../domain/patch/Vulnerability.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import * as Authority from "../access/Authority.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as Fleet from "../assets/Fleet.ts";
import { reject } from "../Rejected.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Catalogue from "./Catalogue.ts";
import * as PatchSearches from "./PatchSearches.ts";
import * as Vulnerabilities from "./Vulnerabilities.ts";

export interface PatchNowInput {
  /** Vulnerabilities by a scanner's number. */
  readonly qids?: readonly number[];
  readonly cves?: readonly string[];
  /** Of the assets that the caller sees. */
  readonly assets: TagSelection.TagSelection;
  /** Of the jobs; `Patch now` unless told. */
  readonly title?: string;
}

export interface PatchNowProposal extends PatchNow.PatchNow {
  /** For `jobs.create`, as they are or edited: each for one platform, on demand, on the assets of one group. */
  readonly drafts: readonly JobDraft[];
}

/** Vulnerabilities that one proposal may be asked for. */
export const VULNERABILITIES_MAX = 10_000;

/**
 * Proposes what to deploy where so that vulnerabilities are fixed; held patches are left out and named (PLN-05). Changes nothing: the drafts are for `jobs.create`.
 *
 * @example
 * const { drafts, unfixed } = yield* fettle.catalogue.patchNow(actor, { qids: [90_931], assets: webServers });
 * for (const draft of drafts) yield* fettle.jobs.create(actor, draft);
 */
export const patchNow = Effect.fn("PatchProposals.patchNow")(function* (actor: Actor, input: PatchNowInput) {
  const user = yield* Authority.require(actor, "view-assets");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const { qids = [], cves = [] } = input;
  const asked = qids.length + cves.length;
  if (asked === 0 || asked > VULNERABILITIES_MAX) {
    return yield* reject("VUL-01", "invalid", `1–${VULNERABILITIES_MAX} vulnerabilities; these are ${asked}`, "qids");
  }
  if (TagSelection.isEmpty(input.assets)) {
    return yield* reject("VUL-01", "invalid", "say which assets: by name or by tag", "assets");
  }
  const catalogue = yield* Catalogue.load(tenantId);
  const assets = yield* PatchSearches.selected(tenantId, user, input.assets);
  const assessments = Fleet.scanned(assets, yield* Assessments.all(tenantId));
  const found = PatchNow.propose({
    qids,
    cves: cves.map(Vulnerability.normal),
    vulnerabilities: yield* Vulnerabilities.some(tenantId, qids),
    assets,
    missing: new Map(
      assets.flatMap((a) => {
        const assessed = assessments.get(a.id);
        return assessed === undefined ? [] : [[a.id, assessed.missing] as const];
      }),
    ),
    graph: catalogue.graph,
    supplied: new Set(catalogue.files.keys()),
    held: new Set(catalogue.holds.keys()),
  });
  const drafts = found.groups.flatMap((g) => draftsOf(g, input.title ?? "Patch now", limits));
  const proposal: PatchNowProposal = { ...found, drafts };
  return proposal;
});

// A job holds so many patches (JOB-04) and so many assets by name (TAG-03): what is more goes into further drafts.
const draftsOf = (group: PatchNow.PatchNowGroup, title: string, limits: Limits): readonly JobDraft[] =>
  parts(group.assets, limits.assetsPerSelectionMax).flatMap((assets) =>
    parts(group.patches, limits.patchesPerJobMax).map(
      (patches): JobDraft => ({
        title,
        kind: "deployment",
        platform: group.platform,
        patches: { _tag: "List", patches },
        targets: { ...TagSelection.none, assets },
        schedule: { _tag: "OnDemand" },
        reboot: { _tag: "Suppress" },
        continueOnFailure: true,
      }),
    ),
  );

const parts = <A>(items: readonly A[], size: number): readonly (readonly A[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
