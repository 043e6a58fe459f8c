/** Where a text that is being typed stands, as completion shows it: what may come next there, and where nothing may. */
import { describe, expect, it } from "vitest";
import { Completion } from "../../src/index.ts";
import { assets } from "./World.ts";

const offered = (text: string): readonly string[] =>
  Completion.complete(assets, text).items.map(({ insert }) => insert.trim());

describe("a text that is being typed", () => {
  it.each([
    "web and ",
    "(web) ",
    "(serial: x) ",
    "serial: x ",
    'serial: "x" ',
    "serial: `x` ",
    '"web" ',
    "`and` ",
    "name: `-` ",
    'status: "Not Ready" ',
    "status: `Ready` ",
    "name: remote code ",
    "name: 10,125 ",
    "address: ::1 ",
    "serial is null ",
    "serial is not null ",
    "status: [Ready, Null] ",
    "cpuCount: [1 .. 2] ",
    "cpuCount: (1 .. 2) ",
    "interfaces: (label: x) ",
    "interfaces: (ports: (port: 1)) ",
  ])("%j has ended a condition, which another one may follow", (text) => {
    expect(offered(text.replace(/and $/, ""))).toEqual(["AND", "OR"]);
    expect(offered(`${text.replace(/and $/, "")}and lice`)).toEqual(["licensed"]);
  });

  it.each([
    "name: a ab:12 ",
    'name: "-" ',
    'name: "a" b ',
    "cpuCount > [",
    "cpuCount > (",
    "status: [(",
    "status: = ",
    "status: ] ",
    "nope: (",
    "nope: (1 ",
    "nope: [1, ",
    "cpuCount: [1 .. 2, ",
    "cpuCount: [1, 2 .. ",
    "cpuCount: [1 .. 2 .. ",
    "cpuCount: 1 .. ",
    "cpuCount: (1 .. 2] ",
    "serial: x) ",
    "serial: x ] ",
    "(serial: x ] ",
    'serial is "null" ',
    "serial is x ",
    "serial is not not ",
  ])("%j can't go on, so that nothing is offered", (text) => {
    expect(offered(text)).toEqual([]);
  });

  it.each([
    ["status: ", "Ready"],
    ["status = ", "Ready"],
    ["web status: ", "Ready"],
    ["not status: ", "Ready"],
    ["status: [Ready, ", "Ready"],
    ["interfaces: (la", "label"],
    ["interfaces: ((la", "label"],
    ["interfaces: (not (la", "label"],
    ["interfaces: (ports: (po", "port"],
    ["interfaces: (ports: (port: 1) and la", "label"],
    ["interfaces: (label: x) and lice", "licensed"],
    ["serial: x\u0001 and lice", "licensed"],
    ["nope: (1 or lice", "licensed"],
    ["modules: policy co", '"Policy Compliance"'],
  ])("%j may go on with %s", (text, insert) => {
    expect(offered(text)[0]).toBe(insert);
  });

  it("asks of words only what the parser would: several are no name that waits for null", () => {
    expect(offered("status is ")).toContain("null");
    expect(offered("web status is ")).toEqual(["AND", "OR"]);
  });
});
