/**
 * The TypeScript in the pages. A block marked `ts` is type-checked, one marked `ts run` is also executed and must end with
 * exit code 0; one marked `ts fragment` is neither, for what cannot stand alone. The block under the heading of the
 * README that speaks of 60 seconds must run and be short enough for that.
 */
import { blocksIn } from "./Markdown.ts";
import { type Finding, isMarkdown, type Source } from "./Source.ts";

/** More is not read in a minute. */
export const QUICK_EXAMPLE_LINES_MAX = 40;

const README = "README.md";
const QUICK = /\b60[ -]seconds?\b|\bsixty seconds\b/i;
const MODES = new Set(["run", "fragment"]);

export interface CodeBlock {
  /** Where it stands: `docs/start/first.md:12`. */
  readonly place: string;
  /** A file name made of the place. */
  readonly name: string;
  readonly text: string;
  readonly isRun: boolean;
}

/** The blocks to check, of every page. */
export function codeBlocksIn(sources: readonly Source[]): readonly CodeBlock[] {
  return sources.filter(isMarkdown).flatMap((page) =>
    blocksIn(page.text)
      .filter((block) => block.info[0] === "ts" && !block.info.includes("fragment"))
      .map((block) => ({
        place: `${page.path}:${block.line}`,
        name: `${page.path.replace(/\.md$/, "").replaceAll(/[^\w]+/g, "-")}-${block.line}.ts`,
        text: block.text,
        isRun: block.info.includes("run"),
      })),
  );
}

/** What can be said of the blocks without running them. */
export function checkBlocks(sources: readonly Source[]): readonly Finding[] {
  const pages = sources.filter(isMarkdown);
  const readme = pages.find((page) => page.path === README);
  return [...pages.flatMap(unknownMarks), ...(readme === undefined ? [] : quickExampleFindings(readme))];
}

/** A misspelt mark would leave a block unchecked in silence. */
function unknownMarks(page: Source): readonly Finding[] {
  return blocksIn(page.text)
    .filter((block) => /^(ts|tsx|typescript|mts)$/.test(block.info[0] ?? ""))
    .flatMap((block) => {
      const isKnown = block.info[0] === "ts" && block.info.slice(1).every((mark) => MODES.has(mark));
      const problem = `has a block marked "${block.info.join(" ")}"; known are "ts", "ts run" and "ts fragment"`;
      return isKnown ? [] : [{ path: page.path, line: block.line, problem }];
    });
}

function quickExampleFindings(readme: Source): readonly Finding[] {
  const block = blocksIn(readme.text).find((one) => QUICK.test(one.heading) && one.info.join(" ") === "ts run");
  if (block === undefined)
    return [{ path: README, problem: `has no "ts run" block under a heading that says "60 seconds"` }];
  const lines = block.text.trimEnd().split("\n").length;
  if (lines <= QUICK_EXAMPLE_LINES_MAX) return [];
  const problem = `the example under "${block.heading}" has ${lines} lines, ${QUICK_EXAMPLE_LINES_MAX} are the limit`;
  return [{ path: README, line: block.line, problem }];
}
