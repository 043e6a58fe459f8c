import { describe, expect, it } from "vitest";
import * as CarriedOut from "../../../src/domain/job/CarriedOut.ts";
import * as Job from "../../../src/domain/job/Job.ts";
import * as JobActions from "../../../src/domain/job/JobActions.ts";
import * as JobEdit from "../../../src/domain/job/JobEdit.ts";
import * as Limits from "../../../src/domain/shared/Limits.ts";
import type { Platform } from "../../../src/domain/shared/Platform.ts";
import * as Values from "../../scenario/Values.ts";

const digest = `sha256:${"0".repeat(64)}`;
const script: JobActions.ScriptReference = {
  digest,
  sizeBytes: 1,
  author: { keyId: "authors/mara", signature: "A".repeat(86) },
};
const run = { _tag: "RunScript", language: "shell", script } as const satisfies JobActions.ActionDraft;
const install = {
  _tag: "InstallSoftware",
  name: "Tool",
  url: "https://files.example/tool.msi",
  digest,
  detection: null,
} as const satisfies JobActions.ActionDraft;
const registry = {
  _tag: "ChangeRegistryKey",
  key: "HKLM\\SOFTWARE\\Lab",
  value: "Mode",
  type: "dword",
  data: 1,
} as const satisfies JobActions.ActionDraft;

const about = { id: Values.uuid(900), ownerId: "mara", now: Values.START, limits: Limits.defaults };
const before = (...actions: readonly JobActions.ActionDraft[]): JobActions.ActionsDraft => ({
  before: actions,
  after: [],
});
const paths = (actions: JobActions.ActionsDraft, platform: Platform = "Linux") =>
  JobActions.problems(actions, platform).map((p) => [p.rule, p.path]);
const wrong = (action: object, platform: Platform = "Windows") =>
  paths(before(action as JobActions.ActionDraft), platform).map(([, path]) => path?.replace("actions.before.0", ""));

