/**
 * The control plane as a process: the core engine on SQLite and files, agents over HTTP on the loopback, a tick a second.
 * It keeps everything in its data folder and may be killed at any moment.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { HttpServer, type UserRoute } from "@fettle/adapters/transport/http-server";
import type { Fettle } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Schedule from "effect/Schedule";
import * as Host from "./Host.ts";

const TICK_MS = 500;

const { values } = parseArgs({ options: { data: { type: "string" }, port: { type: "string", default: "0" } } });
const data = path.resolve(values.data ?? "");

// What people may read over HTTP, with the token that lies in the data folder.
const userRoutes = (fettle: Fettle.Fettle): readonly UserRoute<typeof Host.manager>[] => {
  const answer = <A>(effect: Effect.Effect<A, { readonly message: string }>) =>
    Effect.matchEffect(effect, {
      onSuccess: (body) => Effect.succeed({ status: 200, body }),
      onFailure: (e) => Effect.fail({ code: "not-found" as const, title: "no answer", detail: e.message }),
    });
  return [
    {
      method: "GET",
      path: "/v0/assets",
      principal: "user",
      bodyLimit: 0,
      handle: ({ principal }) => answer(fettle.assets.list(principal)),
    },
    {
      method: "GET",
      path: "/v0/runs/{id}/results",
      principal: "user",
      bodyLimit: 0,
      handle: ({ principal, params }) => answer(fettle.runs.results(principal, params.id ?? "")),
    },
  ];
};

const program = Effect.gen(function* () {
  const fettle = yield* Host.open(data);
  const token = Host.operatorToken(data);
  const server = yield* HttpServer.serve({
    gateway: fettle.gateway,
    port: Number(values.port),
    userRoutes: userRoutes(fettle),
    authenticate: (bearer) => Effect.succeed(Host.isSameToken(bearer, token) ? Host.manager : null),
    onDefect: (defect) => process.stderr.write(`defect: ${String(defect)}\n`),
  });
  process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
  const complain = (message: string) => Effect.sync(() => process.stderr.write(`tick: ${message}\n`));
  const tick = Effect.matchEffect(fettle.tick(), {
    onSuccess: ({ stuck }) =>
      Effect.forEach(stuck, (job) => complain(`${job.tenantId} ${job.jobId ?? "as a whole"}: ${job.message}`)),
    onFailure: (failure) => complain(`${failure._tag}: ${failure.message}`),
  });
  yield* Effect.repeat(tick, Schedule.spaced(TICK_MS));
});

fs.mkdirSync(data, { recursive: true, mode: 0o700 });
const fiber = Effect.runFork(Effect.scoped(program));
fiber.addObserver((exit) => {
  if (exit._tag === "Failure") {
    process.stderr.write(`control plane: ${String(exit.cause)}\n`);
    process.exitCode = 1;
  }
});
process.on("SIGTERM", () => process.exit(0));
