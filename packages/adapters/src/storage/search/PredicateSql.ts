/**
 * A query's predicate as a condition in SQL over the rows of a layout's main table, with exactly the matcher's meaning:
 * both compare the same keys. Whatever users wrote is in the parameters; the text is the same for queries of the same
 * form.
 *
 * What goes over other tables has two shapes. "set": `n IN (SELECT …)`, best for counting; "probe": `EXISTS (…)` for one
 * row at a time, best for the first page in an index's order. Either is thousands of times slower where the other belongs.
 */
import type * as Qql from "@fettle/qql";
import * as Binding from "./Binding.ts";
import { quoted } from "./Identifier.ts";
import type * as Layout from "./Layout.ts";
import * as Route from "./Route.ts";
import * as TestSql from "./TestSql.ts";

export interface PredicateSql {
  /** A condition: true, false or null, which is none. */
  readonly text: string;
  /**
   * Of the text's placeholders, in their order. To be spread as arguments (`statement.all(tenant, ...parameters)`): what
   * has more values than a statement may have placeholders names them, in one object.
   */
  readonly parameters: readonly Binding.Argument[];
}

export type Shape = "set" | "probe";

export interface Options {
  /** Of the main table in the statement that this is put into. */
  readonly alias: string;
  readonly shape: Shape;
  /** What relative dates count from, in milliseconds since 1970. */
  readonly now: number;
  /** The tenant's number. The statement around it has to say `t = …` of the main table itself. */
  readonly tenant: number;
  /** Whether trigrams are asked before texts are; true unless said. Best where few documents have what is looked for. */
  readonly trigrams?: boolean;
}

/** The condition for the rows of a layout's main table. */
export function of(predicate: Qql.Predicate.Predicate, layout: Layout.Layout, options: Options): PredicateSql {
  const written = write(predicate, layout, options, Binding.inOrder());
  return Binding.isTooMany(written.parameters) ? write(predicate, layout, options, Binding.byName()) : written;
}

function write(
  predicate: Qql.Predicate.Predicate,
  layout: Layout.Layout,
  options: Options,
  binding: Binding.Binding,
): PredicateSql {
  const { alias } = options;
  const context: Context = { ...options, withTrigrams: options.trigrams ?? true, binding, aliases: 0 };
  const place: Place = { alias, keys: [`${alias}.n`], fields: layout.fields };
  const { text } = pieceOf(context, place, predicate);
  return { text, parameters: binding.values() };
}

interface Context extends TestSql.Context {
  readonly shape: Shape;
  /** How many were given. */
  aliases: number;
}

/** Where a path begins: the row of the document or of an element, and what it holds. */
interface Place {
  readonly alias: string;
  /** What tells the row from others: its number; of a row of a layout's table the document's, then the places. */
  readonly keys: readonly string[];
  readonly fields: Layout.Fields;
}

type Piece = TestSql.Piece;

function pieceOf(context: Context, place: Place, predicate: Qql.Predicate.Predicate): Piece {
  switch (predicate._tag) {
    case "And":
      return TestSql.all(predicate.operands.map((operand) => pieceOf(context, place, operand)));
    case "Or":
      return TestSql.any(alternatives(context, place, predicate));
    case "Not":
      return TestSql.not(pieceOf(context, place, predicate.operand));
    default: {
      const route = Route.of(place.fields, predicate.path);
      if (route === null) return TestSql.NEVER;
      return enter(context, place, route.tables, (inner) => elementPiece(context, inner, route.element, predicate));
    }
  }
}

type OnPath = Qql.Predicate.Leaf | Qql.Predicate.Nested;

/** What is asked of the element that the path leads to. */
function elementPiece(context: Context, place: Place, element: Layout.Element, predicate: OnPath): Piece {
  if (predicate._tag === "Leaf") {
    return element._tag === "Inner"
      ? TestSql.presence(place.alias, element)
      : TestSql.of(context, place.alias, element.stored, predicate.test);
  }
  if (element._tag === "Value") return TestSql.NEVER;
  const isObject = element.presence === null ? [] : [TestSql.isObject(place.alias, element.presence)];
  return TestSql.all([...isObject, pieceOf(context, { ...place, fields: element.fields }, predicate.operand)]);
}

interface Alternative {
  readonly predicate: OnPath;
  readonly element: Layout.Element;
}

