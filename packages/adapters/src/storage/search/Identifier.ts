/** Names of tables and columns as they stand in a statement. */

// Hardly any name holds a quote, and to look is cheaper than to replace: a statement names a dozen.
export const quoted = (name: string): string => `"${name.includes('"') ? name.replaceAll('"', '""') : name}"`;

/** The other way; layouts' names hold no quote. */
export const unquoted = (name: string): string => name.slice(1, -1);
