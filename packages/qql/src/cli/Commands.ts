/** The commands: each answers people or programs, and resolves to the exit code. */
import type { Readable } from "node:stream";
import { styleText } from "node:util";
import type * as Ast from "../Ast.ts";
import * as Canonical from "../Canonical.ts";
import type * as Catalog from "../Catalog.ts";
import type * as Checked from "../Checked.ts";
import * as Completion from "../Completion.ts";
import * as Cost from "../Cost.ts";
import * as Dependencies from "../Dependencies.ts";
import * as Diagnostic from "../Diagnostic.ts";
import * as Highlight from "../Highlight.ts";
import * as Message from "../Message.ts";
import * as Parser from "../Parser.ts";
import * as Printer from "../Printer.ts";
import { inspect } from "../Query.ts";
import * as Rendering from "../Rendering.ts";
import type { Invocation } from "./Arguments.ts";
import * as ExitCode from "./ExitCode.ts";
import * as Input from "./Input.ts";
import * as Matching from "./Matching.ts";
import type { Output } from "./Output.ts";
import * as Table from "./Table.ts";

export interface Shell {
  readonly input: Readable;
  readonly output: Output;
  readonly complaints: Output;
  readonly now: number;
  /** Whether colours are wanted. */
  readonly isColored: boolean;
}

/** A query's text as it was read. */
interface Look {
  readonly text: string;
  readonly ast: Ast.Expr;
  /** Null without a catalogue, and where there are errors. */
  readonly checked: Checked.Checked | null;
  readonly diagnostics: readonly Message.Told[];
}

/** Does what the invocation says. */
export async function perform(invocation: Invocation, shell: Shell): Promise<number> {
  const { command } = invocation;
  const catalog = invocation.catalog === null ? null : Input.catalog(invocation.catalog);
  const text = await Input.query(invocation.query, shell.input);
  if (command === "highlight") return highlight(invocation, shell, text);
  if (command === "complete" && catalog !== null) return complete(invocation, shell, catalog, text);
  const look = lookAt(catalog, text);
  if (command === "check") return check(invocation, shell, look);
  if (!invocation.isJson) await tell(look, shell.complaints);
  if (Diagnostic.hasError(look.diagnostics)) {
    if (invocation.isJson) await answer(shell, { ok: false, diagnostics: look.diagnostics });
    return ExitCode.QUERY_HAS_ERRORS;
  }
  if (catalog === null || look.checked === null || command === "print") return print(invocation, shell, look);
  const request: Matching.Request = {
    catalog,
    text,
    checked: look.checked,
    documents: Input.documents(invocation.documents, shell.input),
    now: invocation.now ?? shell.now,
    isJson: invocation.isJson,
  };
  return command === "match" ? Matching.match(request, shell) : Matching.explain(request, shell);
}

function lookAt(catalog: Catalog.Catalog | null, text: string): Look {
  if (catalog !== null) return inspect(catalog, text);
  const { ast, diagnostics } = Parser.parse(text);
  return { text, ast, checked: null, diagnostics: Message.tell(text, diagnostics) };
}

async function tell({ text, diagnostics }: Look, to: Output): Promise<void> {
  if (diagnostics.length > 0) await to.write(`${Rendering.renderAll(text, diagnostics)}\n`);
}

const answer = ({ output }: Shell, value: object): Promise<void> => output.write(`${JSON.stringify(value, null, 2)}\n`);

async function check({ isJson }: Invocation, shell: Shell, look: Look): Promise<number> {
  const { ast, checked, diagnostics } = look;
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const meaning = checked === null ? null : meaningOf(checked);
  if (isJson) await answer(shell, { ok: errors === 0, ...meaning, diagnostics });
  else {
    await tell(look, shell.output);
    const reading = meaning?.canonical ?? Printer.print(ast);
    if (errors > 0) await shell.output.write(`\n${errors === 1 ? "One error." : `${errors} errors.`}\n`);
    else await shell.output.write(`${diagnostics.length > 0 ? "\n" : ""}${soundness(reading, meaning)}`);
  }
  return errors > 0 ? ExitCode.QUERY_HAS_ERRORS : ExitCode.DONE;
}

interface Meaning {
  readonly canonical: string;
  /** Tokens and groups that it asks for. */
  readonly tokens: readonly string[];
  /** Whether the answer may change as time passes. */
  readonly isOnClock: boolean;
  /** See Cost. */
  readonly cost: number;
}

function meaningOf(checked: Checked.Checked): Meaning {
  const { tokens, isOnClock } = Dependencies.of(checked);
  return { canonical: Canonical.print(checked), tokens: [...tokens], isOnClock, cost: Cost.of(checked) };
}

function soundness(reading: string, meaning: Meaning | null): string {
  const head = `Sound: ${Table.plain(reading)}\n`;
  if (meaning === null) return `${head}Without a catalogue, names and values were not looked up.\n`;
  const clock = meaning.isOnClock ? ", and for the time" : "";
  const cost = `${meaning.cost} of ${Cost.SCAN}, which is reading every document`;
  return `${head}Asks for ${meaning.tokens.join(", ")}${clock}. Costs a store about ${cost}.\n`;
}

async function print({ isJson, isFormatted }: Invocation, shell: Shell, look: Look): Promise<number> {
  const { ast, checked, diagnostics } = look;
  const tree = checked === null ? ast : Canonical.toAst(checked);
  const text = isFormatted ? Printer.format(tree) : Printer.print(tree);
  if (isJson) await answer(shell, { ok: true, text, diagnostics });
  else await shell.output.write(`${text}\n`);
  return ExitCode.DONE;
}

async function complete(
  { isJson, offset }: Invocation,
  shell: Shell,
  catalog: Catalog.Catalog,
  text: string,
): Promise<number> {
  const completion = Completion.complete(catalog, text, Math.min(offset ?? text.length, text.length));
  if (isJson) await answer(shell, { ok: true, ...completion });
  else await shell.output.write(Table.render(completion.items.map(({ label, kind, detail }) => [label, kind, detail])));
  return ExitCode.DONE;
}

async function highlight({ isJson }: Invocation, shell: Shell, text: string): Promise<number> {
  const parsed = Parser.parse(text);
  const pieces = Highlight.highlight(parsed);
  if (isJson) await answer(shell, { ok: true, pieces });
  else await shell.output.write(`${shell.isColored ? colored(text, pieces) : text}\n`);
  return Diagnostic.hasError(parsed.diagnostics) ? ExitCode.QUERY_HAS_ERRORS : ExitCode.DONE;
}

const COLORS: { readonly [K in Highlight.Kind]: Parameters<typeof styleText>[0] } = {
  name: "cyan",
  operator: "gray",
  value: "green",
  quoted: "green",
  wildcard: "magenta",
  keyword: "bold",
  punctuation: "gray",
  error: "red",
};

/** The text with each piece in its colour, and nothing of the terminal's own in it. */
function colored(text: string, pieces: readonly Highlight.Piece[]): string {
  let [made, at] = ["", 0];
  for (const { kind, start, end } of pieces) {
    made += Table.plain(text.slice(at, start)) + styleText(COLORS[kind], Table.plain(text.slice(start, end)));
    at = end;
  }
  return made + Table.plain(text.slice(at));
}
