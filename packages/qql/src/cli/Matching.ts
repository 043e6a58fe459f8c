/** `match` and `explain`: a sound query and documents, read and answered one at a time. */
import type * as Catalog from "../Catalog.ts";
import type * as Checked from "../Checked.ts";
import * as Dependencies from "../Dependencies.ts";
import * as Explain from "../Explain.ts";
import * as Matcher from "../Matcher.ts";
import * as Decoding from "./Decoding.ts";
import * as ExitCode from "./ExitCode.ts";
import type { Numbered } from "./Input.ts";
import type { Output } from "./Output.ts";
import * as Table from "./Table.ts";
import * as Tree from "./Tree.ts";

export interface Request {
  readonly catalog: Catalog.Catalog;
  readonly text: string;
  readonly checked: Checked.Checked;
  readonly documents: AsyncIterable<Numbered>;
  readonly now: number;
  readonly isJson: boolean;
}

interface Outputs {
  readonly output: Output;
  readonly complaints: Output;
}

/** The documents that the query selects: for people a table of what the query asks for, for programs the documents. */
export async function match(request: Request, { output, complaints }: Outputs): Promise<number> {
  const { catalog, checked, now, isJson } = request;
  const matches = Matcher.compile(checked);
  const table = isJson ? null : tableOf(catalog, checked, output);
  let [total, matched] = [0, 0];
  if (isJson) await output.write('{\n  "ok": true,\n  "documents": [');
  for await (const { number, document, decoded } of decodedOf(request, complaints)) {
    if (!output.isOpen()) break;
    total += 1;
    if (!matches(decoded, now)) continue;
    matched += 1;
    if (table !== null) await table.add(number, decoded);
    else await output.write(`${matched === 1 ? "" : ","}\n    ${JSON.stringify(document)}`);
  }
  await table?.close();
  if (isJson) await output.write(`${matched > 0 ? "\n  " : ""}],\n  "matched": ${matched},\n  "total": ${total}\n}\n`);
  else await output.write(`${matched} of ${total} documents\n`);
  return matched > 0 ? ExitCode.DONE : ExitCode.NOTHING_SELECTED;
}

/** Each document's answer with what it comes from. */
export async function explain(request: Request, { output, complaints }: Outputs): Promise<number> {
  const { catalog, text, checked, now, isJson } = request;
  let total = 0;
  if (isJson) await output.write('{\n  "ok": true,\n  "explanations": [');
  for await (const { number, decoded } of decodedOf(request, complaints)) {
    if (!output.isOpen()) break;
    total += 1;
    const explanation = Explain.explain(checked, decoded, now);
    if (isJson) {
      const entry = JSON.stringify({ number, holds: explanation.holds, explanation }, withoutMaps);
      await output.write(`${total === 1 ? "" : ","}\n    ${entry}`);
    } else {
      const head = `${Tree.mark(explanation.holds)} document ${number}${nameOf(catalog, decoded)}\n`;
      await output.write(`${total === 1 ? "" : "\n"}${head}${Tree.render(catalog, text, explanation)}`);
    }
  }
  if (isJson) await output.write(`${total > 0 ? "\n  " : ""}]\n}\n`);
  return ExitCode.DONE;
}

const withoutMaps = (_: string, value: unknown): unknown => (value instanceof Map ? Object.fromEntries(value) : value);

interface Decoded extends Numbered {
  readonly decoded: Catalog.AnyDocument;
}

/** More complaints about dates would say nothing new. */
const COMPLAINTS_MAX = 5;

async function* decodedOf({ catalog, documents }: Request, complaints: Output): AsyncGenerator<Decoded, void> {
  let told = 0;
  for await (const { number, document } of documents) {
    const unreadable: Decoding.Unreadable[] = [];
    const decoded = Decoding.decode(catalog, document, (one) => unreadable.push(one));
    for (const { name, value } of unreadable) {
      told += 1;
      const shown = Table.cut(Table.plain(value), Table.CELL_COLUMNS_MAX);
      if (told <= COMPLAINTS_MAX)
        await complaints.write(`warning: ${name} of document ${number} is not a date: ${shown}\n`);
      if (told === COMPLAINTS_MAX) await complaints.write("warning: what else is not a date isn't told\n");
    }
    yield { number, document, decoded };
  }
}

/** The token that people know a document by: the catalogue's first name or title. */
function nameOf(catalog: Catalog.Catalog, document: Catalog.AnyDocument): string {
  const token = nameToken(catalog);
  const value = token === undefined ? undefined : document[token.name];
  return typeof value === "string" ? `: ${Table.cut(Table.plain(value), 2 * Table.CELL_COLUMNS_MAX)}` : "";
}

const nameToken = ({ tokens }: Catalog.Catalog): Catalog.Token | undefined =>
  tokens.find(({ name }) => name === "name" || name === "title");

interface GrowingTable {
  readonly add: (number: number, document: Catalog.AnyDocument) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Rows by which the widths of the columns are chosen; those behind are cut to them. */
const MEASURED_ROWS = 200;

function tableOf(catalog: Catalog.Catalog, checked: Checked.Checked, output: Output): GrowingTable {
  const asked = Dependencies.of(checked).tokens;
  const name = nameToken(catalog);
  const shown = catalog.tokens.filter((token) => token === name || asked.has(token.name));
  const rows: (readonly string[])[] = [["#", ...shown.map((token) => token.name)]];
  let widths: readonly number[] | null = null;
  const flush = async (): Promise<void> => {
    widths ??= Table.widthsOf(rows);
    for (const row of rows.splice(0)) await output.write(Table.line(row, widths));
  };
  return {
    add: async (number, document) => {
      rows.push([String(number), ...shown.map((token) => cellOf(catalog, token, document))]);
      if (widths !== null || rows.length > MEASURED_ROWS) await flush();
    },
    close: async () => {
      if (widths !== null || rows.length > 1) await flush();
    },
  };
}

const cellOf = (catalog: Catalog.Catalog, token: Catalog.Token, document: Catalog.AnyDocument): string =>
  reached(token.path, document)
    .map((value) => Tree.show(catalog, token.name, value))
    .join(", ");

function reached([step, ...rest]: readonly Catalog.Step[], value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((each) => reached(step === undefined ? [] : [step, ...rest], each));
  if (step === undefined) return [value];
  return typeof value === "object" ? reached(rest, (value as Catalog.AnyDocument)[step.key]) : [];
}
