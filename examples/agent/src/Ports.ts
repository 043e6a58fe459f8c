/** The agent's ports on a real Linux machine: SQLite journal, key file, HTTP, rpm and dnf. */
import * as path from "node:path";
import { NodeEnvironment } from "@fettle/adapters/environment/node";
import { LinuxHost } from "@fettle/adapters/host/linux";
import { DnfInstaller, RpmInventory } from "@fettle/adapters/installer/dnf";
import { SqliteJournal } from "@fettle/adapters/journal/sqlite";
import { FileKeys } from "@fettle/adapters/keys/file";
import { HttpTransport } from "@fettle/adapters/transport/http-agent";
import * as Layer from "effect/Layer";
import type { Settings } from "./Settings.ts";

/** Seconds without a byte after which a request is given up. */
const TIMEOUT_SECONDS = 30;

/** Every port of an agent whose state lies in a folder. */
export const layer = (state: string, settings: Settings) =>
  Layer.mergeAll(
    SqliteJournal.layer({ file: path.join(state, "journal.db") }),
    FileKeys.agentLayer({ directory: path.join(state, "keys") }),
    NodeEnvironment.agentLayer,
    HttpTransport.layer({ baseUrl: settings.server, timeoutSeconds: TIMEOUT_SECONDS }),
    LinuxHost.layer({ name: settings.name, timeZone: settings.timeZone, bootIdFile: settings.bootIdFile }),
    RpmInventory.layer({ installRoot: settings.installRoot }),
    DnfInstaller.layer({
      stateDirectory: path.join(state, "dnf"),
      installRoot: settings.installRoot,
      ...(settings.dnfConfig === null ? {} : { config: settings.dnfConfig }),
    }),
  );
