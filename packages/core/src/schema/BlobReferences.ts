/**
 * Which entities name blobs, and by which of their members. A blob that none of them names is garbage, so a member that is
 * missing here loses what it names: a test walks all codecs and wants every member that holds a digest to be in one of the
 * two tables.
 */
import type { Crypto } from "@fettle/agent-protocol";
import type { JobActions } from "../domain/job/JobActions.ts";
import type { codecs, EntityOf } from "./Stored.ts";

type Kind = keyof typeof codecs;

const scriptPaths = (actions: string): readonly string[] =>
  ["before", "after"].flatMap((when) => [
    `${actions}.${when}[].script.digest`,
    `${actions}.${when}[].detection.digest`,
  ]);

const softwarePaths = (actions: string): { readonly [path: string]: string } => ({
  [`${actions}.before[].digest`]: "of software at a url",
  [`${actions}.after[].digest`]: "of software at a url",
});

/** The members of a kind that name blobs, as paths, and how they are read. */
export interface BlobReference<Value> {
  readonly paths: readonly string[];
  /** The digests that a value names, in any order, repetitions included. */
  readonly of: (value: Value) => readonly Crypto.Digest[];
}

/** The kinds that name blobs. */
export const blobReferences: { readonly [K in Kind]?: BlobReference<EntityOf<K>> } = {
  snapshot: { paths: ["digest"], of: ({ digest }) => [digest] },
  feed: { paths: ["digest"], of: ({ digest }) => [digest] },
  document: { paths: ["digest"], of: ({ digest }) => [digest] },
  vendorFile: { paths: ["digest"], of: (file) => suppliedOf([file]) },
  script: { paths: ["id", "envelope"], of: ({ id, envelope }) => [id as Crypto.Digest, envelope as Crypto.Digest] },
  job: { paths: scriptPaths("actions"), of: ({ actions }) => scriptsOf(actions) },
  plan: {
    paths: ["groups[].patches[].files[].digest", ...scriptPaths("conduct.actions")],
    of: ({ groups, conduct }) => [...groups.flatMap((g) => filesOf(g.patches)), ...scriptsOf(conduct.actions)],
  },
  planPart: {
    paths: ["groups[].patches[].files[].digest"],
    of: ({ groups }) => groups.flatMap((g) => filesOf(g.patches)),
  },
  run: { paths: scriptPaths("conduct.actions"), of: ({ conduct }) => scriptsOf(conduct?.actions) },
  assetRun: { paths: ["patches[].files[].digest"], of: ({ patches }) => filesOf(patches) },
};

/** Members that hold a digest and name no blob of their own, each with what it names. */
export const otherDigests: { readonly [K in Kind]?: { readonly [path: string]: string } } = {
  activationKey: { secretDigest: "a secret's" },
  agent: {
    configuration: "a document's, which names its blob itself",
    "manifests[].digest": "a document's, which names its blob itself",
    "holds.configuration": "a document's, which names its blob itself",
    "holds.fetched": "a document's, which names its blob itself",
    "holds.refused": "a document's, which names its blob itself",
    snapshot: "a snapshot's with the machine's report; the packages are named by the snapshot itself",
    "session.lastRequest": "a request's",
  },
  removedAgent: { "session.lastRequest": "a request's" },
  answer: { request: "a request's" },
  retention: { "anchor.hash": "an audit record's" },
  patch: { "download.files[].digest": "of a file at its vendor's" },
  job: { ...softwarePaths("actions"), "approved.planHash": "a plan's", "enabled.planHash": "a plan's" },
  plan: softwarePaths("conduct.actions"),
  run: { ...softwarePaths("conduct.actions"), planHash: "a plan's" },
  assetRun: { "manifest.digest": "a document's, which names its blob itself" },
  fact: { "fact.body.document": "of what the agent was given, as it says" },
  scriptAuthor: { id: "a key's" },
  script: { "author.keyId": "a key's" },
};

/** A file of a patch: the bytes of one with a url are elsewhere. */
interface File {
  readonly url: string | null;
  readonly digest: string;
}

const suppliedOf = (files: readonly File[]): readonly Crypto.Digest[] =>
  files.filter((f) => f.url === null).map((f) => f.digest as Crypto.Digest);

const filesOf = (patches: readonly { readonly files?: readonly File[] }[]): readonly Crypto.Digest[] =>
  patches.flatMap((p) => suppliedOf(p.files ?? []));

// A job, and each of its plans and runs, has scripts of its own, whatever becomes of them where they were saved.
const scriptsOf = (actions: JobActions | undefined): readonly Crypto.Digest[] =>
  [...(actions?.before ?? []), ...(actions?.after ?? [])].flatMap((action) => {
    if (action._tag === "RunScript") return [action.script.digest as Crypto.Digest];
    if (action._tag === "InstallSoftware" && action.detection !== null)
      return [action.detection.digest as Crypto.Digest];
    return [];
  });
