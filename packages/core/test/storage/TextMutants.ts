// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the edits are code.
/** Faults as edits of the storage in memory: each `from` stands in its file exactly once, and is what keeps a promise. */

export interface TextMutant {
  /** Ends the sentence "a storage that …". */
  readonly name: string;
  readonly edits: readonly (readonly [file: string, from: string, to: string])[];
}

const memory = "MemoryStorage.ts";
const tenant = "TenantMemory.ts";
const ordered = "OrderedIds.ts";
const order = "CodePointOrder.ts";
const text = "StorageText.ts";

const mutant = (name: string, ...edits: TextMutant["edits"]): TextMutant => ({ name, edits });

const onRefusal = (what: string): TextMutant["edits"][number] => [
  memory,
  "if (refusal !== null) return refusal;",
  `if (refusal !== null) { ${what}; return refusal; }`,
];

const revisions: readonly TextMutant[] = [
  mutant("ignores expectations", [memory, "if (revision !== expected.revision) return", "if (false) return"]),
  mutant("takes absence for granted", [
    memory,
    "if (revision !== expected.revision) return",
    'if (expected.revision !== "absent" && revision !== expected.revision) return',
  ]),
  mutant("takes an earlier revision for the one that stands", [
    memory,
    "if (revision !== expected.revision) return",
    'if (revision === "absent" || expected.revision === "absent" ? revision !== expected.revision : revision < expected.revision) return',
  ]),
  mutant("looks at the first expectation only", [memory, "of batch.expect)", "of batch.expect.slice(0, 1))"]),
  mutant("looks only at expectations of what the batch writes", [
    memory,
    "of batch.expect)",
    "of batch.expect.filter((e) => batch.writes.some((w) => w.id === e.id)))",
  ]),
  mutant("names another expectation than the first that fails", [
    memory,
    'because: { _tag: "Revision", expected }',
    'because: { _tag: "Revision", expected: batch.expect.at(-1) ?? expected }',
  ]),
  mutant(
    "goes on with revisions after a removal",
    [
      tenant,
      "tenant.entities.delete(entityKey(kind, id));",
      "tenant.entities.delete(entityKey(kind, id)); tenant.counters.set(`grave ${entityKey(kind, id)}`, held.stored.revision);",
    ],
    [
      tenant,
      "(get(tenant, kind, id)?.revision ?? 0) + 1",
      "(get(tenant, kind, id)?.revision ?? tenant.counters.get(`grave ${entityKey(kind, id)}`) ?? 0) + 1",
    ],
  ),
  mutant("counts no revision when the body is the same", [
    tenant,
    "(get(tenant, kind, id)?.revision ?? 0) + 1",
    "(get(tenant, kind, id)?.revision ?? 0) + (JSON.stringify(get(tenant, kind, id)?.body) === JSON.stringify(body) ? 0 : 1)",
  ]),
  mutant("writes only the last of several writes to an entity", [
    memory,
    'if (write._tag === "Delete") TenantMemory',
    'if (batch.writes.findLast((w) => w.kind === write.kind && w.id === write.id) !== write) continue;\n    if (write._tag === "Delete") TenantMemory',
  ]),
  mutant("joins kind and id without anything between", [text, "`${kind}\\0${id}`", "`${kind}${id}`"]),
];

