/** Everything that is seen while a scenario is played, as a running digest and as counts. */
import { Crypto } from "@fettle/agent-protocol";

export interface Tally {
  readonly events: number;
  readonly wakes: number;
  readonly calls: number;
  readonly messages: number;
}

export interface Trace {
  readonly event: (kind: "wake" | "message", what: string) => void;
  /** A call of a port. */
  readonly port: (port: string, method: string) => void;
  readonly line: (line: readonly (string | number)[]) => void;
  readonly digest: () => string;
  readonly tally: () => Tally;
}

/** More was seen than any scenario of its size comes to: something in it goes round for ever. */
export class EndlessScenario extends Error {
  override readonly name = "EndlessScenario";
  constructor(eventsMax: number) {
    super(`more than ${eventsMax} events, and no end`);
  }
}

/** Lines that are digested together. */
const CHUNK = 4_096;

/** Throws an {@link EndlessScenario} past `eventsMax` wakes, calls and messages. */
export const make = (now: () => number, eventsMax: number): Trace => {
  let digest: string = Crypto.digest("");
  let lines: string[] = [];
  const counts = { wakes: 0, calls: 0, messages: 0 };
  let events = 0;
  const counted = (line: string): void => {
    events += 1;
    if (events > eventsMax) throw new EndlessScenario(eventsMax);
    put(line);
  };
  const put = (line: string): void => {
    lines.push(line);
    if (lines.length >= CHUNK) close();
  };
  const close = (): void => {
    digest = Crypto.digest([digest, ...lines].join("\n"));
    lines = [];
  };
  return {
    event: (kind, what) => {
      if (kind === "wake") counts.wakes += 1;
      else counts.messages += 1;
      counted(`${now()} ${kind} ${what}`);
    },
    port: (port, method) => {
      counts.calls += 1;
      counted(`${port}.${method}`);
    },
    line: (line) => put(`${now()} ${line.join(" ")}`),
    digest: () => {
      close();
      return digest;
    },
    tally: () => ({ ...counts, events }),
  };
};
