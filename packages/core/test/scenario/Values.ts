/** Domain values with everything filled in, so that a test says only what it is about. */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import type { User } from "../../src/domain/access/User.ts";
import { type Asset, noFacts } from "../../src/domain/asset/Asset.ts";
import type { Job, JobDraft } from "../../src/domain/job/Job.ts";
import { filledIn } from "../../src/domain/job/JobActions.ts";
import type { Licences, ModuleLicence, Subscription } from "../../src/domain/license/Subscription.ts";
import * as Patch from "../../src/domain/patch/Patch.ts";
import type { ConfigurationProfile } from "../../src/domain/profile/ConfigurationProfile.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as TagSelection from "../../src/domain/tag/TagSelection.ts";
import type { Tag, TagTree } from "../../src/domain/tag/TagTree.ts";

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

/** Where every clock of these tests starts. */
export const START = Date.UTC(2026, 1, 1);

/** A UUID that shows its number. */
export const uuid = (n: number): string => `00000000-0000-4000-a000-${n.toString(16).padStart(12, "0")}`;

export const pkg = (name: string, evr: string, arch = "x86_64"): Package.Package => ({ name, arch, evr });

/** A tree from `child: parent`. */
export const tree = (parents: { readonly [id: string]: string | null }): TagTree =>
  new Map(
    Object.entries(parents).map(([id, parent]) => [
      id,
      { id, name: id, parent, rule: { _tag: "Static" } } satisfies Tag,
    ]),
  );

export const asset = (id: string, over: Partial<Asset> = {}): Asset => ({
  id,
  name: `asset-${id}`,
  platform: "Linux",
  osFamily: "Enterprise Linux",
  osName: "Enterprise Linux 9",
  arch: "x86_64",
  timeZone: "UTC",
  facts: noFacts,
  assignedTags: over.tags ?? [],
  tags: [],
  activations: { PM: START },
  provisionedAt: START,
  activationKey: uuid(1),
  ...over,
});

export const patch = (id: string, over: Partial<Patch.Patch> = {}): Patch.Patch =>
  Patch.make({
    id,
    title: `${id} update`,
    platform: "Linux",
    vendor: "Lab",
    category: "security",
    vendorSeverity: "Important",
    packages: [pkg("openssl", "2-1")],
    publishedAt: START,
    ...over,
  });

export const any = (...tags: readonly string[]): TagSelection.TagSet => ({ mode: "any", tags });
export const every = (...tags: readonly string[]): TagSelection.TagSet => ({ mode: "all", tags });

export const select = (over: Partial<TagSelection.TagSelection>): TagSelection.TagSelection => ({
  ...TagSelection.none,
  ...over,
});

/** Seats for patching, and what a test says of them. */
export const licences = (over: Partial<ModuleLicence> = {}): Licences => ({
  PM: { seats: 100, include: any(), exclude: any(), ...over },
});

export const subscription = (over: Partial<Subscription> = {}): Subscription => ({
  id: "acme",
  plan: "Full",
  expiresAt: null,
  licences: licences(),
  lapsedAt: null,
  limits: Limits.defaults,
  ...over,
});

export const profile = (id: string, over: Partial<ConfigurationProfile> = {}): ConfigurationProfile => ({
  id,
  name: `profile ${id}`,
  position: 1,
  isDefault: false,
  targets: TagSelection.none,
  settings: { statusIntervalSeconds: 900, scanIntervalSeconds: 14_400 },
  ...over,
});

/** A complete deployment of one patch to every asset that bears `fleet`. */
export const draft = (over: Partial<JobDraft> = {}): JobDraft => ({
  title: "Security fixes",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "List", patches: ["P-1"] },
  targets: select({ include: any("fleet") }),
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
  ...over,
});

export const job = (over: Partial<Job> = {}): Job => ({
  ...filledIn(draft()),
  id: uuid(900),
  description: "",
  status: "Disabled",
  ownerId: "mara",
  makerId: "mara",
  coAuthors: [],
  readers: [],
  formerScopes: [],
  createdAt: START,
  approved: null,
  enabled: null,
  ...over,
});

export const user = (id: string, role: User["roles"][number], scope: TagScope.TagScope = TagScope.all): User => ({
  id,
  roles: [role],
  scope,
});
