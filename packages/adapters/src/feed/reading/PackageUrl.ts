/** Package URLs (purl) as far as feeds use them: type, namespace, name, version, qualifiers. Pure. */

export interface PackageUrl {
  /** `rpm`, `deb`, `rpmmod`, `oci`, … */
  readonly type: string;
  /** Its segments; none where there is none. */
  readonly namespace: readonly string[];
  readonly name: string;
  readonly version: string | null;
  readonly qualifiers: ReadonlyMap<string, string>;
}

const PURL = /^pkg:\/{0,2}([A-Za-z.+-][A-Za-z0-9.+-]*)\/([^?#]+)(?:\?([^#]*))?(?:#.*)?$/;

/** Reads a package URL; null when it is none. */
export const parse = (text: string): PackageUrl | null => {
  const match = PURL.exec(text);
  if (match === null) return null;
  const [, type = "", path = "", query = ""] = match;
  const versionAt = path.lastIndexOf("@");
  const isVersioned = versionAt > path.lastIndexOf("/");
  const segments = (isVersioned ? path.slice(0, versionAt) : path).split("/").filter((s) => s !== "");
  const decoded = segments.map(decode);
  const version = isVersioned ? decode(path.slice(versionAt + 1)) : null;
  const qualifiers = new Map<string, string>();
  for (const pair of query.split("&")) {
    const equals = pair.indexOf("=");
    const value = decode(equals < 0 ? "" : pair.slice(equals + 1));
    if (value === null) return null;
    if (equals > 0) qualifiers.set(pair.slice(0, equals).toLowerCase(), value);
  }
  const name = decoded.at(-1);
  if (name === undefined || name === null || decoded.includes(null) || (isVersioned && version === null)) return null;
  const namespace = decoded.slice(0, -1).filter((s) => s !== null);
  return { type: type.toLowerCase(), namespace, name, version, qualifiers };
};

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** The module stream, as `name:stream`, of `name:stream:version:context`; null where it names no stream. */
export const streamOf = (text: string): string | null => {
  const [name, stream] = text.split(":");
  return name === undefined || name === "" || stream === undefined || stream === "" ? null : `${name}:${stream}`;
};
