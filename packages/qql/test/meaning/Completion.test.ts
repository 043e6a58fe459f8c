import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Catalog, Completion, inspect, Limits } from "../../src/index.ts";
import { assets, narrowQueries, queries, runs } from "./World.ts";

const complete = (
  text: string,
  options: Completion.Options = {},
  catalog: Catalog.Catalog = assets,
): Completion.Completion =>
  Completion.complete(catalog, text, text.length, { max: 1_000, limits: Limits.lifted, ...options });

const labels = (text: string, options: Completion.Options = {}): readonly string[] =>
  complete(text, options).items.map(({ label }) => label);

/** The text with an item put in. */
function accepted(text: string, label: string, options: Completion.Options = {}): string | undefined {
  const { start, items } = complete(text, options);
  const item = items.find((each) => each.label === label);
  return item === undefined ? undefined : text.slice(0, start) + item.insert;
}

/** The law of its header, for all items at the end of the beginning of a sound query. */
function check(catalog: Catalog.Catalog, head: string, options: Completion.Options = {}): number {
  const { start, end, items } = complete(head, options, catalog);
  expect(end).toBe(head.length);
  expect(start).toBeLessThanOrEqual(end);
  for (const { insert, rest, label } of items) {
    const made = head.slice(0, start) + insert + rest;
    const { checked, diagnostics } = inspect(catalog, made, Limits.lifted);
    if (checked === null)
      throw new Error(`${head}⟨${label}⟩ makes ${made}: ${diagnostics.map(({ code }) => code).join(", ")}`);
  }
  return items.length;
}

describe("what may come next", () => {
  it("makes a sound query of the beginning of one, wherever it is cut", () => {
    let offered = 0;
    let heads = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 3, arbitrary: queries }, narrowQueries), (text) => {
        if (text.length > 120) return;
        for (let at = 0; at <= text.length; at++) {
          const count = check(assets, text.slice(0, at));
          heads += 1;
          offered += count === 0 ? 0 : 1;
        }
      }),
      runs(60),
    );
    // Nothing to say is right inside values that nobody knows, and nowhere else.
    expect(offered / heads).toBeGreaterThan(0.8);
  });

  it.each([
    "security update and na",
    "name: web server and (not cpuCount: [1, 2",
    "name: web\n  and host: ( bios : (version >= ",
    "host:(bios:(version is not",
    "interfaces: (label: eth0 and ports: (port: (22 .. 443) and service: 'ssh' ",
    'status: ["Not Ready", ',
    "status: 'not ready' or status: n",
    "lastSeen: [now-7d ... n",
    "address: [10.1.0.0/16, fe80::1",
    "not not (not ",
    "name: “web server” ",
    "name: it's",
    "name: `a ) and (b` ",
    'name: "a ) and (b',
    "name: a-b/c\\d an",
    "remarks: x or sn: ",
    "cpuCount = ",
    "id: 0b1d7a52-6c0e",
  ])("makes a sound query of %j, wherever it is cut", (text) => {
    let offered = 0;
    for (let at = 0; at <= text.length; at++) offered += check(assets, text.slice(0, at));
    expect(offered).toBeGreaterThan(text.length);
  });

  it("never throws, whatever the text and the place, and offers what fits a broken text's end", () => {
    const pieces = fc.constantFrom(
      "name",
      "cpuCount",
      "status",
      "host",
      "naem",
      ":",
      " ",
      "(",
      ")",
      "[",
      "]",
      "..",
      ",",
      " and ",
      " or ",
      "not ",
      "x",
      "5",
      '"',
      "`",
      "<",
      " is ",
      "null",
      "*",
      "\u0000",
      "“",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 12 }).map((all) => all.join("")),
          fc.string({ unit: "binary" }),
        ),
        fc.nat(30),
        (text, at) => {
          const { start, end, items } = Completion.complete(assets, text, Math.min(at, text.length), {
            recent: ["name: x", text],
          });
          expect(start >= 0 && start <= end && end <= text.length).toBe(true);
          expect(items.length).toBeLessThanOrEqual(50);
        },
      ),
      runs(1_500),
    );
    expect(labels("cpuCount: ] and na")[0]).toBe("name");
    expect(labels("naem: x and sta")).toEqual(["status"]);
    expect(labels("(a b: c) and sta")).toEqual(["status"]);
    expect(labels("cpuCount: five and status: re")[0]).toBe("Ready");
  });
});

