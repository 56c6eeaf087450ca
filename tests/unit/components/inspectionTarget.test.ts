import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { localProgram } from "../../../components/localProgram";
import { InspectionTarget, type InspectionTargetArgs } from "../../../components";
import type { Properties } from "../../../lab/cloud/core/properties";
import { parseHostTask } from "../../../verification/hostTask";
import {
  dependenciesOf,
  failureOf,
  hub,
  idsByName,
  inputsByName,
  keys,
  newCloud,
  publicHalf,
  run,
  tokens,
  valueOf,
  type World,
} from "./run";

const hairpin = '{"changed":false,"changes":[]}';
const command = { command: (): Properties => ({ stdout: hairpin }) };
const gateways = { "apne1-az4": "10.1.10.16", "apne1-az1": "10.1.11.16" };

/** A target with what it needs to be in. */
function target(world: World, changes: Partial<InspectionTargetArgs> = {}): InspectionTarget {
  const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" }, world.hub);
  const subnet = new aws.ec2.Subnet(
    "subnet",
    { vpcId: vpc.id, cidrBlock: "10.1.20.0/24", availabilityZoneId: "apne1-az4" },
    world.hub,
  );
  const s3 = new aws.ec2.VpcEndpoint(
    "s3",
    { vpcId: vpc.id, serviceName: "com.amazonaws.ap-northeast-1.s3", vpcEndpointType: "Gateway" },
    world.hub,
  );
  const group = new aws.lb.TargetGroup(
    "group",
    { protocol: "GENEVE", port: 6081, vpcId: vpc.id, healthCheck: { protocol: "TCP", port: "80" } },
    world.hub,
  );
  const image = aws.ssm.getParameterOutput(
    { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" },
    { parent: group },
  );
  return new InspectionTarget(
    "t",
    {
      vpcId: vpc.id,
      subnetId: subnet.id,
      ami: image.insecureValue,
      keyName: new aws.ec2.KeyPair("key", { publicKey: publicHalf(keys.sshPrivateKey) }, world.hub).keyName,
      hostKey: keys.sshHostKey,
      targetGroupArn: group.arn,
      gatewayAddresses: gateways,
      gatewayCidrBlocks: ["10.1.10.0/24", "10.1.11.0/24"],
      s3PrefixListId: s3.prefixListId,
      access: {
        by: "ssh",
        sshFrom: "10.1.0.0/28",
        privateKey: pulumi.secret(keys.sshPrivateKey),
        hostKey: pulumi.secret(keys.sshHostKey),
        user: "ec2-user",
        bastionAddress: "198.51.100.1",
      },
      ...changes,
    },
    world.hubProviders,
  );
}

describe("InspectionTarget", () => {
  it("lets in GENEVE and health checks of the GWLB's subnets and ssh of the bastion, by CIDR", async () => {
    const { mocks } = await run((world) => target(world), command);
    const securityGroupId = idsByName(mocks, tokens.securityGroup)["t"];
    const rule = (ipProtocol: string, port: number, cidrIpv4: string): object => ({
      securityGroupId,
      ipProtocol,
      fromPort: port,
      toPort: port,
      cidrIpv4,
    });
    expect(inputsByName(mocks, tokens.ingress)).to.deep.equal({
      "t-in-udp-6081-10.1.10.0-24": rule("udp", 6081, "10.1.10.0/24"),
      "t-in-udp-6081-10.1.11.0-24": rule("udp", 6081, "10.1.11.0/24"),
      "t-in-tcp-80-10.1.10.0-24": rule("tcp", 80, "10.1.10.0/24"),
      "t-in-tcp-80-10.1.11.0-24": rule("tcp", 80, "10.1.11.0/24"),
      "t-in-tcp-22-10.1.0.0-28": rule("tcp", 22, "10.1.0.0/28"),
    });
  });

  it("lets out GENEVE and what goes to S3, and nothing else", async () => {
    const { mocks, cloud } = await run((world) => target(world), command);
    const securityGroupId = idsByName(mocks, tokens.securityGroup)["t"];
    const geneve = (cidrIpv4: string): object => ({
      securityGroupId,
      ipProtocol: "udp",
      fromPort: 6081,
      toPort: 6081,
      cidrIpv4,
    });
    const [s3] = Object.values(cloud.snapshot().prefixLists).filter(({ region }) => region === "ap-northeast-1");
    expect(inputsByName(mocks, tokens.egress)).to.deep.equal({
      "t-out-udp-6081-10.1.10.0-24": geneve("10.1.10.0/24"),
      "t-out-udp-6081-10.1.11.0-24": geneve("10.1.11.0/24"),
      "t-out-tcp-443-s3": { securityGroupId, ipProtocol: "tcp", fromPort: 443, toPort: 443, prefixListId: s3?.id },
    });
  });

  it("is reached through the bastion with both host keys checked, by a secret connection", async () => {
    const { mocks, result } = await run((world) => target(world), command);
    const endpoint = {
      user: "ec2-user",
      privateKey: keys.sshPrivateKey,
      hostKey: publicHalf(keys.sshHostKey),
      // What @pulumi/command itself fills in.
      port: 22,
      perDialTimeout: 15,
    };
    const { inputs, secrets } = mocks.find(tokens.remote, "t-hairpin");
    expect(inputs["connection"]).to.deep.equal({
      ...endpoint,
      dialErrorLimit: 10,
      host: await valueOf(result.privateIp),
      proxy: { ...endpoint, dialErrorLimit: 10, host: "198.51.100.1" },
    });
    expect(secrets).to.deep.equal(["connection"]);
  });

  it("is waited for by a program of ours, the same way, with deadlines and the keys on standard input only", async () => {
    const { mocks, result, optionsOf } = await run((world) => target(world), command);
    const { inputs, secrets } = mocks.find(tokens.local, "t-hairpin-reachable");
    expect(secrets).to.deep.equal(["stdin"]);
    expect(inputs).to.deep.include({ ...localProgram("verification/runOnHost"), update: "verification/runOnHost" });
    expect(JSON.stringify({ ...inputs, stdin: "" })).to.not.include(keys.sshPrivateKey.split("\n")[1]);
    const endpoint = { user: "ec2-user", privateKey: keys.sshPrivateKey, hostKey: publicHalf(keys.sshHostKey) };
    expect(parseHostTask(String(inputs["stdin"]))).to.deep.equal({
      host: { ...endpoint, address: await valueOf(result.privateIp), via: { ...endpoint, address: "198.51.100.1" } },
      // By sudo: a user who has none is told now.
      script: "true",
      args: [],
      timeout: 60,
      connectDeadline: 300,
      refusalDeadline: 60,
    });
    // Longer than what the program itself waits for, bastion and host, so that a failure has its cause.
    expect(optionsOf(tokens.local, "t-hairpin-reachable").createTimeout).to.equal("780s");
  });

  it("is set up by hosts/hairpin.sh for every address of the GWLB, once it is reachable", async () => {
    const { mocks, optionsOf } = await run((world) => target(world), command);
    const { connection, ...inputs } = inputsByName(mocks, tokens.remote)["t-hairpin"] ?? {};
    expect(connection).to.be.an("object");
    const line =
      "sudo -n timeout 900 sh -s -- --address 10.1.20.16 --gateway-address 10.1.10.16 --gateway-address 10.1.11.16";
    const triggers = [mocks.find(tokens.instance, "t").id];
    expect(inputs).to.deep.equal({
      create: line,
      // With an update of its own a changed script or address does not replace the set-up.
      update: line,
      // Read to its end before any of it runs, and not to be swallowed by one of its own commands.
      stdin: `{\n${fs.readFileSync(path.join(__dirname, "../../../hosts/hairpin.sh"), "utf8")}\n} </dev/null\n`,
      triggers,
      addPreviousOutputInEnv: false,
    });
    expect(dependenciesOf(mocks, tokens.remote, "t-hairpin")).to.include("Command t-hairpin-reachable");
    // Longer than the script's own limit, which ends it on the host, too.
    expect(optionsOf(tokens.remote, "t-hairpin").createTimeout).to.equal("960s");
  });

  it("is waited for whenever the set-up will run: for another instance, and for other addresses", async () => {
    const triggers = async (changes: Partial<InspectionTargetArgs> = {}): Promise<unknown> => {
      const { mocks } = await run((world) => target(world, changes), command);
      return mocks.find(tokens.local, "t-hairpin-reachable").inputs["triggers"];
    };
    const before = await triggers();
    expect(await triggers()).to.deep.equal(before);
    expect(await triggers({ gatewayAddresses: { "apne1-az4": "10.1.10.17" } })).to.not.deep.equal(before);
  });

  it("is registered in the target group only when it is set up, and without a port", async () => {
    const { mocks } = await run((world) => target(world), command);
    expect(inputsByName(mocks, tokens.attachment)).to.deep.equal({
      t: {
        targetGroupArn: idsByName(mocks, tokens.targetGroup)["group"],
        targetId: mocks.find(tokens.instance, "t").id,
      },
    });
    expect(dependenciesOf(mocks, tokens.attachment, "t")).to.include("Command t-hairpin");
  });

  it("tells what the set-up said, which is no secret", async () => {
    const { result } = await run((world) => target(world), command);
    expect(await valueOf(result.hairpin)).to.equal(hairpin);
    expect(await pulumi.isSecret(result.hairpin)).to.equal(false);
    expect(await valueOf(result.ruleIds)).to.have.length(8);
    expect(await valueOf(result.attachmentId)).to.be.a("string");
  });

  it("is neither made nor registered in another account", async () => {
    const { mocks } = await run((world) => target(world), command);
    expect(mocks.find(tokens.instance, "t").caller?.accountId).to.equal(hub);
    expect(inputsByName(mocks, tokens.instance)["t"]).to.include({ associatePublicIpAddress: false });
  });

  it("is not registered when the set-up fails", async () => {
    const fails = ({ name }: { name: string }): Properties => {
      if (name === "t-hairpin") throw new Error("Process exited with status 3");
      return { stdout: "" };
    };
    const cloud = newCloud();
    const error = await failureOf((world) => target(world), { command: fails, cloud });
    expect(error.message).to.include("t-hairpin: Process exited with status 3");
    expect(Object.values(cloud.snapshot().targetGroups).map(({ targets }) => targets)).to.deep.equal([[]]);
  });

  it("refuses to be without a GWLB's address", async () => {
    const error = await failureOf((world) => target(world, { gatewayAddresses: {} }), command);
    expect(error.message).to.include("InspectionTarget t: gatewayAddresses is empty");
  });
});
