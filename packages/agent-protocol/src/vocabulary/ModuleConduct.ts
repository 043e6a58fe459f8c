/**
 * What the modules of an agent may do under its configuration: the same answer on the platform and on the agent. A module
 * acts only if it is active on the agent and enabled in its profile (CFG-09); while data collection is suspended, some of
 * the work stops and the rest goes on (CFG-03).
 */

/** The modules of an agent (AGT-06), as the wire spells them. */
export const modules = ["AI", "VM", "PC", "SCA", "FIM", "EDR", "PM", "CM", "TP"] as const;
export type AgentModule = (typeof modules)[number];

/** Of the settings of a profile, those that decide here. */
export interface ConductSettings {
  readonly isCollectionSuspended: boolean;
  readonly isPmEnabled: boolean;
  readonly isFimEnabled: boolean;
  readonly isEdrEnabled: boolean;
}

/** What an agent with these modules, under a profile with these settings, goes by. */
export interface Conduct {
  readonly active: readonly AgentModule[];
  readonly settings: ConductSettings;
}

/** Which module each kind of work belongs to (null: the agent itself), and whether suspending the collection stops it. */
export const works = {
  inventory: { module: "AI", isSuspendable: true },
  vulnerabilities: { module: "VM", isSuspendable: true },
  policyCompliance: { module: "PC", isSuspendable: true },
  securityConfiguration: { module: "SCA", isSuspendable: true },
  fileIntegrity: { module: "FIM", isSuspendable: false },
  endpointDetection: { module: "EDR", isSuspendable: false },
  patchAssessment: { module: "PM", isSuspendable: false },
  patchJobs: { module: "PM", isSuspendable: false },
  manifests: { module: null, isSuspendable: false },
  configuration: { module: null, isSuspendable: false },
  agentUpdates: { module: null, isSuspendable: false },
} as const satisfies {
  readonly [work: string]: { readonly module: AgentModule | null; readonly isSuspendable: boolean };
};
export type Work = keyof typeof works;

/** Every kind of work. */
export const allWorks = Object.keys(works) as readonly Work[];

/** Whether a profile with these settings lets a module act. Those that no setting is about are always enabled. */
export const isEnabled = (module: AgentModule, settings: ConductSettings): boolean => {
  switch (module) {
    case "PM":
      return settings.isPmEnabled;
    case "FIM":
      return settings.isFimEnabled;
    case "EDR":
      return settings.isEdrEnabled;
    default:
      return true;
  }
};

/** Whether a module acts (CFG-09). `AI` is active on every agent. */
export const acts = (module: AgentModule, { active, settings }: Conduct): boolean =>
  (module === "AI" || active.includes(module)) && isEnabled(module, settings);

/** Whether a kind of work is done now: its module acts, and the collection isn't suspended or the work doesn't stop by it. */
export const goesOn = (work: Work, conduct: Conduct): boolean => {
  const { module, isSuspendable } = works[work];
  return (module === null || acts(module, conduct)) && !(isSuspendable && conduct.settings.isCollectionSuspended);
};
