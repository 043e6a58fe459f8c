/**
 * The files of the working copy as plain data: every check is a function over a list of these, so that it can be fed a
 * bad file as easily as the real ones.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A text file; its path is relative to the root, with slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** What a check has to say: where, what is wrong, and how to mend it. */
export interface Finding {
  readonly path: string;
  readonly line?: number;
  readonly problem: string;
}

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Binary by nature, so of no use to a check of texts. */
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|gz|zst|rpm|sqlite|node)$/;

const CODE = /\.(ts|mts|mjs|js)$/;

let known: readonly Source[] | undefined;

/** Every file that is tracked, or would be if it were added now; read once. */
export function workingCopy(): readonly Source[] {
  known ??= listed()
    .filter((path) => !BINARY.test(path) && existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
  return known;
}

export function isCode(source: Source): boolean {
  return CODE.test(source.path);
}

export function isMarkdown(source: Source): boolean {
  return source.path.endsWith(".md");
}

/** One line a finding, for the message of a failing test. */
export function toText(findings: readonly Finding[]): string {
  return findings
    .map(({ path, line, problem }) => `${path}${line === undefined ? "" : `:${line}`} ${problem}`)
    .join("\n");
}

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

function listed(): readonly string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
    .split("\0")
    .filter((path) => path !== "");
}