/** Alternatives that lead to one table are asked of each of its rows together, so that it is entered once. */
function alternatives(context: Context, place: Place, or: Qql.Predicate.Or): readonly Piece[] {
  const groups = new Map<unknown, { readonly tables: readonly Route.RouteTable[]; readonly members: Alternative[] }>();
  const others: Piece[] = [];
  for (const operand of flattened(or)) {
    const route = "path" in operand ? Route.of(place.fields, operand.path) : null;
    const [table] = route?.tables ?? [];
    if (!("path" in operand) || route === null || table === undefined || route.tables.length > 1) {
      others.push(pieceOf(context, place, operand));
      continue;
    }
    const group = groups.get(table) ?? { tables: route.tables, members: [] };
    groups.set(table, group);
    group.members.push({ predicate: operand, element: route.element });
  }
  const entered = [...groups.values()].map(({ tables, members }) =>
    enter(context, place, tables, (inner) =>
      TestSql.any(members.map(({ element, predicate }) => elementPiece(context, inner, element, predicate))),
    ),
  );
  return [...others, ...entered];
}

/** Operands that are Ors themselves, as searches are, give theirs. */
const flattened = ({ operands }: Qql.Predicate.Or): readonly Qql.Predicate.Predicate[] =>
  operands.flatMap((operand) => (operand._tag === "Or" ? flattened(operand) : [operand]));

/** There is a row, within what stands at the place, that the condition holds for. */
function enter(
  context: Context,
  place: Place,
  [table, ...rest]: readonly Route.RouteTable[],
  condition: (place: Place) => Piece,
): Piece {
  if (table === undefined) return condition(place);
  const inner = (at: Place): Piece => enter(context, at, rest, condition);
  return table._tag === "Child" ? enterChild(context, place, table, inner) : enterLinked(context, place, table, inner);
}

/** Only for places from which no path begins. */
const NO_FIELDS: Layout.Fields = new Map();

function enterChild(context: Context, place: Place, child: Layout.Child, condition: (place: Place) => Piece): Piece {
  const alias = `x${++context.aliases}`;
  const { table } = child;
  const keys = table.keys.map((key) => `${alias}.${key}`);
  const shared = keys.slice(0, place.keys.length);
  const from = `FROM ${table.name} AS ${alias} WHERE ${alias}.t = ${context.binding.bind(context.tenant)}`;
  const { text } = condition({ alias, keys, fields: NO_FIELDS });
  const where = text === TestSql.ALWAYS.text ? "" : ` AND ${text}`;
  if (context.shape === "set") {
    return { text: `${listed(place.keys)} IN (SELECT ${shared.join(", ")} ${from}${where})`, isTotal: true };
  }
  const within = shared.map((key, i) => ` AND ${key} = ${place.keys[i]}`).join("");
  return { text: `EXISTS (SELECT 1 ${from}${within}${where})`, isTotal: true };
}

const listed = (keys: readonly string[]): string => (keys.length === 1 ? `${keys[0]}` : `(${keys.join(", ")})`);

function enterLinked(
  context: Context,
  place: Place,
  { link }: Layout.Linked,
  condition: (place: Place) => Piece,
): Piece {
  const { binding, shape, tenant } = context;
  const [joint, alias] = [`x${++context.aliases}`, `x${++context.aliases}`];
  const column = (of: string, name: string): string => `${of}.${quoted(name)}`;
  const key = column(alias, link.key ?? "n");
  const [owner] = place.keys;
  const links = `${quoted(link.link)} AS ${joint}`;
  const elements = `${quoted(link.table)} AS ${alias}`;
  const on = `ON ${key} = ${column(joint, link.to)}`;
  // The order is given: from the elements that fulfil the condition, or from the links of the one row.
  const from =
    shape === "set" ? `FROM ${elements} CROSS JOIN ${links} ${on}` : `FROM ${links} CROSS JOIN ${elements} ${on}`;
  const conditions = shape === "set" ? [] : [`${column(joint, link.from)} = ${owner}`];
  if (link.tenant !== undefined) conditions.push(`${column(joint, link.tenant)} = ${binding.bind(tenant)}`);
  if (link.elementTenant !== undefined) {
    conditions.push(`${column(alias, link.elementTenant)} = ${binding.bind(tenant)}`);
  }
  if (link.fixed !== undefined) conditions.push(`(${link.fixed(joint, alias)})`);
  conditions.push(condition({ alias, keys: [key], fields: NO_FIELDS }).text);
  const where = conditions.join(" AND ");
  return shape === "set"
    ? { text: `${owner} IN (SELECT ${column(joint, link.from)} ${from} WHERE ${where})`, isTotal: true }
    : { text: `EXISTS (SELECT 1 ${from} WHERE ${where})`, isTotal: true };
}
