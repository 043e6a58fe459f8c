/** What the exported arbitraries promise: what they make is valid, is not always the same, and shrinks. */
import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as SavedSearch from "../../src/domain/access/SavedSearch.ts";
import * as User from "../../src/domain/access/User.ts";
import { assess } from "../../src/domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../../src/domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../src/domain/assessment/Inventory.ts";
import * as AssetCatalog from "../../src/domain/asset/AssetCatalog.ts";
import * as Job from "../../src/domain/job/Job.ts";
import * as JobCatalog from "../../src/domain/job/JobCatalog.ts";
import * as ChangeFreeze from "../../src/domain/maintenance/ChangeFreeze.ts";
import * as QuorumGroup from "../../src/domain/maintenance/QuorumGroup.ts";
import * as Feed from "../../src/domain/patch/Feed.ts";
import * as PatchCatalog from "../../src/domain/patch/PatchCatalog.ts";
import * as Supersedence from "../../src/domain/patch/Supersedence.ts";
import * as VendorFile from "../../src/domain/patch/VendorFile.ts";
import * as Vulnerability from "../../src/domain/patch/Vulnerability.ts";
import * as ConfigurationProfile from "../../src/domain/profile/ConfigurationProfile.ts";
import { defaults } from "../../src/domain/shared/Limits.ts";
import type { Result } from "../../src/domain/shared/Result.ts";
import * as DynamicTags from "../../src/domain/tag/DynamicTags.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as TagSelection from "../../src/domain/tag/TagSelection.ts";
import * as TagTree from "../../src/domain/tag/TagTree.ts";
import * as TagRules from "../../src/engine/tags/TagRules.ts";
import type { EntityKind } from "../../src/ports/Storage.ts";
import * as Stored from "../../src/schema/Stored.ts";
import {
  AssessmentArbitraries,
  AssetArbitraries,
  HostArbitraries,
  JobArbitraries,
  MaintenanceArbitraries,
  PatchArbitraries,
  TagArbitraries,
} from "../../src/testing/arbitraries/index.ts";
import * as PatchBuilders from "../../src/testing/builders/PatchBuilders.ts";
import { runs } from "../scenario/Arbitraries.ts";

/** What is wrong with a value; nothing when it is valid. */
type Check<A> = (value: A) => unknown;

const errorOf = <A, E>(result: Result<A, E>): E | null => (result.ok ? null : result.error);

/** Read back from storage as it was written, and taken by the schema. */
const stored =
  <K extends EntityKind>(kind: K): Check<Stored.EntityOf<K>> =>
  (value) => {
    const readable = Stored.readable(kind, value);
    if (!readable.ok) return readable.error;
    expect(Stored.codecs[kind].parse(JSON.parse(JSON.stringify(value)))).toEqual(value);
    return null;
  };

const each =
  <A>(check: Check<A>): Check<readonly A[]> =>
  (values) =>
    values.map(check).find((fault) => fault !== null) ?? null;

const both =
  <A>(...checks: readonly Check<A>[]): Check<A> =>
  (value) =>
    checks.map((check) => check(value)).find((fault) => fault !== null) ?? null;

// Parents before their children, as they would be made.
const growable: Check<TagTree.TagTree> = (tree) => {
  let grown: TagTree.TagTree = new Map();
  for (const id of [...tree.keys()].sort((a, b) => TagTree.ancestors(tree, a).size - TagTree.ancestors(tree, b).size)) {
    const put = TagTree.put(grown, tree.get(id) as TagTree.Tag);
    if (!put.ok) return put.error;
    grown = put.value;
  }
  return null;
};

const ruled: Check<TagTree.TagTree> = (tree) =>
  each<TagTree.Tag>(({ rule }) =>
    rule._tag === "Dynamic" ? errorOf(DynamicTags.check(rule.query, TagRules.catalog)) : null,
  )([...tree.values()]);

const selectable: Check<TagSelection.TagSelection> = (selection) =>
  typeof TagSelection.compile(selection, new Map())({ id: "x", tags: [] }) === "string" ? null : selection;

const told: Check<Parameters<typeof Inventory.make>[1]> = (packages) =>
  Inventory.make(AssessmentTraits, packages).byName.size <= packages.length ? null : packages;
const AssessmentTraits: Inventory.Traits = {
  platform: "Linux",
  arch: "x86_64",
  release: null,
  packageFormat: "rpm",
  modules: [],
};

const catalogs = { asset: AssetCatalog.catalog, patch: PatchCatalog.catalog, job: JobCatalog.catalog };
const compilable: Check<SavedSearch.SavedSearch> = ({ kind, question: { query, patchQuery } }) => {
  const faults = [
    query === null ? null : errorOf(Qql.compile(catalogs[kind] as Qql.Catalog.Catalog, query)),
    patchQuery === null ? null : errorOf(Qql.compile(PatchCatalog.catalog, patchQuery)),
  ];
  return faults.find((f) => f !== null) ?? null;
};

