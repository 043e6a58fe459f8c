/**
 * Where a list goes on, as text that a caller keeps and gives back but can't read meaning into, change, or use for another
 * list, question, user or tenant: it is authenticated by a key that is derived from the tenant's own.
 *
 * A cursor also keeps the moment at which the list was begun, so that relative dates mean the same on every page.
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Direction, Key, KeyPart } from "../../domain/shared/Keyset.ts";
import { Environment } from "../../ports/Environment.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import { type Rejected, reject } from "../Rejected.ts";

/** The longest cursor that is read, in characters. */
export const CURSOR_CHARACTERS_MAX = 4_096;

/** Most rows that one page may ask for. */
export const PAGE_ROWS_MAX = 1_000;

/** Rows of a page when the caller doesn't say. */
export const PAGE_ROWS = 100;

/** Which list is paged, and everything that decides its rows and their order. */
export interface Listing {
  readonly list: string;
  readonly question: { readonly [name: string]: KeyPart };
}

export interface Position {
  /** When the first page was asked for: epoch milliseconds. */
  readonly asOf: number;
  readonly after: Key;
}

/** The text of a position in a listing of this actor. */
export const seal = Effect.fn("Cursor.seal")(function* (actor: Actor, listing: Listing, position: Position) {
  const payload = Buffer.from(JSON.stringify([position.asOf, ...position.after])).toString("base64url");
  return `${payload}.${yield* mac(actor, listing, payload)}`;
});

/** The position that a cursor holds. Rejects one that was made up, changed, or made for another listing or user. */
export const open = Effect.fn("Cursor.open")(function* (actor: Actor, listing: Listing, cursor: string) {
  const [payload = "", proof = "", ...rest] = cursor.length > CURSOR_CHARACTERS_MAX ? [] : cursor.split(".");
  const isTrue = rest.length === 0 && Crypto.sameText(proof, yield* mac(actor, listing, payload));
  if (!isTrue) {
    const message = "not a cursor of this list and question; ask for the first page again, without one";
    return yield* reject(null, "invalid", message, "cursor");
  }
  // It was sealed here, so it has the shape that it was given.
  const [asOf, ...after] = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as [number, ...KeyPart[]];
  const position: Position = { asOf, after };
  return position;
});

/** Where a page begins: after the cursor's position, or, without a cursor, at the start and as of now. */
export const start = Effect.fn("Cursor.start")(function* (actor: Actor, listing: Listing, cursor: string | undefined) {
  const first: { readonly asOf: number; readonly after: Key | null } = {
    asOf: (yield* Environment).now(),
    after: null,
  };
  return cursor === undefined ? first : yield* open(actor, listing, cursor);
});

/** What a list is sorted by; ascending unless told. Rejects a key that isn't on the list's closed list, and an odd direction. */
export const sorted = <K extends string>(
  sort: { readonly by: K; readonly direction?: Direction },
  keys: readonly K[],
): Effect.Effect<{ readonly by: K; readonly direction: Direction }, Rejected> => {
  const { by, direction = "ascending" } = sort;
  if (!keys.includes(by)) return reject(null, "invalid", `one of ${keys.join(", ")}`, "sort.by");
  return direction === "ascending" || direction === "descending"
    ? Effect.succeed({ by, direction })
    : reject(null, "invalid", "ascending or descending", "sort.direction");
};

/** The rows that a page may hold; rejects what is no whole number from 1 to {@link PAGE_ROWS_MAX}. */
export const limitOf = (limit: number | undefined) =>
  limit === undefined
    ? Effect.succeed(PAGE_ROWS)
    : Number.isSafeInteger(limit) && limit >= 1 && limit <= PAGE_ROWS_MAX
      ? Effect.succeed(limit)
      : reject(null, "invalid", `a page holds 1–${PAGE_ROWS_MAX} rows`, "limit");

const mac = Effect.fn("Cursor.mac")(function* (actor: Actor, listing: Listing, payload: string) {
  const { privateKey } = yield* (yield* TenantKeys).keyPair(actor.tenantId);
  const key = Crypto.digest(`fettle-cursor-v0\n${privateKey}`);
  const question = Object.entries(listing.question).sort(([a], [b]) => (a < b ? -1 : 1));
  return Crypto.hmac(key, JSON.stringify([actor.tenantId, label(actor), listing.list, question, payload]));
});
