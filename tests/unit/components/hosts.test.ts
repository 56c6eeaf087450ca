import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { parse } from "yaml";
import { Bastion, Host, icmpRule, portRule, TestHost, type HostArgs } from "../../../components";
import type { Properties } from "../../../lab/cloud/core/properties";
import type { CloudMocks } from "../../../lab/mocks";
import {
  dependenciesOf,
  failureOf,
  idsByName,
  inputsByName,
  keys,
  publicHalf,
  run,
  tokens,
  valueOf,
  type World,
} from "./run";

type Base = Pick<HostArgs, "vpcId" | "subnetId" | "ami" | "keyName" | "hostKey">;

/** What hosts need to be in. */
function base(world: World): Base {
  const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.2.0.0/16" }, world.spoke);
  const subnet = new aws.ec2.Subnet(
    "subnet",
    { vpcId: vpc.id, cidrBlock: "10.2.10.0/24", availabilityZoneId: "apne1-az4" },
    world.spoke,
  );
  const gateway = new aws.ec2.InternetGateway("gateway", { vpcId: vpc.id }, world.spoke);
  const keyPair = new aws.ec2.KeyPair("key", { publicKey: publicHalf(keys.sshPrivateKey) }, world.spoke);
  const image = aws.ssm.getParameterOutput(
    { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" },
    { parent: gateway },
  );
  return {
    vpcId: vpc.id,
    subnetId: subnet.id,
    ami: pulumi.unsecret(image.insecureValue),
    keyName: keyPair.keyName,
    hostKey: pulumi.secret(keys.sshHostKey),
  };
}

/** A rule's inputs without the group, which is checked apart. */
function rulesOf(mocks: CloudMocks, type: string, name: string): Record<string, Properties> {
  const groupId = idsByName(mocks, tokens.securityGroup)[name];
  return Object.fromEntries(
    Object.entries(inputsByName(mocks, type)).map(([rule, { securityGroupId, ...inputs }]) => {
      expect(securityGroupId).to.equal(groupId);
      return [rule.replace(`${name}-`, ""), inputs];
    }),
  );
}

describe("Host", () => {
  const rules = { ingress: [portRule("tcp", 22, "10.2.0.0/28")], egress: [icmpRule("10.2.20.0/24")] };

  it("is an instance with IMDSv2, an encrypted disk, its name and no public address", async () => {
    const { mocks, optionsOf } = await run(
      (world) => new Host("h", { ...base(world), ...rules }, world.spokeProviders),
    );
    const { userData, ...inputs } = inputsByName(mocks, tokens.instance)["h"] ?? {};
    expect(userData).to.be.a("string");
    expect(inputs).to.deep.equal({
      ami: inputs["ami"],
      instanceType: "t3.micro",
      subnetId: idsByName(mocks, tokens.subnet)["subnet"],
      vpcSecurityGroupIds: [idsByName(mocks, tokens.securityGroup)["h"]],
      associatePublicIpAddress: false,
      keyName: mocks.find(tokens.keyPair, "key").id,
      userDataReplaceOnChange: true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true },
      volumeTags: { Name: "h" },
      tags: { Name: "h" },
    });
    expect(inputs["ami"]).to.match(/^ami-/);
    // A newer "latest" image must not replace the host.
    expect(optionsOf(tokens.instance, "h").ignoreChanges).to.deep.equal(["ami"]);
  });

  it("gets its host key, and no other, by secret user data", async () => {
    const { mocks } = await run((world) => new Host("h", { ...base(world), ...rules }, world.spokeProviders));
    const instance = mocks.find(tokens.instance, "h");
    expect(instance.secrets).to.deep.equal(["userData"]);
    const userData = String(instance.inputs["userData"]);
    expect(userData).to.match(/^#cloud-config\n/);
    expect(parse(userData)).to.deep.equal({
      hostname: "h",
      ssh_deletekeys: true,
      ssh_keys: { ed25519_private: keys.sshHostKey, ed25519_public: `${publicHalf(keys.sshHostKey)} h` },
    });
  });

  it("has exactly the rules that it is given, one resource each, before it starts", async () => {
    const { mocks, result } = await run((world) => new Host("h", { ...base(world), ...rules }, world.spokeProviders));
    // The group itself has none, and that makes Pulumi remove AWS's allow-all.
    expect(inputsByName(mocks, tokens.securityGroup)["h"]).to.have.keys("vpcId", "description", "tags");
    expect(rulesOf(mocks, tokens.ingress, "h")).to.deep.equal({
      "in-tcp-22-10.2.0.0-28": { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "10.2.0.0/28" },
    });
    expect(rulesOf(mocks, tokens.egress, "h")).to.deep.equal({
      "out-icmp-10.2.20.0-24": { ipProtocol: "icmp", fromPort: -1, toPort: -1, cidrIpv4: "10.2.20.0/24" },
    });
    expect(dependenciesOf(mocks, tokens.instance, "h")).to.include.members([
      "SecurityGroupIngressRule h-in-tcp-22-10.2.0.0-28",
      "SecurityGroupEgressRule h-out-icmp-10.2.20.0-24",
    ]);
    expect(await valueOf(result.ruleIds)).to.have.length(2);
  });
});

describe("TestHost", () => {
  it("may ping, be pinged and be reached from the bastion, by CIDR, and nothing else", async () => {
    const { mocks } = await run(
      (world) =>
        new TestHost(
          "source",
          {
            ...base(world),
            pingTo: ["10.2.20.0/24", "10.1.20.16/32", "192.0.2.10/32"],
            pingFrom: [],
            access: { by: "ssh" as const, sshFrom: "10.2.0.0/28" },
          },
          world.spokeProviders,
        ),
    );
    const icmp = (cidrIpv4: string): object => ({ ipProtocol: "icmp", fromPort: -1, toPort: -1, cidrIpv4 });
    const flows = (cidrIpv4: string): object => ({ ipProtocol: "udp", fromPort: 33434, toPort: 33434, cidrIpv4 });
    expect(rulesOf(mocks, tokens.ingress, "source")).to.deep.equal({
      "in-tcp-22-10.2.0.0-28": { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "10.2.0.0/28" },
    });
    expect(rulesOf(mocks, tokens.egress, "source")).to.deep.equal({
      "out-icmp-10.2.20.0-24": icmp("10.2.20.0/24"),
      "out-icmp-10.1.20.16-32": icmp("10.1.20.16/32"),
      "out-icmp-192.0.2.10-32": icmp("192.0.2.10/32"),
      "out-udp-33434-10.2.20.0-24": flows("10.2.20.0/24"),
      "out-udp-33434-10.1.20.16-32": flows("10.1.20.16/32"),
    });
  });

  it("that is a destination answers only", async () => {
    const { mocks } = await run(
      (world) =>
        new TestHost(
          "destination",
          {
            ...base(world),
            pingTo: [],
            pingFrom: ["10.2.10.0/24"],
            access: { by: "ssh" as const, sshFrom: "10.2.0.0/28" },
          },
          world.spokeProviders,
        ),
    );
    expect(rulesOf(mocks, tokens.ingress, "destination")).to.have.keys("in-tcp-22-10.2.0.0-28", "in-icmp-10.2.10.0-24");
    expect(rulesOf(mocks, tokens.egress, "destination")).to.deep.equal({});
    expect(inputsByName(mocks, tokens.instance)["destination"]).to.include({ associatePublicIpAddress: false });
  });

  it("has a public address only where it is told to", async () => {
    const addresses = async (publicAddress?: true): Promise<unknown> => {
      const args = {
        pingTo: [],
        pingFrom: [],
        access: { by: "ssh" as const, sshFrom: "10.2.0.0/28" },
        ...(publicAddress && { publicAddress }),
      };
      const { result } = await run((world) => new TestHost("host", { ...base(world), ...args }, world.spokeProviders));
      return valueOf(result.publicIp);
    };
    expect(await addresses(true)).to.match(/^198\.51\.100\.\d+$/);
    expect(await addresses()).to.equal("");
  });
});

describe("Bastion", () => {
  it("has a public address, ssh in from the administrators and out to the VPC, and nothing else", async () => {
    const { mocks, result } = await run(
      (world) =>
        new Bastion(
          "b",
          { ...base(world), vpcCidrBlock: "10.2.0.0/16", adminCidrBlocks: ["203.0.113.10/32", "198.51.100.0/28"] },
          world.spokeProviders,
        ),
    );
    const ssh = (cidrIpv4: string): object => ({ ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4 });
    expect(inputsByName(mocks, tokens.instance)["b"]).to.include({ associatePublicIpAddress: true });
    expect(rulesOf(mocks, tokens.ingress, "b")).to.deep.equal({
      "in-tcp-22-203.0.113.10-32": ssh("203.0.113.10/32"),
      "in-tcp-22-198.51.100.0-28": ssh("198.51.100.0/28"),
    });
    expect(rulesOf(mocks, tokens.egress, "b")).to.deep.equal({ "out-tcp-22-10.2.0.0-16": ssh("10.2.0.0/16") });
    expect(await valueOf(result.publicIp)).to.match(/^\d+\.\d+\.\d+\.\d+$/);
  });

  for (const adminCidrBlocks of [[], ["0.0.0.0/0"]]) {
    it(`refuses [${adminCidrBlocks.join()}] as the networks that may reach it`, async () => {
      const error = await failureOf(
        (world) =>
          new Bastion("b", { ...base(world), vpcCidrBlock: "10.2.0.0/16", adminCidrBlocks }, world.spokeProviders),
      );
      expect(error.message).to.include(
        `Bastion b: adminCidrBlocks is [${adminCidrBlocks.join()}], expected at least one CIDR and not 0.0.0.0/0`,
      );
    });
  }
});
