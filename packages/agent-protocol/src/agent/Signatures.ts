/**
 * How an agent signs and checks: Ed25519, unless whoever makes it gives it another suite beside its ports, as simulations do. What
 * comes over the wire has no say in it.
 */
import * as Context from "effect/Context";
import { ed25519, type SignatureSuite } from "../wire/Crypto.ts";

export const Signatures = Context.Reference<SignatureSuite>("fettle/agent/Signatures", { defaultValue: () => ed25519 });
