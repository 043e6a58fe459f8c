/** Which of a thousand saved queries a changed asset enters and leaves: ours by the index, the peer by asking each. */
import { QueryIndex } from "@fettle/qql";
import type { Contest } from "../Entry.ts";
import { perSecond } from "../Rate.ts";
import { type Asset, DAY, makeAssets, NOW, TAGS } from "./Assets.ts";
import { compiled } from "./Evaluation.ts";
import { siftTest, type Test } from "./Peers.ts";
import * as Random from "./Random.ts";
import { makeQueries } from "./SavedQueries.ts";

const SEED = 13;
const ASSETS = 200;
const MILLISECONDS = 400;

interface Change {
  readonly before: Asset;
  readonly after: Asset;
}

interface Answer {
  readonly entered: readonly string[];
  readonly left: readonly string[];
}

export const contest = (): Contest => {
  const random = Random.make(SEED);
  const changes = makeAssets(random, ASSETS).map((before) => ({ before, after: changed(random, before) }));
  const queries = makeQueries(random);
  const index = QueryIndex.make();
  for (const [i, { text }] of queries.entries()) QueryIndex.add(index, String(i), compiled(text).checked);
  const tests = queries.map(({ mongo }) => siftTest(mongo));
  const ours = ({ before, after }: Change): Answer => QueryIndex.change(index, before, after, NOW);
  const theirs = (change: Change): Answer => askAll(tests, change);
  if (sumOf(changes.map(ours)) === 0) throw new Error("no change enters or leaves a query");
  for (const change of changes) assertSame(ours(change), theirs(change));
  return { ours: () => rate(changes, ours), peer: () => rate(changes, theirs) };
};

/** What a check-in brings: the instant, and now and then a patch installed, a tag or a new agent. */
const changed = (random: Random.Random, asset: Asset): Asset => ({
  ...asset,
  lastCheckedIn: NOW - random(DAY),
  missingPatchCount: random(2) === 0 ? asset.missingPatchCount : random(200),
  agentVersion: random(4) === 0 ? `${random(5)}.${random(30)}.${random(10)}` : asset.agentVersion,
  tags:
    random(2) === 0
      ? asset.tags
      : [{ name: `tag-${random(TAGS)}`, weight: random(40) }, ...(asset.tags ?? []).slice(1)],
});

const askAll = (tests: readonly Test[], { before, after }: Change): Answer => {
  const [entered, left]: [string[], string[]] = [[], []];
  for (const [i, test] of tests.entries()) {
    const [was, is] = [test(before), test(after)];
    if (is && !was) entered.push(String(i));
    if (was && !is) left.push(String(i));
  }
  return { entered, left };
};

/** Changes answered in a second. */
const rate = (changes: readonly Change[], answer: (change: Change) => Answer): number => {
  let at = 0;
  return perSecond(() => answer(changes[at++ % changes.length] as Change), MILLISECONDS);
};

const sumOf = (answers: readonly Answer[]): number =>
  answers.reduce((sum, { entered, left }) => sum + entered.length + left.length, 0);

const assertSame = (ours: Answer, theirs: Answer): void => {
  const [a, b] = [ours, theirs].map(({ entered, left }) => JSON.stringify([[...entered].sort(), [...left].sort()]));
  if (a !== b) throw new Error(`ours: ${a}; theirs: ${b}`);
};