describe("tokens", () => {
  it("are offered where a condition begins, in the order of the catalogue, with groups, NOT and a parenthesis behind them", () => {
    const all = labels("");
    expect(all.slice(0, 3)).toEqual(["name", "notes", "serial"]);
    expect(all.slice(-6)).toEqual(["host", "host.bios", "interfaces", "interfaces.ports", "NOT", "("]);
    for (const before of ["name: x and ", "not ", "(", "name: x or not ("]) expect(labels(before)).toEqual(all);
  });

  it.each([
    ["sta", ["status"]],
    ["STA", ["status"]],
    ["name", ["name"]],
    ["sn", ["serial"]],
    ["rem", ["notes"]],
    ["agentv", ["agentVersion"]],
    ["seen", ["lastSeen"]],
    ["version", ["agentVersion", "host.bios.version"]],
    ["mod", ["modules", "host.model"]],
    ["no", ["notes", "NOT"]],
    ["not", ["notes", "NOT"]],
    ["host.b", ["host.bios.version", "host.bios"]],
    ["ports", ["interfaces.ports.port", "interfaces.ports.service", "interfaces.ports"]],
    ["zzz", []],
  ])("%s: %j", (typed, expected) => {
    expect(labels(typed)).toEqual(expected);
    expect(labels(`licensed: true and (${typed}`)).toEqual(expected);
  });

  it("are those of the group around, by their names there", () => {
    expect(labels("host: (")).toEqual(["model", "ram", "bios.version", "bios", "NOT", "("]);
    expect(labels("host: (ram: 1 and bios: (v")).toEqual(["version"]);
    expect(labels("interfaces: (ports: (port: 22) and ")).toContain("label");
    expect(labels("interfaces: (ports: (port: 22)) and ")).toContain("name");
  });

  it("that are deprecated aren't offered", () => {
    expect(labels("old")).toEqual([]);
    expect(labels("")).not.toContain("oldName");
  });

  it("are put in place of what is typed", () => {
    expect(accepted("licensed: true and AGENTV", "agentVersion")).toBe("licensed: true and agentVersion");
    expect(Completion.complete(assets, "vers and name: x", 4).items[0]).toMatchObject({ label: "agentVersion" });
    const { start, end } = Completion.complete(assets, "licensed: true or sta and x", 21);
    expect([start, end]).toEqual([18, 21]);
  });

  it("have their description, and an example of what follows", () => {
    expect(complete("cpu").items).toEqual([
      { kind: "token", label: "cpuCount", insert: "cpuCount", rest: ": 4", detail: "Processors" },
    ]);
    expect(complete("(host: (b").items.at(-1)).toEqual({
      kind: "group",
      label: "bios",
      insert: "bios",
      rest: ": (version: 1.0)))",
      detail: "Its firmware",
    });
  });
});

describe("behind a token's name", () => {
  it("stand its operators, as far as it allows them", () => {
    expect(labels("cpuCount ")).toEqual([
      ":",
      ": [a, b]",
      "<",
      "<=",
      ">",
      ">=",
      ": [a .. b]",
      ": (a .. b)",
      "is null",
      "is not null",
      // It may be searched for as a word, too.
      "AND",
      "OR",
    ]);
    expect(labels("licensed ")).toEqual([":", ": [a, b]", "is null", "is not null", "AND", "OR"]);
    expect(labels("name ").slice(0, 4)).toEqual([":", ": [a, b]", "is null", "is not null"]);
    expect(labels("host ")).toEqual([": (", "is null", "is not null", "AND", "OR"]);
    expect(labels("host: (bios: (version ")).toContain("is null");
    expect(labels("host: (bios: (version ")).not.toContain("AND");
    expect(accepted("cpuCount ", ": [a .. b]")).toBe("cpuCount : [");
  });

  it("stands is null, or the rest of it", () => {
    expect(labels("licensed i")).toEqual(["is null", "is not null"]);
    expect(labels("licensed is ")).toEqual(["null", "not null"]);
    expect(labels("licensed is n")).toEqual(["null", "not null"]);
    expect(labels("licensed is no")).toEqual(["not null"]);
    expect(labels("licensed is not ")).toEqual(["null"]);
    expect(labels("licensed is not nu")).toEqual(["null"]);
    expect(labels("host is ")).toEqual(["null", "not null"]);
    expect(accepted("licensed i", "is not null")).toBe("licensed is not null");
  });

  it("stand no operators of what is no token, nor of words", () => {
    expect(labels("security ")).toEqual(["AND", "OR"]);
    expect(labels("security update ")).toEqual(["AND", "OR"]);
    expect(labels("(security ")).toEqual(["AND", "OR", ")"]);
    expect(labels("--- ")).toEqual([]);
  });
});

