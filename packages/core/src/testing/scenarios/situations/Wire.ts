/** Situations of the wire and of a control plane that dies: replies that are lost, forged, late; commits that are cut off or too late. */
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { EntityKind } from "../../../ports/Storage.ts";
import type { Mishap } from "../History.ts";
import type { Ledger } from "../invariants/Invariant.ts";
import { counted, lines, type Situation } from "./Situation.ts";

type Of<T extends Mishap["_tag"]> = Extract<Mishap, { readonly _tag: T }>;

const mishaps = <T extends Mishap["_tag"]>(ledger: Ledger, tag: T) =>
  ledger.history.mishaps.flatMap(({ order, at, value }) =>
    value._tag === tag ? [{ order, at, mishap: value as Of<T> }] : [],
  );

const onTheWay =
  (what: Of<"Network">["what"], path: string) =>
  (ledger: Ledger): number =>
    counted(mishaps(ledger, "Network"), ({ mishap: m }) => m.what === what && m.path.includes(path));

const died = (ledger: Ledger, is: (m: Of<"PlaneDied">) => boolean): number =>
  counted(mishaps(ledger, "PlaneDied"), ({ mishap }) => is(mishap));

const refused = (ledger: Ledger, is: (m: Of<"CommitRefused">) => boolean): number =>
  counted(mishaps(ledger, "CommitRefused"), ({ mishap }) => is(mishap));

interface Written {
  readonly kinds: readonly EntityKind[];
}

const isMaking = ({ kinds }: Written): boolean => kinds.includes("run") && kinds.includes("assetRun");
const isSending = ({ kinds }: Written): boolean => kinds.includes("document") && kinds.includes("assetRun");

export const wire: readonly Situation[] = [
  {
    name: "the end of a run was kept, and its agent not told so",
    count: (ledger) => {
      const ends = ledger.history.facts.filter(({ value: { fact } }) =>
        fact.body._tag === "Status" ? RunStatus.isFinal(fact.body.status) : false,
      );
      return counted(
        mishaps(ledger, "Network"),
        ({ at, mishap: m }) =>
          m.what === "reply-lost" &&
          m.path.includes("facts") &&
          ends.some((e) => e.at === at && e.value.agentId === m.agentId),
      );
    },
  },
  {
    name: "the reply to a joining was lost, and the agent joined all the same",
    count: (ledger) =>
      counted(
        mishaps(ledger, "Network"),
        ({ order, mishap: m }) =>
          m.what === "reply-lost" &&
          m.path.includes("provision") &&
          lines(ledger, "Membership").some((l) => l.order > order && ledger.ids.get(l.asset) === m.agentId),
      ),
  },
  { name: "a joining was delivered twice", count: onTheWay("repeated", "provision") },
  { name: "a report was delivered once more, long after", count: onTheWay("delivered-late", "facts") },
  { name: "a check-in of an earlier moment was delivered late", count: onTheWay("delivered-late", "check-in") },
  { name: "a forged offer of work was refused", count: onTheWay("forged", "check-in") },
  { name: "a forged receipt for facts was refused", count: onTheWay("forged", "facts") },
  { name: "a forged membership was refused", count: onTheWay("forged", "provision") },
  {
    name: "the control plane died after a commit, and whoever had asked asked again",
    count: (ledger) => died(ledger, (m) => m.work === "call" && m.when === "after"),
  },
  {
    name: "the control plane died with a run made and nothing of it sent",
    count: (ledger) => died(ledger, (m) => m.work === "tick" && m.when === "after" && isMaking(m)),
  },
  {
    name: "the control plane died with a report kept and unanswered",
    count: (ledger) => died(ledger, (m) => m.work === "request" && m.when === "after" && m.kinds.includes("fact")),
  },
  {
    name: "the control plane died between signing a manifest and keeping it",
    count: (ledger) => died(ledger, (m) => m.work === "tick" && m.when === "before" && isSending(m)),
  },
  {
    name: "two tickers claimed the same occurrence",
    count: (ledger) => refused(ledger, isMaking),
  },
  { name: "two tickers were about to send the same work", count: (ledger) => refused(ledger, isSending) },
];
