/**
 * Whether a machine is ready for an agent (KEY-05): a judgement over what was found on it, each finding with how to mend it.
 * Pure; what is found is found by a probe, of which `@fettle/adapters/host/linux` has one.
 */

/** What a probe found; null: it could not tell, and why stands in `unknown`. */
export interface ProbedFacts {
  readonly operatingSystem: {
    readonly id: string;
    readonly version: string | null;
    readonly architecture: string;
  } | null;
  /** How many root certificates the machine trusts. */
  readonly rootCertificates: number | null;
  /** Of the artefacts that are needed, those that are there. */
  readonly artefacts: readonly string[] | null;
  readonly controlPlane: Reachability | null;
  /** What could not be told, by member. */
  readonly unknown: { readonly [member: string]: string };
}

/** How far a request to the control plane came. */
export type Reachability =
  | { readonly _tag: "Reached"; readonly milliseconds: number; readonly clockSkewSeconds: number | null }
  | { readonly _tag: "NameNotFound" }
  | { readonly _tag: "Refused" }
  | { readonly _tag: "TimedOut" }
  | { readonly _tag: "Untrusted"; readonly message: string }
  /** Something answers that isn't a control plane. */
  | { readonly _tag: "Stranger"; readonly status: number }
  | { readonly _tag: "Failed"; readonly message: string };

/** What an agent needs. */
export interface Requirements {
  /** Supported systems by `ID` of os-release(5) or its like, each with the lowest version; null: every version. */
  readonly systems: readonly { readonly id: string; readonly from: string | null }[];
  readonly architectures: readonly string[];
  readonly artefacts: readonly string[];
  readonly server: string;
  /** More than the signed requests bear. */
  readonly clockSkewSecondsMax: number;
}

export const checks = ["operating-system", "root-certificates", "artefacts", "reachability", "clock"] as const;
export type CheckName = (typeof checks)[number];

export interface Finding {
  readonly check: CheckName;
  readonly verdict: "pass" | "warn" | "fail" | "unknown";
  readonly message: string;
  /** What to do about it; null where nothing is to be done. */
  readonly fix: string | null;
}

export interface Judgement {
  /** No check failed; what is unknown or warned of doesn't keep an agent away. */
  readonly isReady: boolean;
  /** One for each check, in their order. */
  readonly findings: readonly Finding[];
}

/** Fewer roots than any system ships are a broken or stripped store. */
export const ROOT_CERTIFICATES_MIN = 20;

/** Judges a machine. */
export const judge = (facts: ProbedFacts, needs: Requirements): Judgement => {
  const findings = [
    system(facts, needs),
    certificates(facts),
    artefacts(facts, needs),
    reachability(facts, needs),
    clock(facts, needs),
  ];
  return { isReady: findings.every((f) => f.verdict !== "fail"), findings };
};

const pass = (check: CheckName, message: string): Finding => ({ check, verdict: "pass", message, fix: null });
const say = (check: CheckName, verdict: Finding["verdict"], message: string, fix: string): Finding => ({
  check,
  verdict,
  message,
  fix,
});
const untold = (check: CheckName, member: string, facts: ProbedFacts, fix: string): Finding =>
  say(check, "unknown", `it could not be told: ${facts.unknown[member] ?? "nothing was found"}`, fix);

const system = (facts: ProbedFacts, needs: Requirements): Finding => {
  const check = "operating-system";
  const found = facts.operatingSystem;
  if (found === null) {
    return untold(check, "operatingSystem", facts, "Look up the system's name and version, and compare them by hand.");
  }
  const name = [found.id, found.version].filter((t) => t !== null).join(" ");
  if (!needs.architectures.includes(found.architecture)) {
    const fix = `Use a machine of ${needs.architectures.join(" or ")}, or ask for an agent of this architecture.`;
    return say(check, "fail", `${found.architecture} is not supported`, fix);
  }
  const supported = needs.systems.find((s) => s.id === found.id);
  if (supported === undefined) {
    const fix = `Supported are ${needs.systems.map((s) => s.id).join(", ")}; elsewhere inventory it without an agent.`;
    return say(check, "fail", `${name} is not supported`, fix);
  }
  if (supported.from === null || found.version === null || compareVersions(found.version, supported.from) >= 0) {
    return pass(check, `${name} on ${found.architecture} is supported`);
  }
  return say(
    check,
    "fail",
    `${name} is older than ${supported.from}`,
    `Upgrade it to ${found.id} ${supported.from} or newer.`,
  );
};

