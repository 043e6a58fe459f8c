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
    case "Or": {
      const pieces = predicate.operands.map((operand) => pieceOf(context, place, operand));
      return predicate._tag === "And" ? TestSql.all(pieces) : TestSql.any(pieces);
    }
    case "Not":
      return TestSql.not(pieceOf(context, place, predicate.operand));
    case "Nested": {
      const { path, operand } = predicate;
      return along(context, place, path, (at, field) => {
        if (field._tag !== "Inner") return TestSql.NEVER;
        const inner = pieceOf(context, { ...at, fields: field.fields }, operand);
        return field.presence === null
          ? inner
          : TestSql.all([{ text: `${at.alias}.${field.presence} = 1`, isTotal: false }, inner]);
      });
    }
    case "Leaf":
      return along(context, place, predicate.path, (at, field) =>
        field._tag === "Inner"
          ? TestSql.presence(at.alias, field)
          : TestSql.of(context, at.alias, field.stored, predicate.test),
      );
  }
}

/** Of the element that a path leads to. */
type At = (place: Place, element: Layout.Element) => Piece;

/** Follows a path to what it leads to; of tables on the way only the last is entered, whose keys say what they are within. */
function along(context: Context, place: Place, path: readonly Qql.Catalog.Step[], at: At): Piece {
  let fields = place.fields;
  let entered: Layout.Child | Layout.Linked | null = null;
  for (const [i, { key }] of path.entries()) {
    const field = fields.get(key);
    if (field === undefined) return TestSql.NEVER;
    const isTable = field._tag === "Child" || field._tag === "Linked";
    if (isTable && entered?._tag === "Linked") {
      return enter(context, place, entered, (inner) => along(context, inner, path.slice(i), at));
    }
    if (isTable) entered = field;
    const element: Layout.Element = isTable ? field.element : field;
    if (i === path.length - 1) {
      return entered === null
        ? at({ ...place, fields }, element)
        : enter(context, place, entered, (inner) => at(inner, element));
    }
    if (element._tag !== "Inner") return TestSql.NEVER;
    fields = element.fields;
  }
  return TestSql.NEVER;
}

const NO_FIELDS: Layout.Fields = new Map();

/** There is a row of the table, within what stands at the place, that the condition holds for. */
function enter(
  context: Context,
  place: Place,
  field: Layout.Child | Layout.Linked,
  condition: (place: Place) => Piece,
): Piece {
  return field._tag === "Child"
    ? enterChild(context, place, field, condition)
    : enterLinked(context, place, field, condition);
}

function enterChild(context: Context, place: Place, child: Layout.Child, condition: (place: Place) => Piece): Piece {
  const alias = `x${++context.aliases}`;
  const { table, element } = child;
  const keys = table.keys.map((key) => `${alias}.${key}`);
  const shared = keys.slice(0, place.keys.length);
  const from = `FROM ${table.name} AS ${alias} WHERE ${alias}.t = ${context.binding.bind(context.tenant)}`;
  const fields = element._tag === "Inner" ? element.fields : NO_FIELDS;
  const { text } = condition({ alias, keys, fields });
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
  { link, element }: Layout.Linked,
  condition: (place: Place) => Piece,
): Piece {
  const { binding, shape, tenant } = context;
  const [joint, alias] = [`x${++context.aliases}`, `x${++context.aliases}`];
  const column = (of: string, name: string): string => `${of}.${quoted(name)}`;
  const key = column(alias, link.key ?? "n");
  const [owner] = place.keys;
  const from = `FROM ${quoted(link.link)} AS ${joint} JOIN ${quoted(link.table)} AS ${alias} ON ${key} = ${column(joint, link.to)}`;
  const conditions = shape === "set" ? [] : [`${column(joint, link.from)} = ${owner}`];
  if (link.tenant !== undefined) conditions.push(`${column(joint, link.tenant)} = ${binding.bind(tenant)}`);
  if (link.fixed !== undefined) conditions.push(`(${link.fixed(joint, alias)})`);
  const fields = element._tag === "Inner" ? element.fields : NO_FIELDS;
  conditions.push(condition({ alias, keys: [key], fields }).text);
  const where = conditions.join(" AND ");
  return shape === "set"
    ? { text: `${owner} IN (SELECT ${column(joint, link.from)} ${from} WHERE ${where})`, isTotal: true }
    : { text: `EXISTS (SELECT 1 ${from} WHERE ${where})`, isTotal: true };
}
