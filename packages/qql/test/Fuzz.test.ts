/**
 * Millions of texts, sound and broken, through all that reads them: nothing throws, and what is cheap to hold is held.
 * Sentences of the grammar, queries of the catalogue and the conformance queries are mutated and spliced; what is still a
 * query goes back among them. The same seed makes the same texts.
 *
 * `FETTLE_FUZZ` is a number of texts to try, for deep runs; without it as many as fit the time, and a million at least.
 * `FETTLE_SEED` moves to other texts. A text that fails is told with the shortest that fails alike.
 */
import { expect, it } from "vitest";
import { Canonical, Checker, Diagnostic, Key, Limits, Matcher, Parser, Printer, Rendering } from "../src/index.ts";
import { document, expr, spell } from "./Arbitraries.ts";
import { assets, conformanceQueries, misplacedSpan, NOW, SEED } from "./Fixtures.ts";
import { sentence } from "./grammar/Qql.ts";
import { mutated } from "./Mutations.ts";
import { bySeed, one, type Pick, rarely } from "./Picks.ts";

const TEXTS_MIN = 1_000_000;
const MILLISECONDS = 35_000;
const PROGRESS_MILLISECONDS = 60_000;
const CHARACTERS_MAX = 200;
/** Texts between two looks at the clock. */
const BATCH = 1_000;

const seed = SEED + 3;
const asked = process.env.FETTLE_FUZZ === undefined ? null : Number(process.env.FETTLE_FUZZ);

const drawer = bySeed(seed);
const documents = Array.from({ length: 50 }, () => {
  const held = document(drawer);
  return { held, keyed: Key.document(assets, held) };
});

/** What texts are made from. */
function corpusOf(pick: Pick): string[] {
  const texts = [
    ...conformanceQueries(),
    ...Array.from({ length: 1_000 }, () => sentence(pick)),
    ...Array.from({ length: 3_000 }, () => spell(expr(pick), pick)),
  ];
  return texts.filter((text) => text.length <= CHARACTERS_MAX);
}

/** How much is looked at: what is read and printed; what it means, too; or all. */
type Look = "brief" | "usual" | "thorough";

