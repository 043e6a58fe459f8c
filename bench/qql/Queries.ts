/**
 * Thirty queries as people write them over patches, assets, jobs and agents, and each in what QQL shares with the
 * languages of its peers: a list written out by OR, a relative date as an instant, a nested condition as two on paths.
 * Queries.test.ts checks that the three parsers read the same conditions.
 */

export interface BenchQuery {
  /** QQL with all it has. */
  readonly text: string;
  /** The shared part, in QQL. */
  readonly common: string;
  /** The same in Lucene's syntax, which liqe and lucene both read. */
  readonly lucene: string;
}

const same = (text: string, lucene: string): BenchQuery => ({ text, common: text, lucene });

export const QUERIES: readonly BenchQuery[] = [
  {
    text: "category: security and vendorSeverity: [Critical, Important]",
    common: "category: security and (vendorSeverity: Critical or vendorSeverity: Important)",
    lucene: "category:security AND (vendorSeverity:Critical OR vendorSeverity:Important)",
  },
  {
    text: "patchStatus:[Missing,Installed] and isSuperseded:false",
    common: "(patchStatus:Missing or patchStatus:Installed) and isSuperseded:false",
    lucene: "(patchStatus:Missing OR patchStatus:Installed) AND isSuperseded:false",
  },
  {
    text: "appFamily: Internet Explorer and publishedDate: [2015-01-01 .. 2015-12-31]",
    common: 'appFamily: "Internet Explorer" and publishedDate: [1420070400000 .. 1451606399999]',
    lucene: 'appFamily:"Internet Explorer" AND publishedDate:[1420070400000 TO 1451606399999]',
  },
  {
    text: "isSecurity: True and publishedDate > now-30d and not rebootRequired: true",
    common: "isSecurity: True and publishedDate > 1735689600000 and not rebootRequired: true",
    lucene: "isSecurity:True AND publishedDate:>1735689600000 AND NOT rebootRequired:true",
  },
  {
    text: "agentVersion<2.1* and lastCheckedIn < now-7d and not tags.name: Retired",
    common: 'agentVersion: "2.1" and lastCheckedIn < 1735689600000 and not tags.name: Retired',
    lucene: 'agentVersion:"2.1" AND lastCheckedIn:<1735689600000 AND NOT tags.name:Retired',
  },
  {
    text: 'tags.name: "Cloud Agent" and not operatingSystem: windows',
    common: 'tags.name: "Cloud Agent" and not operatingSystem: windows',
    lucene: 'tags.name:"Cloud Agent" AND NOT operatingSystem:windows',
  },
  {
    text: "vulnerabilities.vulnerability: (title: `Remote Code` and severity: 5)",
    common: 'vulnerabilities.vulnerability.title: "Remote Code" and vulnerabilities.vulnerability.severity: 5',
    lucene: 'vulnerabilities.vulnerability.title:"Remote Code" AND vulnerabilities.vulnerability.severity:5',
  },
  same(
    "missingPatchCount>0 and operatingSystem: win* and tags.name: Production",
    "missingPatchCount:>0 AND operatingSystem:win* AND tags.name:Production",
  ),
  same(
    "(kb: KB5034441 or kb: KB5034439 or kb: KB5034203) and isSecurity: true",
    "(kb:KB5034441 OR kb:KB5034439 OR kb:KB5034203) AND isSecurity:true",
  ),
  same(
    "(cve: CVE-2024-3094 or cve: CVE-2021-44228) and patchStatus: Missing",
    "(cve:CVE-2024-3094 OR cve:CVE-2021-44228) AND patchStatus:Missing",
  ),
  {
    text: 'title: "cumulative update" and not title: preview and publishedDate > now-2w',
    common: 'title: "cumulative update" and not title: preview and publishedDate > 1735689600000',
    lucene: 'title:"cumulative update" AND NOT title:preview AND publishedDate:>1735689600000',
  },
  {
    text: "interfaces.address: 10.10.10.10 or interfaces.address: 10.10.10.11",
    common: 'interfaces.address: "10.10.10.10" or interfaces.address: "10.10.10.11"',
    lucene: 'interfaces.address:"10.10.10.10" OR interfaces.address:"10.10.10.11"',
  },
  {
    text: "software:(name: openssl and version < 3.0.13) and region: [eu, us]",
    common: 'software.name: openssl and software.version: "3.0.13" and (region: eu or region: us)',
    lucene: 'software.name:openssl AND software.version:"3.0.13" AND (region:eu OR region:us)',
  },
  {
    text: "openPorts.port: [123 .. 1234] and not openPorts.port: 443 and status: Enabled",
    common: "openPorts.port: [123 .. 1234] and not openPorts.port: 443 and status: Enabled",
    lucene: "openPorts.port:[123 TO 1234] AND NOT openPorts.port:443 AND status:Enabled",
  },
  {
    text: "status: Enabled and scheduleType: [Daily, Weekly, Monthly] and nextScheduleDateTime < now+1d",
    common:
      "status: Enabled and (scheduleType: Daily or scheduleType: Weekly or scheduleType: Monthly) and nextScheduleDateTime < 1735689600000",
    lucene:
      "status:Enabled AND (scheduleType:Daily OR scheduleType:Weekly OR scheduleType:Monthly) AND nextScheduleDateTime:<1735689600000",
  },
  same("openssl", "openssl"),
  same('"remote code execution"', '"remote code execution"'),
  {
    text: "(lastCheckedIn < now-30d or lastCheckedIn is null) and licensed: true",
    common: "(lastCheckedIn < 1735689600000 or not lastCheckedIn: *) and licensed: true",
    lucene: "(lastCheckedIn:<1735689600000 OR NOT lastCheckedIn:*) AND licensed:true",
  },
  same(
    "operatingSystem: *server* and missingPatchCount >= 10 and missingPatchCount < 100",
    "operatingSystem:*server* AND missingPatchCount:>=10 AND missingPatchCount:<100",
  ),
  same(
    "not (tags.name: Quarantine or tags.name: Decommissioned) and licensed: true",
    "NOT (tags.name:Quarantine OR tags.name:Decommissioned) AND licensed:true",
  ),
  {
    text: "downloadMethod: AcquireFromVendor and size > 100 MB and not isSuperseded: true",
    common: "downloadMethod: AcquireFromVendor and size > 104857600 and not isSuperseded: true",
    lucene: "downloadMethod:AcquireFromVendor AND size:>104857600 AND NOT isSuperseded:true",
  },
  same(
    "(hardware.manufacturer: Dell or hardware.manufacturer: Lenovo) and hardware.model: lat*",
    "(hardware.manufacturer:Dell OR hardware.manufacturer:Lenovo) AND hardware.model:lat*",
  ),
  same("name: web-17", "name:web-17"),
  same(
    "type: Install and platform: Linux and completionPercent < 100",
    "type:Install AND platform:Linux AND completionPercent:<100",
  ),
  {
    text: "qid: [90931, 91345, 105961] and vendorSeverity: Critical",
    common: "(qid: 90931 or qid: 91345 or qid: 105961) and vendorSeverity: Critical",
    lucene: "(qid:90931 OR qid:91345 OR qid:105961) AND vendorSeverity:Critical",
  },
  {
    text: 'product: "Microsoft Edge" and publishedDate: [now-3M .. now-1d] and not isSuperseded: true',
    common: 'product: "Microsoft Edge" and publishedDate: [1727740800000 .. 1735603200000] and not isSuperseded: true',
    lucene: 'product:"Microsoft Edge" AND publishedDate:[1727740800000 TO 1735603200000] AND NOT isSuperseded:true',
  },
  {
    text: "activatedModules: [PM, VM] and agentVersion: 5.8* and scanStatus: Scanned",
    common: "(activatedModules: PM or activatedModules: VM) and agentVersion: 5* and scanStatus: Scanned",
    lucene: "(activatedModules:PM OR activatedModules:VM) AND agentVersion:5* AND scanStatus:Scanned",
  },
  same(
    "(category: security or category: bugfix) and architecture: X64 and not packageDetails.packageName: kernel*",
    "(category:security OR category:bugfix) AND architecture:X64 AND NOT packageDetails.packageName:kernel*",
  ),
  same(
    "assetCount > 500 and not name: test* and (type: Install or type: Rollback)",
    "assetCount:>500 AND NOT name:test* AND (type:Install OR type:Rollback)",
  ),
  {
    text: "tags:(name: Production and criticality > 3) and lastBoot < now-90d",
    common: "tags.name: Production and tags.criticality > 3 and lastBoot < 1735689600000",
    lucene: "tags.name:Production AND tags.criticality:>3 AND lastBoot:<1735689600000",
  },
];
