/**
 * What a query may cost before it is refused. One value, given to `parse`, `check` and `compile`; override members by
 * spreading {@link defaults}. Each limit has a diagnostic of its own at maximum + 1 (reliability T17).
 */
export interface Limits {
  /** Longest query text, in UTF-16 code units. */
  readonly length: number;
  /** Deepest nesting; each open parenthesis and each NOT is a level. Values above {@link NESTING_MAX} count as that. */
  readonly nesting: number;
  /** Most conditions (`token: value`, a comparison, a null check, search text) in one query. A list is one condition. */
  readonly conditions: number;
  /** Most members of one `[a, b]` list. */
  readonly listMembers: number;
  /** Most diagnostics reported for one query; those after are dropped. */
  readonly diagnostics: number;
}

/** The limits used when the caller gives none. */
export const defaults: Limits = {
  length: 8_192,
  nesting: 64,
  // The vendor's documented ceiling on conditions (qql-reference 1.6).
  conditions: 1_000,
  listMembers: 1_000,
  diagnostics: 20,
};

/** Trees are walked recursively: deeper nesting would end on the stack instead of in a diagnostic. */
export const NESTING_MAX = 500;

/** More than any text has of anything. */
const UNREACHABLE = 2 ** 53;

/** Every limit lifted as far as it can be: for trusted text of any length. */
export const lifted: Limits = {
  length: UNREACHABLE,
  nesting: NESTING_MAX,
  conditions: UNREACHABLE,
  listMembers: UNREACHABLE,
  diagnostics: 20,
};
