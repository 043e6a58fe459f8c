/** Seven jobs of administrators' days, from the draft to what stands on the machines. The guide tells the same. */
import type { NewJob } from "@fettle/core";
import { describe, expect, it } from "vitest";
import * as Company from "../scenario/SmallCompany.ts";

const { draft, mara, paul, sid, wei } = Company;
const at = (day: number, hour = 0, month = 2) => ({ year: 2026, month, day, hour, minute: 0, second: 0 });
const monthly = (nth: 1 | 2, weekday: 1 | 2, offsetDays = 0): NewJob["schedule"] => ({
  _tag: "Recurring",
  rule: {
    pattern: { _tag: "MonthlyOnWeekday", every: 1, nth, weekday, offsetDays },
    start: at(1, 21),
    end: { _tag: "Never" },
    except: [],
  },
  zone: { _tag: "Agent" },
});
const daily: NewJob["schedule"] = {
  _tag: "Recurring",
  rule: { pattern: { _tag: "Daily", every: 1 }, start: at(1, 21), end: { _tag: "Never" }, except: [] },
  zone: { _tag: "Agent" },
};
const servers: NewJob["targets"] = {
  assets: [],
  include: { mode: "any", tags: ["servers"] },
  exclude: { mode: "any", tags: [] },
};

describe("Patch Tuesday", () => {
  it("SCH-01, SCH-03, JOB-05, JOB-22: brings what came out meanwhile, at nine in the evening of each place", async () => {
    const company = await Company.open();
    const { fettle } = company;
    const job = await fettle.jobs.create(
      mara,
      draft({
        title: "Microsoft Security Patches",
        patches: { _tag: "Query", query: "appFamily: Windows and isSecurity: true" },
        schedule: monthly(2, 2),
        window: { minutes: 360 },
      }),
    );
    const { hash, plan } = await fettle.jobs.plan(mara, job.id);
    expect(plan.isProvisional).toBe(true);
    // The second Tuesday of February is the 10th; 21:00 comes first in Tokyo.
    const starts = plan.groups.map((g) => [g.timing.zone, new Date(g.timing.start ?? 0).toISOString()]);
    expect(Object.fromEntries(starts)).toEqual({
      "Asia/Tokyo": "2026-02-10T12:00:00.000Z",
      "Europe/Paris": "2026-02-10T20:00:00.000Z",
      "America/New_York": "2026-02-11T02:00:00.000Z",
    });
    await fettle.jobs.enable(mara, job.id, { planHash: hash });
    // The kiosk bears an excluded tag, and whoever asks is told so.
    const why = await fettle.jobs.explain(mara, job.id, { assetId: company.idOf("kiosk-1") });
    expect(why.blockers[0]).toMatchObject({ rule: "TAG-04" });

    await company.passUntil(Date.UTC(2026, 1, 10, 5));
    await company.publish(
      Company.windowsPatch("KB-FEB", ["Windows Security Stack", "10.2"], {
        appFamilies: ["Windows"],
        publishedAt: Date.UTC(2026, 1, 10),
      }),
    );
    expect(await fettle.runs.ofJob(mara, job.id)).toEqual([]);
    // Just before midnight in Tokyo it is done there, and hasn't begun elsewhere.
    await company.passUntil(Date.UTC(2026, 1, 10, 15));
    expect(company.version("desk-tyo", "Windows Security Stack")).toBe("10.2");
    expect(company.version("desk-nyc", "Windows Security Stack")).toBe("10.0");
    await company.passUntil(Date.UTC(2026, 1, 11, 9));
    expect(company.version("desk-nyc", "Windows Security Stack")).toBe("10.2");
    expect(company.version("kiosk-1", "Windows Security Stack")).toBe("10.0");
    expect(await company.statuses(job)).toEqual([
      { "desk-nyc": "Completed", "desk-par": "Completed", "desk-tyo": "Completed" },
    ]);
    // JOB-13: it waits for the next one.
    expect((await fettle.jobs.get(mara, job.id)).status).toBe("Enabled");
  });
});

