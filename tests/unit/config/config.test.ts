import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { utils } from "ssh2";
import { cloudMocks, startMocks } from "../../../lab/mocks";
import { ConfigError, readSecurityConfig, readSystemConfig, checkedRole } from "../../../stacks/config/index";
import { keys, newCloud, publicHalf, valueOf } from "../components/run";
import { exampleConfig, refusalOf, secretKeys } from "../stacks/run";
import { problemsIn } from "./problemsIn";

/** Puts a stack's config in place: the example of its role, with changes; `undefined` takes a key away. */
async function configure(stack: string, changes: Record<string, unknown> = {}): Promise<void> {
  await startMocks(cloudMocks(newCloud()), {
    project: "gwlb-inspection",
    stack,
    config: exampleConfig(stack, changes),
    secretKeys,
  });
}

/** Problems of a stack's config. */
async function problemsOf(stack: string, changes: Record<string, unknown>): Promise<string[]> {
  await configure(stack, changes);
  return problemsIn(checkedRole(stack) === "security" ? readSecurityConfig : readSystemConfig);
}

const securityZones = {
  "apne1-az4": { gwlb: "10.1.10.0/24", target: "10.1.20.0/24" },
  "apne1-az1": { gwlb: "10.1.11.0/24", target: "10.1.21.0/24" },
};
const systemZones = {
  "apne1-az4": { source: "10.2.10.0/24", destination: "10.2.20.0/24", endpoint: "10.2.30.0/28" },
};
const bastion = { azId: "apne1-az4", cidr: "10.1.0.0/28", adminCidrs: ["203.0.113.10/32"] };
const systemBastion = { ...bastion, cidr: "10.2.0.0/28" };

