import { once } from "node:events";
import * as path from "node:path";
import * as readline from "node:readline";
import { expect } from "chai";
import { Cloud } from "../../lab/cloud/cloud";
import type { Properties } from "../../lab/cloud/core/properties";
import { endpointTun, loadBalancerNamespace } from "../../lab/fabric/names";
import { Network } from "../../lab/fabric/network";
import { topologyFromStates, trace } from "../../path/topology";
import { tokens } from "../fixtures/aws";
import { Account } from "./agreement/account";
import { World } from "./gateway/world";

/** Opens that many connections to a host on which nobody listens, one after the other, and prints how many were refused. */
const knock = `
  const [host, count] = process.argv.slice(1);
  const connect = (port) => new Promise((done) => {
    const socket = require("node:net").connect({ host, port, timeout: 1000 });
    const end = (outcome) => { socket.destroy(); done(outcome); };
    socket.on("error", ({ code }) => end(code === "ECONNREFUSED" ? 1 : 0)).on("timeout", () => end(0)).on("connect", () => end(0));
  });
  (async () => {
    let refused = 0;
    for (let port = 1; port <= Number(count); port++) refused += await connect(port);
    console.log(refused);
  })();
`;

const connections = 16;
const zones = ["apne1-az4", "apne1-az1"] as const;
const spokes = [
  { name: "a", base: "10.3", zone: zones[0] },
  { name: "b", base: "10.4", zone: zones[1] },
] as const;
const [hubId, ...spokeIds] = ["111111111111", "222222222222", "333333333333"];

/** A VPC with a subnet and route table in each AZ, and the subnets by AZ. */
async function network(account: Account, name: string, base: string, tiers: readonly string[]) {
  const vpcId = await account.create(tokens.vpc, name, { cidrBlock: `${base}.0.0/16` });
  const made: Record<string, { subnet: string; table: string }> = {};
  for (const [place, tier] of tiers.entries()) {
    for (const [zone, availabilityZoneId] of zones.entries()) {
      const key = `${tier} ${availabilityZoneId}`;
      const cidrBlock = `${base}.${place * 10 + zone}.0/24`;
      const subnetId = await account.create(tokens.subnet, key, { vpcId, cidrBlock, availabilityZoneId });
      const routeTableId = await account.create(tokens.routeTable, key, { vpcId });
      await account.create(tokens.association, key, { subnetId, routeTableId });
      made[key] = { subnet: subnetId, table: routeTableId };
    }
  }
  return { vpcId, at: (tier: string, zone: string) => made[`${tier} ${zone}`]! };
}

/** Spokes in accounts of their own, an inspection VPC with an endpoint in each AZ, and a transit gateway between them. */
class Centralised {
  readonly cloud = new Cloud({
    accounts: Object.fromEntries([hubId, ...spokeIds].map((id) => [id, { name: id }])),
    clock: { scale: 0 },
    seed: "transit",
  });
  readonly hub = new Account(this.cloud, hubId, "hub");
  readonly spokes = spokeIds.map((id) => new Account(this.cloud, id, "spoke"));
  readonly endpoints: Record<string, string> = {};
  readonly hosts: Record<string, string> = {};
  readonly attachments: Record<string, string> = {};
  readonly associations: Record<string, string> = {};
  inspection: Awaited<ReturnType<typeof network>> | undefined;
  tables: { spokes: string; inspected: string } = { spokes: "", inspected: "" };

  async build(): Promise<this> {
    const { hub } = this;
    const transitGatewayId = await hub.create(tokens.transitGateway, "tgw", {
      defaultRouteTableAssociation: "disable",
      defaultRouteTablePropagation: "disable",
    });
    const resourceShareArn = await hub.create(tokens.resourceShare, "spokes", { name: "spokes" });
    const resourceArn = `arn:aws:ec2:${hub.caller.region}:${hubId}:transit-gateway/${transitGatewayId}`;
    await hub.create(tokens.shareOfResource, "spokes", { resourceShareArn, resourceArn });
    for (const principal of spokeIds) {
      await hub.create(tokens.shareWithPrincipal, principal, { resourceShareArn, principal });
    }
    this.tables = {
      spokes: await hub.create(tokens.transitTable, "spokes", { transitGatewayId }),
      inspected: await hub.create(tokens.transitTable, "inspected", { transitGatewayId }),
    };
    await this.inspect(transitGatewayId);
    for (const [place, account] of this.spokes.entries()) await this.spoke(account, spokes[place]!, transitGatewayId);
    return this;
  }

