/** Reads a reply within its limit. What isn't a plain, whole, un-redirected reply is a TransportError. */
import type { IncomingMessage } from "node:http";
import type { Result, SignedRequest } from "@fettle/agent-protocol";
import { TransportError } from "@fettle/agent-protocol/agent";

type Collected = Result<SignedRequest.WireReply, TransportError>;

/** Collects a reply's body, up to `replyBytes`; `settled` is called once. */
export const collect = (incoming: IncomingMessage, replyBytes: number, settled: (reply: Collected) => void): void => {
  const head = headOf(incoming, replyBytes);
  if (!head.ok) {
    settled(head);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  const settle = (reply: Collected): void => {
    if (isDone) return;
    isDone = true;
    settled(reply);
  };
  incoming.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > replyBytes) return settle(tooLarge(replyBytes));
    chunks.push(chunk);
  });
  incoming.on("end", () => {
    if (!incoming.complete) return settle(failed("the reply broke off"));
    settle({
      ok: true,
      value: { status: incoming.statusCode ?? 0, headers: head.value, body: Buffer.concat(chunks, bytes) },
    });
  });
  incoming.on("error", (cause) => settle(failed(`the reply broke off: ${cause.message}`)));
  incoming.on("close", () => settle(failed("the reply broke off")));
};

type Headers = SignedRequest.WireReply["headers"];

const headOf = (incoming: IncomingMessage, replyBytes: number): Result<Headers, TransportError> => {
  const status = incoming.statusCode ?? 0;
  if (status >= 300 && status < 400) return failed(`redirected (status ${status}); redirects are not followed`);
  const headers: { [name: string]: string } = Object.create(null);
  const raw = incoming.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? "").toLowerCase();
    if (headers[name] === undefined) headers[name] = raw[i + 1] ?? "";
    else if (name.startsWith("fettle-")) return failed(`the reply has ${name} twice`);
  }
  const encoding = headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding !== "identity") return failed("the reply is encoded, which nobody asked for");
  return Number(headers["content-length"] ?? 0) > replyBytes ? tooLarge(replyBytes) : { ok: true, value: headers };
};

const failed = (message: string): Result<never, TransportError> => ({
  ok: false,
  error: new TransportError({ message, isRetryable: true }),
});

// The server answers so each time it is asked.
const tooLarge = (replyBytes: number): Result<never, TransportError> => ({
  ok: false,
  error: new TransportError({ message: `the reply is longer than ${replyBytes} bytes`, isRetryable: false }),
});
