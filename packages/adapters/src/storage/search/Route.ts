/** Where a path of the catalogue leads to in the tables. */
import type * as Qql from "@fettle/qql";
import type * as Layout from "./Layout.ts";

export interface Route {
  /** To be entered one after the other; none for what is in the row where the path begins. */
  readonly tables: readonly RouteTable[];
  readonly element: Layout.Element;
}

export type RouteTable = Layout.Child | Layout.Linked;

/** Of tables within each other only the last is entered: its keys say what its rows are within. */
export function of(from: Layout.Fields, path: readonly Qql.Catalog.Step[]): Route | null {
  const tables: RouteTable[] = [];
  let fields: Layout.Fields | null = from;
  let element: Layout.Element | null = null;
  for (const { key } of path) {
    const field: Layout.Field | undefined = fields?.get(key);
    if (field === undefined) return null;
    if (field._tag === "Child" || field._tag === "Linked") {
      if (field._tag === "Child" && tables.at(-1)?._tag === "Child") tables.pop();
      tables.push(field);
      element = field.element;
    } else element = field;
    fields = element._tag === "Inner" ? element.fields : null;
  }
  return element === null ? null : { tables, element };
}
