/** @fettle/adapters/transport/http-server: the control plane over HTTP. */
export * as HttpServer from "./HttpServer.ts";
export { HttpServerError } from "./HttpServerError.ts";
export { type ServerLimits, serverLimits } from "./ServerLimits.ts";
export type { RouteInput, RouteReply, UserMethod, UserRoute } from "./UserRoute.ts";