/** What a text does that it must not; null for nothing. */
function faultOf(text: string, look: Look): string | null {
  try {
    return faultOfParsed(text, look);
  } catch (thrown) {
    return `throws ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
  }
}

function faultOfParsed(text: string, look: Look): string | null {
  const { ast, diagnostics } = Parser.parse(text);
  if (misplacedSpan(text, ast) !== null) return "has a misplaced span";
  if (!diagnostics.every((each) => isIn(text, each))) return "has a diagnostic outside of it";
  const printed = Printer.print(ast);
  if (diagnostics.length === 0) {
    const again = Parser.parse(printed);
    if (again.diagnostics.length > 0) return `is printed as ${printed}, which is refused`;
    if (Printer.print(again.ast) !== printed) return `is printed as ${printed}, which is printed otherwise`;
  }
  return look === "brief" ? null : faultOfMeaning(text, { text, ast, diagnostics }, printed, look);
}

function faultOfMeaning(text: string, { ast, diagnostics }: Parser.Parsed, printed: string, look: Look): string | null {
  const { checked, diagnostics: meant } = Checker.check(assets, ast);
  if (!meant.every((each) => isIn(text, each))) return "has a diagnostic outside of it";
  const first = diagnostics[0] ?? meant[0];
  if (look === "thorough" && first !== undefined && Rendering.render(text, first) === "") return "is told nothing";
  if (diagnostics.length > 0) return null;
  if (look === "thorough" && Printer.print(Parser.parse(Printer.format(ast, 20)).ast) !== printed) {
    return "is formatted otherwise";
  }
  if ((checked === null) !== Diagnostic.hasError(meant)) return "is refused without an error, or taken with one";
  return checked === null ? null : faultOfChecked(text, checked, look);
}

const isIn = ({ length }: string, { start, end }: Diagnostic.Diagnostic): boolean =>
  0 <= start && start <= end && end <= length;

function faultOfChecked(text: string, checked: NonNullable<Checker.Outcome["checked"]>, look: Look): string | null {
  const { held, keyed } = documents[text.length % documents.length] ?? { held: {}, keyed: null };
  const isMatch = Matcher.compile(checked)(held, NOW);
  if (look !== "thorough") return null;
  if (keyed !== null && Matcher.compileKeyed(checked)(keyed, NOW) !== isMatch) return "matches keys otherwise";
  const canonical = Canonical.print(checked);
  const again = Checker.check(assets, Parser.parse(canonical, Limits.lifted).ast, Limits.lifted).checked;
  if (again === null) return `is ${canonical} canonically, which is refused`;
  if (Canonical.print(again) !== canonical) return `is ${canonical} canonically, which isn't so itself`;
  return Matcher.compile(again)(held, NOW) === isMatch ? null : `is ${canonical} canonically, which matches otherwise`;
}

/** The shortest text found that is at fault: pieces are taken away, ever smaller ones, as long as a fault stays. */
function minimised(text: string): string {
  let shortest = text;
  for (let size = Math.ceil(text.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length; ) {
      const shorter = shortest.slice(0, at) + shortest.slice(at + size);
      if (faultOf(shorter, "thorough") === null) at += size;
      else shortest = shorter;
    }
  }
  return shortest;
}

/** A text more, and what it does to the corpus. */
function next(corpus: string[], pick: Pick): string {
  if (rarely(pick, 500)) {
    const fresh = rarely(pick, 2) ? sentence(pick) : spell(expr(pick), pick);
    corpus[pick(corpus.length)] = fresh.slice(0, CHARACTERS_MAX);
  }
  return mutated(one(pick, corpus), corpus, pick).slice(0, CHARACTERS_MAX);
}

it("no text makes anything throw, and what is a query stays one however it is printed", {
  timeout: asked === null ? 1_800_000 : 864_000_000,
}, async () => {
  const pick = bySeed(seed);
  const corpus = corpusOf(pick);
  const start = performance.now();
  const counts = { texts: 0, queries: 0 };
  let told = start;
  const isGoingOn = (now: number): boolean =>
    asked === null ? counts.texts < TEXTS_MIN || now - start < MILLISECONDS : counts.texts < asked;
  for (let now = start; isGoingOn(now); now = performance.now()) {
    for (let i = 0; i < BATCH; i++) {
      const text = next(corpus, pick);
      const fault = faultOf(text, i % 32 === 0 ? "thorough" : i % 2 === 0 ? "usual" : "brief");
      if (fault !== null) throw new Error(report(text, counts.texts + i));
      if (i % 64 === 0 && Parser.parse(text).diagnostics.length === 0) {
        corpus[pick(corpus.length)] = text;
        counts.queries++;
      }
    }
    counts.texts += BATCH;
    if (asked !== null && now - told > PROGRESS_MILLISECONDS) {
      told = now;
      console.log(rateOf(counts.texts, now - start));
      // What is printed leaves a worker only when it comes to rest.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  console.log(rateOf(counts.texts, performance.now() - start));
  expect(counts.texts).toBeGreaterThanOrEqual(asked ?? TEXTS_MIN);
  // Texts that are all refused would prove little, and so would texts that are all sound.
  const share = (counts.queries * 64) / counts.texts;
  expect(share).toBeGreaterThan(0.05);
  expect(share).toBeLessThan(0.9);
});

function rateOf(texts: number, milliseconds: number): string {
  const rate = Math.round((texts / milliseconds) * 1_000);
  return `fuzzing: ${texts.toLocaleString("en")} texts from seed ${seed}, ${rate.toLocaleString("en")} a second`;
}

function report(text: string, at: number): string {
  const shortest = minimised(text);
  return [
    `text ${at} from seed ${seed} is at fault: ${JSON.stringify(text)}`,
    `shortest: ${JSON.stringify(shortest)}, which ${faultOf(shortest, "thorough") ?? "isn't"}`,
  ].join("\n");
}
