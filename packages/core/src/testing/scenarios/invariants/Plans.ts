/** What runs are made of: I9 to I11, I15 to I17, and holds (PLN-05). */
import type { Asset } from "../../../domain/asset/Asset.ts";
import type { AssetRun } from "../../../domain/run/AssetRun.ts";
import * as CodePointOrder from "../../../domain/shared/CodePointOrder.ts";
import * as History from "../History.ts";
import { otto } from "../Plane.ts";
import { groupBy, type Invariant, type Ledger, type Seen, seen } from "./Invariant.ts";

type Made = History.Seen<AssetRun>;

// What waits from the start: the others never got anything.
const pending = (ledger: Ledger): readonly Made[] =>
  [...ledger.makings.values()].flat().filter((m) => m.value.placed.status === "Pending");

const each = (ledger: Ledger, fault: (made: Made) => string | null): readonly Seen[] =>
  pending(ledger).flatMap((made) => {
    const wrong = fault(made);
    return wrong === null
      ? []
      : [seen(ledger.names.get(made.value.assetId) ?? "", `run ${made.value.runId}: ${wrong}`)];
  });

const at = (ledger: Ledger, { order, value }: Made): Asset | null =>
  History.standing(ledger.history.of("asset").get(value.assetId), order);

const scopeOf = (ledger: Ledger, owner: string | null, order: number): readonly string[] => {
  if (owner === otto.id) return otto.scope._tag === "Tags" ? otto.scope.tags : [];
  return ledger.history.scopes.findLast((s) => s.order <= order)?.value ?? ["fleet"];
};

// The owner's as it is, and each former owner's as it was when the job went to somebody else (OWN-02).
const scopesOf = (ledger: Ledger, { order, value: { jobId } }: Made): readonly (readonly string[])[] => {
  const all = (ledger.history.of("job").get(jobId) ?? []).filter((v) => v.order <= order);
  const versions = History.lasting(ledger.history, all, order);
  return versions.flatMap(({ value }, i) => {
    const next = versions[i + 1];
    if (value === null) return [];
    if (next === undefined) return [scopeOf(ledger, value.ownerId, order)];
    return next.value?.ownerId === value.ownerId ? [] : [scopeOf(ledger, value.ownerId, next.order)];
  });
};

const targeted: Invariant = {
  id: "I9",
  title: "a run holds only assets that its job means, in its owner's scope, with patching active",
  check: (ledger) =>
    each(ledger, (made) => {
      const asset = at(ledger, made);
      const job = History.standing(ledger.history.of("job").get(made.value.jobId), made.order);
      if (asset === null) return "the asset isn't there";
      if (job === null || job.targets === null) return "its job isn't there";
      const { include, exclude, assets } = job.targets;
      const bears = (tags: readonly string[]) => tags.some((t) => asset.tags.includes(t));
      if (!assets.includes(asset.id) && !bears(include.tags)) return `not meant, tags ${asset.tags.join()}`;
      if (bears(exclude.tags)) return `excluded, tags ${asset.tags.join()}`;
      const outside = scopesOf(ledger, made).find((scope) => !bears(scope));
      if (outside !== undefined) return `outside of ${outside.join()}, tags ${asset.tags.join()}`;
      return asset.activations.PM === undefined ? "patching isn't active" : null;
    }),
};

const unlicensed: Invariant = {
  id: "I10",
  title: "an asset without a licence is sent nothing, and its row says so",
  check: (ledger) => {
    const rows = [...ledger.makings].flatMap(([id, makings]) => {
      const versions = ledger.history.of("assetRun").get(id) ?? [];
      return makings.flatMap(({ order, value: { assetId, placed } }, i) => {
        const until = makings[i + 1]?.order ?? Number.POSITIVE_INFINITY;
        const isSent = versions.some((v) => v.order >= order && v.order < until && v.value?.manifest != null);
        return placed.status === "NotLicensed" && isSent
          ? [seen(ledger.names.get(assetId) ?? "", `${id} was sent`)]
          : [];
      });
    });
    return [
      ...rows,
      ...each(ledger, (made) => (at(ledger, made)?.tags.includes("lab") === true ? "lab is never licensed" : null)),
    ];
  },
};

const restoredBefore = ({ history }: Ledger, order: number): number =>
  history.restores.filter((r) => r.order < order).length;

const seats: Invariant = {
  id: "I11",
  title: "no more assets than seats are licensed, and those that were activated first",
  check: (ledger) =>
    [...groupBy(pending(ledger), (m) => `${m.value.runId}, restored ${restoredBefore(ledger, m.order)} times`)].flatMap(
      ([runId, made]) => {
        const order = made[0]?.order ?? 0;
        const subscription = [...ledger.history.of("subscription").values()].map((v) => History.standing(v, order))[0];
        const count = subscription?.licences.PM?.seats ?? 0;
        const standing = [...ledger.history.of("asset").values()].flatMap((v) => History.standing(v, order) ?? []);
        const first = standing
          .filter((a) => a.activations.PM !== undefined && !a.tags.includes("lab"))
          .sort((a, b) => (a.activations.PM ?? 0) - (b.activations.PM ?? 0) || CodePointOrder.compare(a.id, b.id))
          .slice(0, count);
        const licensed = new Set(first.map((a) => a.id));
        return made.flatMap(({ value: { assetId } }) =>
          licensed.has(assetId)
            ? []
            : [seen(ledger.names.get(assetId) ?? "", `run ${runId}: not among the first ${count}`)],
        );
      },
    ),
};

/** Most patches of one job. */
const PATCHES_MAX = 2_000;

const bounded: Invariant = {
  id: "I15",
  title: "a run has at most 2,000 patches",
  check: (ledger) =>
    [...groupBy(pending(ledger), (m) => m.value.runId)].flatMap(([runId, made]) => {
      const patches = new Set(made.flatMap((m) => m.value.patches.map((p) => p.patchId)));
      return patches.size > PATCHES_MAX ? [seen("", `run ${runId}: ${patches.size}`)] : [];
    }),
};

const ofPatch = (
  id: string,
  title: string,
  fault: (ledger: Ledger, made: Made, patchId: string) => string | null,
): Invariant => ({
  id,
  title,
  check: (ledger) =>
    each(ledger, (made) => {
      if (ledger.runs.get(made.value.runId)?.kind !== "deployment") return null;
      return made.value.patches.map((p) => fault(ledger, made, p.patchId)).find((wrong) => wrong !== null) ?? null;
    }),
});

const standingPatch = (ledger: Ledger, made: Made, patchId: string) =>
  History.standing(ledger.history.of("patch").get(patchId), made.order);

const deprecated = ofPatch("I16", "a withdrawn patch is never planned, listed or not", (ledger, made, patchId) =>
  standingPatch(ledger, made, patchId)?.isDeprecated === true ? `${patchId} is withdrawn` : null,
);

const acquired = ofPatch("I17", "a patch that only its vendor gives out is never planned", (ledger, made, patchId) =>
  standingPatch(ledger, made, patchId)?.download._tag === "AcquireFromVendor" ? `${patchId} must be acquired` : null,
);

const held = ofPatch("PLN-05", "a patch on hold is never planned", (ledger, made, patchId) =>
  History.standing(ledger.history.of("hold").get(patchId), made.order) === null ? null : `${patchId} is on hold`,
);

export const plans: readonly Invariant[] = [targeted, unlicensed, seats, bounded, deprecated, acquired, held];
