/** Titles of patches, searched by their words: ours on keys made beforehand, against lower case and `includes`. */
import { Catalog, Checker, Key, Matcher, Parser } from "@fettle/qql";
import type { Contest } from "../Entry.ts";
import { perSecond } from "../Rate.ts";
import { pick } from "./Assets.ts";
import { geometricMean } from "./Parsing.ts";
import * as Random from "./Random.ts";

const SEED = 11;
const PATCHES = 20_000;
const MILLISECONDS_EACH = 40;

const catalog = Catalog.define({
  title: { type: "text", required: true, description: "Title of the patch", example: "openssl" },
});

const PRODUCTS = [
  "OpenSSL",
  "Mozilla Firefox",
  "Microsoft Office 2019",
  "Linux kernel",
  "Windows Server 2022",
] as const;
const FLAWS = [
  "Remote Code Execution",
  "Elevation of Privilege",
  "Denial of Service",
  "Information Disclosure",
] as const;
const KINDS = ["Security Update", "Cumulative Update", "Quality Rollup", "Servicing Stack Update"] as const;

const makeTitle = (random: Random.Random): string => {
  const [kind, product, flaw] = [pick(random, KINDS), pick(random, PRODUCTS), pick(random, FLAWS)];
  return `2026-${10 + random(3)} ${kind} for ${product} x64 (KB50${10_000 + random(90_000)}): fixes a ${flaw} flaw`;
};

/** Searches for which both ways find the same: of words that begin nowhere but where words begin. */
const SEARCHES: readonly { readonly text: string; readonly parts: readonly string[] }[] = [
  { text: "title: firefox", parts: ["firefox"] },
  { text: 'title: "remote code exec"', parts: ["remote code exec"] },
  { text: "title: cumulative windows server", parts: ["cumulative", "windows", "server"] },
  { text: "title: *kb5012*", parts: ["kb5012"] },
];

/** Titles searched in a second: the geometric mean of the searches. */
export const contest = (): Contest => {
  const random = Random.make(SEED);
  const titles = Array.from({ length: PATCHES }, () => makeTitle(random));
  const keyed = titles.map((title) => Key.document(catalog, { title }));
  const ours = SEARCHES.map(({ text }) => counter(keyed, compiledKeyed(text)));
  const peer = SEARCHES.map(({ parts }) => counter(titles, includesAll(parts)));
  for (const [i, { text }] of SEARCHES.entries()) {
    const counts = [ours[i]?.(), peer[i]?.()];
    if (counts[0] !== counts[1] || counts[0] === 0) throw new Error(`${text}: ${counts.join(" and ")} titles`);
  }
  return { ours: () => rate(ours), peer: () => rate(peer) };
};

const rate = (counts: readonly (() => number)[]): number =>
  geometricMean(counts.map((count) => perSecond(count, MILLISECONDS_EACH, PATCHES)));

const counter =
  <A>(all: readonly A[], test: (one: A) => boolean): (() => number) =>
  () => {
    let count = 0;
    for (const one of all) if (test(one)) count += 1;
    return count;
  };

const compiledKeyed = (text: string): ((document: Key.KeyedDocument) => boolean) => {
  const { checked } = Checker.check(catalog, Parser.parse(text).ast);
  if (checked === null) throw new Error(`${text} is not sound`);
  const matches = Matcher.compileKeyed(checked);
  return (document) => matches(document, 0);
};

const includesAll =
  (parts: readonly string[]) =>
  (title: string): boolean => {
    const lower = title.toLowerCase();
    for (const part of parts) if (!lower.includes(part)) return false;
    return true;
  };
