/**
 * Everything that can happen to a tenant so far, once, in a fixed order: set-up, provisioning, jobs that succeed, fail,
 * drift, lose their licence, outlive their lease and are taken back. Answers what everybody was told.
 */
import * as ControlPlane from "./ControlPlane.ts";
import * as Scene from "./Scene.ts";
import * as Values from "./Values.ts";
import * as WireAgent from "./WireAgent.ts";

const { any, draft, patch, pkg, select } = Values;

/** One answer, as it came. */
export type Told = readonly [step: string, answer: unknown];

export interface Journey {
  readonly told: readonly Told[];
  readonly agents: readonly WireAgent.WireAgent[];
  readonly scene: Scene.Scene;
}

export interface JourneyOptions {
  readonly plane?: ControlPlane.ControlPlane;
  readonly tenantId?: string;
  /** Called between any two steps: what others do meanwhile. */
  readonly meanwhile?: () => void;
}

/** Goes the whole way. */
export const go = (options: JourneyOptions = {}): Journey => {
  const { plane = ControlPlane.make(), tenantId = ControlPlane.TENANT, meanwhile = () => undefined } = options;
  const { fettle, call } = plane;
  const mara = ControlPlane.as("mara", tenantId);
  const told: Told[] = [];
  const step = <A>(name: string, act: () => A): A => {
    meanwhile();
    const answer = act();
    told.push([name, answer]);
    return answer;
  };
  const scene = Scene.make({ plane, tenantId, agents: 0 });
  const agents = [1, 2, 3].map((n) => WireAgent.make(plane, n, tenantId));
  const [one, two, three] = agents;
  if (one === undefined || two === undefined || three === undefined) throw new Error("no agents");
  const tick = () => step("tick", () => void call(fettle.tick()));
  const look = (jobId: string) => {
    step("job", () => call(fettle.jobs.get(mara, jobId)));
    for (const run of step("runs", () => call(fettle.runs.ofJob(mara, jobId)))) {
      step("progress", () => call(fettle.runs.progress(mara, run.id)));
      step("results", () => call(fettle.runs.results(mara, run.id)));
    }
  };
  const enabled = (over: Parameters<typeof draft>[0]) => {
    const job = step("create", () => call(fettle.jobs.create(mara, draft(over))));
    const plan = step("plan", () => call(fettle.jobs.plan(mara, job.id)));
    step("enable", () => call(fettle.jobs.enable(mara, job.id, { planHash: plan.hash })));
    tick();
    return { jobId: job.id, runId: call(fettle.runs.ofJob(mara, job.id))[0]?.id ?? "" };
  };
  const offered = (agent: WireAgent.WireAgent, manifestVersion: number) => {
    for (const { digest } of step("check-in", () => agent.checkIn({ manifestVersion })).manifests) {
      const manifest = step("manifest", () => agent.manifest(digest));
      step("list", () => agent.list(manifest.list));
    }
  };

  for (const agent of agents) {
    step("provision", () => agent.provision(scene.issued));
    step("first check-in", () => agent.checkIn());
    step("snapshot", () => agent.snapshot(Scene.installed));
  }
  step("profile", () =>
    call(
      fettle.configurationProfiles.save(
        mara,
        Values.profile("slow", { targets: select({ assets: [one.id] }), settings: { statusIntervalSeconds: 1_800 } }),
      ),
    ),
  );
  step("assets", () => call(fettle.assets.list(mara)));
  step("missing", () => call(fettle.assets.missing(mara)));

  const first = enabled({ title: "first" });
  for (const agent of agents) offered(agent, 0);
  step("facts", () => one.report(1, ...WireAgent.wholeRun(first.runId)));
  step("facts", () => two.report(1, ...WireAgent.wholeRun(first.runId, "P-1", "Failed")));
  step("facts", () => three.report(3, ...WireAgent.wholeRun(first.runId).slice(2)));
  step("facts", () => three.report(1, ...WireAgent.wholeRun(first.runId).slice(0, 2)));
  step("snapshot", () => one.snapshot([pkg("openssl", "2-1")]));
  tick();
  look(first.jobId);

  step("catalogue", () =>
    call(
      fettle.catalogue.ingest(mara, [
        ...Scene.catalogue,
        patch("P-3", { packages: [pkg("openssl", "3-1")], publishedAt: 3 }),
      ]),
    ),
  );
  const second = enabled({ title: "second", patches: { _tag: "Query", query: "isSecurity: true" } });
  plane.clock.pass(25 * Values.HOUR_MS);
  tick();
  offered(one, 2);
  step("zone", () => one.checkIn({ timeZone: "Europe/Berlin", manifestVersion: 2 }));
  step("licence", () =>
    call(
      fettle.subscriptions.save(mara, {
        plan: "Full",
        expiresAt: null,
        licences: { PM: { seats: 100, exclude: any("fleet") } },
      }),
    ),
  );
  for (const agent of agents) offered(agent, 1);
  tick();
  look(second.jobId);

  step("licence", () =>
    call(fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 100 } } })),
  );
  const back = enabled({ title: "back", kind: "rollback" });
  offered(one, 3);
  step("facts", () => one.report(6, ...WireAgent.wholeRun(back.runId, "P-1", "Removed", ["2-1", "1-1"])));
  tick();
  look(back.jobId);
  step("events", () => call(fettle.events.after(tenantId, 0, 1_000)));
  return { told, agents, scene };
};
