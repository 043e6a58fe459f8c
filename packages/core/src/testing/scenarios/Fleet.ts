/** The machines of a scenario, the keys by which they join, and the wire between them and the control plane. */
import type { WireReply, WireRequest } from "@fettle/agent-protocol";
import type { TransportError } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import type * as Random from "../simulation/Random.ts";
import * as SimulatedNetwork from "../simulation/SimulatedNetwork.ts";
import { SimulatedCrash } from "../simulation/SimulatedOs.ts";
import * as Edits from "./Edits.ts";
import type * as History from "./History.ts";
import type { KeyedSignatures } from "./KeyedSignatures.ts";
import * as Machine from "./Machine.ts";
import * as Plane from "./Plane.ts";
import * as Scenarios from "./Scenario.ts";
import { type Faults, groups, type Scenario } from "./Scenario.ts";
import type * as Seams from "./Seams.ts";
import type * as Trace from "./Trace.ts";

export interface Fleet {
  readonly machines: readonly Machine.Machine[];
  /** By name; null of one that never joined. */
  readonly assetId: (name: string) => string | null;
  readonly reboot: (asset: string) => void;
  readonly byHand: (asset: string, packageName: string, evr: string) => void;
}

/** Opens the tenant: subscription, tags, profile, catalogue, keys. Nothing goes wrong yet. */
export const open = (desk: Edits.EmptyDesk): Edits.Activations => {
  const { plane, scenario } = desk;
  const { call } = plane;
  call((fettle) => fettle.subscriptions.save(Plane.root, Edits.subscription("Full", scenario.seats, scenario.limits)));
  for (const id of ["fleet", "servers", "desks", "lab", "outside", "kept"])
    call((fettle) => fettle.tags.save(Plane.root, { id, name: id }));
  Edits.feed(desk, 0);
  Edits.configure(desk, null, { idempotencyKey: "configure" });
  return Object.fromEntries(groups.map((g) => [g, Edits.issueKey(plane, g, g)])) as unknown as Edits.Activations;
};

export interface FleetOptions {
  readonly scenario: Scenario;
  readonly activations: Edits.Activations;
  readonly random: Random.Random;
  readonly now: () => number;
  readonly minute: () => number;
  readonly faults: () => Faults;
  readonly network: SimulatedNetwork.SimulatedNetwork;
  readonly history: History.Recorder;
  readonly seams: Seams.Seams;
  readonly signing: KeyedSignatures;
  readonly ground: Seams.Ground;
  readonly trace: Trace.Trace;
}

/** Puts an agent on each machine. */
export const make = (options: FleetOptions): Fleet => {
  const { scenario, random, now, minute } = options;
  const machines = scenario.assets.map((spec) =>
    Machine.make({
      spec,
      startsAt: scenario.startsAt,
      activation: () => options.activations[spec.group],
      send: (request) => send(options, spec, request),
      now,
      clock: () => now() + Scenarios.offsetAt(spec, minute()),
      random: random.stream(spec.name),
      faults: options.faults,
      history: options.history,
      seams: options.seams,
      signing: options.signing,
      ground: options.ground,
      count: options.trace.port,
    }),
  );
  const byName = new Map(machines.map((m) => [m.spec.name, m]));
  return {
    machines,
    assetId: (name) => byName.get(name)?.agentId() ?? null,
    reboot: (name) => byName.get(name)?.reboot(),
    byHand: (name, packageName, evr) => byName.get(name)?.byHand(packageName, evr),
  };
};

type Sent = Effect.Effect<WireReply, TransportError>;

const send = (options: FleetOptions, spec: Scenarios.AssetSpec, request: WireRequest): Sent =>
  Effect.suspend(() => {
    const { trace, history, network, seams, scenario, minute } = options;
    trace.event("message", request.path.startsWith("/v0/documents/") ? "document" : request.path);
    history.called(callOf(spec.name, request));
    const at = minute();
    const isCalm = at >= scenario.days * Scenarios.DAY_MINUTES;
    if (!isCalm && Scenarios.isIn(spec.offline, at)) return SimulatedNetwork.lost("no network");
    if (Scenarios.isIn(scenario.outages, at)) return SimulatedNetwork.lost("nobody answers");
    if (seams.swallows?.(request) === true) return SimulatedNetwork.lost("swallowed");
    const answered = Effect.map(network.send(request), (reply) => {
      trace.event("message", `reply ${reply.status}`);
      return reply;
    });
    // What kills the control plane must not kill the agent that was talking to it: to it the connection breaks.
    return Effect.catchDefect(answered, (defect) =>
      defect instanceof SimulatedCrash ? SimulatedNetwork.lost("the control plane died") : Effect.die(defect),
    );
  });

const callOf = (asset: string, { headers }: WireRequest): History.SignedCall => ({
  asset,
  sequence: `${headers["fettle-agent"]} ${headers["fettle-epoch"]} ${headers["fettle-sequence"]}`,
  nonce: headers["fettle-nonce"] ?? "",
  digest: headers["fettle-content-digest"] ?? "",
});
