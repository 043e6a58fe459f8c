import { describe, expect, it } from "vitest";
import * as TransactionPlan from "../../../src/installer/dnf/TransactionPlan.ts";

const finished = "--> Finished dependency resolution\n";
const plan = (...lines: readonly string[]): readonly TransactionPlan.Change[] => {
  const changes = TransactionPlan.parse(`${lines.map((l) => `---> Package ${l}\n`).join("")}${finished}`);
  if (changes === null) throw new Error("the plan is not complete");
  return changes;
};
const want = (name: string, evr: string, arch = "noarch") => ({ name, evr, arch });
const curl = plan("curl-lab.noarch 1-1 will be upgraded", "curl-lab.noarch 1-2 will be an upgrade");

describe("dnf's plan", () => {
  it("is read once it is complete, and not before", () => {
    const text = `Last metadata\n--> Starting dependency resolution\n---> Package a.b.x86_64 1:2-3 will be installed\n${finished}more`;
    expect(TransactionPlan.parse(text)).toEqual([{ action: "install", name: "a.b", arch: "x86_64", evr: "1:2-3" }]);
    for (let cut = 0; cut < text.indexOf(finished) + finished.length; cut += 1) {
      expect(TransactionPlan.parse(text.slice(0, cut))).toBeNull();
    }
  });

  it("is accepted when it brings what is wanted and what that depends on", () => {
    expect(TransactionPlan.reviewInstall(curl, [want("curl-lab", "1-2")])).toEqual({ _tag: "Accepted" });
    expect(TransactionPlan.reviewInstall(curl, [want("curl-lab", "0:1-2")])).toEqual({ _tag: "Accepted" });
    const more = [...curl, ...plan("dep.noarch 1-1 will be installed", "lib.noarch 2-1 will be an upgrade")];
    expect(TransactionPlan.reviewInstall(more, [want("curl-lab", "1-2")])).toEqual({ _tag: "Accepted" });
  });

  it.each([
    ["another version", want("curl-lab", "1-3")],
    ["another epoch", want("curl-lab", "1:1-2")],
    ["another architecture", want("curl-lab", "1-2", "x86_64")],
    ["another package", want("zlib-lab", "1-2")],
  ])("is incomplete with %s", (_what, wanted) => {
    expect(TransactionPlan.reviewInstall(curl, [wanted])).toEqual({ _tag: "Incomplete", missing: [wanted] });
  });

  it.each(["erased", "obsoleted", "a downgrade", "reinstalled", "obsoleting", "sold"])(
    "exceeds the job when a package will be %s",
    (word) => {
      const verdict = TransactionPlan.reviewInstall(
        [...curl, ...plan(`other.noarch 1-1 will be ${word}`)],
        [want("curl-lab", "1-2")],
      );
      expect(verdict).toMatchObject({ _tag: "Exceeds", changes: [{ name: "other" }] });
    },
  );

  it("takes away what the job says that a wanted package replaces, and nothing else", () => {
    const wanted = { ...want("new-lab", "2-1"), replaces: [want("old-lab", "1-1")] };
    const swap = plan("new-lab.noarch 2-1 will be obsoleting", "old-lab.noarch 1-1 will be obsoleted");
    expect(TransactionPlan.reviewInstall(swap, [wanted])).toEqual({ _tag: "Accepted" });
    expect(TransactionPlan.reviewInstall(swap, [want("new-lab", "2-1")])).toMatchObject({
      _tag: "Exceeds",
      changes: [{ name: "old-lab" }],
    });
    const more = [...swap, ...plan("third-lab.noarch 1-1 will be obsoleted")];
    expect(TransactionPlan.reviewInstall(more, [wanted])).toMatchObject({ changes: [{ name: "third-lab" }] });
    const erased = plan("new-lab.noarch 2-1 will be installed", "old-lab.noarch 1-1 will be erased");
    expect(TransactionPlan.reviewInstall(erased, [wanted])).toMatchObject({ changes: [{ name: "old-lab" }] });
    const other = plan("new-lab.noarch 3-1 will be obsoleting", "old-lab.noarch 1-1 will be obsoleted");
    expect(TransactionPlan.reviewInstall(other, [wanted])).toMatchObject({ _tag: "Incomplete" });
  });

  it("exceeds the job when a line of it can't be read", () => {
    expect(TransactionPlan.reviewInstall(plan("what is this"), [])).toMatchObject({ _tag: "Exceeds" });
  });

  it("lets a kernel push out its own oldest version, and nothing else", () => {
    const kernel = plan("kernel.x86_64 5-3 will be installed", "kernel.x86_64 5-1 will be erased");
    expect(TransactionPlan.reviewInstall(kernel, [want("kernel", "5-3", "x86_64")])).toEqual({ _tag: "Accepted" });
    const foreign = plan("kernel.x86_64 5-3 will be installed", "kernel-core.x86_64 5-1 will be erased");
    expect(TransactionPlan.reviewInstall(foreign, [want("kernel", "5-3", "x86_64")])).toMatchObject({
      _tag: "Exceeds",
    });
  });

  it("of a rollback takes down what is wanted and nothing else", () => {
    const down = plan("a.noarch 1-1 will be a downgrade");
    expect(TransactionPlan.reviewRollback(down, [want("a", "1-1")])).toEqual({ _tag: "Accepted" });
    expect(TransactionPlan.reviewRollback(down, [want("a", "1-0")])).toMatchObject({ _tag: "Incomplete" });
    const more = [...down, ...plan("b.noarch 1-1 will be a downgrade")];
    expect(TransactionPlan.reviewRollback(more, [want("a", "1-1")])).toMatchObject({ _tag: "Exceeds" });
    const removal = [...down, ...plan("a.noarch 1-2 will be erased")];
    expect(TransactionPlan.reviewRollback(removal, [want("a", "1-1")])).toMatchObject({ _tag: "Exceeds" });
  });

  it("of a repair touches only what is installed twice", () => {
    const text =
      "slow-lab-1.0-1.el9.noarch is a duplicate with slow-lab-1.0-2.el9.noarch\nx-1:2-3.i686 is a duplicate with x-1:2-4.i686\nfoo\n";
    const twice = TransactionPlan.parseDuplicates(text);
    expect([...twice]).toEqual(["slow-lab.noarch", "x.i686"]);
    expect(TransactionPlan.reviewRepair(plan("slow-lab.noarch 1.0-2.el9 will be reinstalled"), twice)._tag).toBe(
      "Accepted",
    );
    expect(TransactionPlan.reviewRepair(plan("slow-lab.noarch 1.0-1.el9 will be erased"), twice)._tag).toBe("Accepted");
    expect(TransactionPlan.reviewRepair(plan("zlib.noarch 1-1 will be erased"), twice)._tag).toBe("Exceeds");
    expect(TransactionPlan.reviewRepair(plan("slow-lab.noarch 2-1 will be an upgrade"), twice)._tag).toBe("Exceeds");
  });

  it("that was refused is explained by name, five at most", () => {
    const changes = plan(...Array.from({ length: 7 }, (_, at) => `p${at}.noarch 1-1 will be erased`));
    const text = TransactionPlan.explain({ _tag: "Exceeds", changes });
    expect(text).toContain("erase p4-1-1.noarch and 2 more");
    expect(text).not.toContain("p5");
  });
});
