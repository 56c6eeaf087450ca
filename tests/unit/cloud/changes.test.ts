import { expect } from "chai";
import { unknownValue, type Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import { failure, buildPath, healthCheck, newCloud, security, system, tokens, type Made, type Path } from "./topology";

describe("changes of resources", () => {
  let cloud: Cloud;
  let path: Path;
  before(async () => {
    cloud = newCloud();
    path = await buildPath(cloud);
  });

  const diff = (made: Made, changes: Properties) =>
    cloud.diff(made.type, made.id, made.inputs, made.outputs, { ...made.inputs, ...changes });

  const cases: [string, keyof Path, Properties, "none" | "update" | "replace"][] = [
    ["nothing", "vpc", {}, "none"],
    ["a default that is given now", "vpc", { enableDnsSupport: true }, "none"],
    ["DNS support", "vpc", { enableDnsSupport: false }, "update"],
    ["a VPC's CIDR", "vpc", { cidrBlock: "10.3.0.0/16" }, "replace"],
    ["tags", "vpc", { tags: { Name: "x" } }, "update"],
    ["a subnet's AZ", "sourceSubnet", { availabilityZoneId: "apne1-az1" }, "replace"],
    ["an AZ that is left out now", "sourceSubnet", { availabilityZoneId: undefined }, "none"],
    ["public addresses on launch", "sourceSubnet", { mapPublicIpOnLaunch: true }, "update"],
    ["a route's target", "route", { vpcEndpointId: undefined, networkInterfaceId: "eni-1" }, "update"],
    ["a route's destination", "route", { destinationCidrBlock: "10.2.2.0/24" }, "replace"],
    ["a rule's port", "ingress", { fromPort: 6080 }, "update"],
    ["a group's description", "group", { description: "other" }, "replace"],
    ["an image", "target", { ami: "ami-2" }, "replace"],
    ["an instance's groups", "target", { vpcSecurityGroupIds: ["sg-1"] }, "update"],
    ["user data", "target", { userData: "#cloud-config" }, "update"],
    ["user data that replaces", "target", { userData: "#cloud-config", userDataReplaceOnChange: true }, "replace"],
    ["cross-zone", "balancer", { enableCrossZoneLoadBalancing: true }, "update"],
    ["a load balancer's subnets", "balancer", { subnets: ["subnet-1"] }, "update"],
    ["a GWLB endpoint's subnet", "endpoint", { subnetIds: ["subnet-1"] }, "update"],
    ["a GWLB endpoint's private names", "endpoint", { privateDnsEnabled: true }, "replace"],
    ["a health check", "targetGroup", { healthCheck: { ...healthCheck, interval: 20 } }, "update"],
    ["a port", "targetGroup", { port: 6080 }, "replace"],
    ["a listener's idle timeout", "listener", { tcpIdleTimeoutSeconds: 60 }, "update"],
    ["an endpoint's service", "endpoint", { serviceName: "other" }, "replace"],
    ["subnets that are left out now", "endpoint", { subnetIds: undefined }, "none"],
    ["acceptance", "service", { acceptanceRequired: true }, "update"],
    ["a principal", "principal", { principalArn: "*" }, "replace"],
    ["a value that is not known yet", "route", { vpcEndpointId: unknownValue }, "update"],
    ["a replacing value that is not known yet", "sourceSubnet", { vpcId: unknownValue }, "replace"],
  ];
  for (const [what, which, changes, expected] of cases) {
    it(`${what}: ${expected}`, () => {
      const found = diff(path[which] as Made, changes);
      expect(found.changes).to.equal(expected !== "none");
      expect(found.replaces.length > 0, `replaces ${found.replaces.join()}`).to.equal(expected === "replace");
      expect(found.changed).to.have.length(expected === "none" ? 0 : found.changed.length);
    });
  }

  it("the order of a set's items says nothing, their number does", () => {
    const inputs = (groups: string[]): Properties => ({ ...path.target.inputs, vpcSecurityGroupIds: groups });
    const between = (olds: string[], news: string[]): string[] =>
      cloud.diff(tokens.instance, path.target.id, inputs(olds), {}, inputs(news)).changed;
    expect(between(["sg-1", "sg-2"], ["sg-2", "sg-1"])).to.deep.equal([]);
    expect(between(["sg-1", "sg-2"], ["sg-2"])).to.deep.equal(["vpcSecurityGroupIds"]);
  });

  it("a name that was given cannot stand beside its replacement; one that was made up can", () => {
    const { inputs } = path.targetGroup;
    const given: Properties = { ...inputs, name: "fixed", __defaults: undefined };
    const changed = { port: 6082 };
    const fixed = cloud.diff(tokens.targetGroup, "arn", given, {}, { ...given, ...changed });
    expect(fixed.deleteBeforeReplace).to.equal(true);
    expect(diff(path.targetGroup, changed).deleteBeforeReplace).to.equal(false);
    expect(diff(path.vpc, { cidrBlock: "10.3.0.0/16" }).deleteBeforeReplace).to.equal(false);
  });

  it("a made-up name is kept from check to check", () => {
    const again = cloud.check(security, tokens.loadBalancer, path.balancer.inputs, {
      loadBalancerType: "gateway",
      subnets: [path.hubSubnet.id],
    });
    expect(again.inputs["name"]).to.equal(path.balancer.inputs["name"]);
    const longName = { ...security, urn: `urn:pulumi:s::p::${tokens.loadBalancer}::${"a".repeat(40)}` };
    const long = cloud.check(longName, tokens.loadBalancer, undefined, { loadBalancerType: "gateway" });
    expect(long.inputs["name"]).to.match(/^a{24}-[0-9a-f]{7}$/);
    expect(long.failures).to.deep.equal([]);
  });

  it("a refresh of what nobody has touched shows no change, for every type", async () => {
    for (const made of path.builder.made) {
      const read = await cloud.read(made.caller, made.type, made.id, made.outputs);
      const inputs = read?.inputs ?? {};
      const found = cloud.diff(made.type, made.id, inputs, read?.outputs ?? {}, made.inputs);
      expect(found.changed, made.type).to.deep.equal([]);
      for (const key of Object.keys(made.inputs).filter((name) => name !== "__defaults")) {
        expect(inputs, made.type).to.have.property(key);
      }
    }
  });

  it("an import gives inputs that pass the check and show no change", async () => {
    const importable: (keyof Path)[] = ["vpc", "sourceSubnet", "endpoint", "route", "group", "ingress", "targetGroup"];
    const ids: Record<string, string> = { route: `${path.table.id}_10.2.3.0/24` };
    for (const which of importable) {
      const made = path[which] as Made;
      const read = await cloud.read(made.caller, made.type, ids[which] ?? made.id, {});
      expect(read?.id, which).to.equal(made.id);
      const checked = cloud.check(made.caller, made.type, undefined, read?.inputs ?? {});
      expect(checked.failures, which).to.deep.equal([]);
      expect(cloud.diff(made.type, made.id, read?.inputs ?? {}, {}, made.inputs).changed, which).to.deep.equal([]);
    }
    const association = await cloud.read(system, tokens.association, `${path.sourceSubnet.id}/${path.table.id}`, {});
    expect(association?.id).to.equal(path.association.id);
    expect(await cloud.read(system, tokens.route, `${path.table.id}_10.99.0.0/24`, {})).to.equal(undefined);
  });

  it("an import by an id of the resource's own is refused where the provider takes another form", async () => {
    for (const made of [path.route, path.association]) {
      const error = await failure(async () => cloud.read(system, made.type, made.id, {}));
      expect(error.message, made.type).to.match(
        /unexpected format .*(ROUTETABLEID_DESTINATION|subnet ID\/route table ID)/i,
      );
      expect((await cloud.read(system, made.type, made.id, made.outputs))?.id).to.equal(made.id);
    }
  });

  it("an update brings back what was changed behind the program's back", async () => {
    const { balancer } = path;
    cloud.edit.modifyCrossZone(security, balancer.id, true);
    const read = await cloud.read(security, balancer.type, balancer.id);
    expect(cloud.diff(balancer.type, balancer.id, read?.inputs ?? {}, {}, balancer.inputs).changed).to.deep.equal([
      "enableCrossZoneLoadBalancing",
    ]);
    await cloud.update(security, balancer.type, balancer.id, read?.outputs ?? {}, balancer.inputs);
    expect(cloud.snapshot().loadBalancers[balancer.id]?.crossZone).to.equal(false);
  });

  it("updates take effect", async () => {
    const update = (made: Made, changes: Properties) =>
      cloud.update(made.caller, made.type, made.id, made.outputs, { ...made.inputs, ...changes });
    await update(path.targetGroup, { stickiness: { type: "source_ip_dest_ip" }, deregistrationDelay: 10 });
    expect(cloud.snapshot().targetGroups[path.targetGroup.id]).to.deep.include({
      stickiness: { enabled: true, type: "source_ip_dest_ip" },
      deregistrationDelay: 10,
    });
    await update(path.ingress, { cidrIpv4: undefined, referencedSecurityGroupId: path.group.id });
    expect(cloud.snapshot().securityGroupRules[path.ingress.id]).to.include({
      referencedSecurityGroupId: path.group.id,
    });
    expect(cloud.snapshot().securityGroupRules[path.ingress.id]).to.not.have.property("cidrIpv4");
    await update(path.s3, { routeTableIds: [] });
    expect(cloud.snapshot().routeTables[path.table.id]?.routes.map((route) => route.target.kind)).to.deep.equal([
      "local",
      "vpcEndpoint",
    ]);
    const refused = await update(path.endpoint, { subnetIds: [path.sourceSubnet.id] }).catch((error: unknown) => error);
    expect(String(refused)).to.include("cannot be modified");
  });

  it("a load balancer gets a further AZ, an interface endpoint another one, in place", async () => {
    const { cloud: own, ...there } = await withFurtherSubnet();
    const { balancer, ssm, sourceSubnet, further } = there;
    const interfaces = (ids: string[] = []) => ids.map((id) => own.snapshot().networkInterfaces[id]);
    const before = own.snapshot().loadBalancers[balancer.id];
    const subnets = [...(before?.subnetIds ?? []), further.id];
    await own.update(security, balancer.type, balancer.id, balancer.outputs, { ...balancer.inputs, subnets });
    const after = own.snapshot().loadBalancers[balancer.id];
    expect(after).to.deep.include({ state: "active", subnetIds: subnets });
    expect(after?.networkInterfaceIds.slice(0, -1)).to.deep.equal(before?.networkInterfaceIds);
    expect(interfaces(after?.networkInterfaceIds).at(-1)).to.deep.include({
      subnetId: further.id,
      description: `ELB ${after?.arnSuffix}`,
    });
    const given = { ...ssm.inputs, subnetIds: [sourceSubnet.id] };
    const old = own.snapshot().vpcEndpoints[ssm.id]?.networkInterfaceIds ?? [];
    const { outputs } = await own.update(system, ssm.type, ssm.id, ssm.outputs, given);
    expect(outputs).to.deep.include({ state: "available", subnetIds: [sourceSubnet.id] });
    const [eni] = interfaces(outputs["networkInterfaceIds"] as string[]);
    expect(eni).to.deep.include({ subnetId: sourceSubnet.id, owner: { kind: "vpcEndpoint", id: ssm.id } });
    expect(eni?.securityGroupIds).to.deep.equal(outputs["securityGroupIds"]);
    expect(interfaces(old)).to.deep.equal([undefined]);
  });

  async function withFurtherSubnet() {
    const cloud = newCloud();
    const made = await buildPath(cloud);
    const further = await made.builder.create(security, tokens.subnet, {
      vpcId: made.hubVpc.id,
      cidrBlock: "10.1.9.0/24",
      availabilityZoneId: "apne1-az2",
    });
    return { ...made, cloud, further };
  }

  it("a target group's blocks that are left out stay what they were, as with the provider", async () => {
    const { caller, type, id, inputs } = path.targetGroup;
    const given = {
      stickiness: { enabled: true, type: "source_ip_dest_ip" },
      targetFailovers: [{ onDeregistration: "rebalance", onUnhealthy: "rebalance" }],
      healthCheck: { ...healthCheck, interval: 20 },
    };
    await cloud.update(caller, type, id, {}, { ...inputs, ...given });
    const leftOut = { ...inputs, stickiness: undefined, targetFailovers: undefined, healthCheck: undefined };
    expect(cloud.diff(type, id, { ...inputs, ...given }, {}, leftOut).changes).to.equal(false);
    // Something else changes.
    await cloud.update(caller, type, id, {}, { ...leftOut, deregistrationDelay: 20 });
    const group = cloud.snapshot().targetGroups[id];
    expect(group).to.deep.include({
      deregistrationDelay: 20,
      stickiness: given.stickiness,
      targetFailover: given.targetFailovers[0],
    });
    expect(group?.healthCheck.interval).to.equal(20);
    await cloud.update(caller, type, id, {}, { ...inputs, stickiness: { ...given.stickiness, enabled: false } });
    expect(cloud.snapshot().targetGroups[id]?.stickiness.enabled).to.equal(false);
  });

  it("a preview changes nothing and knows what was given", async () => {
    const before = cloud.snapshot();
    const inputs = { vpcId: unknownValue, cidrBlock: "10.2.9.0/24" };
    const { id, outputs } = await cloud.create(system, tokens.subnet, inputs, { preview: true });
    expect(id).to.equal("");
    expect(outputs).to.include({ vpcId: unknownValue, cidrBlock: "10.2.9.0/24", mapPublicIpOnLaunch: false });
    expect(outputs).to.not.have.property("arn");
    const updated = await cloud.update(system, tokens.vpc, path.vpc.id, path.vpc.outputs, path.vpc.inputs, {
      preview: true,
    });
    expect(updated.outputs).to.include({ arn: path.vpc.outputs["arn"] });
    expect(cloud.snapshot()).to.deep.equal(before);
  });
});
