/** Names of tables and columns as they stand in a statement. */

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The other way; layouts' names hold no quote. */
export const unquoted = (name: string): string => name.slice(1, -1);
