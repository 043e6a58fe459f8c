/**
 * What a query may cost before it is refused. One value, given to `compile`; override a member by spreading
 * `defaults`. Each limit has a diagnostic of its own at maximum + 1.
 *
 * Tree walks recurse once or twice a level, so `maxDepthLevels` is also what keeps them off the end of the stack:
 * do not raise it past a few hundred.
 */
export interface Limits {
  /** Longest query text, in UTF-16 code units. */
  readonly maxTextCharacters: number;
  /** Most lexical tokens: words, quoted values, operators, brackets, commas. */
  readonly maxTokens: number;
  /** Deepest nesting; each open parenthesis and each NOT is a level. */
  readonly maxDepthLevels: number;
  /** Most conditions (`token: value`, a comparison, a null check) in one query. A list is one condition. */
  readonly maxLeaves: number;
  /** Most members of one `[a, b]` list. */
  readonly maxListMembers: number;
  /** Most diagnostics reported for one query; those after are dropped. */
  readonly maxDiagnostics: number;
}

/** The limits used when the caller gives none. */
export const defaults: Limits = {
  maxTextCharacters: 8192,
  maxTokens: 2000,
  maxDepthLevels: 64,
  // The vendor's documented ceiling on conditions.
  maxLeaves: 1000,
  maxListMembers: 500,
  maxDiagnostics: 20,
};
