import { expect } from "chai";
import { IncompleteError, type Cloud } from "../../../lab/cloud/cloud";
import { Clock } from "../../../lab/cloud/core/clock";
import type { Properties } from "../../../lab/cloud/core/properties";
import type { NatGateway } from "../../../lab/cloud/core/records";
import { buildPath, failure, newCloud, security, system, tokens, type Made, type Path } from "./topology";

/** Records what a property of the snapshot was after each change. */
function watch<T>(cloud: Cloud, read: () => T): T[] {
  const seen: T[] = [];
  cloud.onChange(() => {
    const value = read();
    if (value !== undefined && seen.at(-1) !== value) seen.push(value);
  });
  return seen;
}

const scale = 0.0005;

describe("the cloud's states in time", () => {
  let cloud: Cloud;
  let path: Path;
  const endpointInputs = () => ({
    vpcId: path.vpc.id,
    serviceName: path.service.outputs["serviceName"],
    vpcEndpointType: "GatewayLoadBalancer",
    subnetIds: [path.endpointSubnet.id],
  });

  beforeEach(async () => {
    cloud = newCloud({ clock: { scale } });
    path = await buildPath(cloud);
  });

  it("a GWLB endpoint is pending, then available; a route to a pending one is refused", async () => {
    const known = new Set(Object.keys(cloud.snapshot().vpcEndpoints));
    const fresh = (): string | undefined => Object.keys(cloud.snapshot().vpcEndpoints).find((id) => !known.has(id));
    const states = watch(cloud, () => cloud.snapshot().vpcEndpoints[fresh() ?? ""]?.state);
    const creation = cloud.create(system, tokens.endpoint, endpointInputs());
    const id = fresh() ?? "";
    expect(cloud.snapshot().vpcEndpoints[id]?.state).to.equal("pending");
    const route = { routeTableId: path.table.id, destinationCidrBlock: "10.9.0.0/16", vpcEndpointId: id };
    const error = await failure(() => cloud.create(system, tokens.route, route));
    expect(error.message).to.include("Route table contains unsupported route target");
    expect((await creation).outputs["state"]).to.equal("available");
    await cloud.create(system, tokens.route, route);
    expect(states).to.deep.equal(["pending", "available"]);
  });

  it("an endpoint is available only after the fabric has settled", async () => {
    let settle = (): void => undefined;
    cloud.hooks.settled = () => new Promise((resolve) => (settle = resolve));
    let ready = false;
    const creation = cloud.create(system, tokens.endpoint, endpointInputs()).then(() => (ready = true));
    await new Clock(1).wait(120 * scale + 0.1);
    expect(ready).to.equal(false);
    const states = Object.values(cloud.snapshot().vpcEndpoints).map((endpoint) => endpoint.state);
    expect(states.filter((state) => state === "pending")).to.have.length(1);
    cloud.hooks.settled = () => Promise.resolve();
    settle();
    await creation;
    expect(ready).to.equal(true);
  });

  it("an endpoint that is deleted while it is pending does not come back", async () => {
    const known = new Set(Object.keys(cloud.snapshot().vpcEndpoints));
    let settle = (): void => undefined;
    // Called at the end of its time as pending, right before it would be available.
    const almost = new Promise<void>((reached) => {
      cloud.hooks.settled = () => new Promise((resolve) => ((settle = resolve), reached()));
    });
    const creation = cloud.create(system, tokens.endpoint, endpointInputs());
    const id = Object.keys(cloud.snapshot().vpcEndpoints).find((other) => !known.has(other)) ?? "";
    const states = watch(cloud, () => cloud.snapshot().vpcEndpoints[id]?.state);
    await almost;
    const deletion = cloud.delete(system, tokens.endpoint, id);
    cloud.hooks.settled = () => Promise.resolve();
    settle();
    await Promise.all([creation, deletion]);
    expect(states).to.deep.equal(["deleting"]);
    expect(cloud.snapshot().vpcEndpoints).to.not.have.property(id);
  });

  it("a NAT gateway is pending, then available; its routes outlive it as black holes, and its address stays", async () => {
    const gateway = (): NatGateway | undefined => Object.values(cloud.snapshot().natGateways)[0];
    const states = watch(cloud, () => gateway()?.state);
    const eip = await path.builder.create(system, tokens.eip, {});
    const inputs = { subnetId: path.sourceSubnet.id, allocationId: eip.id };
    const creation = cloud.create(system, tokens.natGateway, inputs);
    expect(gateway()?.state).to.equal("pending");
    const { id, outputs } = await creation;
    const route = { routeTableId: path.table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: id };
    const made = await cloud.create(system, tokens.route, route);
    expect(made.outputs).to.include({ natGatewayId: id, state: "active" });
    await cloud.delete(system, tokens.natGateway, id, outputs);
    expect(states).to.deep.equal(["pending", "available", "deleting"]);
    expect((await cloud.read(system, tokens.route, made.id, made.outputs))?.outputs).to.include({ state: "blackhole" });
    expect(cloud.snapshot().networkInterfaces).to.not.have.property(String(outputs["networkInterfaceId"]));
    expect((await cloud.read(system, tokens.eip, eip.id, eip.outputs))?.outputs).to.include({ associationId: "" });
    await cloud.delete(system, tokens.eip, eip.id, eip.outputs);
    expect(cloud.snapshot().addresses).to.deep.equal({});
  });

  it("an instance is running only after it was started, and is in every state on its way out", async () => {
    const started: string[] = [];
    cloud.hooks.instanceRunning = (instance) => {
      expect(cloud.snapshot().instances[instance.id]?.state).to.equal("pending");
      started.push(instance.id);
      return Promise.resolve();
    };
    const inputs = { ami: path.ami, instanceType: "t3.micro", subnetId: path.sourceSubnet.id };
    const { id, outputs } = await cloud.create(system, tokens.instance, inputs);
    expect(outputs["instanceState"]).to.equal("running");
    expect(started).to.deep.equal([id]);
    const states = watch(cloud, () => cloud.snapshot().instances[id]?.state);
    await cloud.delete(system, tokens.instance, id);
    expect(states).to.deep.equal(["shutting-down", "terminated"]);
    await new Clock(scale).wait(3700);
    expect(cloud.snapshot().instances).to.not.have.property(id);
    expect(Object.values(cloud.snapshot().networkInterfaces).some((eni) => eni.owner.id === id)).to.equal(false);
  });

  it("an instance that is stopped is no healthy target, and is started before it runs again", async () => {
    const call = (service: "ec2" | "elasticloadbalancing", action: string, input: object): unknown =>
      cloud.operation(service, action)?.call(security, input);
    const { id } = path.target;
    const health = (): unknown =>
      call("elasticloadbalancing", "DescribeTargetHealth", { TargetGroupArn: path.targetGroup.id });
    cloud.setTargetHealth(path.targetGroup.id, [{ targetId: id, state: "unhealthy", reason: "Target.Timeout" }]);
    const started: string[] = [];
    cloud.hooks.instanceRunning = (instance) => Promise.resolve(void started.push(instance.id));
    const states = watch(cloud, () => cloud.snapshot().instances[id]?.state);
    call("ec2", "StopInstances", { InstanceIds: [id] });
    await new Clock(scale).wait(60);
    expect(health()).to.nested.include({
      "TargetHealthDescriptions[0].TargetHealth.State": "unused",
      "TargetHealthDescriptions[0].TargetHealth.Reason": "Target.InvalidState",
    });
    expect(started).to.deep.equal([]);
    call("ec2", "StartInstances", { InstanceIds: [id] });
    await new Clock(scale).wait(60);
    expect(states).to.deep.equal(["stopping", "stopped", "pending", "running"]);
    expect(started).to.deep.equal([id]);
    expect(health()).to.nested.include({ "TargetHealthDescriptions[0].TargetHealth.State": "unhealthy" });
  });

  it("an instance whose waiting was given up is kept, and told of", async () => {
    const controller = new AbortController();
    const inputs = { ami: path.ami, instanceType: "t3.micro", subnetId: path.sourceSubnet.id };
    const creation = failure(() => cloud.create(system, tokens.instance, inputs, { signal: controller.signal }));
    controller.abort(new Error("cancelled"));
    const error = await creation;
    expect(error).to.be.instanceOf(IncompleteError);
    const { id, outputs } = (error as IncompleteError).partial;
    expect(cloud.snapshot().instances).to.have.property(id);
    expect(outputs["subnetId"]).to.equal(path.sourceSubnet.id);
    expect(error.message).to.include("cancelled");
    expect(cloud.snapshot().instances[id]?.state).to.equal("pending");
    await new Clock(scale).wait(100);
    expect(cloud.snapshot().instances[id]?.state, "AWS goes on without us").to.equal("running");
    const giveUp = AbortSignal.abort(new Error("again"));
    const second = await failure(() => cloud.delete(system, tokens.instance, id, {}, { signal: giveUp }));
    expect(second.message).to.equal("again");
    await new Clock(scale).wait(100);
    expect(cloud.snapshot().instances[id]?.state).to.equal("terminated");
  });

  it("a target drains for the deregistration delay, and registering it again ends that", async () => {
    const target = (): string | undefined => cloud.snapshot().targetGroups[path.targetGroup.id]?.targets[0]?.state;
    cloud.setTargetHealth(path.targetGroup.id, [{ targetId: path.target.id, state: "healthy" }]);
    await cloud.delete(security, tokens.attachment, path.attachment.id);
    expect(target()).to.equal("draining");
    expect(cloud.targetHealth(path.targetGroup.id)[0]).to.include({ state: "draining" });
    cloud.edit.registerTarget(security, path.targetGroup.id, path.target.id);
    expect(target()).to.equal("registered");
    await new Clock(1).wait(300 * scale + 0.1);
    expect(target(), "the old draining does not end the new registration").to.equal("registered");
    cloud.edit.deregisterTarget(security, path.targetGroup.id, path.target.id);
    await new Clock(1).wait(300 * scale + 0.1);
    expect(target()).to.equal(undefined);
  });

  it("a service still shows the connection of an endpoint that has just gone", async () => {
    const slow = newCloud({ clock: { scale: 0.002 } });
    const made = await buildPath(slow);
    const remove = ({ caller, type, id }: Made): Promise<void> => slow.delete(caller, type, id);
    await remove(made.route);
    await remove(made.endpoint);
    const error = await failure(() => remove(made.service));
    expect(error.message).to.include("ExistingVpcEndpointConnections");
    await new Clock(0.002).wait(30);
    await remove(made.service);
    expect(slow.snapshot().endpointServices).to.deep.equal({});
  });

  it("a deletion waits for what still uses the resource, as the provider does", async () => {
    const inputs = { ami: path.ami, instanceType: "t3.micro", subnetId: path.otherSubnet.id };
    const instance = await cloud.create(system, tokens.instance, inputs);
    await cloud.delete(system, tokens.endpoint, path.ssm.id);
    await Promise.all([
      cloud.delete(system, tokens.subnet, path.otherSubnet.id),
      cloud.delete(system, tokens.instance, instance.id),
    ]);
    expect(cloud.snapshot().subnets).to.not.have.property(path.otherSubnet.id);
  });

  it("a deletion gives up when the use does not end", async () => {
    const fast = newCloud({ clock: { scale: 0.0001 } });
    const made = await buildPath(fast);
    const error = await failure(() => fast.delete(system, tokens.subnet, made.endpointSubnet.id));
    expect(error.message).to.include("DependencyViolation");
  });

  describe("with acceptance", () => {
    async function pending(): Promise<{ service: Made; endpoint: Made; ids: Properties }> {
      const service = await path.builder.create(security, tokens.service, {
        acceptanceRequired: true,
        gatewayLoadBalancerArns: [path.balancer.id],
        allowedPrincipals: ["*"],
      });
      const inputs = { ...endpointInputs(), serviceName: service.outputs["serviceName"] };
      const endpoint = await path.builder.create(system, tokens.endpoint, inputs);
      expect(endpoint.outputs["state"]).to.equal("pendingAcceptance");
      return { service, endpoint, ids: { vpcEndpointServiceId: service.id, vpcEndpointId: endpoint.id } };
    }
    const stateOf = (id: string): string | undefined => cloud.snapshot().vpcEndpoints[id]?.state;

    it("an endpoint waits until somebody of the service's account accepts it", async () => {
      const { service, endpoint } = await pending();
      await cloud.edit.acceptEndpoint(security, service.id, endpoint.id);
      expect(stateOf(endpoint.id)).to.equal("available");
    });

    it("an accepter accepts it, and waits until packets can pass", async () => {
      const { service, endpoint, ids } = await pending();
      const { id, outputs } = await cloud.create(security, tokens.accepter, ids);
      expect(id).to.equal(`${service.id}_${endpoint.id}`);
      expect(outputs).to.include({ ...ids, vpcEndpointState: "available" });
      expect((await cloud.read(system, tokens.endpoint, endpoint.id))?.outputs["state"]).to.equal("available");
    });

    it("an accepter is seen by the service's account only, and shows what became of the connection", async () => {
      const { service, endpoint, ids } = await pending();
      const { id } = await cloud.create(security, tokens.accepter, ids);
      cloud.edit.rejectEndpoint(security, service.id, endpoint.id);
      expect((await cloud.read(security, tokens.accepter, id))?.outputs["vpcEndpointState"]).to.equal("rejected");
      expect(await cloud.read(system, tokens.accepter, id)).to.equal(undefined);
    });

    it("what was rejected can be accepted again", async () => {
      const { service, endpoint, ids } = await pending();
      cloud.edit.rejectEndpoint(security, service.id, endpoint.id);
      const { outputs } = await cloud.create(security, tokens.accepter, ids);
      expect(outputs["vpcEndpointState"]).to.equal("available");
    });

    it("a deleted accepter has rejected the connection, and is gone with the endpoint", async () => {
      const { endpoint, ids } = await pending();
      const { id, outputs } = await cloud.create(security, tokens.accepter, ids);
      await cloud.delete(security, tokens.accepter, id, outputs);
      expect(stateOf(endpoint.id)).to.equal("rejected");
      await cloud.delete(system, tokens.endpoint, endpoint.id, endpoint.outputs);
      expect(await cloud.read(security, tokens.accepter, id)).to.equal(undefined);
      await cloud.delete(security, tokens.accepter, id, outputs);
    });

    it("that is switched on later leaves what is connected as it is", async () => {
      cloud.edit.modifyAcceptance(security, path.service.id, true);
      expect(stateOf(path.endpoint.id)).to.equal("available");
      const inputs = { ...endpointInputs(), serviceName: path.service.outputs["serviceName"] };
      const { outputs } = await cloud.create(system, tokens.endpoint, inputs);
      expect(outputs["state"]).to.equal("pendingAcceptance");
    });
  });
});