/** Each arbitrary with what its values must pass. */
const arbitraries: { readonly [name: string]: readonly [fc.Arbitrary<unknown>, Check<never>] } = {
  "a tag": [TagArbitraries.tag, stored("tag")],
  "a tag tree": [TagArbitraries.tree, both(growable, ruled)],
  "a tag tree with rules": [TagArbitraries.treeWithRules, both(growable, ruled)],
  "a tag selection": [TagArbitraries.selection, selectable],
  "a tag scope": [TagArbitraries.scope, (scope: TagScope.TagScope) => errorOf(TagScope.read(scope))],
  "an asset": [AssetArbitraries.asset(TagArbitraries.ASSETS[0] as string), stored("asset")],
  assets: [AssetArbitraries.assets, each(stored("asset"))],
  packages: [AssessmentArbitraries.packages, told],
  "a situation to assess": [
    AssessmentArbitraries.situation,
    ({ machine: { traits, packages }, catalogue }: SituationToAssess) => {
      const index = CatalogueIndex.make(catalogue);
      const about = { snapshot: "sha256:0", assessedAt: 0, catalogue: 1, traits: "" };
      return stored("assessment")(assess(Inventory.make(traits, packages), index, about));
    },
  ],
  "an advisory": [PatchArbitraries.advisory("P-1"), stored("patch")],
  "a bulletin": [PatchArbitraries.bulletin("P-1", ["P-2"]), stored("patch")],
  "a catalogue": [
    PatchArbitraries.catalogue,
    both(each(stored("patch")), (patches: Feed.Feed["patches"]) =>
      Supersedence.make(patches) === null ? patches : null,
    ),
  ],
  "a feed": [PatchArbitraries.feed, (feed: Feed.Feed) => errorOf(Feed.validate(feed, defaults))],
  vulnerabilities: [
    PatchArbitraries.vulnerabilities,
    both(each(stored("vulnerability")), (list: readonly Vulnerability.Vulnerability[]) =>
      errorOf(Vulnerability.validate(list)),
    ),
  ],
  "a vendor file": [
    PatchArbitraries.vendorFile("P-1"),
    both(stored("vendorFile"), (file: VendorFile.VendorFile) => {
      const { url, digest, sizeBytes, signer } = file;
      const offer = { url, digest, sizeBytes, signer, content: url === null ? { digest, sizeBytes } : null };
      const about = { by: file.suppliedBy, now: file.suppliedAt, limits: defaults };
      const supplied = VendorFile.supply(PatchBuilders.vendorOnly("P-1"), offer, about);
      return supplied.ok && VendorFile.isSame(supplied.value, file) ? null : supplied;
    }),
  ],
  "a saved search": [
    HostArbitraries.savedSearch,
    both(stored("savedSearch"), compilable, (s: SavedSearch.SavedSearch) => errorOf(SavedSearch.save(s, [], defaults))),
  ],
  "a subscription": [HostArbitraries.subscription, stored("subscription")],
  "an activation key": [HostArbitraries.activationKey, stored("activationKey")],
  "a configuration profile": [
    HostArbitraries.configurationProfile,
    both(stored("profile"), (profile: ConfigurationProfile.ConfigurationProfile) =>
      errorOf(ConfigurationProfile.validate(profile, defaults)),
    ),
  ],
  "a change freeze": [
    MaintenanceArbitraries.changeFreeze,
    both(stored("freeze"), (freeze: ChangeFreeze.ChangeFreeze) => ChangeFreeze.problems(freeze, defaults)[0] ?? null),
  ],
  "a quorum group": [
    MaintenanceArbitraries.quorumGroup,
    both(stored("quorumGroup"), (group: QuorumGroup.QuorumGroup) => QuorumGroup.problems(group, defaults)[0] ?? null),
  ],
  "a job draft": [
    HostArbitraries.jobDraft,
    (draft: Job.JobDraft) => {
      const made = Job.create(draft, { id: "j", ownerId: "mara", now: 0, limits: defaults });
      return made.ok ? stored("job")(made.value) : made.error;
    },
  ],
  "a job": [JobArbitraries.job, stored("job")],
  "a user": [HostArbitraries.user, (user: User.User) => errorOf(User.read(user, user.id))],
};

type SituationToAssess = typeof AssessmentArbitraries.situation extends fc.Arbitrary<infer A> ? A : never;

describe.each(Object.entries(arbitraries))("%s", (_, [arbitrary, check]) => {
  it("is valid whatever was drawn", () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(check(value as never)).toBeNull();
      }),
      runs(200),
    );
  });

  it("is another one most of the time, and the same for the same seed", () => {
    const sample = fc.sample(arbitrary, { numRuns: 50, seed: 1 });
    expect(new Set(sample.map((value) => fc.stringify(value))).size).toBeGreaterThan(5);
    expect(fc.sample(arbitrary, { numRuns: 50, seed: 1 })).toEqual(sample);
  });

  it("shrinks: what always fails is told by few small values, whatever was drawn first", () => {
    const failing = (seed: number, endOnFailure: boolean) => {
      const details = fc.check(
        fc.property(arbitrary, () => false),
        { seed, numRuns: 1, endOnFailure },
      );
      return { text: fc.stringify(details.counterexample), shrinks: details.numShrinks };
    };
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const told = seeds.map((seed) => failing(seed, false));
    expect(told.some(({ shrinks }) => shrinks > 0)).toBe(true);
    const different = (ends: boolean) => new Set(seeds.map((seed) => failing(seed, ends).text)).size;
    expect(different(false)).toBeLessThan(different(true));
  });
});
