/** How a statement gets from a row to the rows of a table that stand for what is repeated in it. */
import { quoted } from "./Identifier.ts";
import type * as Layout from "./Layout.ts";
import type * as Route from "./Route.ts";
import type * as TestSql from "./TestSql.ts";

/** Where a path begins: the row of the document or of an element, and what it holds. */
export interface Place {
  readonly alias: string;
  /** What tells the row from others: its number; of a row of a layout's table the document's, then the places. */
  readonly keys: readonly string[];
  readonly fields: Layout.Fields;
}

/** A table in a subselect. */
export interface Entered {
  /** From FROM to the conditions that hold for all of it. */
  readonly from: string;
  /** What its rows say of the row they belong to: as many as that has keys. */
  readonly owner: readonly string[];
  readonly place: Place;
  /** Whether its rows are those of the tenant only. */
  readonly isOfTenant: boolean;
}

/** Nothing is looked for in a row before its element says what it holds. */
const NO_FIELDS: Layout.Fields = new Map();

export const of = (context: TestSql.Context, place: Place, table: Route.RouteTable): Entered =>
  table._tag === "Child" ? child(context, place, table.table) : linked(context, table.link);

function child(context: TestSql.Context, place: Place, table: Layout.Table): Entered {
  const alias = `x${++context.aliases}`;
  const keys = table.keys.map((key) => `${alias}.${key}`);
  return {
    from: `FROM ${table.name} AS ${alias} WHERE ${alias}.t = ${context.binding.bind(context.tenant)}`,
    owner: keys.length === place.keys.length ? keys : keys.slice(0, place.keys.length),
    place: { alias, keys, fields: NO_FIELDS },
    isOfTenant: true,
  };
}

function linked(context: TestSql.Context, { fixed, ...way }: Layout.Link): Entered {
  const { link, from, to, tenant, table, key = "n", elementTenant } = way;
  const [joint, alias] = [`x${++context.aliases}`, `x${++context.aliases}`];
  const number = `${alias}.${quoted(key)}`;
  const join = `${quoted(link)} AS ${joint} JOIN ${quoted(table)} AS ${alias} ON ${number} = ${joint}.${quoted(to)}`;
  const is = (column: string): string => `${column} = ${context.binding.bind(context.tenant)}`;
  // Either says it of both, for nothing is linked to another tenant's.
  const [ofLink, ofElement] = [tenant, elementTenant];
  const ofTenant =
    (ofLink === undefined ? "1" : is(`${joint}.${quoted(ofLink)}`)) +
    (ofElement === undefined ? "" : ` AND ${is(`${alias}.${quoted(ofElement)}`)}`);
  const always = fixed === undefined ? "" : ` AND (${fixed(joint, alias)})`;
  return {
    from: `FROM ${join} WHERE ${ofTenant}${always}`,
    owner: [`${joint}.${quoted(from)}`],
    place: { alias, keys: [number], fields: NO_FIELDS },
    isOfTenant: tenant !== undefined || elementTenant !== undefined,
  };
}