describe("security patches of RHEL servers", () => {
  it("WIN-02, PAT-14: run on the first Monday inside six hours, and one that fails doesn't keep the others", async () => {
    const company = await Company.open();
    const { fettle } = company;
    const found = await fettle.catalogue.search(mara, { query: "platform: Linux and category: security" });
    const patches = found.rows.map((row) => row.patch.id).sort();
    expect(patches).toEqual(["RHSA-1", "RHSA-2"]);
    const job = await fettle.jobs.create(
      mara,
      draft({
        title: "RHEL Security Patches",
        platform: "Linux",
        targets: servers,
        patches: { _tag: "List", patches },
        schedule: monthly(1, 1),
        window: { minutes: 360 },
      }),
      { enable: true },
    );
    expect(job.status).toBe("Enabled");
    // Today is the first Monday, and midday is early enough for nine in the evening.
    await company.pass(7);
    expect(company.version("srv-1", "openssl")).toBe("1-1");
    await company.pass(6);
    expect(await company.statuses(job)).toEqual([{ "srv-1": "Completed", "srv-2": "CompletedWithFailure" }]);
    expect(company.version("srv-2", "openssl")).toBe("2-1");
    expect(company.version("srv-2", "curl")).toBe("1-1");
  });
});

describe("a browser's rollback", () => {
  it("JOB-01, JOB-30: takes an old version of it back from where it was installed, on demand", async () => {
    const company = await Company.open();
    const { fettle } = company;
    const patches = { _tag: "List", patches: ["IE-2015"] } as const;
    const deployed = await fettle.jobs.create(mara, draft({ title: "The browser", patches }), { enable: true });
    await company.pass(4);
    expect((await fettle.jobs.get(mara, deployed.id)).status).toBe("Completed");
    expect(company.version("desk-par", Company.browser)).toBe("11.1");

    const query = `appFamily: "${Company.browser}" and publishedDate <= 2015-12-31`;
    const old = await fettle.catalogue.search(mara, { query });
    const rollback = await fettle.jobs.create(
      mara,
      draft({
        title: "Back to what worked",
        kind: "rollback",
        patches: { _tag: "List", patches: old.rows.map((row) => row.patch.id) },
      }),
    );
    await fettle.jobs.enable(mara, rollback.id);
    await company.pass(4);
    expect((await fettle.jobs.get(mara, rollback.id)).status).toBe("Completed");
    for (const machine of ["desk-nyc", "desk-par", "desk-tyo"]) {
      expect(company.version(machine, Company.browser)).toBe("11.0");
    }
  });
});

describe("a browser kept up to date by a query", () => {
  it("JOB-05, JOB-13: brings each version on the day after it comes out, and goes on", async () => {
    const company = await Company.open();
    const { fettle } = company;
    const job = await fettle.jobs.create(
      mara,
      draft({
        title: "Browser Security Patches",
        patches: { _tag: "Query", query: `appFamily: "${Company.browser}"` },
        schedule: daily,
        window: { minutes: 360 },
      }),
      { enable: true },
    );
    await company.pass(36);
    expect(company.version("desk-par", Company.browser)).toBe("11.1");
    await company.publish(
      Company.windowsPatch("IE-2026", [Company.browser, "11.2"], {
        appFamilies: [Company.browser],
        publishedAt: company.now(),
      }),
    );
    await company.pass(36);
    for (const machine of ["desk-nyc", "desk-par", "desk-tyo"]) {
      expect(company.version(machine, Company.browser)).toBe("11.2");
    }
    expect((await fettle.jobs.get(mara, job.id)).status).toBe("Enabled");
  });
});

