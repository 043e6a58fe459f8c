/** What goes over the wire: schemas, caps, signatures. */
export * as AuthoredScript from "./AuthoredScript.ts";
export * as ConfigurationSettings from "./ConfigurationSettings.ts";
export * as Crypto from "./Crypto.ts";
export * as Documents from "./Documents.ts";
export * as Dsse from "./Dsse.ts";
export * as Facts from "./Facts.ts";
export * as HostReport from "./HostReport.ts";
export * as Json from "./Json.ts";
export * as Messages from "./Messages.ts";
export * as Problem from "./Problem.ts";
export type { WireReply, WireRequest } from "./SignedRequest.ts";
export * as SignedRequest from "./SignedRequest.ts";
export { type WireLimits, wireLimits } from "./WireLimits.ts";
