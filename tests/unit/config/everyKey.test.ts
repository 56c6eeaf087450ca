import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { cloudMocks, startMocks } from "../../../lab/mocks";
import {
  readProofConfig,
  readSecurityConfig,
  readSpokeConfig,
  readSystemConfig,
  readTransitConfig,
  type Role,
} from "../../../stacks/config/index";
import { sshSecretNames } from "../../../stacks/config/sshSecrets";
import { newCloud } from "../components/run";
import { exampleConfig, secretKeys } from "../stacks/run";
import { problemsIn } from "./problemsIn";

const root = path.join(__dirname, "../../..");
const { config: declared } = parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as {
  config: Record<string, unknown>;
};

/** A wrong value, and what its line has besides: where in the value, how it is shown, what was expected. */
type Row = readonly [value: unknown, where: string, shown: string, expected: string];

const otherRole = "arn:aws:iam::333333333333:role/deploy";
const chinese = (account: string): string => `arn:aws-cn:iam::${account}:role/deploy`;
const kmsKey = (resource: string, region = "ap-northeast-1"): string =>
  `arn:aws:kms:${region}:333333333333:${resource}`;
const hub = { vpcId: "vpc-0123456789abcdef0" };
const lb = (region: string, account: string, kind: string): string =>
  `arn:aws:elasticloadbalancing:${region}:${account}:${kind}/gwy/hub/0123456789abcdef`;
const thereBastion = { address: "203.0.113.9", cidr: "10.1.0.0/28", hostKey: "ssh-ed25519 AAAA" };
const bastion = { azId: "apne1-az4", cidr: "10.1.0.0/28", adminCidrs: ["203.0.113.10/32"] };
const destination = (address: unknown): unknown => ({ destinations: [{ address }] });
const internet = (changes: object): unknown => ({
  subnets: { "apne1-az4": "10.2.40.0/24" },
  egressTo: ["192.0.2.10"],
  ...changes,
});

const zoneLeftOut: unknown = JSON.parse(
  '{ "apne1-az4": { "gwlb": "10.1.10.0/24", "target": "10.1.20.0/24" }, "__proto__": {} }',
);

