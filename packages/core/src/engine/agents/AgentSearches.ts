/**
 * Agents as users search them: by QQL over what their records say, in the caller's scope, whatever their modules; and those
 * that have fallen silent.
 */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import * as AgentCatalog from "../../domain/asset/AgentCatalog.ts";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Keyset from "../../domain/shared/Keyset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Authority from "../access/Authority.ts";
import * as Fleet from "../assets/Fleet.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Queries from "../searches/Queries.ts";
import * as AgentAnswers from "./AgentAnswers.ts";

/** What agents may be sorted by. */
export const sortKeys = ["name", "lastCheckedIn", "agentVersion", "provisioned"] as const;
export type SortKey = (typeof sortKeys)[number];

export interface AgentSearchInput {
  /** QQL over agents; none: every agent. */
  readonly query?: string;
  /** By name, ascending, unless told. */
  readonly sort?: { readonly by: SortKey; readonly direction?: Keyset.Direction };
  readonly cursor?: string;
  readonly limit?: number;
}

export interface StaleInput {
  /** 1 to {@link SILENCE_MINUTES_MAX}. */
  readonly notCheckedInForMinutes: number;
  readonly cursor?: string;
  readonly limit?: number;
}

/** A row of the list of agents. */
export interface AgentRow {
  readonly asset: Asset;
  readonly agentVersion: string;
  readonly lastCheckedInAt: number;
  /** When its last snapshot came in; null before the first. */
  readonly lastInventoryAt: number | null;
  /** Name of the profile that it gets (CFG-01). */
  readonly configurationProfile: string | null;
}

export interface AgentPage {
  readonly rows: readonly AgentRow[];
  readonly total: number;
  readonly next: string | null;
}

/** Longest silence that may be asked for, in minutes: what a relative date of a query goes back at most, nearly two years. */
export const SILENCE_MINUTES_MAX = 999_999;

/**
 * Searches agents.
 *
 * @example
 * const old = yield* fettle.assets.agents(actor, { query: "agentVersion < 2.1* and lastCheckedIn > now-7d" });
 */
export const search = Effect.fn("AgentSearches.search")(function* (actor: Actor, input: AgentSearchInput) {
  const user = yield* Authority.require(actor, "view-assets");
  const limit = yield* Cursor.limitOf(input.limit);
  const { by, direction } = yield* Cursor.sorted(input.sort ?? { by: "name" }, sortKeys);
  const query = yield* Queries.read(AgentCatalog.catalog, input.query, "query");
  const listing: Cursor.Listing = { list: "agents", question: { query: input.query ?? null, by, direction } };
  const position = yield* Cursor.start(actor, listing, input.cursor);
  const found = yield* matching(actor.tenantId, user, query, position.asOf);
  const key = (row: AgentRow): Keyset.Key => [sortKey(row, by), row.asset.id];
  const page = Keyset.page(found, key, { direction, after: position.after, limit });
  const next = page.next === null ? null : yield* Cursor.seal(actor, listing, { ...position, after: page.next });
  const answer: AgentPage = { rows: page.rows, total: found.length, next };
  return answer;
});

/**
 * The agents that have not checked in for so long (in minutes), the longest silent first; with the QQL text that finds them
 * over the agent catalogue. An agent that was uninstalled on its host stays in this list (AGT-07).
 *
 * @example
 * const silent = yield* fettle.assets.stale(actor, { notCheckedInForMinutes: 7 * 1_440 });
 */
export const stale = Effect.fn("AgentSearches.stale")(function* (actor: Actor, input: StaleInput) {
  const { notCheckedInForMinutes: minutes, ...paging } = input;
  if (!Number.isSafeInteger(minutes) || minutes < 1 || minutes > SILENCE_MINUTES_MAX) {
    const message = `a whole number of minutes, 1–${SILENCE_MINUTES_MAX}`;
    return yield* reject("AGT-07", "invalid", message, "notCheckedInForMinutes");
  }
  const query = `lastCheckedIn < now-${minutes}m`;
  return { ...(yield* search(actor, { ...paging, query, sort: { by: "lastCheckedIn" } })), query };
});

/** The agents in a user's scope that a query finds, as of an instant; all of them without one. */
export const matching = Effect.fn("AgentSearches.matching")(function* (
  tenantId: TenantId,
  user: User,
  query: Qql.Query<AgentCatalog.AgentDocument> | null,
  asOf: number,
) {
  const fleet = yield* Fleet.load(tenantId, user);
  const rows = yield* rowsOf(tenantId, fleet);
  const answers = yield* AgentAnswers.asked(tenantId, query, asOf);
  return rows.filter((row) => query === null || Qql.matches(query, documentOf(fleet, row, answers), asOf));
});

const rowsOf = Effect.fn("AgentSearches.rowsOf")(function* (tenantId: TenantId, fleet: Fleet.Fleet) {
  const profiles = (yield* Repository.all(tenantId, "profile")).map((p) => p.value);
  const chosen = ConfigurationProfile.compile(profiles, fleet.tree);
  const snapshots = new Map((yield* Repository.all(tenantId, "snapshot")).map((s) => [s.id, s.value.receivedAt]));
  return fleet.assets.flatMap((asset): readonly AgentRow[] => {
    const agent = fleet.agents.get(asset.id);
    if (agent === undefined) return [];
    return [
      {
        asset,
        agentVersion: agent.agentVersion,
        lastCheckedInAt: agent.lastCheckedInAt,
        lastInventoryAt: snapshots.get(asset.id) ?? null,
        configurationProfile: chosen(asset)?.profile.name ?? null,
      },
    ];
  });
});

const documentOf = (
  fleet: Fleet.Fleet,
  row: AgentRow,
  answers: AgentAnswers.AgentAnswers,
): AgentCatalog.AgentDocument =>
  AgentCatalog.toDocument(row.asset, { ...row, ...answers(row.asset), tagName: (id) => fleet.tree.get(id)?.name });

const sortKey = (row: AgentRow, by: SortKey): Keyset.KeyPart => {
  switch (by) {
    case "name":
      return row.asset.name;
    case "lastCheckedIn":
      return row.lastCheckedInAt;
    case "agentVersion":
      return Qql.Version.key(row.agentVersion);
    case "provisioned":
      return row.asset.provisionedAt;
  }
};
