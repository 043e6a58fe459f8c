/** Aliases that look like paths: they must not be taken for tokens of a group. */
import { describe, expect, it } from "vitest";
import { Catalog } from "../src/index.ts";

const definitionsWith = (alias: string): Catalog.Definitions => ({
  bootTime: { type: "date", aliases: [alias], description: "Last start", example: "2024-07-31" },
  host: {
    type: "group",
    description: "The machine",
    tokens: {
      name: { type: "text", aliases: ["label"], description: "Its name", example: "web" },
      disk: {
        type: "group",
        repeated: true,
        description: "Its disks",
        tokens: { size: { type: "size", aliases: ["space.total"], description: "Its size", example: "1 GB" } },
      },
    },
  },
});

describe("an alias with a dot", () => {
  it.each(["host.bootTime", "HOST.bootTime", "host.disk.age"])(
    "that is a path into a group it isn't in is refused: %s",
    (alias) => {
      const made = Catalog.make(definitionsWith(alias));
      expect(made.ok ? [] : made.error.map(({ name, message }) => [name, message])).toEqual([
        ["bootTime", `The alias "${alias}" is a path into the group "host".`],
      ]);
    },
  );

  it.each(["os.bootTime", "hostess.bootTime", "boot"])("that begins with no group's name is taken: %s", (alias) => {
    const made = Catalog.make(definitionsWith(alias));
    const name = made.ok ? Catalog.find(made.value, alias)?.name : made.error;
    expect(name).toBe("bootTime");
  });

  it("of a token in a group is a path in it", () => {
    const made = Catalog.make(definitionsWith("boot"));
    const host = made.ok ? made.value.groups.find(({ name }) => name === "host.disk") : undefined;
    const name = made.ok && host !== undefined ? Catalog.find(made.value, "Space.Total", host)?.name : made;
    expect(name).toBe("host.disk.size");
  });
});
