// Counts out of vitest's JSON report. What is counted as failed, beside failed tests: a file that could not be loaded or
// whose hooks failed (its tests would otherwise just be absent), and a run that ended badly with every test passed.

/**
 * The part of vitest's JSON report that is read here.
 *
 * @typedef {object} Report
 * @property {boolean} success
 * @property {readonly FileReport[]} testResults
 *
 * @typedef {object} FileReport
 * @property {string} name
 * @property {string} status
 * @property {string} message
 * @property {readonly { readonly status: string, readonly title: string, readonly fullName: string }[]} assertionResults
 *
 * @typedef {object} Summary
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly string[]} passedTitles
 * @property {readonly string[]} brokenFiles
 */

/**
 * @param {Report} report
 * @param {number} exitCode vitest's own
 * @returns {Summary}
 */
export function summaryOf(report, exitCode) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (/** @type {string} */ status) => tests.filter((test) => test.status === status).length;
  const brokenFiles = report.testResults.filter(isBroken).map((file) => file.name);
  const failed = count("failed") + brokenFiles.length;
  return {
    passed: count("passed"),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: count("pending") + count("skipped") + count("todo"),
    passedTitles: tests.filter((test) => test.status === "passed").map((test) => test.title),
    brokenFiles,
  };
}

/**
 * 0 only when something ran and nothing failed.
 *
 * @param {{ readonly passed: number, readonly failed: number }} counts
 */
export function exitCodeOf({ passed, failed }) {
  return passed > 0 && failed === 0 ? 0 : 1;
}

/**
 * A file marked failed though none of its tests is.
 *
 * @param {FileReport} file
 */
function isBroken(file) {
  return file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed");
}
