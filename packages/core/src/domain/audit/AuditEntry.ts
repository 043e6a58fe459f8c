/**
 * What the audit trail says of a change (RBAC-11): member by member, before and after, and why. What is secret isn't told
 * but that it changed; what is large is told by its digest, so that a record stays small and still proves what was there.
 */
import * as Canonical from "../shared/Canonical.ts";

/** Any JSON value. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value too large for the trail: its size and digest. */
export interface Omitted {
  readonly _tag: "Omitted";
  readonly characters: number;
  readonly digest: string;
}

/** A value that is secret. */
export interface Redacted {
  readonly _tag: "Redacted";
}

export type Told = Json | Omitted | Redacted;

/** A member that changed; a side that is left out is one on which it did not exist. */
export interface MemberChange {
  readonly before?: Told;
  readonly after?: Told;
}

export interface AuditEntry {
  readonly changes: { readonly [member: string]: MemberChange };
  /** The reason that the caller gave. */
  readonly why: string | null;
}

/** The largest value that is told whole, in characters of JSON. */
export const VALUE_CHARACTERS_MAX = 4_096;

/** The longest reason, in characters. */
export const WHY_CHARACTERS_MAX = 1_000;

/** Members that are never told, by kind of entity: a key's digest is what proofs are made under. */
const secrets: { readonly [kind: string]: readonly string[] } = { activationKey: ["secretDigest"] };

/** An entity before and after; null where it did not exist. */
export interface Change {
  readonly kind: string;
  readonly before: Json;
  readonly after: Json;
}

/**
 * What changed between two states of an entity. Members that are the same on both sides are left out.
 *
 * @example AuditEntry.make({ kind: "tag", before: { name: "Lab" }, after: { name: "Labs" } }, "typo", Crypto.digest)
 */
export const make = (change: Change, why: string | null, digest: (text: string) => string): AuditEntry => {
  const [before, after] = [membersOf(change.before), membersOf(change.after)];
  const hidden = secrets[change.kind] ?? [];
  const changes: Record<string, MemberChange> = {};
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [from, to] = [before.get(name), after.get(name)];
    if (from === to) continue;
    const told = (text: string): Told => (hidden.includes(name) ? { _tag: "Redacted" } : toldAs(text, digest));
    changes[name] = {
      ...(from === undefined ? {} : { before: told(from) }),
      ...(to === undefined ? {} : { after: told(to) }),
    };
  }
  return { changes, why };
};

// An entity's members as JSON text; what is no object is one member without a name.
const membersOf = (state: Json): ReadonlyMap<string, string> => {
  if (state === null) return new Map();
  if (typeof state !== "object" || Array.isArray(state)) return new Map([["", Canonical.text(state)]]);
  return new Map(Object.entries(state).map(([name, value]) => [name, Canonical.text(value)]));
};

const toldAs = (text: string, digest: (text: string) => string): Told =>
  text.length <= VALUE_CHARACTERS_MAX
    ? (JSON.parse(text) as Json)
    : { _tag: "Omitted", characters: text.length, digest: digest(text) };
