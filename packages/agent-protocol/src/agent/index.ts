/**
 * @fettle/agent-protocol/agent: the agent as a library. Give it its ports, call `cycle` when it says.
 */
export * as Agent from "./Agent.ts";
export * as AgentState from "./AgentState.ts";
export { ExchangeError } from "./Exchange.ts";
export { Host, type HostDetails, HostError, type HostFacts, type HostShape, noDetails } from "./Host.ts";
export {
  type Effort,
  type FileInstaller,
  Installer,
  type InstallerClass,
  InstallerError,
  type InstallerShape,
  type InstallReport,
  type RebootNeed,
} from "./Installer.ts";
export { Inventory, InventoryError, type InventoryShape } from "./Inventory.ts";
export { Journal, JournalError, type JournalRecord, type JournalShape } from "./Journal.ts";
export { AgentEnvironment, AgentKeys, KeyStoreError, Transport, TransportError } from "./Ports.ts";
export type { Activation } from "./Provisioning.ts";
export * as RebootStep from "./RebootStep.ts";
export { Signatures } from "./Signatures.ts";
export { type Answer, type Notice, nobody, UserPrompt, UserPromptError, type UserPromptShape } from "./UserPrompt.ts";