describe("values", () => {
  it("of an enum are all of them, in quotes where they need some, whatever quote is typed", () => {
    expect(labels("status: ")).toEqual(["Ready", "Not Ready", "and", "Straße", "n/a", "Null"]);
    expect(complete("status: ").items.map(({ insert }) => insert)).toEqual([
      "Ready",
      '"Not Ready"',
      '"and"',
      "Straße",
      "n/a",
      "Null",
    ]);
    expect(accepted("status: nO", "Not Ready")).toBe('status: "Not Ready"');
    expect(accepted('status: "not re', "Not Ready")).toBe('status: "Not Ready"');
    expect(accepted("status: `N", "Null")).toBe("status: Null");
    expect(accepted("status:'no", "Not Ready")).toBe('status:"Not Ready"');
    expect(accepted("modules: policy  com", "Policy Compliance")).toBe('modules: "Policy Compliance"');
    expect(labels("modules: comp")).toEqual(["Policy Compliance"]);
    expect(labels("status: re")).toEqual(["Ready", "Not Ready"]);
  });

  it("are offered in lists, for each member", () => {
    expect(labels("modules: [")).toEqual(["PM", "VM", "Policy Compliance"]);
    expect(labels("modules: [PM, v")).toEqual(["VM"]);
    expect(labels("modules: [PM, VM, PM, p")).toEqual(["PM", "Policy Compliance"]);
    expect(accepted("modules: [PM, pol", "Policy Compliance")).toBe('modules: [PM, "Policy Compliance"');
    expect(labels("modules: [PM ")).toEqual([",", "]"]);
    expect(labels("(modules: [PM, VM ")).toEqual([",", "]"]);
    expect(accepted("modules: [PM ", "]")).toBe("modules: [PM ]");
  });

  it("are offered in ranges, for both ends", () => {
    expect(labels("lastSeen: [")).toContain("now-7d");
    expect(labels("cpuCount: [1 ")).toEqual([",", "..", "]"]);
    expect(labels("cpuCount: [1, 2 ")).toEqual([",", "]"]);
    expect(labels("cpuCount: (1 ")).toEqual([".."]);
    expect(labels("lastSeen: [now-7d .. no")).toContain("now-1d");
    expect(labels("cpuCount: [1 .. 2 ")).toEqual(["]"]);
    expect(labels("cpuCount: (1 .. 2 ")).toEqual([")"]);
    expect(labels("agentVersion: (")).toEqual(["2.1*"]);
    expect(complete("cpuCount: (").items[0]).toMatchObject({ insert: "4", rest: " .. 4)" });
  });

  it.each([
    ["licensed: ", ["true", "false"]],
    ["licensed: T", ["true"]],
    ["lastSeen > ", ["now-1d", "now-7d", "now-30d", "now-3M", "now-1y", "2024-02-29"]],
    ["lastSeen: 2", ["2024-02-29"]],
    ["cpuCount >= ", ["4"]],
    ["serial: ", ["KB2893294"]],
    ["host: (bios: (version<", ["1.0"]],
    ["status < ", []],
    ["naem: ", []],
    ["host:", ["("]],
    ["interfaces.ports: ", ["("]],
    ["host: [", []],
  ])("for %j are %j", (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  it("that the host knows are offered beside, as far as they are values of the token", () => {
    const values = ({ name }: Catalog.Token): readonly string[] =>
      name === "name"
        ? ["web server", "Web-01", 'a "b"', "and", "control\u0000", "web server"]
        : name === "cpuCount"
          ? ["16", "many"]
          : [];
    expect(complete("name: ", { values }).items.map(({ insert }) => insert)).toEqual([
      '"web server"',
      "Web-01",
      '"a \\"b\\""',
      '"and"',
    ]);
    expect(labels("name: WEB", { values })).toEqual(["web server", "Web-01"]);
    expect(labels("name: serv", { values })).toEqual(["web server"]);
    expect(labels("cpuCount: ", { values })).toEqual(["16", "4"]);
    for (const head of ["name: ", "name: [", "name: [x, ", "name: w", 'name: "', "cpuCount: (", "cpuCount > "])
      check(assets, head, { values });
  });
});

describe("behind a condition", () => {
  it.each([
    ["licensed: true ", ["AND", "OR"]],
    ["licensed: true a", ["AND"]],
    ["licensed: true OR", ["OR"]],
    ["(licensed: true ", ["AND", "OR", ")"]],
    ["host: (ram: 1 ", ["AND", "OR", ")"]],
    ["licensed is null ", ["AND", "OR"]],
    ["host: (ram: 1) ", ["AND", "OR"]],
    ["cpuCount: [1 .. 2] ", ["AND", "OR"]],
    ["cpuCount: [1 .. 2] o", ["OR"]],
    ['name: "x" ', ["AND", "OR"]],
    ["modules: policy ", ["Policy Compliance"]],
    ["licensed: maybe ", []],
  ])("%j stand %j", (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  it("that touches the end, AND keeps its distance", () => {
    expect(accepted('name: "x"', "AND")).toBe('name: "x" AND');
    expect(accepted("(licensed: true)", "OR")).toBe("(licensed: true) OR");
    expect(accepted("licensed: true ", "AND")).toBe("licensed: true AND");
    expect(accepted("licensed: true an", "AND")).toBe("licensed: true AND");
    expect(accepted("(modules: [PM]", ")")).toBe("(modules: [PM])");
  });

  it("stand a longer value and AND side by side, and replace the same", () => {
    const values = (): readonly string[] => ["web and mail server"];
    const { start, items } = complete("name: web an", { values });
    expect(start).toBe("name: ".length);
    expect(items.map(({ insert }) => insert)).toEqual(['"web and mail server"', "web AND"]);
  });
});

describe("queries of the past", () => {
  const recent = ["name: web and licensed: true", "licensed: true", "naem: x", "name: mail"];

  it("come first where nothing is typed, the latest first, without what isn't sound any more", () => {
    expect(labels("", { recent }).slice(0, 4)).toEqual([
      "name: web and licensed: true",
      "licensed: true",
      "name: mail",
      "name",
    ]);
    expect(complete(" ", { recent }).items[0]?.kind).toBe("token");
  });

  it("come last where they go on as the text has begun", () => {
    expect(labels("na", { recent })).toEqual(["name", "name: web and licensed: true", "name: mail"]);
    expect(accepted("NAME: w", "name: web and licensed: true", { recent })).toBe("NAME: web and licensed: true");
    expect(accepted("name: web and lic", "name: web and licensed: true", { recent })).toBe(
      "name: web and licensed: true",
    );
    expect(labels("name: mail", { recent })).not.toContain("name: mail");
    for (const text of recent)
      for (let at = 0; at <= text.length; at++)
        if (!text.startsWith("naem")) check(assets, text.slice(0, at), { recent });
  });
});

describe("the offers", () => {
  it("are as many as asked for, the best of them", () => {
    expect(labels("", { max: 3 })).toEqual(["name", "notes", "serial"]);
    expect(Completion.complete(assets, "").items.length).toBeLessThanOrEqual(50);
  });

  it("are none for a text that is longer than a query may be", () => {
    const limits = { ...Limits.defaults, length: 5 };
    expect(labels("name ", { limits })).not.toEqual([]);
    expect(labels("name: ", { limits })).toEqual([]);
  });

  it("are sound where the catalogue's examples are not", () => {
    const token = { description: "Any", example: "no number" } as const;
    const odd = Catalog.define({
      a: { ...token, type: "number" },
      b: { ...token, type: "number", operators: ["equals"] },
      c: { ...token, type: "date" },
      d: { ...token, type: "enum", values: ["x, y", "]"], searchable: false },
      e: { ...token, type: "keyword", example: "x, y", operators: ["list"] },
      g: { type: "group", description: "A group", tokens: { b: { ...token, type: "number", operators: ["order"] } } },
      h: { type: "group", description: "Nothing", tokens: {} },
      i: { ...token, type: "text", example: "10,125 assets" },
    });
    const heads = [
      "",
      "a",
      "a ",
      "a: ",
      "a < ",
      "b ",
      "b: ",
      "c: ",
      "c: [",
      "c: (",
      "d: ",
      "d: [",
      "e ",
      "e: [",
      "g ",
      "g: ",
      "g: (",
      "h ",
      "h: ",
      "i: ",
      "i: [",
      "not ",
      "(",
    ];
    for (const head of heads) check(odd, head);
    expect(complete("", {}, odd).items.map(({ label, rest }) => label + rest)).toEqual([
      "a is not null",
      "c: now-1d",
      'd: "x, y"',
      "i is not null",
      "g is not null",
      "h is not null",
      "NOT a is not null",
      "(a is not null)",
    ]);
  });

  it("are made as fast for a large catalogue and a long text as one types", () => {
    const many = Catalog.define(
      Object.fromEntries(
        Array.from({ length: 500 }, (_, i) => [
          `token${i}`,
          { type: "text" as const, description: "Any", example: "x" },
        ]),
      ),
    );
    const text = `${Array.from({ length: 400 }, () => "token1: x").join(" and ")} and tok`;
    // Time of the processor, the best of a few: others may be using the machine.
    const times = Array.from({ length: 5 }, () => {
      const start = process.cpuUsage();
      expect(complete(text, { max: 50 }, many).items).toHaveLength(50);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    });
    // A tenth of a second is at once for who types; this is a guard against a loop in a loop, not a benchmark.
    expect(Math.min(...times)).toBeLessThan(100);
  });
});
