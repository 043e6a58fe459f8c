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
import * as Entered from "./Entered.ts";
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
  /**
   * A SELECT, with the same parameters, of the numbers of all rows of the tenant that the condition holds for, each once;
   * null where the main table has to be asked as well. Counting them looks at no row of the main table.
   */
  readonly numbers: string | null;
  /** Whether these are of rows in the main table's scope only. */
  readonly areInScope: boolean;
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
  readonly known?: TestSql.KnownRows;
  /**
   * Finds the elements of a linked table that fulfil what is asked of them, so that links are entered by them; null where
   * they are too many to be named. Left out, they are looked for within the statement.
   */
  readonly elements?: Elements;
  /** Finds the number of a shared text that is spelled out, so that rows are compared with it. Left out, it is looked for within. */
  readonly texts?: TestSql.Numbers;
}

export type Elements = TestSql.Numbers;

/** The condition for the rows of a layout's main table. */
export function of(predicate: Qql.Predicate.Predicate, layout: Layout.Layout, options: Options): PredicateSql {
  const written = write(predicate, layout, options, Binding.inOrder());
  return Binding.isTooMany(written.parameters) ? write(predicate, layout, options, Binding.byName()) : written;
}

function write(
  predicate: Qql.Predicate.Predicate,
  layout: Layout.Layout,
  { alias, shape, now, tenant, trigrams = true, known, elements, texts }: Options,
  binding: Binding.Binding,
): PredicateSql {
  const context: Context = {
    shape,
    now,
    tenant,
    withTrigrams: trigrams,
    binding,
    known: known ?? null,
    elements: elements ?? null,
    texts: texts ?? null,
    aliases: 0,
  };
  const place: Entered.Place = { alias, keys: [`${alias}.n`], fields: layout.fields };
  const { text, numbers = null, isInScope = false } = pieceOf(context, place, predicate);
  return { text, parameters: binding.values(), numbers, areInScope: isInScope };
}

interface Context extends TestSql.Context {
  readonly shape: Shape;
  readonly elements: Elements | null;
}

/** What is asked of a row, within the statement of a context. */
type Condition = (context: Context, place: Entered.Place) => Piece;

type Piece = TestSql.Piece;
type Predicate = Qql.Predicate.Predicate;

function pieceOf(context: Context, place: Entered.Place, predicate: Predicate): Piece {
  switch (predicate._tag) {
    case "And":
      return TestSql.all(conjunction(context, place, predicate));
    case "Or":
      return TestSql.any(alternatives(context, place, predicate));
    case "Not":
      return TestSql.not(pieceOf(context, place, predicate.operand));
    default: {
      const route = Route.of(place.fields, predicate.path);
      if (route === null) return TestSql.NEVER;
      return enter(context, place, route.tables, (of, inner) => elementPiece(of, inner, route.element, predicate));
    }
  }
}

type OnPath = Qql.Predicate.Leaf | Qql.Predicate.Nested;

/** What is asked of the element that the path leads to. */
function elementPiece(context: Context, place: Entered.Place, element: Layout.Element, predicate: OnPath): Piece {
  if (predicate._tag === "Leaf") {
    return element._tag === "Inner"
      ? TestSql.presence(place.alias, element)
      : TestSql.of(context, place.alias, element.stored, predicate.test);
  }
  if (element._tag === "Value") return TestSql.NEVER;
  const { alias, keys } = place;
  const { fields, presence } = element;
  const isObject = presence === null ? TestSql.ALWAYS : TestSql.isObject(alias, presence);
  const inner = pieceOf(context, { alias, keys, fields }, predicate.operand);
  return isObject === TestSql.ALWAYS ? inner : TestSql.all([isObject, inner]);
}

/** There is a row, within what stands at the place, that the condition holds for; of the tables, from the one at `at` on. */
function enter(
  context: Context,
  place: Entered.Place,
  tables: readonly Route.RouteTable[],
  condition: Condition,
  at = 0,
): Piece {
  const table = tables[at];
  if (table === undefined) return condition(context, place);
  const inside: Condition = (of, inner) => enter(of, inner, tables, condition, at + 1);
  const known = table._tag === "Linked" ? lookedUp(context, table.link, inside) : null;
  const entered = known ?? Entered.of(context, place, table);
  const { from, owner, isOfTenant, isInScope } = entered;
  const { text } = known === null ? inside(context, entered.place) : TestSql.ALWAYS;
  const where = text === TestSql.ALWAYS.text ? "" : ` AND ${text}`;
  if (context.shape === "set") {
    const selected = `${joined(owner)} ${from}${where}`;
    const numbers = isOfTenant ? (entered.numbers ?? `SELECT DISTINCT ${selected}`) : null;
    return { text: `${listed(place.keys)} IN (SELECT ${selected})`, isTotal: true, numbers, isInScope, selected };
  }
  let within = "";
  for (let i = 0; i < owner.length; i++) within += ` AND ${owner[i]} = ${place.keys[i]}`;
  return { text: `EXISTS (SELECT 1 ${from}${within}${where})`, isTotal: true };
}

