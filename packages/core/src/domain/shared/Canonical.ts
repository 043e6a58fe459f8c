/** One spelling for one value of JSON: the order of an object's keys is no difference. */

/** The value as text; equal values have equal texts. Members that are undefined aren't there. */
export const text = (value: unknown): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(text).join(",")}]`;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${text(member)}`).join(",")}}`;
};
