/**
 * Markdown as far as the checks need it: headings and their anchors, links, fenced blocks. Code, in fences or spans, is
 * never read for links or headings.
 */

export interface Block {
  /** The words after the fence: `ts run` is ["ts", "run"]. */
  readonly info: readonly string[];
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The nearest heading above. */
  readonly heading: string;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

interface Line {
  readonly text: string;
  readonly line: number;
}

const FENCE = /^\s*(`{3,}|~{3,})\s*(.*)$/;
const HEADING = /^#{1,6}\s+(.+?)\s*#*$/;

export function blocksIn(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let open: { readonly fence: string; readonly block: Block; readonly lines: string[] } | undefined;
  for (const { text: content, line } of linesOf(text)) {
    const [, fence, info] = FENCE.exec(content) ?? [];
    if (open !== undefined) {
      if (fence?.startsWith(open.fence) && info === "") {
        blocks.push({ ...open.block, text: open.lines.map((one) => `${one}\n`).join("") });
        open = undefined;
      } else open.lines.push(content);
    } else if (fence !== undefined) {
      const words = (info ?? "").split(/\s+/).filter((word) => word !== "");
      open = { fence, block: { info: words, text: "", line, heading }, lines: [] };
    } else heading = HEADING.exec(content)?.[1] ?? heading;
  }
  return blocks;
}

/** Inline links, images and reference definitions. */
export function linksIn(text: string): readonly Link[] {
  return proseIn(text).flatMap(({ text: content, line }) => {
    const inline = [...content.matchAll(/\]\(\s*<?([^()\s>]+(?:\([^()\s]*\)[^()\s>]*)?)>?(?:\s+"[^"]*")?\s*\)/g)];
    const definition = [...content.matchAll(/^\s{0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s+"[^"]*")?$/g)];
    return [...inline, ...definition].map((match) => ({ target: match[1] ?? "", line }));
  });
}

/** The anchors a page offers: of each heading, made the way the code hosts do, and explicit ids. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const { text: content } of proseIn(text, { keepSpans: true })) {
    for (const match of content.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? "");
    const title = HEADING.exec(content)?.[1];
    if (title === undefined) continue;
    const slug = slugOf(title);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

function slugOf(title: string): string {
  return title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

function proseIn(text: string, { keepSpans = false } = {}): readonly Line[] {
  const prose: Line[] = [];
  let fence: string | undefined;
  for (const { text: content, line } of linesOf(text)) {
    const [, mark, info] = FENCE.exec(content) ?? [];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && info === "") fence = undefined;
    } else if (mark !== undefined) fence = mark;
    else prose.push({ text: keepSpans ? content : content.replaceAll(/(`+)(?!`).+?\1(?!`)/g, ""), line });
  }
  return prose;
}

function linesOf(text: string): readonly Line[] {
  return text.split("\n").map((content, at) => ({ text: content.replace(/\r$/, ""), line: at + 1 }));
}