  private async inspect(transitGatewayId: string): Promise<void> {
    const { hub } = this;
    const vpc = (this.inspection = await network(hub, "inspection", "10.2", ["attachment", "endpoint", "gateway"]));
    const loadBalancerArn = await hub.create(tokens.loadBalancer, "gwlb", {
      loadBalancerType: "gateway",
      subnets: zones.map((zone) => vpc.at("gateway", zone).subnet),
    });
    const serviceId = await hub.create(tokens.service, "service", {
      acceptanceRequired: false,
      gatewayLoadBalancerArns: [loadBalancerArn],
    });
    const principalArn = `arn:aws:iam::${hubId}:root`;
    await hub.create(tokens.principal, "hub", { vpcEndpointServiceId: serviceId, principalArn });
    await this.attach(hub, "inspection", vpc, { transitGatewayId, applianceModeSupport: "enable" });
    await this.associate("inspection", this.tables.inspected);
    for (const zone of zones) {
      const serviceName = this.cloud.snapshot().endpointServices[serviceId]?.serviceName;
      const vpcEndpointId = await hub.create(tokens.endpoint, zone, {
        vpcId: vpc.vpcId,
        serviceName,
        vpcEndpointType: "GatewayLoadBalancer",
        subnetIds: [vpc.at("endpoint", zone).subnet],
      });
      this.endpoints[zone] = vpcEndpointId;
      await route(hub, vpc.at("attachment", zone).table, "0.0.0.0/0", { vpcEndpointId });
      for (const { base } of spokes) {
        await route(hub, vpc.at("endpoint", zone).table, `${base}.0.0/16`, { transitGatewayId });
      }
    }
    await hub.create(tokens.transitRoute, "default", {
      destinationCidrBlock: "0.0.0.0/0",
      transitGatewayAttachmentId: this.attachments["inspection"],
      transitGatewayRouteTableId: this.tables.spokes,
    });
  }

