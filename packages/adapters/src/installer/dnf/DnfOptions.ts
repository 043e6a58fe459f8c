/** Where an adapter finds dnf, rpm and the system they serve, and every limit it works within. */
import * as path from "node:path";

export interface DnfLimits {
  /** Until dnf has read its repositories and has a plan. Nothing is changed by then, so dnf is ended. */
  readonly planMilliseconds: number;
  /** From the answer to the end of downloads. Nothing is changed by then, so dnf is ended. */
  readonly prefetchMilliseconds: number;
  /** From the answer to the end of a transaction. dnf is never ended here: it is left to itself and reported busy. */
  readonly transactionMilliseconds: number;
  /** How long a repair waits for a package manager that still runs. */
  readonly orphanMilliseconds: number;
  /** For a query of the package database. */
  readonly queryMilliseconds: number;
  /** What one stream of dnf's output may grow to on disk; beyond, only its end is kept. */
  readonly outputBytes: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const defaultLimits: DnfLimits = {
  planMilliseconds: 15 * MINUTE,
  prefetchMilliseconds: 120 * MINUTE,
  transactionMilliseconds: 120 * MINUTE,
  orphanMilliseconds: 60 * MINUTE,
  queryMilliseconds: MINUTE,
  outputBytes: 4 * 1024 * 1024,
};

export interface DnfOptions {
  /** A private folder of this adapter's own: the output of the running dnf lies there. Absolute. */
  readonly stateDirectory: string;
  /** The system to patch; `/` unless told. Absolute. */
  readonly installRoot?: string;
  /** A dnf configuration file; the system's own unless told. Absolute. */
  readonly config?: string;
  readonly tools?: { readonly dnf?: string; readonly rpm?: string };
  readonly limits?: Partial<DnfLimits>;
}

/** Options with everything told. */
export interface DnfSettings {
  readonly stateDirectory: string;
  readonly installRoot: string;
  readonly config: string | null;
  readonly dnf: string;
  readonly rpm: string;
  readonly limits: DnfLimits;
}

/** Completes options. Throws a RangeError for a path that isn't absolute: that is a mistake in the embedding program. */
export const complete = (options: DnfOptions): DnfSettings => ({
  stateDirectory: absolute("stateDirectory", options.stateDirectory),
  installRoot: absolute("installRoot", options.installRoot ?? "/"),
  config: options.config === undefined ? null : absolute("config", options.config),
  dnf: options.tools?.dnf ?? "dnf",
  rpm: options.tools?.rpm ?? "rpm",
  limits: { ...defaultLimits, ...options.limits },
});

/**
 * The environment of every tool: nothing is inherited, and output is in English. HOME is fixed because rpm's database
 * lies below it on some systems, so that all tools must agree on it.
 */
export const environment: { readonly [name: string]: string } = {
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LC_ALL: "C.UTF-8",
};

const absolute = (name: string, value: string): string => {
  if (!path.isAbsolute(value) || value.includes("\0")) {
    throw new RangeError(`${name} must be an absolute path, not ${JSON.stringify(value)}`);
  }
  return path.normalize(value).replace(/(.)\/+$/, "$1");
};