const sets: readonly TextMutant[] = [
  mutant("ignores floors", [memory, "sum >= (floor ?? sum) &&", ""]),
  mutant("ignores ceilings", [memory, "sum <= (ceiling ?? sum) &&", ""]),
  mutant("takes a floor of 0 for none", [memory, "(floor ?? sum)", "(floor || sum)"]),
  mutant("takes a ceiling of 0 for none", [memory, "(ceiling ?? sum)", "(ceiling || sum)"]),
  mutant("doesn't let a counter reach its ceiling", [memory, "sum <= (ceiling ?? sum)", "sum < (ceiling ?? sum + 1)"]),
  mutant("doesn't let a counter reach its floor", [memory, "sum >= (floor ?? sum)", "sum > (floor ?? sum - 1)"]),
  mutant("lets counters leave the safe integers", [memory, " && Number.isSafeInteger(sum)", ""]),
  mutant("looks at the safe integers only at the end of a batch", [
    memory,
    " && Number.isSafeInteger(sum)",
    " && Math.abs(batch.counters.filter((c) => c.key === key).reduce((n, c) => n + c.by, tenant.counters.get(key) ?? 0)) <= Number.MAX_SAFE_INTEGER",
  ]),
  mutant("forgets the bounds where nothing is added", [memory, "if (!within)", "if (!within && by !== 0)"]),
  mutant("doesn't add up changes of one counter in a batch", [
    memory,
    "(counters.get(key) ?? tenant.counters.get(key) ?? 0)",
    "(tenant.counters.get(key) ?? 0)",
  ]),
  mutant("counts before it refuses", [
    memory,
    "counters.set(key, sum);",
    "counters.set(key, sum); tenant.counters.set(key, sum);",
  ]),
  mutant("lets another owner take a key", [memory, "if (holder !== owner)", "if (false)"]),
  mutant("grants a key once only, even to its owner", [
    memory,
    "if (holder !== owner)",
    "if (tenant.owners.has(key) || holder !== owner)",
  ]),
  mutant("names who asked as the holder", [memory, "owner: holder }", "owner }"]),
  mutant("doesn't see two owners of one key in a batch", [
    memory,
    "owners.get(key) ?? tenant.owners.get(key)",
    "tenant.owners.get(key)",
  ]),
  mutant("claims before it refuses", [
    memory,
    "    owners.set(key, owner);\n  }",
    "    owners.set(key, owner); tenant.owners.set(key, owner);\n  }",
  ]),
];

const reads: readonly TextMutant[] = [
  mutant("loses the removal of index entries with their entity", [
    tenant,
    "for (const index of held.indexes) unindex(tenant, indexKey(kind, index), id);",
    "",
  ]),
  mutant("keeps index entries that a rewrite drops", [
    tenant,
    "for (const index of before?.indexes ?? []) unindex(tenant, indexKey(kind, index), id);",
    "for (const index of before?.indexes ?? []) if (wanted.some((w) => indexKey(kind, w) === indexKey(kind, index))) unindex(tenant, indexKey(kind, index), id);",
  ]),
  mutant("adds index entries of a rewrite to those that are there", [
    tenant,
    "for (const index of before?.indexes ?? []) unindex(tenant, indexKey(kind, index), id);",
    "",
  ]),
  mutant("lists an entity that is removed and written again twice", [
    tenant,
    "if (siblings !== undefined) OrderedIds.remove(siblings, id);",
    "",
  ]),
  mutant("mixes kinds in its index", [
    tenant,
    "`${kind}\\0${index.name}\\0${index.value}`",
    "`${index.name}\\0${index.value}`",
  ]),
  mutant("joins index name and value without anything between", [
    tenant,
    "`${kind}\\0${index.name}\\0${index.value}`",
    "`${kind}\\0${index.name}${index.value}`",
  ]),
  mutant("keeps an index entry as often as it is named", [
    tenant,
    "const indexes = inOrder(distinct);",
    "const indexes = wanted.map((w) => [indexKey(kind, w), w] as const);",
  ]),
  mutant("answers an id as often as it was asked for", [memory, "[...new Set(ids)]", "ids"]),
  mutant("orders ids by their UTF-16 units", [
    order,
    "return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;",
    "return unit;",
  ]),
  mutant("orders ids as a dictionary does", [
    order,
    "const length = Math.min",
    "if (a !== b) return a.localeCompare(b) || (a < b ? -1 : 1);\n  const length = Math.min",
  ]),
  mutant("begins a page with the id it is to follow", [ordered, "ids[from] === after ? from + 1 : from", "from"]),
  mutant("begins anew after an id that isn't there", [
    ordered,
    "ids[from] === after ? from + 1 : from",
    "ids[from] === after ? from + 1 : 0",
  ]),
  mutant("counts a tenant that has no entity", [memory, ".filter(([, t]) => t.entities.size > 0)", ""]),
];

