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

/** Lines that are digested together. */
const CHUNK = 4_096;

export const make = (now: () => number): Trace => {
  let digest: string = Crypto.digest("");
  let lines: string[] = [];
  const counts = { wakes: 0, calls: 0, messages: 0 };
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
      put(`${now()} ${kind} ${what}`);
    },
    port: (port, method) => {
      counts.calls += 1;
      put(`${port}.${method}`);
    },
    line: (line) => put(`${now()} ${line.join(" ")}`),
    digest: () => {
      close();
      return digest;
    },
    tally: () => ({ ...counts, events: counts.wakes + counts.calls + counts.messages }),
  };
};
