/** How a search is carried out, for operators: its statements, SQLite's own plan of each, and what it means for them. */
import type { AssetPaging, SearchPlan } from "@fettle/core";
import * as Qql from "@fettle/qql";
import * as SearchTables from "../SearchTables.ts";
import * as AssetSql from "./AssetSql.ts";
import type * as Fragment from "./Fragment.ts";
import * as PageSql from "./PageSql.ts";
import type * as Statements from "./Statements.ts";

/** What one statement is for. */
export interface Purposed {
  readonly purpose: string;
  readonly statement: Fragment.Fragment;
}

/** The plan of a question whose page is read in a shape. */
export const of = (
  statements: Statements.Statements,
  asked: AssetSql.Asked,
  paging: AssetPaging,
  { count, shape }: { readonly count: Fragment.Fragment; readonly shape: "set" | "probe" },
): SearchPlan => {
  const { question } = asked;
  const found = AssetSql.found(asked, shape);
  const purposes: readonly Purposed[] = [
    ...(question.patch === null
      ? []
      : [{ purpose: "patches", statement: AssetSql.hits(asked, question.patch, SearchTables.MISSING) }]),
    { purpose: "count", statement: count },
    { purpose: "page", statement: PageSql.known(found, shape, asked.tenant, paging, null) },
  ];
  const planned = purposes.map(({ purpose, statement }) => planOf(statements, purpose, statement));
  const cost = question.asset === null ? Qql.Cost.SCAN : Qql.Cost.of(question.asset.checked);
  const isAll = question.asset === null && question.patch === null && question.view === "all";
  return { cost, statements: planned, warnings: isAll ? [] : planned.flatMap(warningsOf) };
};

type Planned = SearchPlan["statements"][number];

const planOf = (statements: Statements.Statements, purpose: string, statement: Fragment.Fragment): Planned => {
  const steps = statements.plan(statement);
  const indexes = steps.flatMap((step) => /\bINDEX (\S.*?)(?: \(|$)/.exec(step)?.[1] ?? []);
  return { purpose, sql: statement.text, steps, indexes: [...new Set(indexes)] };
};

/** The tables that grow with the fleet or the catalogue, by what statements call them. */
const GROWING: Readonly<Record<string, string>> = { a: "every asset", p: "every patch" };

// A page follows its order's index and ends when it is full; what is counted is looked at to the last.
const warningsOf = ({ purpose, steps }: Planned): readonly string[] =>
  steps.flatMap((step) => {
    const what =
      GROWING[/^(?:SCAN (\w+)|SEARCH (\w+) USING .*\((?:t|managed)=\?\)$)/.exec(step)?.slice(1).find(Boolean) ?? ""];
    if (purpose === "page" || what === undefined) return [];
    return [`${purpose}: ${what} is looked at, since no condition can be looked up in an index; add one that can`];
  });
