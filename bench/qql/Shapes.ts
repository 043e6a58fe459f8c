/** Eight shapes of query over assets, in QQL and as MongoDB has them. */
import { DAY, NOW } from "./Assets.ts";
import type { MongoQuery } from "./Peers.ts";

export interface QueryShape {
  readonly name: string;
  readonly text: string;
  /** Knows no relative dates: they stand as instants. */
  readonly mongo: MongoQuery;
}

const ago = (days: number): number => NOW - days * DAY;

export const SHAPES: readonly QueryShape[] = [
  { name: "exact keyword", text: "name: web-17", mongo: { name: "web-17" } },
  {
    name: "number range",
    text: "missingPatchCount: [10 .. 50]",
    mongo: { missingPatchCount: { $gte: 10, $lte: 50 } },
  },
  { name: "relative date", text: "lastCheckedIn > now-30d", mongo: { lastCheckedIn: { $gt: ago(30) } } },
  { name: "version order", text: "agentVersion >= 2.1", mongo: { agentVersion: { $versionFrom: "2.1" } } },
  { name: "any of two tags", text: "tags.name: [tag-1, tag-2]", mongo: { "tags.name": { $in: ["tag-1", "tag-2"] } } },
  {
    name: "one tag's name and weight",
    text: "tags: (name: tag-1 and weight > 20)",
    mongo: { tags: { $elemMatch: { name: "tag-1", weight: { $gt: 20 } } } },
  },
  {
    name: "combined",
    text: "status: Scanned and licensed: true and lastCheckedIn > now-30d and not tags.name: tag-3",
    mongo: {
      $and: [
        { status: "Scanned" },
        { licensed: true },
        { lastCheckedIn: { $gt: ago(30) } },
        { $nor: [{ "tags.name": "tag-3" }] },
      ],
    },
  },
  {
    name: "ten terms",
    text: `status: [Scanned, Enabled] and missingPatchCount > 3 and missingPatchCount < 180 and lastCheckedIn > now-45d
      and (operatingSystem: windows 10 or operatingSystem: windows 11) and not name: web-17 and not name: web-18
      and (licensed: true or missingPatchCount > 100)`,
    mongo: {
      $and: [
        { status: { $in: ["Scanned", "Enabled"] } },
        { missingPatchCount: { $gt: 3 } },
        { missingPatchCount: { $lt: 180 } },
        { lastCheckedIn: { $gt: ago(45) } },
        { $or: [{ operatingSystem: "windows 10" }, { operatingSystem: "windows 11" }] },
        { $nor: [{ name: "web-17" }] },
        { $nor: [{ name: "web-18" }] },
        { $or: [{ licensed: true }, { missingPatchCount: { $gt: 100 } }] },
      ],
    },
  },
];
