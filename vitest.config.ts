import { defineConfig } from "vitest/config";

/** Suites that need the whole machine: a real package manager, processes killed, a package registry. */
const WHOLE_MACHINE = ["**/*.real.test.ts", "examples/**/*.e2e.test.ts"];

/** Packages without a machine beneath: their files share a process, for a new one and its imports take longer than most of them. */
const PURE = ["packages/{qql,scheduler,agent-protocol,core}/test/**/*.test.ts"];

const EVERY_SUITE = [
  "packages/*/test/**/*.test.ts",
  "tools/**/*.test.ts",
  "examples/**/*.test.ts",
  "bench/**/*.test.ts",
];
const NEVER = ["**/node_modules/**", "**/dist/**", "examples/.doctest-*/**"];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "pure",
          include: PURE,
          exclude: [...NEVER, ...WHOLE_MACHINE],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "parallel",
          include: EVERY_SUITE,
          exclude: [...NEVER, ...WHOLE_MACHINE, ...PURE],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "serial",
          include: WHOLE_MACHINE,
          exclude: NEVER,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
    // Left out it is one less than there are cores, and half of a machine of two does nothing.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