describe("configuration", () => {
  it("of the security example is complete, typed and has the project's defaults", async () => {
    await configure("security");
    expect(readSecurityConfig()).to.deep.equal({
      accountId: "111111111111",
      region: "ap-northeast-1",
      profile: "security",
      assumeRole: undefined,
      tags: {},
      permissionsBoundary: "",
      kmsKeyId: "",
      instanceProfileName: "",
      keyName: "",
      vpcCidr: "10.1.0.0/16",
      zones: securityZones,
      existing: undefined,
      access: "ssm",
      // Of ssh only.
      bastion: undefined,
      ssh: undefined,
      sshUser: "ec2-user",
      ami: "",
      instanceType: "t3.micro",
      consumerAccountIds: ["222222222222"],
      acceptanceRequired: false,
      crossZone: false,
      stickiness: "none",
      failover: "no_rebalance",
      deregistrationDelay: 300,
      targetsPerAz: 1,
      tcpIdleTimeout: 350,
      healthCheck: { interval: 10, timeout: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
    });
  });

  it("has bastion and keys, which are secrets, with access by ssh", async () => {
    await configure("security", { access: "ssh" });
    const { ssh, bastion: given } = readSecurityConfig();
    expect(given).to.deep.equal(bastion);
    if (ssh === undefined) throw new Error("access by ssh has its secrets");
    expect(await valueOf(ssh.privateKey)).to.equal(keys.sshPrivateKey);
    expect(await pulumi.isSecret(ssh.privateKey)).to.equal(true);
    expect(await pulumi.isSecret(ssh.hostKey)).to.equal(true);
  });

  it("of the system example is complete, typed and has the project's defaults", async () => {
    await configure("system");
    const config = readSystemConfig();
    expect(config.securityStack).to.equal("security");
    expect(config.verification).to.deep.equal({
      count: 5,
      interval: 0.2,
      timeout: 5,
      destinations: [],
      statelessAppliances: false,
      runId: "",
      reportFile: "",
    });
    expect(config.zones).to.deep.include(systemZones);
  });

  it("has the same defaults with and without those of Pulumi.yaml", async () => {
    const required = ["accountId", "region", "profile", "vpcCidr", "zones", "consumerAccountIds"];
    await configure("security");
    const full = readSecurityConfig();
    const all = exampleConfig("security");
    pulumi.runtime.setAllConfig(
      Object.fromEntries(required.map((key) => [`gwlb-inspection:${key}`, all[`gwlb-inspection:${key}`] ?? ""])),
      secretKeys,
    );
    const bare = readSecurityConfig();
    expect({ assumeRole: undefined, existing: undefined, ...bare }).to.deep.equal(full);
  });

  it("takes text as it stands, though it looks like something else", async () => {
    await configure("security", { profile: "123", sshUser: "true" });
    expect(readSecurityConfig()).to.include({ profile: "123", sshUser: "true" });
  });

  it("takes numbers and flags as `pulumi config set` stores them", async () => {
    await configure("security", { crossZone: "true", tcpIdleTimeout: "60", assumeRole: "{}" });
    expect(readSecurityConfig()).to.include({ crossZone: true, tcpIdleTimeout: 60, assumeRole: undefined });
  });

  it("is not disturbed by the other role's keys", async () => {
    expect(await problemsOf("system", { crossZone: "perhaps", consumerAccountIds: [] })).to.deep.equal([]);
    expect(await problemsOf("security", { verification: { count: -1 } })).to.deep.equal([]);
  });

  const wrong: { what: string; stack?: string; changes: Record<string, unknown>; problem: string }[] = [
    {
      what: "an account id that is not 12 digits",
      changes: { accountId: "11111111111" },
      problem: 'accountId: account ID "11111111111" is not an AWS account ID, expected 12 digits',
    },
    {
      what: "a consumer's account id that is not 12 digits",
      changes: { consumerAccountIds: ["222222222222", "system"] },
      problem: 'consumerAccountIds.1: account ID "system" is not an AWS account ID, expected 12 digits',
    },
    {
      what: "no consumer at all",
      changes: { consumerAccountIds: [] },
      problem: "consumerAccountIds: []: expected at least one account id",
    },
    {
      what: "a Region that cannot be one",
      changes: { region: "tokyo" },
      problem: 'region: Region "tokyo" is not the name of a Region, expected one as ap-northeast-1',
    },
    {
      what: "a missing VPC CIDR",
      changes: { vpcCidr: undefined },
      problem: "vpcCidr: missing: expected a CIDR as 10.0.0.0/24",
    },
    {
      what: "a VPC larger than /16",
      changes: { vpcCidr: "10.0.0.0/15" },
      problem: 'vpcCidr: CIDR "10.0.0.0/15" has a /15 prefix, AWS expects /16 to /28',
    },
    {
      what: "a subnet smaller than /28",
      stack: "system",
      changes: { zones: { "apne1-az4": { ...systemZones["apne1-az4"], endpoint: "10.2.30.0/29" } } },
      problem: 'zones.apne1-az4.endpoint: CIDR "10.2.30.0/29" has a /29 prefix, AWS expects /16 to /28',
    },
    {
      what: "a CIDR with host bits",
      changes: { zones: { ...securityZones, "apne1-az1": { gwlb: "10.1.11.1/24", target: "10.1.21.0/24" } } },
      problem: 'zones.apne1-az1.gwlb: CIDR "10.1.11.1/24" has host bits set behind its prefix, expected 10.1.11.0/24',
    },
    {
      what: "a subnet outside of the VPC",
      changes: { vpcCidr: "10.9.0.0/16", zones: securityZones, bastion: { ...bastion, cidr: "10.9.0.0/28" } },
      problem: 'zones.apne1-az4.gwlb "10.1.10.0/24" is not inside vpcCidr "10.9.0.0/16"',
    },
    {
      what: "overlapping subnets",
      changes: { zones: { "apne1-az4": { gwlb: "10.1.10.0/24", target: "10.1.10.128/25" } } },
      problem:
        'zones.apne1-az4.gwlb "10.1.10.0/24" overlaps with zones.apne1-az4.target "10.1.10.128/25", ' +
        "expected CIDRs without common addresses",
    },
    {
      what: "a bastion's subnet that overlaps with another",
      changes: { access: "ssh", bastion: { ...bastion, cidr: "10.1.10.16/28" } },
      problem:
        'bastion.cidr "10.1.10.16/28" overlaps with zones.apne1-az4.gwlb "10.1.10.0/24", ' +
        "expected CIDRs without common addresses",
    },
    {
      what: "an AZ ID of another Region",
      changes: { zones: { "use1-az1": securityZones["apne1-az1"] } },
      problem:
        'zones: AZ ID "use1-az1" is not in Region ap-northeast-1 (it belongs to us-east-1), expected one as apne1-az1',
    },
    {
      what: "an AZ's name in place of its ID",
      changes: { access: "ssh", bastion: { ...bastion, azId: "ap-northeast-1a" } },
      problem:
        'bastion.azId "ap-northeast-1a" is not an AZ ID, expected one as apne1-az4; ' +
        "AZ names differ between accounts, AZ IDs do not",
    },
    {
      what: "a tier that is missing",
      changes: { zones: { "apne1-az4": { gwlb: "10.1.10.0/24" } } },
      problem: "zones.apne1-az4.target: missing: expected a CIDR as 10.0.0.0/24",
    },
    {
      what: "the other role's tiers",
      stack: "system",
      changes: { zones: { "apne1-az4": { ...systemZones["apne1-az4"], gwlb: "10.2.40.0/24" } } },
      problem: "zones.apne1-az4.gwlb: unknown key: expected { source, destination, endpoint }",
    },
    { what: "no AZ at all", changes: { zones: {} }, problem: "zones: {}: expected at least one AZ ID" },
    {
      what: "a bastion open to everybody",
      changes: { bastion: { ...bastion, adminCidrs: ["0.0.0.0/0"] } },
      problem: 'bastion.adminCidrs.0: "0.0.0.0/0": expected the networks that you come from, not everybody\'s',
    },
    {
      what: "a role that is no ARN",
      changes: { assumeRole: { roleArn: "deploy" } },
      problem: 'assumeRole.roleArn: "deploy": expected arn:aws:iam::ACCOUNT:role/NAME',
    },
    {
      what: "an AZ by a name that means another AZ in another account",
      stack: "system",
      changes: { zones: { "ap-northeast-1a": systemZones["apne1-az4"] } },
      problem:
        'zones: AZ ID "ap-northeast-1a" is not an AZ ID, expected one as apne1-az4; ' +
        "AZ names differ between accounts, AZ IDs do not",
    },
    {
      what: "an acceptance without credentials",
      stack: "system",
      changes: { endpointAcceptance: { profile: "" } },
      problem: 'endpointAcceptance: {"profile":""}: expected profile or assumeRole',
    },
    {
      what: "an acceptance by a role that is no ARN",
      stack: "system",
      changes: { endpointAcceptance: { assumeRole: { roleArn: "accept" } } },
      problem: 'endpointAcceptance.assumeRole.roleArn: "accept": expected arn:aws:iam::ACCOUNT:role/NAME',
    },
    { what: "a flag that is none", changes: { crossZone: "yes" }, problem: 'crossZone: "yes": expected true or false' },
    {
      what: "an unknown stickiness",
      changes: { stickiness: "5-tuple" },
      problem: 'stickiness: "5-tuple": expected one of none, source_ip_dest_ip_proto, source_ip_dest_ip',
    },
    {
      what: "a deregistration delay that AWS does not take",
      changes: { deregistrationDelay: 3601 },
      problem: "deregistrationDelay: 3601: expected 0 to 3600",
    },
    {
      what: "an idle timeout that is no whole number",
      changes: { tcpIdleTimeout: 60.5 },
      problem: "tcpIdleTimeout: 60.5: expected a whole number, 60 to 6000",
    },
    {
      what: "a health check's threshold that AWS does not take",
      changes: { healthCheck: { healthyThreshold: 1 } },
      problem: "healthCheck.healthyThreshold: 1: expected 2 to 10",
    },
    {
      what: "a health check's timeout as long as its interval",
      changes: { healthCheck: { interval: 5, timeout: 5 } },
      problem: 'healthCheck: {"interval":5,"timeout":5}: expected a timeout shorter than the interval',
    },
    {
      what: "an interval that ping refuses",
      stack: "system",
      changes: { verification: { interval: 0.1 } },
      problem: "verification.interval: 0.1: expected 0.2 to 60",
    },
    {
      what: "a destination that is no address",
      stack: "system",
      changes: { verification: { destinations: [{ address: "target" }] } },
      problem:
        'verification.destinations.0.address: address "target" is not an IPv4 address, ' +
        "expected dotted decimal as 10.0.0.1",
    },
    {
      what: "a destination in the VPC that no route to an endpoint can have",
      stack: "system",
      changes: { verification: { destinations: [{ address: "10.2.30.5" }] } },
      problem:
        'verification.destinations.0.address: "10.2.30.5": ' +
        'expected an address of a destination subnet or outside of vpcCidr "10.2.0.0/16"',
    },
    {
      what: "a destination given twice",
      stack: "system",
      changes: { verification: { destinations: [{ address: "10.1.20.16" }, { address: "10.1.20.16" }] } },
      problem: 'verification.destinations.1.address: "10.1.20.16": given twice',
    },
    ...(
      [
        ["without subnets", { subnets: {} }, "subnets: {}: expected at least one AZ ID"],
        [
          "with a subnet in an AZ without endpoint",
          { subnets: { "apne1-az2": "10.2.40.0/24" } },
          "subnets.apne1-az2: expected an AZ ID of zones, whose endpoint is used",
        ],
        [
          "without an address to ping",
          { egressTo: [] },
          "egressTo: []: expected at least one address that answers a ping",
        ],
        [
          "with a private address to ping",
          { egressTo: ["192.168.0.1"] },
          'egressTo.0: address "192.168.0.1" is for private use, expected one in the internet',
        ],
        [
          "with an address to ping given twice",
          { egressTo: ["192.0.2.10", "192.0.2.10"] },
          'egressTo.1: "192.0.2.10": given twice',
        ],
        [
          "from somewhere that is no address",
          { ingressFrom: "home" },
          'ingressFrom: address "home" is not an IPv4 address, expected dotted decimal as 10.0.0.1',
        ],
        ["of another key", { ingres: "" }, "ingres: unknown key: expected { subnets, egressTo, ingressFrom }"],
      ] as const
    ).map(([what, changes, problem]) => ({
      what: `internet inspection ${what}`,
      stack: "system",
      changes: {
        internetInspection: { subnets: { "apne1-az4": "10.2.40.0/24" }, egressTo: ["192.0.2.10"], ...changes },
      },
      problem: `internetInspection.${problem}`,
    })),
    {
      what: "an internet-facing subnet that overlaps with another",
      stack: "system",
      changes: { internetInspection: { subnets: { "apne1-az4": "10.2.30.0/24" }, egressTo: ["192.0.2.10"] } },
      problem:
        'zones.apne1-az4.endpoint "10.2.30.0/28" overlaps with internetInspection.subnets.apne1-az4 "10.2.30.0/24", ' +
        "expected CIDRs without common addresses",
    },
    {
      what: "pings from the VPC's own public range, as if it was the internet",
      stack: "system",
      changes: {
        vpcCidr: "192.0.2.0/24",
        zones: { "apne1-az4": { source: "192.0.2.16/28", destination: "192.0.2.32/28", endpoint: "192.0.2.48/28" } },
        bastion: { ...systemBastion, cidr: "192.0.2.0/28" },
        internetInspection: {
          subnets: { "apne1-az4": "192.0.2.64/28" },
          egressTo: ["198.51.100.1"],
          ingressFrom: "192.0.2.200",
        },
      },
      problem: 'internetInspection.ingressFrom: "192.0.2.200": expected an address outside of vpcCidr',
    },
    {
      what: "a stack reference that is none",
      stack: "system",
      changes: { securityStack: "a/b/c/d" },
      problem: 'securityStack: "a/b/c/d": expected STACK or ORGANIZATION/PROJECT/STACK',
    },
    {
      what: "an AMI that is none",
      changes: { ami: "debian" },
      problem: 'ami: "debian": expected an AMI id as ami-0123456789abcdef0, or nothing',
    },
  ];
  for (const { what, stack = "security", changes, problem } of wrong) {
    it(`refuses ${what}, naming key, value and expectation`, async () => {
      expect((await problemsOf(stack, changes))[0]).to.equal(problem);
    });
  }

  it("accepts destinations outside of the VPC and in destination subnets", async () => {
    const destinations = [{ address: "10.1.20.16", expectReply: false }, { address: "10.2.20.77" }];
    await configure("system", { verification: { destinations } });
    expect(readSystemConfig().verification.destinations).to.deep.equal([
      { address: "10.1.20.16", expectReply: false },
      { address: "10.2.20.77", expectReply: true },
    ]);
  });

  it("names a misspelled key and every other mistake at once", async () => {
    const problems = await problemsOf("security", { crosZone: "true", accountId: "1", region: "x" });
    expect(problems).to.have.length(3);
    expect(problems[0]).to.match(/^crosZone: unknown key, did you mean crossZone\?$/);
  });

  for (const [what, stack, changes] of [
    ["a wrong account", "security", { accountId: "1" }],
    ["overlapping subnets", "system", { bastion: { ...systemBastion, cidr: "10.2.10.0/28" } }],
    ["a missing key", "system", { access: "ssh", sshPrivateKey: undefined }],
  ] as const) {
    it(`registers nothing when it is refused for ${what}`, async () => {
      const { message, registered } = await refusalOf(stack, { config: changes });
      expect(message).to.match(/^The stack's configuration is not valid:\n {2}\S/);
      expect(registered).to.deep.equal([]);
    });
  }
});

describe("ssh keys in the configuration", () => {
  it("are asked for with the command that sets them", async () => {
    expect(
      await problemsOf("security", { access: "ssh", sshPrivateKey: undefined, sshHostKey: undefined }),
    ).to.deep.equal([
      "sshPrivateKey: missing: set it with `pulumi config set --secret sshPrivateKey <FILE`",
      "sshHostKey: missing: set it with `pulumi config set --secret sshHostKey <FILE`",
    ]);
  });

  it("are refused when they stand in clear, without being quoted", async () => {
    await startMocks(cloudMocks(newCloud()), {
      project: "gwlb-inspection",
      stack: "security",
      config: exampleConfig("security", { access: "ssh" }),
      secretKeys: secretKeys.filter((key) => key.endsWith("sshHostKey")),
    });
    expect(problemsIn(readSecurityConfig)).to.deep.equal([
      "sshPrivateKey: stands in clear in the settings: make a new one and set it with " +
        "`pulumi config set --secret sshPrivateKey <FILE`",
    ]);
  });

  it("are refused when they are something else, without being quoted", async () => {
    const problems = await problemsOf("security", {
      access: "ssh",
      sshPrivateKey: "hunter2",
      sshHostKey: publicHalf(keys.sshHostKey),
    });
    expect(problems).to.have.length(2);
    expect(problems[0]).to.match(/^sshPrivateKey: expected an OpenSSH private key without passphrase/);
    expect(problems[1]).to.equal("sshHostKey: expected a private key, got a public one");
    expect(problems.join()).not.to.include("hunter2");
  });

  it("of hosts are ed25519, as cloud-init gets them", async () => {
    const ecdsa = utils.generateKeyPairSync("ecdsa", { bits: 256 }).private;
    expect(await problemsOf("security", { access: "ssh", sshHostKey: ecdsa })).to.deep.equal([
      "sshHostKey: a key of type ecdsa-sha2-nistp256: expected ssh-ed25519",
    ]);
    expect(await problemsOf("security", { access: "ssh", sshPrivateKey: ecdsa })).to.deep.equal([]);
  });
});

describe("the role of a stack", () => {
  it("is the first segment of its name", () => {
    expect(checkedRole("security")).to.equal("security");
    expect(checkedRole("system")).to.equal("system");
    expect(checkedRole("system-tokyo-2")).to.equal("system");
  });

  for (const name of ["systems", "consumer", "", "System", "tokyo-system"]) {
    it(`is unknown for "${name}"`, () => {
      expect(() => checkedRole(name)).to.throw(
        ConfigError,
        `stack name "${name}": expected it to begin with security, transit, system, spoke or proof`,
      );
    });
  }

  for (const name of ["system-tokyo_2", "system-", "security-of-a-large-company"]) {
    it(`cannot be of "${name}", after which AWS lets no resource be named`, () => {
      expect(() => checkedRole(name)).to.throw(ConfigError, "at most 24 letters, digits and hyphens");
    });
  }
});
