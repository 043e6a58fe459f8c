/**
 * The QQL tokens of an agent (AGT-07, AGT-14), and how an agent's record answers them. Tokens for which the platform has no
 * data (the address it is seen at, errors and findings of other modules) are read, and find nothing until there is some.
 */
import * as Qql from "@fettle/qql";
import * as Asset from "./Asset.ts";
import { modules } from "./AssetCatalog.ts";

/** The agent catalogue: what a query over agents may ask for. */
export const catalog = Qql.Catalog.define({
  name: {
    type: "text",
    required: true,
    description: "Name of the agent's asset",
    example: '"web-01"',
  },
  agentVersion: {
    type: "version",
    aliases: ["version", "agent.version"],
    required: true,
    description: "Version of the agent",
    example: "2.1*",
  },
  lastCheckedIn: {
    type: "date",
    aliases: ["qualys.agent.lastCheckedInDate"],
    description: "When it last spoke to the control plane",
    example: "2024-05-31",
  },
  lastActivity: {
    type: "date",
    aliases: ["qualys.agent.lastActivityDate"],
    description: "When it last did something: was provisioned, took a manifest, ended a scan",
    example: "2024-05-31",
  },
  lastInventory: {
    type: "date",
    description: "When it last sent its inventory",
    example: "2024-05-31",
  },
  connectedFrom: {
    type: "ip",
    aliases: ["agent.connectedFrom"],
    description: "Address it was last seen at",
    example: "192.0.2.17",
  },
  errorStatus: {
    type: "boolean",
    aliases: ["agent.errorStatus"],
    description: "Whether it reports an error",
    example: "false",
  },
  configurationProfile: {
    type: "text",
    description: "Name of its configuration profile",
    example: '"Initial Profile"',
  },
  agentActivationKey: {
    type: "uuid",
    aliases: ["qualys.agent.activationKey.uuid"],
    description: "Id of the key it was activated with",
    example: "df78bf6a-30e3-4ce2-8530-8170d83c61b3",
  },
  agentID: {
    type: "number",
    aliases: ["agent.agentID"],
    description: "Number that another product's agent has",
    example: "4711",
  },
  activationKeyStatus: {
    type: "enum",
    values: ["Active", "Disabled", "Expired"],
    aliases: ["qualys.agent.activationKey.status"],
    description: "Whether the key it was activated with still admits agents; used up counts as expired",
    example: "Active",
  },
  isPassiveSensor: {
    type: "boolean",
    aliases: ["qualys.agent.isPassiveSensor"],
    description: "Whether it listens to its network for assets without an agent",
    example: "false",
  },
  isLeader: {
    type: "boolean",
    aliases: ["qualys.caps.leader"],
    description: "Whether it speaks for its part of the network",
    example: "false",
  },
  activatedForModule: {
    type: "enum",
    values: modules,
    aliases: ["sensors.activatedForModules", "qualys.activatedForModules"],
    repeated: true,
    description: "Modules active on it",
    example: "PM",
  },
  pendingActivationForModules: {
    type: "enum",
    values: modules,
    aliases: ["qualys.pendingActivationForModules"],
    repeated: true,
    description: "Modules that it is still to activate",
    example: "PM",
  },
  udcManifestAssigned: {
    type: "boolean",
    description: "Whether user-defined checks are assigned to it",
    example: "false",
  },
  asset: {
    type: "group",
    description: "The asset it runs on",
    tokens: {
      agentId: {
        type: "uuid",
        description: "The host id that the agent made",
        example: "e4b7d1c0-93a5-4c62-b8f7-2d5a0e6c1f93",
      },
      assetUUID: {
        type: "uuid",
        description: "The asset's id",
        example: "9d3e5b80-1f4c-4a67-8b2d-70c1e9a6f358",
      },
      trackingMethod: {
        type: "enum",
        values: [
          "QAGENT",
          "IP",
          "DNSNAME",
          "NETBIOS",
          "INSTANCE_ID",
          "OCA",
          "VIRTUAL_MACHINE_ID",
          "SEM",
          "GCP_INSTANCE_ID",
        ],
        description: "What the asset is known by",
        example: "QAGENT",
      },
    },
  },
  account: {
    type: "group",
    repeated: true,
    description: "Accounts on the asset",
    tokens: {
      username: {
        type: "text",
        required: true,
        description: "Name of the account",
        example: "administrator",
      },
    },
  },
  tags: {
    type: "group",
    repeated: true,
    description: "Tags its asset carries",
    tokens: {
      name: {
        type: "text",
        required: true,
        searchable: false,
        description: "The tag's name",
        example: '"Cloud Agent"',
      },
    },
  },
  inventory: {
    type: "group",
    repeated: true,
    description: "What the asset is known from",
    tokens: {
      source: {
        type: "text",
        description: "The source's name",
        example: '"Cloud Agent"',
      },
    },
  },
  software: {
    type: "group",
    repeated: true,
    description: "Software on the asset",
    tokens: {
      name: {
        type: "text",
        // A word in the search box means agents, not the hundreds of packages on each.
        searchable: false,
        description: "Name of the package",
        example: "openssl",
      },
      lifecycle: {
        type: "group",
        description: "How long its vendor cares for it",
        tokens: {
          stage: {
            type: "text",
            description: "Stage of its life",
            example: '"EOL/EOS"',
          },
        },
      },
    },
  },
  vulnerabilities: {
    type: "group",
    repeated: true,
    description: "Vulnerabilities found on the asset",
    tokens: {
      vulnerability: {
        type: "group",
        description: "What was found",
        tokens: {
          qid: {
            type: "number",
            required: true,
            description: "The scanner's number of it",
            example: "105961",
          },
          title: {
            type: "text",
            searchable: false,
            description: "Its title",
            example: '"Remote Code Execution"',
          },
          severity: {
            type: "number",
            description: "From 1, least, to 5",
            example: "5",
          },
          patchAvailable: {
            type: "boolean",
            description: "Whether a patch fixes it",
            example: "true",
          },
        },
      },
    },
  },
});