/** By role and key. */
const wrong: Record<Role, Record<string, Row[]>> = {
  security: {
    accountId: [
      ["ab", "", '"ab"', "expected 12 digits"],
      ["", "", "missing", "expected 12 digits"],
      ["x".repeat(5000), "", '"xxx', "xxx… is not an AWS account ID"],
      // As the engine hands on 012345678901 and 011111111111 without quotes.
      ["12345678901", "", '"12345678901"', 'in quotes, as "012345678901"'],
      ["1227133513", "", '"1227133513"', 'in quotes, as "011111111111"'],
    ],
    region: [
      ["tokyo", "", '"tokyo"', "expected one as ap-northeast-1"],
      ["2026-01-01 00:00:00 +0000 UTC", "", '"2026-01-01 00:00:00 +0000 UTC"', "expected one as ap-northeast-1"],
    ],
    profile: [
      [["security"], "", '"[\\"security\\"]"', "expected the name of a profile, or nothing"],
      [{}, "", "{}", "expected the name of a profile, or nothing"],
      [" security", "", '" security"', "expected the name of a profile, or nothing"],
      ["a]b", "", '"a]b"', "expected the name of a profile, or nothing"],
    ],
    assumeRole: [
      ["deploy", "", '"deploy"', "expected { roleArn, sessionName, externalId }"],
      [{ roleArn: "deploy" }, ".roleArn", '"deploy"', "expected arn:aws:iam::ACCOUNT:role/NAME"],
      [{ roleArn: otherRole }, ".roleArn", `"${otherRole}"`, "expected arn:aws:iam::111111111111:role/NAME"],
      [{ roleArn: chinese("111111111111") }, ".roleArn", "aws-cn", "expected arn:aws:iam::111111111111:role/NAME"],
      [{ roleArn: otherRole, externalId: 42 }, ".externalId", "42", "expected a text, in quotes"],
    ],
    tags: [
      [["Team"], "", '["Team"]', "expected { KEY: VALUE }"],
      [{ Team: 5 }, ".Team", "5", "expected a text, in quotes"],
      [{ "aws:team": "x" }, ".aws:team", '"x"', "what begins with aws: is AWS's"],
      [{ "gwlb-inspection:stack": "system" }, ".gwlb-inspection:stack", '"system"', "is the program's"],
      [{ name: "x" }, ".name", '"x"', "each resource has a Name of its own"],
      [{ Team: "x", team: "x" }, ".team", '"x"', "is Team in other letters"],
      [JSON.parse('{ "__proto__": "x" }'), ".__proto__", "__proto__", "expected another key"],
      [{ "Te*m": "x" }, ".Te*m", '"x"', "expected a key of 1 to 128 letters"],
      [{ Team: "x".repeat(257) }, ".Team", "xxx", "expected a value of up to 256 letters"],
      [Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`k${n}`, ""])), "", "k10", "expected at most 48 tags"],
    ],
    permissionsBoundary: [
      ["boundary", "", '"boundary"', "expected arn:aws:iam::ACCOUNT:policy/NAME, or nothing"],
      [otherRole, "", `"${otherRole}"`, "expected arn:aws:iam::ACCOUNT:policy/NAME, or nothing"],
      ...["arn:aws:iam::333333333333:policy/b", "arn:aws-cn:iam::111111111111:policy/b"].map((arn): Row => [
        arn,
        "",
        `"${arn}"`,
        "expected arn:aws:iam::111111111111:policy/NAME",
      ]),
    ],
    instanceProfileName: [
      [
        "arn:aws:iam::111111111111:instance-profile/hosts",
        "",
        '"arn:aws:iam::111111111111:instance-profile/hosts"',
        "expected the name of an instance profile, not its ARN, or nothing",
      ],
    ],
    keyName: [
      [" operator", "", '" operator"', "expected the name of a key pair, or nothing"],
      ["schlüssel", "", '"schlüssel"', "expected the name of a key pair, or nothing"],
    ],
    kmsKeyId: [
      ...["alias/disks", "1234abcd-12ab-34cd-56ef-1234567890ab", kmsKey("alias/disks")].map((value): Row => [
        value,
        "",
        `"${value}"`,
        "expected arn:aws:kms:REGION:ACCOUNT:key/ID, or nothing",
      ]),
      ...[kmsKey("key/a", "eu-west-1"), kmsKey("key/a").replace(":aws:", ":aws-cn:")].map((arn): Row => [
        arn,
        "",
        `"${arn}"`,
        "expected arn:aws:kms:ap-northeast-1:333333333333:key/ID",
      ]),
    ],
    vpcCidr: [
      ["10.1.0.0", "", '"10.1.0.0"', "expected an address and a prefix as 10.0.0.0/16"],
      ["10.1.0.1/16", "", '"10.1.0.1/16"', "expected 10.1.0.0/16"],
      ["127.0.0.0/16", "", '"127.0.0.0/16"', "is loopback, expected addresses that hosts can have"],
    ],
    zones: [
      [zoneLeftOut, ".__proto__", "__proto__", "expected another key"],
      ["apne1-az4", "", '"apne1-az4"', "expected subnets by AZ ID"],
      [{}, "", "{}", "expected at least one AZ ID"],
      [{ "apne1-az4": "10.1.1.0/24" }, ".apne1-az4", '"10.1.1.0/24"', "expected { gwlb, target }"],
      [{ "apne1-az4": { gwlb: 10, target: "10.1.20.0/24" } }, ".apne1-az4.gwlb", "10", "expected a text, in quotes"],
    ],
    access: [["telnet", "", '"telnet"', "expected one of ssm, ssh"]],
    existing: [
      ["vpc-1", "", '"vpc-1"', "expected { vpcId, bastion, subnetIds, loadBalancerArn"],
      [{ vpcId: "vpc-1" }, ".vpcId", '"vpc-1"', "expected an id as vpc-0123456789abcdef0"],
      ...[
        ["127.0.0.1", "loopback"],
        ["169.254.169.254", "link-local"],
        ["224.0.0.1", "multicast"],
      ].map(([address = "", kind = ""]): Row => [
        { ...hub, bastion: { ...thereBastion, address } },
        ".bastion.address",
        `"${address}"`,
        `is ${kind}, expected an address that hosts can have`,
      ]),
      [
        { ...hub, bastion: { ...thereBastion, cidr: "127.0.0.0/28" } },
        ".bastion.cidr",
        '"127.0.0.0/28"',
        "is loopback, expected addresses that hosts can have",
      ],
      ...(["loadBalancerArn", "targetGroupArn"] as const).flatMap((key): Row[] => {
        const kind = key === "loadBalancerArn" ? "loadbalancer" : "targetgroup";
        return [
          ["ap-northeast-1", "333333333333"],
          ["eu-west-1", "111111111111"],
        ].map(([region = "", account = ""]) => {
          const arn = lb(region, account, kind);
          return [{ ...hub, [key]: arn }, `.${key}`, `"${arn}"`, `expected one of the stack's account and Region`];
        });
      }),
      [
        { ...hub, serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0" },
        ".serviceName",
        '"com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"',
        "expected one of the stack's Region, com.amazonaws.vpce.ap-northeast-1.vpce-svc-0123456789abcdef0",
      ],
      [
        { ...hub, targets: { "apne1-az4": { instanceId: "i-0123456789abcdef0", setUp: "true" } } },
        ".targets.apne1-az4.setUp",
        '"true"',
        "expected true or false, without quotes",
      ],
      ...(
        [
          [{ mirror: "yes" }, "mirror", '"yes"', "expected true or false"],
          [{ mirror: true, setUp: true }, "setUp", "true", "expected none with mirror: true"],
          [{ mirror: true, user: "admin" }, "user", '"admin"', "expected none with mirror: true"],
        ] as const
      ).map(([how, key, shown, expected]): Row => [
        { ...hub, targets: { "apne1-az4": { instanceId: "i-0123456789abcdef0", ...how } } },
        `.targets.apne1-az4.${key}`,
        shown,
        expected,
      ]),
    ],
    // Its form is checked with SSM, too, which the shipped settings have.
    bastion: [
      ["no", "", '"no"', "expected { azId, cidr, adminCidrs, ami, instanceType }"],
      [{ ...bastion, ami: "debian" }, ".ami", '"debian"', "expected an AMI id as ami-0123456789abcdef0, or nothing"],
      [{ ...bastion, instanceType: "huge" }, ".instanceType", '"huge"', "expected an instance type as t3.micro"],
      [{ ...bastion, adminCidrs: ["10.0.0.0/7"] }, ".adminCidrs.0", '"10.0.0.0/7"', "expected the networks"],
      [
        { ...bastion, adminCidrs: ["224.0.0.0/8"] },
        ".adminCidrs.0",
        '"224.0.0.0/8"',
        "is multicast, expected addresses",
      ],
      [
        { ...bastion, adminCidrs: ["203.0.113.10/32", "203.0.113.10/32"] },
        ".adminCidrs.1",
        '"203.0.113.10/32"',
        "given twice",
      ],
    ],
    sshUser: [["Some Body", "", '"Some Body"', "expected a user name"]],
    sshPrivateKey: [["hunter2", "", "", "expected an OpenSSH private key without passphrase"]],
    sshHostKey: [["hunter2", "", "", "expected an OpenSSH private key without passphrase"]],
    ami: [["debian", "", '"debian"', "expected an AMI id as ami-0123456789abcdef0, or nothing"]],
    instanceType: [["huge", "", '"huge"', "expected an instance type as t3.micro"]],
    consumerAccountIds: [
      ["222222222222", "", "222222222222", "expected a list of account ids"],
      [[], "", "[]", "expected at least one account id"],
      [[12345678901], ".0", '"12345678901"', 'in quotes, as "012345678901"'],
      [[true], ".0", "true", "expected a text, in quotes"],
    ],
    acceptanceRequired: [["yes", "", '"yes"', "expected true or false"]],
    crossZone: [["on", "", '"on"', "expected true or false"]],
    stickiness: [["5-tuple", "", '"5-tuple"', "expected one of none, source_ip_dest_ip_proto, source_ip_dest_ip"]],
    failover: [["yes", "", '"yes"', "expected one of no_rebalance, rebalance"]],
    deregistrationDelay: [
      [3601, "", "3601", "expected 0 to 3600"],
      ["5m", "", '"5m"', "expected a number, 0 to 3600"],
    ],
    targetsPerAz: [
      [0, "", "0", "expected 1 to 10"],
      [11, "", "11", "expected 1 to 10"],
      [1.5, "", "1.5", "expected a whole number, 1 to 10"],
    ],
    tcpIdleTimeout: [[59, "", "59", "expected 60 to 6000"]],
    healthCheck: [
      [
        "often",
        "",
        '"often"',
        "expected { protocol, port, path, interval, timeout, healthyThreshold, unhealthyThreshold }",
      ],
      [{ interval: "10" }, ".interval", '"10"', "expected a number, 5 to 300, without quotes"],
      [{ protocol: "HTTPS" }, ".protocol", '"HTTPS"', "expected one of TCP, HTTP"],
      [{ port: 0 }, ".port", "0", "expected 1 to 65535"],
      [{ port: 65536 }, ".port", "65536", "expected 1 to 65535"],
      [{ port: 6081 }, ".port", "6081", "expected another port than 6081, GENEVE's"],
      [{ path: "/healthz" }, ".path", '"/healthz"', "expected none with protocol TCP, which asks for nothing"],
      ...["healthz", "", "//", "/..", "/a?b", "/a b"].map((path): [unknown, string, string, string] => [
        { protocol: "HTTP", path },
        ".path",
        JSON.stringify(path),
        "expected / and up to 255 letters, digits, ._~- and /, as /healthz",
      ]),
    ],
  },
  system: {
    securityStack: [["a/b/c/d", "", '"a/b/c/d"', "expected STACK or ORGANIZATION/PROJECT/STACK"]],
    existing: [
      [
        { ...hub, endpointIds: { "apne1-az4": "eni-1" } },
        ".endpointIds.apne1-az4",
        '"eni-1"',
        "expected an id as vpce-0123456789abcdef0",
      ],
    ],
    endpointAcceptance: [
      [
        { assumeRole: { roleArn: "accept" } },
        ".assumeRole.roleArn",
        '"accept"',
        "expected arn:aws:iam::ACCOUNT:role/NAME",
      ],
      [
        { assumeRole: { roleArn: chinese("111111111111") } },
        ".assumeRole.roleArn",
        `"${chinese("111111111111")}"`,
        "expected arn:aws:iam::ACCOUNT:role/NAME",
      ],
    ],
    internetInspection: [
      [internet({ egressTo: ["127.0.0.1"] }), ".egressTo.0", '"127.0.0.1"', "is loopback, expected an address"],
      [internet({ ingressFrom: "240.0.0.1" }), ".ingressFrom", '"240.0.0.1"', "is reserved, expected an address"],
    ],
    verification: [
      [{ count: 0 }, ".count", "0", "expected 1 to 1000"],
      ...[
        ["127.0.0.1", "loopback"],
        ["169.254.169.254", "link-local"],
        ["224.0.0.1", "multicast"],
        ["255.255.255.255", "reserved"],
        ["0.0.0.0", "of this network"],
      ].map(([address, kind]): Row => [
        destination(address),
        ".destinations.0.address",
        `"${address}"`,
        `is ${kind}, expected an address that hosts can have`,
      ]),
      [
        destination("10.2.20.1"),
        ".destinations.0.address",
        '"10.2.20.1"',
        "expected an address that AWS leaves to hosts",
      ],
      [destination("10.2.20.255"), ".destinations.0.address", '"10.2.20.255"', "expected an address that AWS leaves"],
      ...(
        [
          ["icmp", ".protocol", '"icmp"', "expected tcp"],
          [{ protocol: "tcp" }, ".port", "missing", "expected a port"],
          [{ protocol: "tcp", port: 0 }, ".port", "0", "expected a port"],
          [{ protocol: "tcp", port: 70_000 }, ".port", "70000", "expected a port"],
        ] as const
      ).map(([probe, key, value, expectation]): Row => [
        { destinations: [{ address: "10.2.20.77", probe: probe === "icmp" ? { protocol: probe, port: 7 } : probe }] },
        `.destinations.0.probe${key}`,
        value,
        expectation,
      ]),
      [
        {
          destinations: [{ address: "10.2.20.77", expectReply: false, probe: { protocol: "tcp", port: 443 } }],
        },
        ".destinations.0.expectReply",
        "false",
        "expected true with a tcp probe",
      ],
      [{ statelessAppliances: "yes" }, ".statelessAppliances", '"yes"', "expected true or false"],
      [{ runId: 5 }, ".runId", "5", "expected a text, in quotes"],
    ],
  },
  transit: {
    zones: [[{ "apne1-az4": "10.9.1.0/24" }, ".apne1-az4", '"10.9.1.0/24"', "expected { attachment, endpoint }"]],
    natSubnets: [
      ["10.9.30.0/28", "", '"10.9.30.0/28"', "expected a subnet by AZ ID"],
      [{ "apne1-az4": "10.9.30.0/29" }, ".apne1-az4", '"10.9.30.0/29"', "/28"],
      [{ "apne1-az4": "10.9.30.0/28" }, ": apne1-az1 is missing", "", "expected a subnet in each AZ of zones, or none"],
      [
        { "apne1-az4": "10.9.30.0/28", "apne1-az1": "10.9.31.0/28", "apne1-az2": "10.9.32.0/28" },
        ".apne1-az2",
        "",
        "expected an AZ ID of zones",
      ],
      [{ "apne1-az4": "10.8.30.0/28", "apne1-az1": "10.9.31.0/28" }, ".apne1-az4", "10.8.30.0/28", "vpcCidr"],
    ],
    transitGatewayId: [
      ["tgw", "", '"tgw"', "expected an id as tgw-0123456789abcdef0, or nothing"],
      ["tgw-0123456789abcdef0", "", '"tgw-0123456789abcdef0"', "expected none with spokeAccountIds"],
    ],
    applianceMode: [["on", "", '"on"', "expected true or false"]],
    spokeCidrs: [
      [[], "", "[]", "expected at least one CIDR"],
      ["10.16.0.0/12", "", '"10.16.0.0/12"', "expected a list of CIDRs"],
      [["10.0.0.0/7"], ".0", '"10.0.0.0/7"', "expected networks of your own, /8 to /28"],
      [["10.9.1.0/24"], ".0", '"10.9.1.0/24"', 'expected none in the stack\'s own vpcCidr "10.9.0.0/16"'],
      [["10.16.0.0/12", "10.17.0.0/16"], ".1", '"10.17.0.0/16"', 'overlaps with "10.16.0.0/12"'],
      [["10.16.0.0/12", "10.16.0.0/12"], ".1", '"10.16.0.0/12"', "given twice"],
    ],
    spokeAccountIds: [
      ["222222222222", "", "222222222222", "expected a list of account ids"],
      [["ab"], ".0", '"ab"', "expected 12 digits"],
    ],
    allowExternalPrincipals: [["yes", "", '"yes"', "expected true or false"]],
  },
  spoke: {
    zones: [[{ "apne1-az4": "10.16.1.0/24" }, ".apne1-az4", '"10.16.1.0/24"', "expected { attachment, host }"]],
    transitStack: [["a/b/c/d", "", '"a/b/c/d"', "expected STACK or ORGANIZATION/PROJECT/STACK"]],
    egressTo: [
      ["192.0.2.10", "", "192.0.2.10", "expected a list of addresses that answer a ping"],
      [["10.0.0.1"], ".0", '"10.0.0.1"', "expected"],
      [["192.0.2.10", "192.0.2.10"], ".1", '"192.0.2.10"', "given twice"],
    ],
    attachmentAcceptance: [
      ["security", "", '"security"', "expected { profile, assumeRole }"],
      [
        { assumeRole: { roleArn: chinese("111111111111") } },
        ".assumeRole.roleArn",
        `"${chinese("111111111111")}"`,
        "expected arn:aws:iam::ACCOUNT:role/NAME",
      ],
    ],
  },
  proof: {
    spokeStacks: [
      [["spoke-a"], "", '["spoke-a"]', "expected at least two stacks"],
      [["spoke-a", "spoke-a"], ".1", '"spoke-a"', "given twice"],
    ],
    verification: [[destination("10.16.20.7"), ".destinations", "10.16.20.7", "expected none"]],
  },
};

