/** @fettle/adapters/prompt/terminal: asks whoever is logged in about a reboot, on a terminal. */
export * as TerminalPrompt from "./TerminalPrompt.ts";