/** The links to the elements that a condition holds for, which are looked up before; null where they have to be joined. */
function lookedUp(context: Context, link: Layout.Link, condition: Condition): Entered.Entered | null {
  if (context.elements === null || link.fixed !== undefined) return null;
  const own: Context = { ...context, binding: Binding.inOrder() };
  const select = Entered.elements(own, link, (place) => condition(own, place));
  const keys = Binding.isTooMany(select.parameters) ? null : context.elements(select);
  return keys === null ? null : Entered.among(context, link, keys, context.shape === "probe");
}

const joined = (keys: readonly string[]): string => (keys.length === 1 ? `${keys[0]}` : keys.join(", "));

const listed = (keys: readonly string[]): string => (keys.length === 1 ? `${keys[0]}` : `(${joined(keys)})`);

/** A subselect may be put together from 500 others at most. */
const COMPOUND_MAX = 100;

/**
 * Operands of an AND. In sets, what other tables are asked for is brought together before a row is looked at: SQLite
 * merges subselects in the order of an index, which takes a fraction of looking each row of one up in the others.
 */
function conjunction(context: Context, place: Entered.Place, and: Qql.Predicate.And): readonly Piece[] {
  const operands = flattened(and);
  const having: Selected[] = [];
  const without: Selected[] = [];
  const others: Predicate[] = [];
  for (const operand of operands) {
    const isNot = operand._tag === "Not";
    const selected = context.shape === "set" ? selectedBy(place, isNot ? operand.operand : operand) : null;
    if (selected === null) others.push(operand);
    else if (isNot) without.push(selected);
    else having.push(selected);
  }
  if (having.length === 0 || having.length + without.length < 2) {
    return operands.map((operand) => pieceOf(context, place, operand));
  }
  const pieces = others.map((operand) => pieceOf(context, place, operand));
  const all = [...having, ...without];
  for (let at = 0; at < all.length; at += COMPOUND_MAX) {
    pieces.push(compound(context, place, all.slice(at, at + COMPOUND_MAX), having.length - at));
  }
  return pieces;
}

interface Selected {
  readonly route: Route.Route;
  readonly predicate: OnPath;
}

/** Null for what isn't asked of other tables. */
function selectedBy(place: Entered.Place, predicate: Predicate): Selected | null {
  const route = "path" in predicate ? Route.of(place.fields, predicate.path) : null;
  return route === null || route.tables.length === 0 ? null : { route, predicate: predicate as OnPath };
}

/** The first `having` are to be among, the others not; of a part without any to be among, none of them. */
function compound(context: Context, place: Entered.Place, selected: readonly Selected[], having: number): Piece {
  let numbers = "";
  let isOfTenant = true;
  let isInScope = false;
  for (const [i, { route, predicate }] of selected.entries()) {
    const condition: Condition = (of, at) => elementPiece(of, at, route.element, predicate);
    const made_ = enter(context, place, route.tables, condition);
    const { selected: made = "", numbers: ofTenant = null } = made_;
    if (i < having) isInScope ||= made_.isInScope === true;
    if (i > 0) numbers += having <= 0 ? " UNION ALL " : i < having ? " INTERSECT " : " EXCEPT ";
    numbers += `SELECT ${made}`;
    isOfTenant &&= ofTenant !== null;
  }
  const text = `${listed(place.keys)} ${having > 0 ? "IN" : "NOT IN"} (${numbers})`;
  // One alone would give numbers more than once.
  const areAll = having > 0 && selected.length > 1 && isOfTenant;
  return areAll ? { text, isTotal: true, numbers, isInScope } : { text, isTotal: true };
}

/** Alternatives that lead to one table are asked of each of its rows together, so that it is entered once. */
function alternatives(context: Context, place: Entered.Place, or: Qql.Predicate.Or): readonly Piece[] {
  const groups = new Map<Route.RouteTable, Alternative[]>();
  const pieces: Piece[] = [];
  for (const predicate of flattened(or)) {
    const route = "path" in predicate ? Route.of(place.fields, predicate.path) : null;
    const table = route?.tables[0];
    if (!("path" in predicate) || route === null || table === undefined || route.tables.length > 1) {
      pieces.push(pieceOf(context, place, predicate));
      continue;
    }
    const { element } = route;
    const group = groups.get(table);
    if (group === undefined) groups.set(table, [{ predicate, element }]);
    else group.push({ predicate, element });
  }
  for (const [table, group] of groups) {
    const condition: Condition = (of, inner) =>
      TestSql.any(group.map(({ element, predicate }) => elementPiece(of, inner, element, predicate)));
    pieces.push(enter(context, place, [table], condition));
  }
  return pieces;
}

interface Alternative {
  readonly predicate: OnPath;
  readonly element: Layout.Element;
}

/** Operands that are of the same kind themselves, as searches in an OR are, give theirs. */
const flattened = ({ _tag, operands }: Qql.Predicate.And | Qql.Predicate.Or): readonly Predicate[] =>
  operands.some((operand) => operand._tag === _tag)
    ? operands.flatMap((operand) => (operand._tag === _tag ? flattened(operand as Qql.Predicate.Or) : [operand]))
    : operands;