describe("the actions of a job", () => {
  it("JOB-20: are at most five before the patches and five after them", () => {
    const five = Array.from({ length: 5 }, () => run);
    expect(paths({ before: five, after: five })).toEqual([]);
    expect(paths({ before: [...five, run], after: five })).toEqual([["JOB-20", "actions.before"]]);
    expect(paths({ before: five, after: [...five, run] })).toEqual([["JOB-20", "actions.after"]]);
  });

  it("JOB-20: a script of 20 KB is taken, of one byte more it is refused", () => {
    const sized = (sizeBytes: number) => paths(before({ ...run, script: { ...script, sizeBytes } }));
    expect(JobActions.SCRIPT_BYTES_MAX).toBe(20_480);
    expect(sized(20_480)).toEqual([]);
    for (const bad of [20_481, 0, 1.5, Number.NaN]) {
      expect([bad, sized(bad)]).toEqual([bad, [["JOB-20", "actions.before.0.script.sizeBytes"]]]);
    }
  });

  it("JOB-20: take 2 minutes unless they say otherwise, and an hour at most", () => {
    const limited = (timeLimitSeconds: number) => paths(before({ ...run, timeLimitSeconds }));
    expect(JobActions.TIME_LIMIT_SECONDS_DEFAULT).toBe(120);
    for (const good of [1, 120, 3_600]) expect([good, limited(good)]).toEqual([good, []]);
    for (const bad of [0, -1, 3_601, 1.5, Number.POSITIVE_INFINITY]) {
      expect([bad, limited(bad)]).toEqual([bad, [["JOB-20", "actions.before.0.timeLimitSeconds"]]]);
    }
  });

  it("JOB-20: have their time limit filled in as the job is made and as it is edited", () => {
    const draft = Values.draft({ actions: { before: [run], after: [{ ...run, timeLimitSeconds: 5 }] } });
    const made = Job.create(draft, about);
    expect(made.ok && made.value.actions).toEqual({
      before: [{ ...run, timeLimitSeconds: 120 }],
      after: [{ ...run, timeLimitSeconds: 5 }],
    });
    const edited = JobEdit.edit(Values.job(), { actions: before(run) }, Limits.defaults);
    expect(edited.ok && edited.value.actions?.before).toEqual([{ ...run, timeLimitSeconds: 120 }]);
    const untouched = JobEdit.edit(Values.job(), { title: "Other" }, Limits.defaults);
    expect(untouched.ok && "actions" in untouched.value).toBe(false);
  });

  it("JOB-20: are of every kind on Windows, and scripts only elsewhere", () => {
    const kinds = [{ ...run, language: "powershell" } as const, install, { ...registry }];
    const uninstall = { _tag: "UninstallSoftware", name: "Tool" } as const;
    expect(paths(before(...kinds, uninstall), "Windows")).toEqual([]);
    for (const platform of ["Linux", "Mac"] as const) {
      for (const action of [install, registry, uninstall]) {
        expect(paths(before(action), platform)).toEqual([["JOB-20", "actions.before.0"]]);
      }
    }
  });

  it.each([
    ["Windows", ["powershell"]],
    ["Linux", ["shell"]],
    ["Mac", ["shell", "applescript"]],
  ] as const)("JOB-20: scripts for %s are in %j", (platform, languages) => {
    for (const language of ["powershell", "shell", "applescript"] as const) {
      const allowed = (languages as readonly string[]).includes(language);
      expect(paths(before({ ...run, language }), platform)).toEqual(
        allowed ? [] : [["JOB-20", "actions.before.0.language"]],
      );
    }
  });

  it("JOB-20: a script is named by a digest and signed by its author", () => {
    const ps = { ...run, language: "powershell" } as const;
    const signed = (over: object) => wrong({ ...ps, script: { ...script, author: { ...script.author, ...over } } });
    expect(wrong(ps)).toEqual([]);
    for (const bad of ["", "0".repeat(64), `sha256:${"0".repeat(63)}`, `sha256:${"A".repeat(64)}`]) {
      expect(wrong({ ...ps, script: { ...script, digest: bad } })).toEqual([".script.digest"]);
    }
    for (const signature of ["", "A".repeat(85), "A".repeat(87), `${"A".repeat(85)}=`]) {
      expect(signed({ signature })).toEqual([".script.author.signature"]);
    }
    for (const keyId of ["", " ", "k".repeat(129)]) expect(signed({ keyId })).toEqual([".script.author.keyId"]);
  });

  it("JOB-20: software is installed from an http address with its digest, and known by a script where it says so", () => {
    expect(wrong(install)).toEqual([]);
    expect(wrong({ ...install, url: "http://files.example/tool.msi" })).toEqual([]);
    for (const url of ["", "tool.msi", "ftp://files.example/t", "file:///t", "https://a:b@files.example/t"]) {
      expect([url, wrong({ ...install, url })]).toEqual([url, [".url"]]);
    }
    expect(wrong({ ...install, digest: "sha1:00" })).toEqual([".digest"]);
    expect(wrong({ ...install, detection: { ...script, sizeBytes: 20_481 } })).toEqual([".detection.sizeBytes"]);
    for (const name of ["", "  ", "n".repeat(257)]) {
      expect(wrong({ ...install, name })).toEqual([".name"]);
      expect(wrong({ _tag: "UninstallSoftware", name })).toEqual([".name"]);
    }
  });

  it("JOB-20: a registry key stands below a hive, with a value of its type", () => {
    expect(wrong(registry)).toEqual([]);
    expect(wrong({ ...registry, type: "string", data: "on" })).toEqual([]);
    for (const key of ["", "SOFTWARE\\Lab", "HKLM", "HKLM\\", `HKLM\\${"k".repeat(251)}`]) {
      expect([key, wrong({ ...registry, key })]).toEqual([key, [".key"]]);
    }
    for (const data of [-1, 2 ** 32, 0.5, "1"]) expect(wrong({ ...registry, data })).toEqual([".data"]);
    expect(wrong({ ...registry, type: "string", data: 1 })).toEqual([".data"]);
    expect(wrong({ ...registry, value: "v".repeat(257) })).toEqual([".value"]);
  });

  it("JOB-20: what is wrong with them keeps a job from being saved", () => {
    const made = Job.create(Values.draft({ actions: before(install) }), about);
    expect(!made.ok && made.error.map((e) => [e.rule, e.path])).toEqual([["JOB-20", "actions.before.0"]]);
  });

  it("JOB-20: keep a job from being enabled as long as nobody carries them out; none of them don't", () => {
    const faults = (actions: JobActions.JobActions) => CarriedOut.faults(Values.job({ actions })).map((f) => f.rule);
    expect(faults({ before: [{ ...run, timeLimitSeconds: 1 }], after: [] })).toEqual(["JOB-20"]);
    expect(faults({ before: [], after: [] })).toEqual([]);
  });

  it("JOB-02, JOB-20: alone make a job complete, without patches; none of them don't", () => {
    const alone = Values.draft({ patches: null, actions: before(run) });
    expect(Job.missingParts(alone)).toEqual([]);
    expect(Job.missingParts({ ...alone, actions: { before: [], after: [run] } })).toEqual([]);
    expect(Job.missingParts({ ...alone, actions: { before: [], after: [] } })).toEqual(["patches"]);
    expect(Job.missingParts({ ...alone, targets: null })).toEqual(["targets"]);
  });
});
