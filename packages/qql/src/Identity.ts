/** What a checked query says, without where it says it: two with the same identity have the same meaning. */
import type * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";

/** A text that is the same for two nodes that differ in their spans only. For comparing, not for keeping. */
export const of = (checked: Checked.Checked): string =>
  JSON.stringify(checked, (key, value: unknown) => {
    if (key === "start" || key === "end" || key === "within") return undefined;
    return key === "token" || key === "group" ? (value as Catalog.Entry).name : value;
  });
