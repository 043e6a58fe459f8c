/**
 * A search box in a terminal: Tab completes, Enter checks and runs, `why ID` explains. Without a terminal it plays a
 * search that somebody might do, keystroke by keystroke.
 */
import * as readline from "node:readline";
import { patches, TODAY } from "./Patches.ts";
import * as Screen from "./Screen.ts";
import * as SearchBox from "./SearchBox.ts";

const WHY = /^\s*why\s+(\S+)\s*$/i;

let box = SearchBox.make(patches, TODAY);

/** What Enter does: the answer's lines. */
function enter(line: string): string {
  const id = WHY.exec(line)?.[1];
  if (id === undefined) {
    const [next, outcome] = SearchBox.run(box, line);
    box = next;
    return Screen.outcome(outcome);
  }
  const patch = patches.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (patch === undefined) return `  there is no patch ${id}`;
  const reasons = SearchBox.explain(box, patch);
  return reasons === null ? "  run a query first" : Screen.reasons(patch.id, reasons);
}

function talk(): void {
  console.log("Tab completes, Enter runs, `why ID` explains, Ctrl-D ends. Try: severity: critical");
  const terminal = readline.createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: "search> ",
    completer: (line: string) => {
      const { items, start } = SearchBox.complete(box, line);
      return [items.map(({ insert }) => insert), line.slice(start)];
    },
  });
  terminal.on("line", (line) => {
    if (line.trim() !== "") console.log(enter(line));
    terminal.prompt();
  });
  terminal.on("close", () => console.log());
  terminal.prompt();
}

/** What somebody types: up to ⇥, Tab is pressed; otherwise Enter. */
const PLAYED = [
  "sev⇥",
  "severity: ⇥",
  "severity: critcal",
  "severity: [critical, important] and published > now-30d and not reboot: true",
  "why KB5040442",
  "why LAB-2024:4312",
  "cve: CVE-2024-2⇥",
  "packages: (name: openssl* and version < 3.0.8)",
  "security update platform: Linux",
];

function play(): void {
  for (const typed of PLAYED) {
    const isTab = typed.endsWith("⇥");
    const line = isTab ? typed.slice(0, -1) : typed;
    console.log(`search> ${line}${isTab ? " ⇥" : ""}`);
    console.log(isTab ? Screen.offers(SearchBox.complete(box, line)) : enter(line));
    console.log();
  }
}

if (process.stdin.isTTY && process.stdout.isTTY) talk();
else play();
