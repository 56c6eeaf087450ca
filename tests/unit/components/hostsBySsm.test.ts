import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { parse } from "yaml";
import { InspectionTarget, SsmInstanceProfile, TestHost, type NewHostAccess } from "../../../components";
import type { Properties } from "../../../lab/cloud/core/properties";
import type { CloudMocks } from "../../../lab/mocks";
import { parseHostTask } from "../../../verification/hostTask";
import { dependenciesOf, idsByName, inputsByName, run, tokens, valueOf, type World } from "./run";

const region = "ap-northeast-1";
const said = '{"changed":false,"changes":[]}';
const command = { command: (): Properties => ({ stdout: said }) };
const endpointCidrBlocks = ["10.1.30.0/28", "10.1.31.0/28"];
const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

function network(world: World) {
  const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" }, world.hub);
  const place = { vpcId: vpc.id, cidrBlock: "10.1.20.0/24", availabilityZoneId: "apne1-az4" };
  const subnet = new aws.ec2.Subnet("subnet", place, world.hub);
  return {
    vpcId: vpc.id,
    subnetId: subnet.id,
    ami: pulumi.unsecret(aws.ssm.getParameterOutput({ name: image }, { parent: subnet }).insecureValue),
  };
}

function ssmAccess(world: World): NewHostAccess {
  const { instanceProfileName } = new SsmInstanceProfile("p", { region }, world.hubProviders);
  return { by: "ssm", region, profile: "security", instanceProfileName, endpointCidrBlocks };
}

function testHost(world: World): TestHost {
  return new TestHost(
    "h",
    { ...network(world), pingTo: ["10.1.21.0/24"], pingFrom: ["10.1.22.0/24"], access: ssmAccess(world) },
    world.hubProviders,
  );
}

function target(world: World): InspectionTarget {
  const place = network(world);
  const group = new aws.lb.TargetGroup(
    "group",
    { protocol: "GENEVE", port: 6081, vpcId: place.vpcId, healthCheck: { protocol: "TCP", port: "80" } },
    world.hub,
  );
  return new InspectionTarget(
    "h",
    {
      ...place,
      targetGroupArn: group.arn,
      gatewayAddresses: { "apne1-az4": "10.1.10.16" },
      gatewayCidrBlocks: ["10.1.10.0/24"],
      s3PrefixListId: new aws.ec2.VpcEndpoint(
        "s3",
        { vpcId: place.vpcId, serviceName: `com.amazonaws.${region}.s3`, vpcEndpointType: "Gateway" },
        world.hub,
      ).prefixListId,
      access: ssmAccess(world),
    },
    world.hubProviders,
  );
}

/** Security group rules as `PROTOCOL PORT OTHER SIDE`. */
function rulesOf(mocks: CloudMocks, type: string): string[] {
  return Object.values(inputsByName(mocks, type))
    .map(({ ipProtocol, fromPort, cidrIpv4, prefixListId }) =>
      [ipProtocol, fromPort, cidrIpv4 ?? prefixListId].map(String).join(" "),
    )
    .sort();
}

const kinds: [string, (world: World) => TestHost | InspectionTarget][] = [
  ["TestHost", testHost],
  ["InspectionTarget", target],
];

for (const [kind, make] of kinds) {
  describe(`${kind} by SSM`, () => {
    it("has the instance profile, whose role has its policy before it starts, and neither key pair nor host key", async () => {
      const { mocks } = await run((world) => make(world), command);
      const { inputs, secrets } = mocks.find(tokens.instance, "h");
      expect(inputs["iamInstanceProfile"]).to.equal(mocks.find(tokens.profile, "p-hosts").id);
      expect(dependenciesOf(mocks, tokens.instance, "h")).to.include.members([
        "InstanceProfile p-hosts",
        "RolePolicyAttachment p-hosts-ssm",
      ]);
      expect(inputs).not.to.have.property("keyName");
      expect(parse(String(inputs["userData"]))).to.deep.equal({ hostname: "h" });
      expect(secrets).to.deep.equal([]);
      expect(inputs).to.include({ associatePublicIpAddress: false });
    });

    it("takes ssh from nobody, and reaches SSM's endpoints over TCP 443", async () => {
      const { mocks } = await run((world) => make(world), command);
      expect(rulesOf(mocks, tokens.egress)).to.include.members(["tcp 443 10.1.30.0/28", "tcp 443 10.1.31.0/28"]);
      const all = [...rulesOf(mocks, tokens.ingress), ...rulesOf(mocks, tokens.egress)];
      expect(all.filter((rule) => rule.startsWith("tcp 22 "))).to.deep.equal([]);
      expect(dependenciesOf(mocks, tokens.instance, "h")).to.include(
        "SecurityGroupEgressRule h-out-tcp-443-10.1.30.0-28",
      );
    });
  });
}

describe("TestHost by SSM", () => {
  it("pings, sends flows and is pinged, and has no further rule", async () => {
    const { mocks } = await run((world) => testHost(world));
    expect(rulesOf(mocks, tokens.ingress)).to.deep.equal(["icmp -1 10.1.22.0/24"]);
    expect(rulesOf(mocks, tokens.egress)).to.deep.equal([
      "icmp -1 10.1.21.0/24",
      "tcp 443 10.1.30.0/28",
      "tcp 443 10.1.31.0/28",
      "udp 33434 10.1.21.0/24",
    ]);
  });
});

describe("InspectionTarget by SSM", () => {
  it("is set up by its instance id with the stack's credentials, then registered, and tells what the set-up said", async () => {
    const { mocks, result } = await run((world) => target(world), command);
    const { stdin, triggers } = mocks.find(tokens.local, "h-hairpin").inputs;
    const instanceId = mocks.find(tokens.instance, "h").id;
    const task = parseHostTask(String(stdin));
    expect(task.host).to.deep.equal({ instanceId, region, profile: "security" });
    expect(task.args).to.deep.equal(["--address", "10.1.20.16", "--gateway-address", "10.1.10.16"]);
    expect(triggers).to.deep.equal([instanceId]);
    expect(mocks.registrations.map(({ type }) => type)).not.to.include(tokens.remote);
    expect(dependenciesOf(mocks, tokens.attachment, "h")).to.include("Command h-hairpin");
    expect(await valueOf(result.hairpin)).to.equal(said);
    expect(await pulumi.isSecret(result.hairpin)).to.equal(false);
    expect(Object.keys(idsByName(mocks, tokens.attachment))).to.deep.equal(["h"]);
  });

  it("is let out to S3, from where its packages come, and to nothing else", async () => {
    const { mocks } = await run((world) => target(world), command);
    const prefixList = rulesOf(mocks, tokens.egress).find((rule) => rule.includes("pl-"));
    expect(prefixList).to.match(/^tcp 443 pl-/);
    const geneve = "udp 6081 10.1.10.0/24";
    expect(rulesOf(mocks, tokens.ingress)).to.deep.equal(["tcp 80 10.1.10.0/24", geneve]);
    expect(rulesOf(mocks, tokens.egress)).to.deep.equal(
      ["tcp 443 10.1.30.0/28", "tcp 443 10.1.31.0/28", String(prefixList), geneve].sort(),
    );
  });
});
