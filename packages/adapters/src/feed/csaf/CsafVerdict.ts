/** How severe a document's vulnerabilities are, and what their fixes ask for. Pure. */
import type { Result } from "@fettle/agent-protocol";
import { Patch } from "@fettle/core";
import { all, type Problem } from "../reading/Checked.ts";
import * as Grammar from "../reading/Grammar.ts";
import * as ScoreSeverity from "../reading/ScoreSeverity.ts";
import { type Csaf, Remediation, type RestartCategory, Score, Threat, type Vulnerability } from "./CsafSchema.ts";

export interface Verdict {
  /** The vendor's word for the whole, else the highest for one vulnerability, else that of the highest CVSS 3 base score. */
  readonly vendorSeverity: Patch.VendorSeverity;
  readonly reboot: Patch.RebootRequirement;
  /** Where the vendor's fixes are. */
  readonly fixUrls: readonly string[];
}

/** Reads what is said of all vulnerabilities. */
export const read = (document: Csaf["document"], told: readonly Vulnerability[]): Result<Verdict, Problem> => {
  const impacts: Patch.VendorSeverity[] = [];
  const restarts = new Set<Restart>();
  const fixUrls: string[] = [];
  let score = 0;
  for (const [i, vulnerability] of told.entries()) {
    const path = `vulnerabilities[${i}]`;
    const threats = all(Threat, vulnerability.threats, `${path}.threats`);
    if (!threats.ok) return threats;
    for (const { category, details } of threats.value) if (category === "impact") impacts.push(...word(details));
    const scores = all(Score, vulnerability.scores, `${path}.scores`);
    if (!scores.ok) return scores;
    for (const { cvss_v3: cvss } of scores.value) score = Math.max(score, cvss?.baseScore ?? 0);
    const remediations = all(Remediation, vulnerability.remediations, `${path}.remediations`);
    if (!remediations.ok) return remediations;
    for (const { category, url, restart_required: restart } of remediations.value) {
      if (category !== "vendor_fix") continue;
      if (url !== undefined && fixUrls.length < FIX_URLS_MAX) fixUrls.push(url);
      if (restart !== undefined) restarts.add(restartOf[restart.category]);
    }
  }
  const [whole] = word(document.aggregate_severity?.text ?? "");
  const vendorSeverity =
    whole ?? Patch.vendorSeverities.find((each) => impacts.includes(each)) ?? ScoreSeverity.of(score);
  return { ok: true, value: { vendorSeverity, reboot: rebootOf(restarts), fixUrls } };
};

/** How many addresses of fixes are looked at for a link. */
const FIX_URLS_MAX = 16;

type Restart = "machine" | "part" | "none";

const restartOf: { readonly [Category in RestartCategory]: Restart } = {
  none: "none",
  machine: "machine",
  system: "machine",
  zone: "machine",
  connected: "part",
  dependencies: "part",
  parent: "part",
  service: "part",
  vulnerable_component: "part",
};

// Where one fix asks for a restart of the machine and another doesn't, it depends on what is installed.
const rebootOf = (restarts: ReadonlySet<Restart>): Patch.RebootRequirement => {
  if (restarts.has("machine")) return restarts.size === 1 ? "always" : "may";
  return restarts.has("part") ? "may" : "never";
};

// A word that nobody knows says nothing here: another, or the score, may.
const word = (text: string): readonly Patch.VendorSeverity[] => {
  if (text.trim() === "") return [];
  const read = Grammar.severity(text);
  return read.ok ? [read.value] : [];
};
