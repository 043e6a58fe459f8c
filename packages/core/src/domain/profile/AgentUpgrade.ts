/**
 * Whether an agent upgrades itself to a version that is offered (AGT-09), as data: not when its profile prevents it, and never
 * to the same or an older one (AGT-15). Versions compare component by component, as `agentVersion<2.1*` in a query does.
 */
import * as Qql from "@fettle/qql";

export interface Offer {
  readonly installed: string;
  readonly offered: string;
  /** The effective setting of its configuration profile (CFG-02). */
  readonly isAutoUpdatePrevented: boolean;
}

export type AgentUpgrade =
  | { readonly _tag: "Upgrade"; readonly from: string; readonly to: string }
  | { readonly _tag: "Stay"; readonly rule: string; readonly reason: string };

/**
 * What an offered version comes to.
 *
 * @example AgentUpgrade.decide({ installed: "2.9", offered: "2.10", isAutoUpdatePrevented: false }); // Upgrade
 */
export const decide = ({ installed, offered, isAutoUpdatePrevented }: Offer): AgentUpgrade => {
  const [has, gets] = [Qql.Version.key(installed), Qql.Version.key(offered)];
  if (gets === null) return stay("AGT-09", `${offered} is no version`);
  if (has !== null && gets <= has) return stay("AGT-15", `${installed} is not older than ${offered}`);
  if (isAutoUpdatePrevented) return stay("AGT-09", "its configuration profile prevents it");
  return { _tag: "Upgrade", from: installed, to: offered };
};

const stay = (rule: string, reason: string): AgentUpgrade => ({ _tag: "Stay", rule, reason });