  private async spoke(account: Account, { name, base, zone }: (typeof spokes)[number], transitGatewayId: string) {
    const vpc = await network(account, name, base, ["attachment", "host"]);
    const id = await this.attach(account, name, vpc, { transitGatewayId });
    await this.hub.create(tokens.transitAccepter, name, { transitGatewayAttachmentId: id });
    await this.associate(name, this.tables.spokes);
    await this.hub.create(tokens.transitPropagation, name, {
      transitGatewayAttachmentId: id,
      transitGatewayRouteTableId: this.tables.inspected,
    });
    const { subnet, table } = vpc.at("host", zone);
    await route(account, table, "0.0.0.0/0", { transitGatewayId });
    const groupId = await account.create(tokens.securityGroup, name, { vpcId: vpc.vpcId });
    for (const direction of ["ingress", "egress"] as const) {
      const all = { securityGroupId: groupId, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" };
      await account.create(tokens[direction], `${name}-${direction}`, all);
    }
    this.hosts[name] = await account.instance(name, subnet, groupId);
  }

  private async attach(
    account: Account,
    name: string,
    vpc: Awaited<ReturnType<typeof network>>,
    more: Properties,
  ): Promise<string> {
    const subnetIds = zones.map((zone) => vpc.at("attachment", zone).subnet);
    const id = await account.create(tokens.transitAttachment, name, { vpcId: vpc.vpcId, subnetIds, ...more });
    this.attachments[name] = id;
    return id;
  }

  async associate(name: string, transitGatewayRouteTableId: string): Promise<void> {
    this.associations[name] = await this.hub.create(tokens.transitAssociation, name, {
      transitGatewayAttachmentId: this.attachments[name],
      transitGatewayRouteTableId,
      replaceExistingAssociation: true,
    });
  }

  /** Changes inputs of an attachment in place. */
  async change(
    changes: Properties,
    name = "inspection",
    { caller }: Pick<Account, "caller"> = this.hub,
  ): Promise<void> {
    const id = this.attachments[name]!;
    const found = await this.cloud.read(caller, tokens.transitAttachment, id);
    const inputs = { ...found!.inputs, ...changes };
    await this.cloud.update(caller, tokens.transitAttachment, id, found!.outputs, inputs);
  }

  addressOf(name: string): string {
    const { instances, networkInterfaces } = this.cloud.snapshot();
    return networkInterfaces[instances[this.hosts[name]!]!.networkInterfaceId]!.privateIpAddress;
  }

  /** AZs of the endpoints that a packet may come to, as the trace says. What the GWLB does with it is not asked: it has no targets here. */
  async traced(source: string, destination: string): Promise<string[]> {
    const states = (await Promise.all([this.hub, ...this.spokes].map((account) => account.states()))).flat();
    const ends = { source: this.hosts[source]!, destination: this.hosts[destination]!, protocol: "icmp" } as const;
    const { paths } = trace(topologyFromStates(states), ends);
    const endpoints = paths.flatMap(({ request }) => request.endpointIds);
    return zones.filter((zone) => endpoints.includes(this.endpoints[zone]!));
  }
}

function route(account: Account, routeTableId: string, destinationCidrBlock: string, target: Properties) {
  return account.create(tokens.route, `${routeTableId} ${destinationCidrBlock}`, {
    routeTableId,
    destinationCidrBlock,
    ...target,
  });
}

describe("transit gateway in the kernel", function () {
  this.timeout(120_000);
  let world: World;
  let made: Centralised;
  let fabric: Network;
  const crossed: Record<string, string[]> = {};

  before(async () => {
    made = await new Centralised().build();
    world = await World.open();
    fabric = new Network({ run: (command, input) => world.run(command, input) });
    const reconcile = () => fabric.reconcile(made.cloud.snapshot());
    await reconcile();
    // In place of the gateway: what enters an endpoint comes out of it again.
    const [balancer] = Object.values(made.cloud.snapshot().loadBalancers);
    for (const [zone, endpoint] of Object.entries(made.endpoints)) {
      const script = path.join(__dirname, "../fixtures/tunMirror.ts");
      const command = [process.execPath, "--import", require.resolve("tsx"), script, endpointTun(endpoint)] as const;
      const mirror = world.spawnIn(loadBalancerNamespace(balancer!), [...command]);
      const lines = readline.createInterface({ input: mirror.stdout });
      await once(lines, "line", { signal: AbortSignal.timeout(30_000) });
      crossed[zone] = [];
      lines.on("line", (line) => crossed[zone]?.push(line));
    }
    await reconcile();
  });
  after(() => world.close());
  beforeEach(() => Object.values(crossed).forEach((lines) => lines.splice(0)));

  interface Sent {
    /** Of the connections from a to b. */
    answered: number;
    /** Packets by AZ of the endpoint that they crossed. */
    there: Record<string, number>;
    back: Record<string, number>;
  }

  async function send(count = connections): Promise<Sent> {
    await fabric.reconcile(made.cloud.snapshot());
    const [from, to] = [made.addressOf("a"), made.addressOf("b")];
    const answered = await world.runIn(made.hosts["a"]!, [process.execPath, "-e", knock, to, String(count)]);
    const packets = (line: string): Record<string, number> =>
      Object.fromEntries(zones.map((zone) => [zone, crossed[zone]!.filter((each) => each === line).length]));
    return { answered: Number(answered), there: packets(`${from} > ${to}`), back: packets(`${to} > ${from}`) };
  }

  const [first, second] = zones;

  it("takes both directions of each flow to one endpoint with appliance mode, and flows to all of them", async () => {
    const { answered, there, back } = await send();
    expect(answered).to.equal(connections);
    expect(there).to.deep.equal(back);
    expect(there[first]! + there[second]!).to.equal(connections);
    expect(there[first], "flows are spread").to.be.within(1, connections - 1);
    expect([await made.traced("a", "b"), await made.traced("b", "a")]).to.deep.equal([zones, zones]);
  });

  it("takes each direction to the endpoint in its sender's AZ without it", async () => {
    await made.change({ applianceModeSupport: "disable" });
    try {
      const { answered, there, back } = await send();
      expect(answered).to.equal(connections);
      expect(there).to.deep.equal({ [first]: connections, [second]: 0 });
      expect(back).to.deep.equal({ [first]: 0, [second]: connections });
      expect([await made.traced("a", "b"), await made.traced("b", "a")]).to.deep.equal([[first], [second]]);
    } finally {
      await made.change({ applianceModeSupport: "enable" });
    }
  });

  it("takes all to the AZ that the attachment has a subnet in", async () => {
    const subnetIds = zones.map((zone) => made.inspection!.at("attachment", zone).subnet);
    await made.change({ applianceModeSupport: "disable", subnetIds: subnetIds.slice(1) });
    try {
      const { there, back } = await send();
      expect(there).to.deep.equal({ [first]: 0, [second]: connections });
      expect(back).to.deep.equal(there);
      expect(await made.traced("a", "b")).to.deep.equal([second]);
    } finally {
      await made.change({ applianceModeSupport: "enable", subnetIds });
    }
  });

  it("does not get there from an AZ in which the attachment has no subnet", async () => {
    const [account] = made.spokes;
    const { subnetIds } = made.cloud.snapshot().transitGatewayAttachments[made.attachments["a"]!]!;
    const other = subnetIds.filter((id) => made.cloud.snapshot().subnets[id]!.availabilityZoneId === second);
    await made.change({ subnetIds: other }, "a", account);
    try {
      expect((await send(2)).answered).to.equal(0);
      expect(await made.traced("a", "b")).to.deep.equal([]);
    } finally {
      await made.change({ subnetIds }, "a", account);
    }
  });

  it("drops what a blackhole or a missing association has for it, and goes by another table past the endpoints", async () => {
    const { caller } = made.hub;
    const blackhole = await made.hub.create(tokens.transitRoute, "blackhole", {
      blackhole: true,
      destinationCidrBlock: "10.4.0.0/16",
      transitGatewayRouteTableId: made.tables.spokes,
    });
    expect((await send(2)).answered, "blackhole").to.equal(0);
    await made.cloud.delete(caller, tokens.transitRoute, blackhole);
    await made.cloud.delete(caller, tokens.transitAssociation, made.associations["a"]!);
    expect((await send(2)).answered, "no association").to.equal(0);
    // Past the inspection VPC.
    await made.associate("a", made.tables.inspected);
    const { there, answered } = await send();
    expect(answered).to.equal(connections);
    expect(there).to.deep.equal({ [first]: 0, [second]: 0 });
    await made.associate("a", made.tables.spokes);
    expect((await send()).answered, "as it was").to.equal(connections);
  });
});