describe("an advisory that is handed to an owner", () => {
  it("RBAC-08, OWN-04: belongs to nobody until a manager gives it to who then completes and enables it", async () => {
    const company = await Company.open();
    const { fettle } = company;
    const advisory = await fettle.jobs.createAdvisory(sid, {
      title: "Holes that are used in the wild",
      platform: "Linux",
      patches: ["RHSA-1"],
    });
    expect(await fettle.jobs.get(mara, advisory.id)).toMatchObject({
      ownerId: null,
      isPartiallyConfigured: true,
      missing: ["targets", "schedule"],
    });
    await expect(fettle.jobs.enable(mara, advisory.id)).rejects.toThrow();
    await fettle.jobs.changeOwner(mara, advisory.id, "paul");
    await fettle.jobs.update(paul, advisory.id, { targets: servers, schedule: { _tag: "OnDemand" } });
    await fettle.jobs.enable(paul, advisory.id);
    await company.pass(4);
    expect(await company.statuses(advisory)).toEqual([{ "srv-1": "Completed", "srv-2": "Completed" }]);
    expect(company.version("srv-1", "openssl")).toBe("2-1");
  });
});

describe("the clone of a past run-once job", () => {
  it("CLN-02, CLN-03: has everything but its time, and runs at another", async () => {
    const company = await Company.open();
    const { fettle } = company;
    const once = (day: number): NewJob["schedule"] => ({
      _tag: "Once",
      at: at(day, 2),
      zone: { _tag: "Named", zone: "Europe/Paris" },
    });
    const patches = { _tag: "List", patches: ["RHSA-1"] } as const;
    const first = await fettle.jobs.create(
      mara,
      draft({
        title: "Openssl",
        platform: "Linux",
        targets: servers,
        patches,
        schedule: once(3),
        window: { minutes: 120 },
      }),
      { enable: true },
    );
    await company.passUntil(Date.UTC(2026, 1, 3, 6));
    expect((await fettle.jobs.get(mara, first.id)).status).toBe("Completed");
    expect(company.version("srv-1", "openssl")).toBe("2-1");

    const clone = await fettle.jobs.clone(mara, first.id);
    expect(clone.draft).toMatchObject({ platform: "Linux", patches, schedule: null, window: { minutes: 120 } });
    expect(clone.draft.title).toBe(`Copy of Openssl ${Math.floor(company.now() / 1_000)}`);
    // A time that is past isn't taken either.
    await expect(fettle.jobs.create(mara, { ...clone.draft, schedule: once(3) })).rejects.toMatchObject({
      rule: "SCH-06",
    });
    const second = await fettle.jobs.create(
      mara,
      { ...clone.draft, patches: { _tag: "List", patches: ["RHSA-2"] }, schedule: once(4) },
      { enable: true },
    );
    await company.passUntil(Date.UTC(2026, 1, 4, 6));
    expect(company.version("srv-1", "curl")).toBe("2-1");
    expect((await fettle.jobs.get(mara, second.id)).status).toBe("Completed");
  });
});

describe("a change of owner", () => {
  it("OWN-02: shows which assets the job would lose, and then runs in the new owner's scope", async () => {
    const company = await Company.open();
    const { fettle } = company;
    const job = await fettle.jobs.create(
      mara,
      draft({ title: "Servers", platform: "Linux", targets: servers, patches: { _tag: "List", patches: ["RHSA-1"] } }),
    );
    expect(Object.keys(await company.gets(job))).toEqual(["srv-1", "srv-2"]);
    const preview = await fettle.jobs.ownerPreview(mara, job.id, "wei");
    expect(preview.lost.map((a) => company.nameOf(a.id))).toEqual(["srv-2"]);
    await fettle.jobs.changeOwner(mara, job.id, "wei");
    expect(Object.keys(await company.gets(job))).toEqual(["srv-1"]);
    await fettle.jobs.enable(wei, job.id);
    await company.pass(4);
    expect(await company.statuses(job)).toEqual([{ "srv-1": "Completed" }]);
    expect(company.version("srv-2", "openssl")).toBe("1-1");
    const excluded = await fettle.jobs.explain(mara, job.id, { assetId: company.idOf("srv-2") });
    expect(excluded.blockers.map((b) => b.rule)).toContain("TAG-06");
  });
});
