/** Situations of control planes that are put back to a backup under living agents. */
import type { Ledger } from "../invariants/Invariant.ts";
import { counted, courses, isUnderWay, lines, type Situation } from "./Situation.ts";

const restores = ({ history }: Ledger) => history.restores;

export const ofRestores: readonly Situation[] = [
  {
    name: "a run was under way on a machine as its control plane was restored",
    count: (ledger) => counted(restores(ledger), ({ order }) => courses(ledger).some((c) => isUnderWay(c, order))),
  },
  {
    name: "a restored control plane made a run once more",
    count: (ledger) => counted(ledger.makings.values(), (makings) => makings.length > 1),
  },
  {
    name: "an agent told again what its control plane had lost",
    count: (ledger) => lines(ledger, "FactsLost").length,
  },
  {
    name: "a restored control plane was told of a run before it made it once more",
    count: (ledger) =>
      counted(ledger.history.facts, ({ order, value: { isEarly, agentId, fact } }) => {
        const makings = ledger.makings.get(`${fact.body.runId}.${agentId}`) ?? [];
        return isEarly === true && makings.some((m) => m.order > order);
      }),
  },
  {
    name: "an agent that came after the backup provisioned once more",
    count: (ledger) => {
      const joined = new Set<string>();
      return counted(lines(ledger, "Membership"), ({ asset }) => {
        const isKnown = joined.has(asset);
        joined.add(asset);
        return isKnown;
      });
    },
  },
];
