/**
 * Finds out what the check before an installation judges (KEY-05): the system, its root certificates, the artefacts, and
 * whether the control plane can be reached. Changes nothing, needs no right but to read, and never fails: what can't be told
 * is unknown, with its reason.
 */
import * as fs from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import type { PreInstallCheck } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as OsRelease from "./OsRelease.ts";

export interface ProbeOptions {
  /** `https://host[:port]`. */
  readonly server: string;
  /** Names of files that are needed, and the folder that they should be in. */
  readonly artefacts: readonly string[];
  readonly artefactFolder: string;
  /** The system's root; `/` unless told. */
  readonly installRoot?: string;
  /** How long the control plane may take to answer, in seconds, 1 to 600; 10 unless told. */
  readonly timeoutSeconds?: number;
  /** Certificates (PEM) to trust instead of the system's own. */
  readonly certificateAuthorities?: readonly string[];
}

/** Most that is read of a reply: who answers is known by its first lines. */
export const REPLY_BYTES_MAX = 64 * 1_024;
export const TIMEOUT_SECONDS_MAX = 600;

/** Where distributions keep the certificates that they trust, as one file. */
const BUNDLES = [
  "etc/ssl/certs/ca-certificates.crt",
  "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "etc/pki/tls/certs/ca-bundle.crt",
  "etc/ssl/ca-bundle.pem",
  "etc/ssl/cert.pem",
];

// Any route of the agents' will do: a control plane refuses what isn't signed, in its own words.
const ROUTE = "/v0/check-in";
const OURS = "urn:fettle:problem:";

/**
 * What was found on this machine.
 *
 * @example
 * const facts = yield* PreInstallProbe.probe({ server: "https://patch.example.com", artefacts: ["a.rpm"], artefactFolder: "." });
 * const { isReady, findings } = PreInstallCheck.judge(facts, requirements);
 */
export const probe = (options: ProbeOptions): Effect.Effect<PreInstallCheck.ProbedFacts> =>
  Effect.promise(async () => {
    const root = options.installRoot ?? "/";
    const unknown: Record<string, string> = {};
    const told = async <A>(member: string, read: () => Promise<A>): Promise<A | null> => {
      try {
        return await read();
      } catch (cause) {
        unknown[member] = messageOf(cause);
        return null;
      }
    };
    const [operatingSystem, rootCertificates, artefacts, controlPlane] = await Promise.all([
      told("operatingSystem", () => system(root)),
      told("rootCertificates", () => certificates(root)),
      told("artefacts", () => present(options)),
      told("controlPlane", () => reach(options)),
    ]);
    return { operatingSystem, rootCertificates, artefacts, controlPlane, unknown };
  });

const system = async (root: string): Promise<NonNullable<PreInstallCheck.ProbedFacts["operatingSystem"]>> => {
  const read = (file: string) => fs.readFile(path.join(root, file), "utf8");
  const { id, version } = OsRelease.parse(await read("etc/os-release").catch(() => read("usr/lib/os-release")));
  if (id === null) throw new Error("os-release says no ID");
  return { id, version, architecture: os.machine() };
};

const certificates = async (root: string): Promise<number> => {
  for (const bundle of BUNDLES) {
    const text = await fs.readFile(path.join(root, bundle), "utf8").catch(() => null);
    if (text !== null) return text.split("-----BEGIN CERTIFICATE-----").length - 1;
  }
  throw new Error("no bundle of certificates is where distributions keep theirs");
};

const present = async ({ artefacts, artefactFolder }: ProbeOptions): Promise<readonly string[]> => {
  const there = await Promise.all(
    artefacts.map(async (name) => {
      const isPlain = path.basename(name) === name;
      const stat = isPlain ? await fs.stat(path.join(artefactFolder, name)).catch(() => null) : null;
      return stat?.isFile() === true;
    }),
  );
  return artefacts.filter((_, i) => there[i]);
};

const reach = (options: ProbeOptions): Promise<PreInstallCheck.Reachability> => {
  const { server, timeoutSeconds = 10, certificateAuthorities } = options;
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= TIMEOUT_SECONDS_MAX)) {
    return Promise.reject(new Error(`timeoutSeconds is 1 to ${TIMEOUT_SECONDS_MAX}`));
  }
  const url = new URL(ROUTE, server);
  const trust = certificateAuthorities === undefined ? {} : { ca: [...certificateAuthorities] };
  return new Promise((resolve) => {
    const begun = performance.now();
    const request = (url.protocol === "http:" ? http : https).request(url, { ...trust, agent: false });
    const answer = (reachability: PreInstallCheck.Reachability): void => {
      clearTimeout(timer);
      resolve(reachability);
      request.destroy();
    };
    const timer = setTimeout(() => answer({ _tag: "TimedOut" }), timeoutSeconds * 1_000);
    request.on("error", (cause) => answer(failed(cause)));
    request.on("response", (response) => {
      const milliseconds = Math.round(performance.now() - begun);
      collect(response, (body) => answer(answered(response, body, milliseconds)));
    });
    request.end();
  });
};

const collect = (response: http.IncomingMessage, done: (body: string) => void): void => {
  let body = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    body += chunk;
    if (body.length > REPLY_BYTES_MAX) done("");
  });
  response.on("end", () => done(body));
  response.on("error", () => done(""));
};

const answered = (
  { statusCode = 0, headers }: http.IncomingMessage,
  body: string,
  milliseconds: number,
): PreInstallCheck.Reachability => {
  if (!isOurs(body)) return { _tag: "Stranger", status: statusCode };
  const theirs = Date.parse(headers.date ?? "");
  // The header tells whole seconds.
  const clockSkewSeconds = Number.isNaN(theirs) ? null : Math.round((Date.now() - theirs) / 1_000);
  return { _tag: "Reached", milliseconds, clockSkewSeconds };
};

const isOurs = (body: string): boolean => {
  try {
    const { type } = JSON.parse(body) as { readonly type?: unknown };
    return typeof type === "string" && type.startsWith(OURS);
  } catch {
    return false;
  }
};

const byCode: { readonly [code: string]: PreInstallCheck.Reachability } = {
  ENOTFOUND: { _tag: "NameNotFound" },
  EAI_AGAIN: { _tag: "NameNotFound" },
  ECONNREFUSED: { _tag: "Refused" },
  ETIMEDOUT: { _tag: "TimedOut" },
};

const failed = (cause: NodeJS.ErrnoException): PreInstallCheck.Reachability => {
  const code = cause.code ?? "";
  const isCertificate = code.startsWith("ERR_TLS_CERT") || /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/.test(code);
  if (isCertificate) return { _tag: "Untrusted", message: cause.message };
  return byCode[code] ?? { _tag: "Failed", message: messageOf(cause) };
};

const messageOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return cause.message !== "" ? cause.message : (code ?? cause.name);
};
