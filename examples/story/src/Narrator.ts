/** Tells the story to people: headings, tables, and live progress, as a bar on a terminal and as plain lines elsewhere. */
import { RunStatus } from "@fettle/agent-protocol";
import type { AssetRun, RunProgress } from "@fettle/core";

export interface Narrator {
  readonly say: (text: string) => void;
  readonly heading: (text: string) => void;
  /** Shows how far a run has come; called again and again. */
  readonly progress: (
    progress: RunProgress,
    runs: readonly { readonly name: string; readonly run: AssetRun.AssetRun }[],
  ) => void;
  /** Ends live progress, leaving its last state standing. */
  readonly settle: () => void;
}

const BAR_WIDTH = 30;

/** Writes to a stream; a terminal gets lines that are rewritten in place. */
export const make = (out: NodeJS.WriteStream): Narrator => {
  let drawn = 0;
  const seen = new Map<string, string>();
  const say = (text: string): void => {
    out.write(`${text}\n`);
  };
  const draw = (lines: readonly string[]): void => {
    if (drawn > 0) out.write(`\u001b[${drawn}A\u001b[0J`);
    out.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const tell = (lines: readonly (readonly [string, string])[]): void => {
    for (const [key, line] of lines) {
      if (seen.get(key) !== line) say(line);
      seen.set(key, line);
    }
  };
  return {
    say,
    heading: (text) => say(`\n── ${text} ${"─".repeat(Math.max(3, 76 - text.length))}`),
    progress: (progress, runs) => {
      const lines = runs.map(({ name, run }) => [`${run.id}`, `  ${name.padEnd(10)} ${describe(run)}`] as const);
      if (out.isTTY) draw([bar(progress), ...lines.map(([, line]) => line)]);
      else tell(lines);
    },
    settle: () => {
      drawn = 0;
      seen.clear();
    },
  };
};

const bar = (p: RunProgress): string => {
  const done = p.assets === 0 ? BAR_WIDTH : Math.round((BAR_WIDTH * p.final) / p.assets);
  return `  [${"█".repeat(done)}${"·".repeat(BAR_WIDTH - done)}] ${p.final} of ${p.assets} assets, ${p.responded} responded`;
};

const describe = (run: AssetRun.AssetRun): string => {
  const done = Object.keys(run.state.results).length;
  const patches = run.patches.length === 0 ? "" : ` (${done} of ${run.patches.length} patches)`;
  return `${RunStatus.label(run.state.status)}${patches}`;
};
