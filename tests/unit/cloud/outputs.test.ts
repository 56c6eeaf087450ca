import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import type { Properties } from "../../../lab/cloud/core/properties";
import { amazonLinux, buildPath, failure, newCloud, security, system, tokens, type Made, type Path } from "./topology";

const root = path.dirname(require.resolve("@pulumi/aws/package.json"));

/** Members of a resource class, or of a function's result, by name; whether they may be undefined. */
function declaredOutputs(token: string): Map<string, boolean> {
  const [, module = "", name = ""] = token.split(":");
  const file = path.join(root, `${module.replace(/^index\//, "")}.d.ts`);
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
  const wanted = name.startsWith("get") ? `${name.charAt(0).toUpperCase()}${name.slice(1)}Result` : name;
  const members = new Map<string, boolean>();
  for (const node of source.statements) {
    if (!(ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) || node.name?.text !== wanted) continue;
    for (const member of node.members) {
      if (!(ts.isPropertyDeclaration(member) || ts.isPropertySignature(member))) continue;
      const written = member.type?.getText() ?? "";
      const optional = member.questionToken !== undefined || /\| undefined>$/.test(written);
      members.set(member.name.getText(), optional);
    }
  }
  if (members.size === 0) throw new Error(`${wanted} was not found in ${file}`);
  return members;
}

/** Declared as always there, but nothing that is modelled: features that a program does not use have no value to give. */
const notModelled: Record<string, RegExp> = {
  "aws:lb/listener:Listener": /^(routingHttp|mutualAuthentication)/,
  "aws:lb/targetGroup:TargetGroup": /^(targetGroupHealth|targetHealthStates|namePrefix)$/,
  "aws:lb/loadBalancer:LoadBalancer":
    /^(namePrefix|enablePrefixForIpv6SourceNat|enforceSecurityGroupInbound.*|secondaryIpsAutoAssignedPerSubnet)$/,
  "aws:ec2/instance:Instance":
    /^(capacityReservation.*|cpuOptions|enablePrimaryIpv6|enclaveOptions|hostResourceGroupArn|instanceMarketOptions|maintenanceOptions|placementGroupId|primaryNetworkInterface|privateDnsNameOptions|secondaryNetworkInterfaces|userDataBase64)$/,
  "aws:ec2/securityGroup:SecurityGroup": /^namePrefix$/,
  "aws:ec2/eip:Eip": /^ipamPoolId$/,
  "aws:ec2/keyPair:KeyPair": /^keyNamePrefix$/,
  "aws:ec2/vpcEndpoint:VpcEndpoint": /^dnsOptions$/,
  "aws:iam/role:Role": /^namePrefix$/,
  "aws:iam/instanceProfile:InstanceProfile": /^namePrefix$/,
};

function checkOutputs(token: string, outputs: Properties): void {
  const declared = declaredOutputs(token);
  expect([...declared.keys()], token).to.include.members(Object.keys(outputs).filter((key) => key !== "tagsAll"));
  const lacking = [...declared].filter(
    ([name, optional]) => !optional && outputs[name] === undefined && !notModelled[token]?.test(name),
  );
  expect(
    lacking.map(([name]) => name).filter((name) => name !== "id" && name !== "urn"),
    `${token} lacks`,
  ).to.deep.equal([]);
}

