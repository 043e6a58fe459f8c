/** A piece of a statement with the values of its placeholders, in their order. */
import type * as Binding from "../../../search/Binding.ts";

export interface Fragment {
  readonly text: string;
  readonly parameters: readonly Binding.Argument[];
}

export const of = (text: string, ...parameters: readonly Binding.Argument[]): Fragment => ({ text, parameters });

export const always: Fragment = of("1");

/** Side by side, with text between. */
export const joined = (pieces: readonly Fragment[], between: string): Fragment => ({
  text: pieces.map(({ text }) => text).join(between),
  parameters: pieces.flatMap(({ parameters }) => parameters),
});

/** All of them hold. */
export const all = (pieces: readonly Fragment[]): Fragment => (pieces.length === 0 ? always : joined(pieces, " AND "));

/** What stands between the pieces is the text's own: `` sql`SELECT n FROM x WHERE ${condition}` ``. */
export const sql = (texts: readonly string[], ...pieces: readonly Fragment[]): Fragment => ({
  text: texts.map((text, i) => text + (pieces[i]?.text ?? "")).join(""),
  parameters: pieces.flatMap(({ parameters }) => parameters),
});

/** Numbers as one value, to stand behind IN: however many there are, but for one alone, the statement is the same. */
export const numbers = (values: readonly number[]): Fragment =>
  values.length === 1 ? of("(?)", values[0] as number) : of("(SELECT value FROM json_each(?))", JSON.stringify(values));
