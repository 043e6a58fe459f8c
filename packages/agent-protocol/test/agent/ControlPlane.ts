/**
 * The other end of the wire for an agent under test: checks what it hears with the wire's own rules, keeps what it is
 * told, and hands out signed documents. What it heard and kept is what the tests hold the agent against.
 */
import {
  Crypto,
  type Documents,
  Dsse,
  type Facts,
  HostReport,
  Json,
  Messages,
  Problem,
  ServerSession,
  SignedRequest,
  type WireReply,
  type WireRequest,
  wireLimits,
} from "../../src/index.ts";
import { value } from "../Runs.ts";
import * as Samples from "../Samples.ts";

/** A request that was proved, with its body read. */
export interface Heard {
  readonly route: Messages.Route["name"];
  readonly components: SignedRequest.RequestComponents;
  readonly body: unknown;
}

export interface ControlPlane {
  readonly handle: (request: WireRequest) => WireReply;
  readonly heard: readonly Heard[];
  /** Facts by their number; a number that came with two contents stands in `conflicts`. */
  readonly facts: ReadonlyMap<number, Facts.Fact>;
  readonly conflicts: readonly number[];
  /** Packages of each snapshot, in the order they came. */
  readonly snapshots: readonly Messages.SnapshotRequest[];
  /** Keeps a document, and answers its digest. */
  readonly keep: (sealed: Uint8Array) => Crypto.Digest;
  /** Says from now on, at each check-in, that there is this manifest. */
  readonly announce: (version: number, digest: Crypto.Digest) => void;
  /** Seals a manifest and its list, and announces it. */
  readonly order: (patches: Documents.PatchList["patches"], change?: Partial<Documents.JobManifest>) => Crypto.Digest;
  /** Changes replies before they are signed. */
  readonly amend: (change: (reply: object, route: Messages.Route["name"]) => object) => void;
  /** How often a document was fetched. */
  readonly fetches: (digest: Crypto.Digest) => number;
}

export interface ControlPlaneOptions {
  readonly now: () => number;
  readonly keys?: Crypto.KeyPair;
}

/** A control plane that knows nobody yet. */
export const make = (options: ControlPlaneOptions): ControlPlane => {
  const keys = options.keys ?? Samples.tenantKeys;
  const heard: Heard[] = [];
  const facts = new Map<number, Facts.Fact>();
  const conflicts: number[] = [];
  const snapshots: Messages.SnapshotRequest[] = [];
  const documents = new Map<string, Uint8Array>();
  const announced: { readonly version: number; readonly digest: Crypto.Digest }[] = [];
  let amend: (reply: object, route: Messages.Route["name"]) => object = (reply) => reply;
  let agent: { readonly publicKey: string; session: ServerSession.ServerSession } | null = null;

  const keep = (sealed: Uint8Array): Crypto.Digest => {
    const digest = Crypto.digest(sealed);
    documents.set(digest, sealed);
    return digest;
  };
  const announce = (version: number, digest: Crypto.Digest): void => {
    announced.push({ version, digest });
  };
  const takeFacts = (body: unknown): object => {
    for (const fact of Messages.FactsRequest.parse(body).facts) {
      const known = facts.get(fact.sequence);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(fact)) conflicts.push(fact.sequence);
      facts.set(fact.sequence, known ?? fact);
    }
    let through = 0;
    while (facts.has(through + 1)) through += 1;
    return { _tag: "FactsAcknowledged", acknowledgedThrough: through };
  };
  const answer = (
    route: Messages.Route["name"],
    components: SignedRequest.RequestComponents,
    body: unknown,
  ): object => {
    switch (route) {
      case "provision": {
        const { publicKey } = Messages.ProvisionRequest.parse(body);
        agent ??= { publicKey, session: ServerSession.start(1, components.sequence) };
        return { _tag: "Provisioned", tenantId: components.tenantId, assetId: Samples.assetId, newEpoch: 1 };
      }
      case "checkIn":
        Messages.CheckInRequest.parse(body);
        return {
          _tag: "CheckedIn",
          nextCheckInSeconds: 900,
          configuration: null,
          wantSnapshot: false,
          manifests: announced,
          acknowledgedThrough: facts.size,
          uninstall: false,
        };
      case "leave":
        Messages.LeaveRequest.parse(body);
        return { _tag: "Left" };
      case "facts":
        return takeFacts(body);
      default: {
        const snapshot = Messages.SnapshotRequest.parse(body);
        snapshots.push(snapshot);
        const packages = snapshots.findLast((s) => s.packages !== null)?.packages ?? [];
        const digest = Crypto.digest(Json.canonicalBytes(packages));
        return { _tag: "SnapshotHeld", snapshot: HostReport.snapshotDigest(digest, snapshot.report) };
      }
    }
  };
  const prove = (request: WireRequest, body: unknown): SignedRequest.RequestComponents | null => {
    const claimed = value(SignedRequest.claim(request));
    const { publicKey } = agent ?? Messages.ProvisionRequest.parse(body);
    const clock = { now: options.now(), clockSkewSeconds: wireLimits.clockSkewSeconds };
    const components = value(SignedRequest.verify(claimed, publicKey, clock));
    if (agent === null || components.path === "/v0/provision") return components;
    const verdict = ServerSession.judge(agent.session, components);
    if (verdict._tag === "Refused") return null;
    if (verdict._tag === "Fresh") agent.session = verdict.next;
    return components;
  };
  const handle = (request: WireRequest): WireReply => {
    const route = Messages.routeOf(request);
    if (route === null) return Problem.reply({ code: "not-found", title: "no", detail: request.path });
    const limits = { bytes: route.bodyLimit(wireLimits), depth: wireLimits.jsonDepth };
    const body = request.method === "GET" ? null : value(Json.decodeCanonical(request.body, limits));
    const components = prove(request, body);
    if (components === null) return Problem.reply({ code: "out-of-sequence", title: "no", detail: "already used" });
    heard.push({ route: route.name, components, body });
    if (route.name === "document") {
      const bytes = documents.get(Messages.documentDigest(request.path) ?? "");
      return bytes === undefined
        ? Problem.reply({ code: "not-found", title: "no", detail: "no such document" })
        : { status: 200, headers: {}, body: bytes };
    }
    const reply = { ...Messages.answering(components, options.now()), ...answer(route.name, components, body) };
    return {
      status: 200,
      headers: { [Messages.TENANT_KEY_HEADER]: keys.publicKey },
      body: Dsse.seal(Dsse.payloadTypes.reply, amend(reply, route.name), keys),
    };
  };
  return {
    handle,
    heard,
    facts,
    conflicts,
    snapshots,
    keep,
    announce,
    order: (patches, change = {}) => {
      const manifest = { ...Samples.manifest, local: null, ...change };
      const list = keep(
        Dsse.seal(Dsse.payloadTypes.patchList, { tenantId: Samples.TENANT, kind: manifest.kind, patches }, keys),
      );
      const digest = keep(Dsse.seal(Dsse.payloadTypes.jobManifest, { ...manifest, list: change.list ?? list }, keys));
      announce(manifest.manifestVersion, digest);
      return digest;
    },
    amend: (change) => {
      amend = change;
    },
    fetches: (digest) =>
      heard.filter((h) => h.route === "document" && h.components.path === Messages.documentPath(digest)).length,
  };
};
