/** A client that sends any bytes over a socket and reads what comes back until the other side is done. */
import { connect } from "node:net";

export interface RawReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export interface Talk {
  /** What came back, reply by reply. */
  readonly replies: readonly RawReply[];
  /** Whether the server ended the connection. */
  readonly isClosed: boolean;
  readonly milliseconds: number;
}

/** Sends parts one after another, waiting `pauseMs` between them; ends when closed, or silent for `quietMs`. */
export const talk = (
  port: number,
  parts: readonly (string | Uint8Array)[],
  timing: { readonly pauseMs?: number; readonly quietMs?: number } = {},
): Promise<Talk> =>
  new Promise((resolve) => {
    const began = performance.now();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let received = "";
    let quiet: NodeJS.Timeout | undefined;
    const done = (isClosed: boolean): void => {
      clearTimeout(quiet);
      socket.destroy();
      resolve({ replies: parse(received), isClosed, milliseconds: performance.now() - began });
    };
    const wait = (): void => {
      clearTimeout(quiet);
      quiet = setTimeout(() => done(false), timing.quietMs ?? 150);
    };
    socket.on("data", (d) => {
      received += d.toString("latin1");
      wait();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => done(true));
    const send = async (): Promise<void> => {
      for (const part of parts) {
        if (socket.destroyed) return;
        await new Promise<void>((next) => socket.write(part, () => next()));
        if (timing.pauseMs !== undefined) await new Promise((next) => setTimeout(next, timing.pauseMs));
      }
      if (!socket.destroyed) wait();
    };
    void send();
  });

/** One request as text; `content-length` is set unless the headers speak of the body's length. */
export const request = (
  line: string,
  headers: readonly string[] = [],
  body: string | Uint8Array = "",
): Uint8Array => {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const isFramed = headers.some((h) => /^(content-length|transfer-encoding):/i.test(h)) || bytes.length === 0;
  const all = ["host: x", ...headers, ...(isFramed ? [] : [`content-length: ${bytes.length}`])];
  return Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${all.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
};

/** One exchange of one request. */
export const ask = async (port: number, ...args: Parameters<typeof request>): Promise<RawReply> => {
  const { replies } = await talk(port, [request(...args)], { quietMs: 1_000 }).then((t) => t);
  const reply = replies.at(-1);
  if (reply === undefined) throw new Error(`no reply to ${args[0]}`);
  return reply;
};

const parse = (received: string): RawReply[] => {
  const replies: RawReply[] = [];
  let rest = received;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return replies;
    const [line = "", ...lines] = rest.slice(0, end).split("\r\n");
    const headers: { [name: string]: string } = {};
    for (const each of lines) {
      const colon = each.indexOf(":");
      headers[each.slice(0, colon).toLowerCase()] = each.slice(colon + 1).trim();
    }
    const length = Number(headers["content-length"] ?? 0);
    const status = Number(line.split(" ")[1]);
    rest = rest.slice(end + 4);
    if (status >= 200) replies.push({ status, headers, body: rest.slice(0, length) });
    else replies.push({ status, headers, body: "" });
    if (status >= 200) rest = rest.slice(length);
  }
};