const readers: Record<Role, () => unknown> = {
  security: readSecurityConfig,
  transit: readTransitConfig,
  system: readSystemConfig,
  spoke: readSpokeConfig,
  proof: readProofConfig,
};

async function problemsOf(role: Role, changes: Record<string, unknown>, secrets: string[] = []): Promise<string[]> {
  await startMocks(cloudMocks(newCloud()), {
    project: "gwlb-inspection",
    stack: role,
    config: exampleConfig(role === "spoke" ? "spoke-a" : role, changes),
    secretKeys: [...secretKeys, ...secrets.map((key) => `gwlb-inspection:${key}`)],
  });
  return problemsIn(readers[role]);
}

describe("a wrong value of each config key", () => {
  it("is in this table", () => {
    const rows = Object.values(wrong).flatMap((keys) => Object.keys(keys));
    expect([...new Set(rows)]).to.have.members([...Object.keys(declared), ...sshSecretNames]);
  });

  for (const role of Object.keys(wrong) as Role[]) {
    for (const [key, rows] of Object.entries(wrong[role])) {
      for (const [value, where, shown, expected] of rows) {
        it(`is refused, ${key}${where} of ${role} ${JSON.stringify(value)}, with key, value and expectation`, async () => {
          const line = (await problemsOf(role, { [key]: value })).find((each) => each.startsWith(key + where));
          expect(line).to.include(shown).and.include(expected);
        });
      }
    }
  }

  it("of a bastion is told where there will be one, and nobody's business with SSM", async () => {
    const wrong = { ...bastion, azId: "use1-az1", cidr: "10.9.0.0/28" };
    const problems = await problemsOf("security", { access: "ssh", bastion: wrong });
    expect(problems.join("\n")).to.include('bastion.azId "use1-az1"').and.include("expected one as apne1-az1");
    expect(problems.join("\n"))
      .to.include('bastion.cidr "10.9.0.0/28"')
      .and.include('is not inside vpcCidr "10.1.0.0/16"');
    expect(await problemsOf("security", { access: "ssm", bastion: wrong })).to.deep.equal([]);
  });

  it("of a permissions boundary is one beside an instance profile of the company's, for no role is made", async () => {
    const permissionsBoundary = "arn:aws:iam::111111111111:policy/boundary";
    expect(await problemsOf("security", { permissionsBoundary, instanceProfileName: "hosts" })).to.deep.equal([
      `permissionsBoundary: "${permissionsBoundary}": expected none with instanceProfileName: no role is made`,
    ]);
  });

  it("hides no other: all problems of a stack are told at once", async () => {
    const problems = await problemsOf("security", {
      accountId: "ab",
      zones: { "use1-az1": { gwlb: "10.9.0.0/24", target: "10.1.20.0/24" } },
      assumeRole: { roleArn: chinese("111111111111") },
      tcpIdleTimeout: 1,
      access: "ssh",
      sshPrivateKey: undefined,
    });
    expect(problems.map((problem) => /^[A-Za-z]+/.exec(problem)?.[0])).to.deep.equal([
      ...["accountId", "tcpIdleTimeout", "assumeRole", "zones", "zones", "sshPrivateKey"],
    ]);
  });

  it("is shown once, also where it is an object that was put where a text belongs", async () => {
    const quoted = { a: 1 };
    for (const key of ["accountId", "region", "vpcCidr"]) {
      const [problem = ""] = await problemsOf("security", { [key]: quoted });
      expect(problem.split('"a').length, problem).to.equal(2);
    }
  });

  it("is not shown when it is a secret", async () => {
    const assumeRole = { roleArn: "arn:aws:iam::333333333333:role/classified", externalId: "h u n t e r 2" };
    const inOwn = await problemsOf("security", { assumeRole }, ["assumeRole"]);
    expect(inOwn).to.deep.equal(["assumeRole.externalId: (a secret): expected 2 to 1224 letters, digits or +=,.@:/-"]);
    const [ofOther] = await problemsOf("security", { assumeRole: { roleArn: assumeRole.roleArn } }, ["assumeRole"]);
    expect(ofOther).to.equal("assumeRole.roleArn: (a secret): expected arn:aws:iam::111111111111:role/NAME");
    const [region] = await problemsOf("security", { region: "classified" }, ["region"]);
    expect(region).to.match(/^region: \(a secret\): expected in clear, by `pulumi config set region`/);
  });
});

describe("account ids", () => {
  it("of consumers may be numbers, as `pulumi config set --path` makes them", async () => {
    expect(await problemsOf("security", { consumerAccountIds: [222222222222] })).to.deep.equal([]);
  });
});
