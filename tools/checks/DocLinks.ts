/** Every link in a page to a file, a folder or a heading of this repository leads somewhere. */
import { posix } from "node:path";
import { anchorsIn, type Link, linksIn } from "./Markdown.ts";
import { type Finding, isMarkdown, type Source } from "./Source.ts";

const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|\/\/)/i;

export function checkLinks(sources: readonly Source[]): readonly Finding[] {
  const texts = new Map(sources.map((source) => [source.path, source.text]));
  const folders = new Set(sources.flatMap((source) => foldersAbove(source.path)));
  return sources.filter(isMarkdown).flatMap((page) =>
    linksIn(page.text)
      .filter((link) => !ELSEWHERE.test(link.target))
      .flatMap((link) => {
        const problem = problemOf(page, link, texts, folders);
        return problem === undefined ? [] : [{ path: page.path, line: link.line, problem }];
      }),
  );
}

function problemOf(
  page: Source,
  link: Link,
  texts: ReadonlyMap<string, string>,
  folders: ReadonlySet<string>,
): string | undefined {
  const [file = "", anchor] = link.target.split("#", 2);
  if (file.startsWith("/")) return `links to ${link.target}; write it relative to the page`;
  const path =
    file === "" ? page.path : posix.join(posix.dirname(page.path), decodeURIComponent(file)).replace(/\/$/, "");
  const text = texts.get(path);
  if (text === undefined) return folders.has(path) ? undefined : `links to ${path}, which does not exist`;
  if (anchor === undefined || !path.endsWith(".md") || anchorsIn(text).has(anchor)) return undefined;
  return `links to the heading #${anchor} of ${path}, which it does not have`;
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return [".", ...parts.map((_, at) => parts.slice(0, at + 1).join("/"))];
}
