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

/**
 * Sends parts one after another, waiting `pauseMs` between them; ends when closed, when `replies` came, or when it is
 * silent for `quietMs`.
 */
export const talk = (
  port: number,
  parts: readonly (string | Uint8Array)[],
  timing: { readonly pauseMs?: number; readonly quietMs?: number; readonly replies?: number } = {},
): Promise<Talk> =>
  new Promise((resolve) => {
    const began = performance.now();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const isHead = Buffer.from(parts[0] ?? "")
      .toString("latin1")
      .startsWith("HEAD ");
    let received = "";
    let quiet: ReturnType<typeof setTimeout> | undefined;
    let isDone = false;
    const done = (isClosed: boolean): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(quiet);
      socket.destroy();
      resolve({ replies: parse(received, isHead), isClosed, milliseconds: performance.now() - began });
    };
    let isSent = false;
    const wait = (): void => {
      if (!isSent) return;
      clearTimeout(quiet);
      quiet = setTimeout(() => done(false), timing.quietMs ?? 150);
    };
    socket.on("data", (d) => {
      received += d.toString("latin1");
      const isEnough = timing.replies !== undefined && parse(received, isHead).length >= timing.replies;
      return isEnough ? done(false) : wait();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => done(true));
    const send = async (): Promise<void> => {
      for (const part of parts) {
        if (socket.destroyed) return;
        await new Promise<void>((next) => socket.write(part, () => next()));
        if (timing.pauseMs !== undefined) await new Promise((next) => setTimeout(next, timing.pauseMs));
      }
      isSent = true;
      if (!isDone) wait();
    };
    void send();
  });

/** One request as text; `content-length` is set unless the headers speak of the body's length. */
export const request = (line: string, headers: readonly string[] = [], body: string | Uint8Array = ""): Uint8Array => {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const isFramed = headers.some((h) => /^(content-length|transfer-encoding):/i.test(h)) || bytes.length === 0;
  const all = ["host: x", ...headers, ...(isFramed ? [] : [`content-length: ${bytes.length}`])];
  return Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${all.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
};

/** One exchange of one request. */
export const ask = async (port: number, ...args: Parameters<typeof request>): Promise<RawReply> => {
  const { replies } = await talk(port, [request(...args)], { quietMs: 5_000, replies: 1 });
  const reply = replies.at(-1);
  if (reply === undefined) throw new Error(`no reply to ${args[0]}`);
  return reply;
};

const parse = (received: string, isHead: boolean): RawReply[] => {
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
    const length = isHead ? 0 : Number(headers["content-length"] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length < length) return replies;
    rest = rest.slice(end + 4 + length);
    replies.push({ status: Number(line.split(" ")[1]), headers, body });
  }
};