const trails: readonly TextMutant[] = [
  mutant("numbers events over all tenants", [
    memory,
    "const position = tenant.heads.events + 1;",
    "const position = Math.max(...[...tenants.values()].map((t) => t.heads.events)) + 1;",
  ]),
  mutant("leaves a gap where a batch was refused", onRefusal("tenant.heads.events += batch.events.length")),
  mutant(
    "tells of a batch that it refused",
    onRefusal("for (const e of batch.events) tenant.events.push({ ...e, position: (tenant.heads.events += 1) })"),
  ),
  mutant(
    "records a batch that it refused",
    onRefusal(
      "(batch.audit ?? []).forEach((record, i) => append(batch.tenantId, tenant, record, auditBodies[i] ?? null))",
    ),
  ),
  mutant("forgets though it refuses", onRefusal("TenantMemory.forget(tenant.events, batch.forget?.events ?? 0)")),
  mutant(
    "writes though it refuses",
    onRefusal("batch.writes.forEach((w, i) => w._tag === 'Put' && TenantMemory.put(tenant, w, bodies[i] ?? null))"),
  ),
  mutant("numbers events by how many there are", [memory, "tenant.heads.events + 1", "tenant.events.length + 1"]),
  mutant("numbers events from the last that stands", [
    memory,
    "tenant.heads.events + 1",
    "(tenant.events.at(-1)?.position ?? 0) + 1",
  ]),
  mutant("begins a chain anew when all records are gone", [
    memory,
    "const last = tenant.heads.audit;",
    "const last = tenant.audit.at(-1) ?? AuditChain.GENESIS;",
  ]),
  mutant("chains every record to the beginning", [memory, "previous: last.hash", "previous: ''"]),
  mutant("chains without the tenant", [memory, "AuditChain.link(tenantId, last", "AuditChain.link('', last"]),
  mutant(
    "forgets what the batch itself brings",
    [memory, "TenantMemory.forget(tenant.events, batch.forget?.events ?? 0);", ""],
    [
      memory,
      'return { _tag: "Committed" };',
      'TenantMemory.forget(tenant.events, batch.forget?.events ?? 0);\n  return { _tag: "Committed" };',
    ],
  ),
  mutant("forgets up to a position, but not it", [tenant, "row.position > through", "row.position >= through"]),
  mutant("forgets records with the events", [memory, "batch.forget?.audit ?? 0", "batch.forget?.events ?? 0"]),
  mutant("forgets nothing when asked for more than there is", [
    tenant,
    "kept === -1 ? rows.length : kept",
    "Math.max(0, kept)",
  ]),
  mutant("takes a position for a place in what is left", [
    tenant,
    "rows.slice(Math.max(0, after + 1 - (rows[0]?.position ?? 1)))",
    "rows.slice(after)",
  ]),
  mutant("answers the record of the last instant asked for", [memory, "r.at < until", "r.at <= until"]),
  mutant("leaves out the record of the first instant asked for", [memory, "r.at >= from", "r.at > from"]),
  mutant("takes actors for the beginnings of names", [memory, "r.by === by", "r.by.startsWith(by)"]),
  mutant("mixes kinds in its audit trail", [memory, "r.kind === entity.kind && r.id", "r.id"]),
  mutant("cuts the page before it looks who", [
    memory,
    ".filter(isAsked).slice(0, limit)",
    ".slice(0, limit).filter(isAsked)",
  ]),
];

