/** What a score of CVSS makes of a severity that the vendor has no word for. Pure. */
import type { Patch } from "@fettle/core";

/** The severity of a score, by FIRST's scale: its Medium and High are Moderate and Important in a vendor's words. */
export const of = (score: number): Patch.VendorSeverity => {
  if (score >= 9) return "Critical";
  if (score >= 7) return "Important";
  if (score >= 4) return "Moderate";
  return score > 0 ? "Low" : "None";
};
