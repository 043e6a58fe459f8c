/**
 * Check-ins a second of one core: the whole of what a control plane does for one, from the socket to the disk and back,
 * against the least that any server must do for a signed request.
 */
import * as Volleys from "../check-ins/Volleys.ts";
import type { Entry } from "../Entry.ts";

const entry: Entry = {
  id: "protocol.check-ins",
  what: "signed check-ins verified, validated, durable (FULL) and answered signed, 256 connections",
  unit: "check-ins/s",
  better: "higher",
  goal: 0.6,
  peerName: "bare node:http that verifies the same signature",
  prepare: (context) => Volleys.contest(context, ({ checkIns, seconds }) => checkIns / seconds),
};

export default entry;