const values: readonly TextMutant[] = [
  mutant("keeps what it was given and not a copy", [
    memory,
    "freeze(JSON.parse(StorageText.encodeBody(body, where)) as StoredJson)",
    "StorageText.encodeBody(body, where) === '' ? null : body",
  ]),
  mutant("brings text into a normal form", [
    memory,
    "JSON.parse(StorageText.encodeBody(body, where))",
    "JSON.parse(StorageText.encodeBody(body, where).normalize())",
  ]),
  mutant("drops NUL from text", [
    memory,
    "JSON.parse(StorageText.encodeBody(body, where))",
    "JSON.parse(StorageText.encodeBody(body, where).replaceAll('\\\\u0000', ''))",
  ]),
  mutant("breaks lines where JavaScript once did", [
    memory,
    "JSON.parse(StorageText.encodeBody(body, where))",
    "JSON.parse(StorageText.encodeBody(body, where).replaceAll('\\u2028', '\\\\n'))",
  ]),
  mutant("keeps numbers in single precision", [
    memory,
    "JSON.parse(StorageText.encodeBody(body, where))",
    "JSON.parse(StorageText.encodeBody(body, where), (_, v) => typeof v === 'number' ? Math.fround(v) : v)",
  ]),
  mutant("gives each event the body of the first", [memory, "eventBodies[i] ?? null", "eventBodies[0] ?? null"]),
  mutant("gives each record the body of the first", [memory, "auditBodies[i] ?? null", "auditBodies[0] ?? null"]),
];

const limits: readonly TextMutant[] = [
  mutant("refuses a body of the largest size", [
    text,
    "text.length > BODY_CHARACTERS_MAX",
    "text.length >= BODY_CHARACTERS_MAX",
  ]),
  mutant("keeps a body that is too large", [
    text,
    "text.length > BODY_CHARACTERS_MAX",
    "text.length > BODY_CHARACTERS_MAX + 1",
  ]),
  mutant("measures bodies in bytes", [
    text,
    "text.length > BODY_CHARACTERS_MAX",
    "Buffer.byteLength(text) > BODY_CHARACTERS_MAX",
  ]),
  mutant("refuses a batch of the largest size", [text, "changes > BATCH_CHANGES_MAX", "changes >= BATCH_CHANGES_MAX"]),
  mutant("carries out a batch that is too large", [
    text,
    "changes > BATCH_CHANGES_MAX",
    "changes > BATCH_CHANGES_MAX + 1",
  ]),
  ...["expect", "counters", "uniques", "writes", "events"].map((part) =>
    mutant(`leaves out ${part} when it measures a batch`, [text, `${part}.length + `, ""]),
  ),
  mutant("leaves out records when it measures a batch", [text, " + audit.length;", ";"]),
  mutant("answers pages of any size", [text, "limit > PAGE_LIMIT_MAX", "limit > PAGE_LIMIT_MAX + 1"]),
  mutant("answers any number of ids", [text, "ids.length > PAGE_LIMIT_MAX", "ids.length > PAGE_LIMIT_MAX + 1"]),
  mutant("answers any number of counters", [text, "keys.length > PAGE_LIMIT_MAX", "keys.length > PAGE_LIMIT_MAX + 1"]),
  mutant("carries out what rests on another tenant", [
    text,
    "tenantId !== undefined && tenantId !== batch.tenantId",
    "tenantId === ''",
  ]),
  mutant("looks for any index", [text, 'checkIndex(index, "find");', ""]),
  mutant("begins a page behind any text", [
    text,
    'if (page.after !== undefined) checkText(operation, "id", page.after, 0);',
    "",
  ]),
  mutant("asks its audit trail for any entity", [
    text,
    'if (entity !== undefined) checkText("audit", "id", entity.id);',
    "",
  ]),
  mutant("lets halves of surrogates through", [text, "!text.isWellFormed() || ", ""]),
  mutant("lets NUL through", [text, ' || text.includes("\\0")', ""]),
  mutant("lets text through that is too long", [text, "bytes < least || bytes > max", "bytes < least"]),
  mutant("lets empty text through", [text, "bytes < least || bytes > max", "bytes > max"]),
  mutant("counts by numbers that are no integers", [text, 'checkInteger("by", by);', ""]),
  mutant("forgets up to what is no position", [text, 'throw refused("commit", `${position} is no position`)', "break"]),
];

export const textMutants: readonly TextMutant[] = [...revisions, ...sets, ...reads, ...trails, ...values, ...limits];
