import { Actor, Fettle } from "@fettle/core";
import { Sandbox, Story } from "@fettle/core/testing";

// A control plane in memory and machines on a simulated OS. In production: SQLite, HTTP, real agents, your users.
const mara = Actor.user("acme", "mara");
const sandbox = Sandbox.make({
  tenantId: "acme",
  users: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }],
});
const fettle = Fettle.promises(Fettle.make(sandbox.ports));

await fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
const activation = await fettle.keys.create(mara, { title: "Servers" });
await fettle.catalogue.ingest(mara, Story.patches); // or a vendor's updateinfo.xml, through a feed adapter
const openssl = { name: "openssl-lab", arch: "noarch", evr: "3.0.7-1.el9" };
const installed = sandbox.addMachine({ name: "web-01", packages: [openssl], activation });
sandbox.checkIn(); // the agent makes its key, provisions, sends what is installed

for (const { asset, patch } of await fettle.assets.missing(mara)) console.log(asset.name, "lacks", patch.title);

const job = await fettle.jobs.create(mara, {
  title: "Security fixes",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "Query", query: "category: security and vendorSeverity: [Critical, Important]" },
  targets: { assets: [], include: { mode: "any", tags: ["cloud-agent"] }, exclude: { mode: "any", tags: [] } },
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
});
const { hash, plan } = await fettle.jobs.plan(mara, job.id); // who gets what, who not, and by which rule
console.log(plan.groups.length, "group of equal fate;", hash);
await fettle.jobs.enable(mara, job.id, { planHash: hash }); // this plan and no other
await fettle.tick();
sandbox.checkIn(); // takes its signed manifest, installs, verifies, reports
console.log("openssl-lab is now", installed().get("openssl-lab.noarch"));
