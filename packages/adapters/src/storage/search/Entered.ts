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
  /** Whether its rows are those of documents in the main table's scope only. */
  readonly isInScope: boolean;
  /** Selects each of its owners once, with the same parameters, where that can be said better than by DISTINCT. */
  readonly numbers?: string;
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
    isInScope: false,
  };
}

function linked(context: TestSql.Context, way: Layout.Link): Entered {
  const { link, from, to, tenant, table, key = "n", elementTenant, scope, fixed } = way;
  const [joint, alias] = [`x${++context.aliases}`, `x${++context.aliases}`];
  const number = `${alias}.${quoted(key)}`;
  const join = `${quoted(link)} AS ${joint} JOIN ${quoted(table)} AS ${alias} ON ${number} = ${joint}.${quoted(to)}`;
  const is = (column: string): string => `${column} = ${context.binding.bind(context.tenant)}`;
  // Either says it of both, for nothing is linked to another tenant's.
  const [ofLink, ofElement] = [tenant, elementTenant];
  const ofTenant =
    (ofLink === undefined ? "1" : is(`${joint}.${quoted(ofLink)}`)) +
    (ofElement === undefined ? "" : ` AND ${is(`${alias}.${quoted(ofElement)}`)}`);
  const always = (fixed === undefined ? "" : ` AND (${fixed(joint, alias)})`) + inScope(joint, scope);
  return {
    from: `FROM ${join} WHERE ${ofTenant}${always}`,
    owner: [`${joint}.${quoted(from)}`],
    place: { alias, keys: [number], fields: NO_FIELDS },
    isOfTenant: tenant !== undefined || elementTenant !== undefined,
    isInScope: scope !== undefined,
  };
}

const inScope = (joint: string, scope: string | undefined): string =>
  scope === undefined ? "" : ` AND ${joint}.${quoted(scope)} = 1`;

/** The keys of the elements of a link that a condition holds for. The context is that of a statement of its own. */
export const elements = (
  context: TestSql.Context,
  { table, key = "n", elementTenant }: Layout.Link,
  condition: (place: Place) => TestSql.Piece,
): TestSql.Select => {
  const alias = `x${++context.aliases}`;
  const number = `${alias}.${quoted(key)}`;
  const ofTenant =
    elementTenant === undefined
      ? ""
      : `${alias}.${quoted(elementTenant)} = ${context.binding.bind(context.tenant)} AND `;
  const { text } = condition({ alias, keys: [number], fields: NO_FIELDS });
  const parameters = context.binding.values();
  return { text: `SELECT ${number} FROM ${quoted(table)} AS ${alias} WHERE ${ofTenant}${text}`, parameters };
};

/** More elements than these are given as one list, each of whose members is not looked up by itself. */
const NAMED_MAX = 4;

/** The rows of a link that lead to these elements; a link without a fixed condition. */
export const among = (
  context: TestSql.Context,
  way: Layout.Link,
  keys: readonly number[],
  isProbe: boolean,
): Entered => {
  const { link, from, to, tenant, elementTenant, scope, ofElement } = way;
  const joint = `x${++context.aliases}`;
  const index = isProbe && keys.length === 1 && ofElement !== undefined ? ` INDEXED BY ${quoted(ofElement)}` : "";
  const source = `FROM ${quoted(link)} AS ${joint}${index} WHERE `;
  const ofTenant =
    tenant === undefined ? "" : `${joint}.${quoted(tenant)} = ${context.binding.bind(context.tenant)} AND `;
  const always = inScope(joint, scope);
  const owner = `${joint}.${quoted(from)}`;
  const element = `${joint}.${quoted(to)}`;
  const arm = `SELECT ${owner} ${source}${element} = ?${always}`;
  const isNamed = keys.length <= NAMED_MAX;
  const marks = isNamed
    ? keys.map(context.binding.bind).join(", ")
    : `SELECT value FROM json_each(${context.binding.bind(JSON.stringify(keys))})`;
  const among =
    keys.length === 1 ? `${element} = ${marks}` : `${isNamed || !isProbe ? "" : "+"}${element} IN (${marks})`;
  return {
    from: `${source}${ofTenant}${among}${always}`,
    owner: [owner],
    place: { alias: joint, keys: [element], fields: NO_FIELDS },
    isOfTenant: tenant !== undefined || elementTenant !== undefined,
    isInScope: scope !== undefined,
    // Each is in the order of its owners, so they are merged.
    ...(isNamed && keys.length > 0 && marks.startsWith("?") && ofTenant === ""
      ? { numbers: keys.map(() => arm).join(" UNION ") }
      : {}),
  };
};
