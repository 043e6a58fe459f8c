/**
 * Agents chosen by criteria, as bulk actions over REST take them (AGT-08): a list of field, operator and value that all
 * have to hold. A list is one way to write a query: {@link toQuery} gives the QQL text, and that is what is carried out.
 */
import type { Ast } from "@fettle/qql";
import * as Qql from "@fettle/qql";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as AgentCatalog from "./AgentCatalog.ts";

export const operators = ["EQUALS", "NOT EQUALS", "IN", "LESSER", "GREATER"] as const;
export type Operator = (typeof operators)[number];

const exactly: readonly Operator[] = ["EQUALS", "NOT EQUALS", "IN"];
const ordered: readonly Operator[] = ["EQUALS", "NOT EQUALS", "IN", "LESSER", "GREATER"];

/** Each field with the token that it stands for and the operators that it takes. */
export const fields = {
  id: { token: "asset.agentId", operators: exactly },
  name: { token: "name", operators: exactly },
  tagName: { token: "tags.name", operators: exactly },
  activationKey: { token: "agentActivationKey", operators: exactly },
  configurationProfile: { token: "configurationProfile", operators: exactly },
  activatedForModule: { token: "activatedForModule", operators: exactly },
  agentVersion: { token: "agentVersion", operators: ordered },
  lastCheckedIn: { token: "lastCheckedIn", operators: ["LESSER", "GREATER"] },
  lastActivity: { token: "lastActivity", operators: ["LESSER", "GREATER"] },
} as const satisfies Record<string, { readonly token: string; readonly operators: readonly Operator[] }>;
export type Field = keyof typeof fields;

export interface Criterion {
  readonly field: Field;
  readonly operator: Operator;
  /** Several for `IN`, separated by commas. */
  readonly value: string;
}

/** Most criteria of one action, and values of one `IN`. */
export const CRITERIA_MAX = 20;
export const VALUES_MAX = 200;

/**
 * The query that criteria stand for. Everything that is wrong with them is said at once.
 *
 * @example
 * AgentCriteria.toQuery([{ field: "tagName", operator: "EQUALS", value: "Lab" }]); // ok("tags.name: `Lab`")
 */
export const toQuery = (criteria: readonly Criterion[]): Result<string, readonly Rejection.Rejection[]> => {
  if (criteria.length === 0 || criteria.length > CRITERIA_MAX) {
    const message = `1–${CRITERIA_MAX} criteria; none would choose every agent`;
    return fail([Rejection.make("AGT-08", "invalid", message, "criteria")]);
  }
  const read = criteria.map((criterion, i) => conditionOf(criterion, `criteria.${i}`));
  const wrong = read.flatMap((r) => (r.ok ? [] : [r.error]));
  if (wrong.length > 0) return fail(wrong);
  const operands = read.flatMap((r) => (r.ok ? [r.value] : []));
  const [first] = operands;
  const text = Qql.Printer.print(
    operands.length === 1 && first !== undefined ? first : { ...nowhere, _tag: "And", operands },
  );
  const query = Qql.compile(AgentCatalog.catalog, text);
  if (query.ok) return ok(text);
  const errors = query.error.filter((d) => d.severity === "error");
  return fail(errors.map((d) => Rejection.make("AGT-08", "invalid", d.message, "criteria")));
};

const nowhere = { start: 0, end: 0 };

const conditionOf = (criterion: Criterion, path: string): Result<Ast.Expr, Rejection.Rejection> => {
  const { field, operator, value } = criterion;
  const wrong = (message: string, member: string): Result<never, Rejection.Rejection> =>
    fail(Rejection.make("AGT-08", "invalid", message, `${path}.${member}`));
  if (!Object.hasOwn(fields, field)) return wrong(`one of ${Object.keys(fields).join(", ")}`, "field");
  const known: { readonly token: string; readonly operators: readonly Operator[] } = fields[field];
  if (!known.operators.includes(operator)) return wrong(`${field} takes ${known.operators.join(", ")}`, "operator");
  const values = (operator === "IN" ? value.split(",") : [value]).map((v) => v.trim());
  if (values.length > VALUES_MAX) return wrong(`at most ${VALUES_MAX} values`, "value");
  if (values.some((v) => v === "" || v.includes("`"))) {
    return wrong("a value has at least one character, and no backtick", "value");
  }
  return ok(expressed(known.token, operator, values));
};

const expressed = (token: string, operator: Operator, values: readonly string[]): Ast.Expr => {
  const name: Ast.Name = { ...nowhere, text: token };
  const literals = values.map((text): Ast.Literal => ({ ...nowhere, _tag: "Exact", text }));
  const [value = literals[0] as Ast.Literal] = literals;
  switch (operator) {
    case "EQUALS":
      return { ...nowhere, _tag: "Match", name, value };
    case "NOT EQUALS":
      return { ...nowhere, _tag: "Not", operand: { ...nowhere, _tag: "Match", name, value } };
    case "IN":
      return { ...nowhere, _tag: "AnyOf", name, values: literals };
    case "LESSER":
      return { ...nowhere, _tag: "Compare", name, operator: "<", value };
    case "GREATER":
      return { ...nowhere, _tag: "Compare", name, operator: ">", value };
  }
};
