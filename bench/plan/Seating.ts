/** Seats for patching over a large fleet, licence tags and all; beside a sort of the same assets by activation and id. */
import { Limits, type Subscription } from "@fettle/core";
import type { Asset } from "../../packages/core/src/domain/asset/Asset.ts";
import * as Licence from "../../packages/core/src/domain/license/Licence.ts";
import * as TagTree from "../../packages/core/src/domain/tag/TagTree.ts";
import * as Builders from "../../packages/core/src/testing/builders/AssetBuilders.ts";
import type { Contest } from "../Entry.ts";
import * as Random from "../qql/Random.ts";

const SEED = 72;
const ASSETS = 100_000;
const SEATS = 60_000;
const TAGS = 200;
const ROOTS = 20;
const TAGS_PER_ASSET_MAX = 6;
/** Fewer instants than assets, so that many are equal and the id decides. */
const INSTANTS = 50_000;
const NOW = Date.UTC(2026, 0, 1);

export const contest = (): Contest => {
  const random = Random.make(SEED);
  const tree = treeOf(random);
  const assets = fleet(random);
  const any = (...tags: readonly string[]) => ({ mode: "any", tags }) as const;
  const subscription: Subscription.Subscription = {
    id: "bench",
    plan: "Full",
    expiresAt: null,
    licences: { PM: { seats: SEATS, include: any(), exclude: any("tag-3", "tag-150") } },
    lapsedAt: null,
    limits: Limits.defaults,
  };
  const seats = () => Licence.assignSeats(subscription, tree, assets, NOW);
  const sorted = () => [...assets].sort(byActivation);
  check(seats(), sorted());
  return { ours: () => milliseconds(seats), peer: () => milliseconds(sorted) };
};

const byActivation = (a: Asset, b: Asset): number =>
  (a.activations.PM ?? 0) - (b.activations.PM ?? 0) || (a.id < b.id ? -1 : 1);

// All seats are taken, nobody but candidates holds one, and who holds one comes before every candidate who doesn't.
const check = (verdicts: ReadonlyMap<string, Licence.SeatVerdict>, sorted: readonly Asset[]): void => {
  const inOrder = sorted.map((a) => verdicts.get(a.id));
  const holders = inOrder.filter((v) => v?._tag === "Licensed").length;
  const last = inOrder.findLastIndex((v) => v?._tag === "Licensed");
  const late = inOrder.findIndex((v) => v?._tag === "NotLicensed" && v.reason.startsWith("all "));
  if (holders !== SEATS || late < last)
    throw new Error(`${holders} seats; the last holder ${last}, the first late ${late}`);
};

const treeOf = (random: Random.Random): TagTree.TagTree =>
  new Map(
    Array.from({ length: TAGS }, (_, i) => {
      const parent = i < ROOTS ? null : `tag-${random(i)}`;
      return [`tag-${i}`, { id: `tag-${i}`, name: `tag-${i}`, parent, rule: TagTree.assigned }];
    }),
  );

// Read from JSON, as assets come from the store: no two share their texts.
const fleet = (random: Random.Random): readonly Asset[] =>
  JSON.parse(
    JSON.stringify(
      Array.from({ length: ASSETS }, (_, i) =>
        Builders.asset(
          `00000000-0000-4000-a000-${random(2 ** 31)
            .toString(16)
            .padStart(8, "0")}${String(i).padStart(6, "0")}`,
          {
            tags: Array.from({ length: 1 + random(TAGS_PER_ASSET_MAX) }, () => `tag-${random(TAGS)}`),
            activations: random(20) === 0 ? { VM: 1 } : { PM: NOW - random(INSTANTS) },
          },
        ),
      ),
    ),
  );

const milliseconds = (work: () => unknown): number => {
  const from = performance.now();
  work();
  return performance.now() - from;
};
