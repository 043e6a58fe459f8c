/**
 * Nothing of one person's machine or network is in the repository: no home folder, no folder of a build machine, no
 * registry other than the public one by its default, no key and no token.
 */
import { type Finding, lineAt, type Source } from "./Source.ts";

interface Pattern {
  readonly what: string;
  readonly found: RegExp;
}

/** Written so that none of them is found in this very file. */
const PATTERNS: readonly Pattern[] = [
  { what: "a home folder", found: /(?<![\w.~$}-])\/(?:home|Users)\/(?!\$|\{|<)[A-Za-z][\w.-]*/g },
  // By itself it is a convention, as in HOME; a file in it is somebody's.
  { what: "a file of root's home folder", found: /(?<![\w.~$}/-])\/roo[t]\/[\w.]/g },
  { what: "a folder of one machine", found: /(?<![\w.~$})-])\/wor[k]\//g },
  { what: "a home folder on Windows", found: /\b[A-Z]:\\+Users\\+[A-Za-z]/g },
  { what: "a registry setting", found: /(?:^|[\s:@/])registry\s*=\s*["']?https?:/gm },
  { what: "a package's address", found: /\btarball:?\s*["']?https?:/g },
  { what: "a registry host", found: /https?:\/\/[^\s/"')]*(?:registry|artifactory|nexus|verdaccio|pkgs)[^\s/"')]*/g },
  { what: "a private key", found: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?---[-]-/g },
  {
    what: "an access token",
    found: /\b(?:npm_[A-Za-z0-9]{36}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22}|AKIA[A-Z0-9]{16})\b/g,
  },
  { what: "a login to a registry", found: /_authToke[n]\s*=/g },
];

/**
 * @param hosts names of this machine's own registries and proxies, which must not be in any file either
 */
export function checkPrivate(sources: readonly Source[], hosts: readonly string[] = []): readonly Finding[] {
  const patterns = [...PATTERNS, ...hosts.map((host) => ({ what: "this machine's registry", found: literal(host) }))];
  return sources.flatMap((source) =>
    patterns.flatMap(({ what, found }) =>
      [...source.text.matchAll(found)].map((match) => ({
        path: source.path,
        line: lineAt(source.text, match.index + match[0].length - match[0].trimStart().length),
        problem: `holds ${what}`,
      })),
    ),
  );
}

function literal(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "g");
}
