/** Long queries: the thirty short ones in parentheses, joined by OR, over and over. */
import { QUERIES } from "./Queries.ts";

/** As many whole queries as fit into so many characters. */
export const longQuery = (charactersMax: number): string => {
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; ; i = (i + 1) % QUERIES.length) {
    const part = `(${QUERIES[i]?.text})`;
    length += part.length + (parts.length === 0 ? 0 : " or ".length);
    if (length > charactersMax) return parts.join(" or ");
    parts.push(part);
  }
};