describe("the cloud's other views", () => {
  it("a snapshot is a copy", async () => {
    const cloud = newCloud();
    const { vpc } = await buildPath(cloud);
    const snapshot = cloud.snapshot();
    delete snapshot.vpcs[vpc.id];
    expect(cloud.snapshot().vpcs).to.have.property(vpc.id);
  });

  it("a refreshed route table lists its routes, whoever made them, but not the local one or a gateway endpoint's", async () => {
    const cloud = newCloud();
    const { vpc, table, endpoint, gateway } = await buildPath(cloud);
    cloud.edit.createRoute(system, table.id, "0.0.0.0/0", { gatewayId: gateway.id });
    const { routes, vpcId } = (await cloud.read(system, tokens.routeTable, table.id))?.outputs ?? {};
    expect(vpcId).to.equal(vpc.id);
    const told = (routes as Properties[]).map(({ cidrBlock, vpcEndpointId, gatewayId }) => ({
      cidrBlock,
      vpcEndpointId,
      gatewayId,
    }));
    expect(told).to.deep.equal([
      { cidrBlock: "10.2.3.0/24", vpcEndpointId: endpoint.id, gatewayId: "" },
      { cidrBlock: "0.0.0.0/0", vpcEndpointId: "", gatewayId: gateway.id },
    ]);
  });

  it("what a console does is seen by whoever listens, at once, and by a refresh", async () => {
    const cloud = newCloud();
    const { table, route, balancer, ingress, service, principal } = await buildPath(cloud);
    let changes = 0;
    const stop = cloud.onChange(() => (changes += 1));
    cloud.edit.deleteRoute(system, table.id, "10.2.3.0/24");
    expect(changes).to.equal(1);
    expect(await cloud.read(system, tokens.route, route.id)).to.equal(undefined);
    cloud.edit.createRoute(system, table.id, "10.2.3.0/24", { vpcEndpointId: route.outputs["vpcEndpointId"] });
    expect((await cloud.read(system, tokens.route, route.id))?.outputs["state"]).to.equal("active");
    cloud.edit.modifyCrossZone(security, balancer.id, true);
    const read = await cloud.read(security, tokens.loadBalancer, balancer.id);
    expect(read?.inputs).to.include({ enableCrossZoneLoadBalancing: true });
    const rule = cloud.snapshot().securityGroupRules[ingress.id]!;
    cloud.edit.revokeRule(security, ingress.id);
    expect(await cloud.read(security, tokens.ingress, ingress.id)).to.equal(undefined);
    cloud.edit.restoreRule(security, rule);
    expect(cloud.snapshot().securityGroupRules[ingress.id]).to.deep.equal(rule);
    cloud.edit.removePrincipal(security, service.id, "arn:aws:iam::222222222222:root");
    expect(await cloud.read(security, tokens.principal, principal.id)).to.equal(undefined);
    expect(changes).to.equal(6);
    stop();
    cloud.edit.modifyCrossZone(security, balancer.id, false);
    expect(changes).to.equal(6);
  });

  it("a gateway endpoint's routes go and come with it, whoever changes it", async () => {
    const cloud = newCloud();
    const { s3, table } = await buildPath(cloud);
    const { vpcEndpoints, routeTables } = cloud.snapshot();
    const endpoint = vpcEndpoints[s3.id]!;
    const lists = (): (string | undefined)[] =>
      (cloud.snapshot().routeTables[table.id]?.routes ?? []).flatMap((route) => route.destinationPrefixListId ?? []);
    expect(lists()).to.deep.equal([endpoint.prefixListId]);
    cloud.edit.modifyEndpoint(system, s3.id, []);
    expect(lists()).to.deep.equal([]);
    cloud.edit.modifyEndpoint(system, s3.id, [table.id]);
    expect(lists()).to.deep.equal([endpoint.prefixListId]);
    await cloud.edit.deleteEndpoint(system, s3.id);
    expect(lists()).to.deep.equal([]);
    expect(await cloud.read(system, tokens.endpoint, s3.id)).to.equal(undefined);
    cloud.edit.restoreEndpoint(system, endpoint);
    expect(cloud.snapshot().vpcEndpoints[s3.id]).to.deep.equal(endpoint);
    expect(cloud.snapshot().routeTables[table.id]?.routes).to.have.deep.members(routeTables[table.id]?.routes ?? []);
    // One that is there is left alone.
    cloud.edit.restoreEndpoint(system, { ...endpoint, id: "vpce-0" });
    expect(cloud.snapshot().vpcEndpoints).not.to.have.property("vpce-0");
    expect(() => cloud.edit.modifyEndpoint(system, "vpce-0", [])).to.throw("'vpce-0' does not exist");
  });

  it("health is kept for registered targets only", async () => {
    const cloud = newCloud();
    const { targetGroup, target } = await buildPath(cloud);
    expect(cloud.targetHealth(targetGroup.id)).to.deep.equal([
      { targetId: target.id, state: "initial", reason: "Elb.RegistrationInProgress" },
    ]);
    cloud.setTargetHealth(targetGroup.id, [
      { targetId: target.id, state: "unhealthy", reason: "Target.FailedHealthChecks" },
      { targetId: "i-gone", state: "healthy" },
    ]);
    expect(cloud.targetHealth(targetGroup.id)).to.deep.equal([
      { targetId: target.id, state: "unhealthy", reason: "Target.FailedHealthChecks" },
    ]);
  });

  it("a clock of a negative or no scale is refused", () => {
    expect(() => newCloud({ clock: { scale: -1 } })).to.throw("-1");
    expect(() => newCloud({ clock: { scale: Number.NaN } })).to.throw("NaN");
    expect(() => newCloud({ accounts: { "12": { name: "short" } } })).to.throw("'12' is not 12 digits");
  });
});