describe("cloud outputs", () => {
  const cloud = newCloud();
  let made: Path;
  before(async () => {
    made = await buildPath(cloud);
  });

  it("are those that @pulumi/aws declares, for every type that the path uses", () => {
    const types = new Set<string>();
    for (const { type, outputs } of made.builder.made) {
      types.add(type);
      checkOutputs(type, outputs);
    }
    expect(types.size, "types of the model that the path uses").to.equal(22);
  });

  it("of functions are those that @pulumi/aws declares", async () => {
    const gatewayFilter = [
      { name: "description", values: [`ELB ${String(made.balancer.outputs["arnSuffix"])}`] },
      { name: "subnet-id", values: [made.hubSubnet.id] },
    ];
    const calls: [string, Properties][] = [
      ["aws:index/getCallerIdentity:getCallerIdentity", {}],
      ["aws:index/getRegion:getRegion", {}],
      ["aws:index/getAvailabilityZones:getAvailabilityZones", { state: "available" }],
      ["aws:ec2/getNetworkInterface:getNetworkInterface", { filters: gatewayFilter }],
      ["aws:ec2/getVpc:getVpc", { id: made.hubVpc.id }],
      ["aws:ec2/getSubnet:getSubnet", { id: made.hubSubnet.id }],
      ["aws:ec2/getInstance:getInstance", { instanceId: made.target.id }],
      ["aws:lb/getLoadBalancer:getLoadBalancer", { arn: made.balancer.id }],
      ["aws:lb/getTargetGroup:getTargetGroup", { arn: made.targetGroup.id }],
      ["aws:ec2/getRouteTable:getRouteTable", { routeTableId: made.hubVpc.outputs["mainRouteTableId"] }],
      ["aws:ec2/getRouteTables:getRouteTables", { vpcId: made.hubVpc.id }],
      ["aws:ec2/getPrefixList:getPrefixList", { name: "com.amazonaws.ap-northeast-1.s3" }],
      ["aws:ec2/getManagedPrefixList:getManagedPrefixList", { name: "com.amazonaws.ap-northeast-1.s3" }],
      ["aws:ec2/getAmi:getAmi", { filters: [{ name: "image-id", values: [made.ami] }] }],
      ["aws:ec2/getKeyPair:getKeyPair", { keyName: made.key.id, includePublicKey: true }],
      ["aws:ssm/getParameter:getParameter", { name: amazonLinux }],
    ];
    for (const [token, args] of calls) checkOutputs(token, await cloud.invoke(security, token, args));
    const key = await cloud.create(security, "aws:kms/key:Key", {});
    const getKey = "aws:kms/getKey:getKey";
    checkOutputs(getKey, await cloud.invoke(security, getKey, { keyId: key.outputs["arn"] }));
    const profile = await cloud.create(security, tokens.profile, { name: "prescribed" });
    const getProfile = "aws:iam/getInstanceProfile:getInstanceProfile";
    checkOutputs(getProfile, await cloud.invoke(security, getProfile, { name: profile.id }));
    const endpoint = "aws:ec2/getVpcEndpoint:getVpcEndpoint";
    checkOutputs(endpoint, await cloud.invoke(system, endpoint, { id: made.endpoint.id }));
    const gateway = "aws:ec2/getInternetGateway:getInternetGateway";
    checkOutputs(gateway, await cloud.invoke(system, gateway, { internetGatewayId: made.gateway.id }));
    const service = "aws:ec2/getVpcEndpointService:getVpcEndpointService";
    const { serviceName } = made.service.outputs;
    checkOutputs(service, await cloud.invoke(system, service, { serviceName }));
  });

  it("of a NAT gateway and its address are those that @pulumi/aws declares", async () => {
    const { builder, sourceSubnet } = await buildPath(newCloud());
    const eip = await builder.create(system, tokens.eip, { tags: { Name: "nat" } });
    checkOutputs(tokens.eip, eip.outputs);
    const inputs = { subnetId: sourceSubnet.id, allocationId: eip.id };
    const made = await builder.create(system, tokens.natGateway, inputs);
    checkOutputs(tokens.natGateway, made.outputs);
    const read = await builder.cloud.read(system, tokens.eip, eip.id, {});
    expect(read?.outputs).to.include({
      associationId: made.outputs["associationId"],
      networkInterface: made.outputs["networkInterfaceId"],
      privateIp: made.outputs["privateIp"],
      publicIp: made.outputs["publicIp"],
    });
  });

  it("of traffic mirroring are those that @pulumi/aws declares, and a VNI is AWS's choice or the program's", async () => {
    const own = await buildPath(newCloud());
    const create = own.builder.create.bind(own.builder, security);
    const filter = await create(tokens.mirrorFilter, { description: "copies", tags: { Name: "mirror" } });
    const port = { fromPort: 6081, toPort: 6081 };
    const rule = await create(tokens.mirrorFilterRule, {
      trafficMirrorFilterId: filter.id,
      ruleNumber: 1,
      ruleAction: "accept",
      trafficDirection: "egress",
      sourceCidrBlock: "0.0.0.0/0",
      destinationCidrBlock: "0.0.0.0/0",
      protocol: 17,
      destinationPortRange: port,
      sourcePortRange: port,
    });
    const networkInterfaceId = own.target.outputs["primaryNetworkInterfaceId"];
    const target = await create(tokens.mirrorTarget, { networkInterfaceId });
    const inputs = {
      networkInterfaceId,
      sessionNumber: 32_766,
      packetLength: 256,
      trafficMirrorFilterId: filter.id,
      trafficMirrorTargetId: target.id,
    };
    const session = await create(tokens.mirrorSession, inputs);
    const other = await create(tokens.mirrorSession, { ...inputs, virtualNetworkId: 42 });
    for (const { type, outputs } of [filter, rule, target, session]) checkOutputs(type, outputs);
    expect(rule.outputs).to.deep.include({ destinationPortRange: port, protocol: 17 });
    expect(session.outputs["virtualNetworkId"]).to.be.within(1, 0xffffff);
    expect(other.outputs["virtualNetworkId"]).to.equal(42);
    const token = "aws:ec2/getNetworkInterfaces:getNetworkInterfaces";
    const filters = [{ name: "attachment.instance-id", values: [own.target.id] }];
    const found = await own.builder.cloud.invoke(security, token, { filters });
    expect(found["ids"]).to.deep.equal([networkInterfaceId]);
    checkOutputs(token, found);
    const byResource = { Filters: [{ Name: "resource-id", Values: [filter.id] }] };
    expect(own.builder.cloud.operation("ec2", "DescribeTags")?.call(security, byResource)).to.deep.equal({
      Tags: [{ Key: "Name", ResourceId: filter.id, ResourceType: "traffic-mirror-filter", Value: "mirror" }],
    });
    // With an interface its sessions go.
    await own.builder.cloud.delete(security, tokens.instance, own.target.id);
    expect(own.builder.cloud.snapshot().trafficMirrorSessions).to.deep.equal({});
  });

  it("tie the resources together", () => {
    const suffix = String(made.balancer.outputs["arnSuffix"]);
    expect(suffix).to.match(/^gwy\/gwlb-[0-9a-f]{7}\/[0-9a-f]{16}$/);
    expect(made.balancer.id).to.equal(
      `arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:loadbalancer/${suffix}`,
    );
    expect(made.service.outputs["serviceName"]).to.equal(`com.amazonaws.vpce.ap-northeast-1.${made.service.id}`);
    expect(made.endpoint.id).to.match(/^vpce-0[0-9a-f]{16}$/);
    expect(made.endpoint.outputs["state"]).to.equal("available");
    expect(made.s3.outputs["cidrBlocks"]).to.deep.equal(["52.219.0.0/20"]);
    const table = cloud.snapshot().routeTables[made.table.id];
    expect(table?.routes).to.deep.include({
      destinationPrefixListId: made.s3.outputs["prefixListId"],
      target: { kind: "vpcEndpoint", id: made.s3.id },
    });
    expect(made.target.outputs["primaryNetworkInterfaceId"]).to.equal(
      cloud.snapshot().instances[made.target.id]?.networkInterfaceId,
    );
  });

  it("give the example AMI, the user of each image and the instance's key", () => {
    const { images, instances } = cloud.snapshot();
    expect(images[made.ami]).to.include({ rootFilesystem: "amazon-linux", defaultUser: "ec2-user" });
    const users = Object.values(images)
      .filter((image) => image.region === security.region)
      .map((image) => `${image.rootFilesystem}:${image.defaultUser}`);
    expect([...new Set(users)]).to.have.members(["debian:admin", "amazon-linux:ec2-user"]);
    expect(instances[made.target.id]?.authorizedKey).to.match(/^ssh-ed25519 /);
  });

  describe("a load balancer's address", () => {
    const token = "aws:ec2/getNetworkInterface:getNetworkInterface";
    const description = (): Properties => ({
      name: "description",
      values: [`ELB ${String(made.balancer.outputs["arnSuffix"])}`],
    });

    it("is found by description and subnet", async () => {
      const filters = [description(), { name: "subnet-id", values: [made.hubSubnet.id] }];
      const found = await cloud.invoke(security, token, { filters });
      expect(found).to.include({ interfaceType: "gateway_load_balancer", subnetId: made.hubSubnet.id });
      expect(found["privateIp"]).to.match(/^10\.1\.1\.\d+$/);
    });

    for (const [what, filters, text] of [
      ["none", [{ name: "subnet-id", values: ["subnet-1"] }], "no matching EC2 Network Interface found"],
      ["several", [{ name: "vpc-id", values: ["*"] }], "multiple EC2 Network Interfaces matched"],
      ["an unknown filter", [{ name: "colour", values: ["red"] }], "The filter 'colour' is invalid"],
    ] as const) {
      it(`is an error when it is ${what}`, async () => {
        const error = await failure(() => cloud.invoke(security, token, { filters }));
        expect(error.message).to.include(text);
      });
    }

    it("is nothing that another account sees", async () => {
      const error = await failure(() => cloud.invoke(system, token, { filters: [description()] }));
      expect(error.message).to.include("no matching");
    });
  });

  it("show a service to its principals only, with the AZ names of whoever asks", async () => {
    const token = "aws:ec2/getVpcEndpointService:getVpcEndpointService";
    const args = { serviceName: made.service.outputs["serviceName"] };
    const seen = await cloud.invoke(system, token, args);
    expect(seen).to.include({ serviceType: "GatewayLoadBalancer", owner: "111111111111", acceptanceRequired: false });
    expect(seen["availabilityZones"]).to.deep.equal([made.endpointSubnet.outputs["availabilityZone"]]);
    const error = await failure(() => cloud.invoke(security, token, args));
    expect(error.message).to.include("api error InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.vpce.");
  });

  it("name AZs differently in each account, always the same in one", async () => {
    const token = "aws:index/getAvailabilityZones:getAvailabilityZones";
    const [a, b, again] = await Promise.all([security, system, security].map((who) => cloud.invoke(who, token, {})));
    expect(a?.["names"]).to.deep.equal(["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
    expect(a?.["zoneIds"]).to.have.members(["apne1-az1", "apne1-az2", "apne1-az4"]);
    expect(b?.["zoneIds"]).to.have.members(["apne1-az1", "apne1-az2", "apne1-az4"]);
    expect(a?.["zoneIds"]).to.not.deep.equal(b?.["zoneIds"]);
    expect(again).to.deep.equal(a);
    const east = await cloud.invoke(security, token, { region: "us-east-1" });
    expect(east["zoneIds"]).to.have.length(6);
    expect(made.hubSubnet.outputs["availabilityZone"]).to.not.equal(made.endpointSubnet.outputs["availabilityZone"]);
  });

  it("are the same for every cloud of one seed", async () => {
    const ids = (path: Path): string[] => path.builder.made.map((one: Made) => one.id.replace(/-[0-9a-f]{7}\b/g, ""));
    expect(ids(await buildPath(newCloud()))).to.deep.equal(ids(await buildPath(newCloud())));
    expect(ids(await buildPath(newCloud({ seed: "other" })))).to.not.deep.equal(ids(made));
  });
});