const certificates = (facts: ProbedFacts): Finding => {
  const check = "root-certificates";
  const found = facts.rootCertificates;
  const fix = "Install or update the system's root certificates (ca-certificates, or the vendor's root update).";
  if (found === null) return untold(check, "rootCertificates", facts, fix);
  if (found === 0) return say(check, "fail", "the system trusts no root certificate", fix);
  if (found >= ROOT_CERTIFICATES_MIN) return pass(check, `the system trusts ${found} root certificates`);
  return say(check, "warn", `the system trusts ${found} root certificates only`, fix);
};

const artefacts = (facts: ProbedFacts, needs: Requirements): Finding => {
  const check = "artefacts";
  if (facts.artefacts === null)
    return untold(check, "artefacts", facts, `Check that these are there: ${needs.artefacts.join(", ")}.`);
  const missing = needs.artefacts.filter((name) => facts.artefacts?.includes(name) !== true);
  return missing.length === 0
    ? pass(check, needs.artefacts.length === 0 ? "none is needed" : `${needs.artefacts.join(", ")}: there`)
    : say(check, "fail", `missing: ${missing.join(", ")}`, `Download them from the control plane and put them there.`);
};

const reachability = (facts: ProbedFacts, needs: Requirements): Finding => {
  const check = "reachability";
  const { server } = needs;
  const found = facts.controlPlane;
  const bad = (message: string, fix: string) => say(check, "fail", message, fix);
  if (found === null) return untold(check, "controlPlane", facts, `Open ${server} from this machine by hand.`);
  switch (found._tag) {
    case "Reached":
      return pass(check, `${server} answered in ${found.milliseconds} ms`);
    case "NameNotFound":
      return bad(`no address is known for ${server}`, "Check the name, and the machine's DNS servers.");
    case "Refused":
      return bad(`${server} refuses the connection`, "Check the port, and that the control plane is running there.");
    case "TimedOut":
      return bad(
        `${server} didn't answer in time`,
        "Allow outgoing connections to it in the firewall, or set the proxy.",
      );
    case "Untrusted":
      return bad(
        `the certificate of ${server} isn't trusted: ${found.message}`,
        "Update the root certificates; where a proxy breaks TLS open, let this host through unbroken.",
      );
    case "Stranger":
      return bad(
        `something else answers at ${server}, with status ${found.status}`,
        "Check the address; a proxy or captive portal may stand in between.",
      );
    case "Failed":
      return bad(`${server} could not be reached: ${found.message}`, "Check the address and the network.");
  }
};

const clock = (facts: ProbedFacts, needs: Requirements): Finding => {
  const check = "clock";
  const fix = "Set the machine's clock, and let it be kept by a time server.";
  const found = facts.controlPlane;
  if (found?._tag !== "Reached" || found.clockSkewSeconds === null) {
    return say(check, "unknown", "the control plane's time is not known", fix);
  }
  const skew = Math.abs(found.clockSkewSeconds);
  return skew <= needs.clockSkewSecondsMax
    ? pass(check, `it differs from the control plane's by ${skew} s`)
    : say(
        check,
        "fail",
        `it differs from the control plane's by ${skew} s; ${needs.clockSkewSecondsMax} s are allowed`,
        fix,
      );
};

// Dotted numbers; what is no number counts as 0.
const compareVersions = (a: string, b: string): number => {
  const [left, right] = [a, b].map((v) => v.split(".").map((part) => Number.parseInt(part, 10) || 0));
  const length = Math.max(left?.length ?? 0, right?.length ?? 0);
  for (let i = 0; i < length; i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