export type AgentDocument = Qql.Catalog.DocumentOf<typeof catalog.definitions>;

/** What the platform keeps of an agent beside its asset. Times are epoch milliseconds. */
export interface AgentContext {
  readonly agentVersion: string;
  readonly lastCheckedInAt: number;
  /** When its last snapshot came in; null before the first. */
  readonly lastInventoryAt: number | null;
  /** The name of its configuration profile. */
  readonly configurationProfile: string | null;
  /** Names of the packages on its asset; null when they aren't known, left out where nobody asks. */
  readonly software?: readonly string[] | null;
  /** Null when the key is gone, left out where nobody asks. */
  readonly activationKeyStatus?: "Active" | "Disabled" | "Expired" | null;
  /** The names of tags, by id. */
  readonly tagName: (id: string) => string | undefined;
}

/** An agent as the query language sees it. */
export const toDocument = (asset: Asset.Asset, context: AgentContext): AgentDocument => ({
  name: asset.name,
  agentVersion: context.agentVersion,
  lastCheckedIn: context.lastCheckedInAt,
  lastActivity: Math.max(asset.provisionedAt, context.lastInventoryAt ?? asset.provisionedAt),
  lastInventory: context.lastInventoryAt,
  configurationProfile: context.configurationProfile,
  agentActivationKey: asset.activationKey,
  activationKeyStatus: context.activationKeyStatus ?? null,
  // Fettle's agents do neither.
  isPassiveSensor: false,
  isLeader: false,
  activatedForModule: Asset.activeModules(asset),
  asset: { agentId: asset.id, assetUUID: asset.id, trackingMethod: "QAGENT" },
  account: asset.facts.loggedInUser === null ? [] : [{ username: asset.facts.loggedInUser }],
  tags: asset.tags.map((id) => ({ name: context.tagName(id) ?? id })),
  inventory: [{ source: "Cloud Agent" }],
  software: context.software?.map((name) => ({ name })) ?? null,
});
