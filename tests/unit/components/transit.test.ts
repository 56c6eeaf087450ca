import * as aws from "@pulumi/aws";
import { expect } from "chai";
import {
  TransitInspection,
  TransitSpoke,
  type TransitInspectionArgs,
  type TransitSpokeArgs,
} from "../../../components";
import {
  dependenciesOf,
  failureOf,
  hub,
  idsByName,
  inputsByName,
  newCloud,
  region,
  run,
  spoke,
  tokens,
  valueOf,
  type Run,
  type RunOptions,
  type World,
} from "./run";

const zones = ["apne1-az4", "apne1-az1"] as const;

/** A VPC of one account with a subnet and its own route table per tier and AZ. */
function network(name: string, base: string, opts: World["hub"]) {
  const vpc = new aws.ec2.Vpc(name, { cidrBlock: `${base}.0.0/16` }, opts);
  const at = (tier: string, zone: number) => {
    const key = `${name}-${tier}-${zones[zone]}`;
    const cidrBlock = `${base}.${(tier === "attachment" ? 10 : 20) + zone}.0/24`;
    const place = { vpcId: vpc.id, cidrBlock, availabilityZoneId: zones[zone] ?? "" };
    const subnet = new aws.ec2.Subnet(key, place, opts);
    const table = new aws.ec2.RouteTable(key, { vpcId: vpc.id }, opts);
    new aws.ec2.RouteTableAssociation(key, { subnetId: subnet.id, routeTableId: table.id }, opts);
    return { subnet, table };
  };
  return { vpc, at };
}

/** An endpoint in each AZ of the hub's VPC, of a GWLB of its own. */
function inspectionArgs({ hub: opts }: World, changes: Partial<TransitInspectionArgs> = {}): TransitInspectionArgs {
  const { vpc, at } = network("vpc", "10.9", opts);
  const places = zones.map((_, zone) => ({ attachment: at("attachment", zone), endpoint: at("endpoint", zone) }));
  const subnets = places.map(({ endpoint }) => endpoint.subnet.id);
  const balancer = new aws.lb.LoadBalancer("gwlb", { loadBalancerType: "gateway", subnets }, opts);
  const service = new aws.ec2.VpcEndpointService(
    "gwlb",
    { acceptanceRequired: false, gatewayLoadBalancerArns: [balancer.arn] },
    opts,
  );
  const principal = new aws.ec2.VpcEndpointServiceAllowedPrinciple(
    "gwlb",
    { vpcEndpointServiceId: service.id, principalArn: `arn:aws:iam::${hub}:root` },
    opts,
  );
  const endpoint = (zone: number) =>
    new aws.ec2.VpcEndpoint(
      `endpoint-${zones[zone]}`,
      {
        vpcId: vpc.id,
        serviceName: service.serviceName,
        vpcEndpointType: "GatewayLoadBalancer",
        subnetIds: [places[zone]?.endpoint.subnet.id ?? ""],
      },
      { ...opts, dependsOn: [principal] },
    );
  return {
    vpcId: vpc.id,
    vpcCidrBlock: "10.9.0.0/16",
    zones: Object.fromEntries(
      zones.map((azId, zone) => [
        azId,
        {
          attachmentSubnetId: places[zone]?.attachment.subnet.id ?? "",
          attachmentRouteTableId: places[zone]?.attachment.table.id ?? "",
          endpointId: endpoint(zone).id,
          endpointRouteTableId: places[zone]?.endpoint.table.id ?? "",
        },
      ]),
    ),
    spokeCidrBlocks: ["10.16.0.0/12"],
    shareWithAccountIds: [spoke],
    ...changes,
  };
}

function inspection(
  changes: Partial<TransitInspectionArgs> = {},
  options: RunOptions = {},
): Promise<Run<TransitInspection>> {
  return run((world) => new TransitInspection("in", inspectionArgs(world, changes), world.hubProviders), options);
}

describe("TransitInspection", () => {
  let made: Run<TransitInspection>;
  before(async () => {
    made = await inspection();
  });
  const inputs = (type: string) => inputsByName(made.mocks, type);
  const id = (type: string, name: string): string => idsByName(made.mocks, type)[name] ?? "";

  it("makes a transit gateway that takes in nothing by itself", () => {
    expect(inputs(tokens.transitGateway)["in"]).to.include({
      autoAcceptSharedAttachments: "disable",
      defaultRouteTableAssociation: "disable",
      defaultRouteTablePropagation: "disable",
    });
    expect(inputs(tokens.transitPropagation)).to.deep.equal({});
  });

  it("attaches the inspection VPC in each AZ, with appliance mode", () => {
    const subnetIds = zones.map((zone) => id(tokens.subnet, `vpc-attachment-${zone}`));
    expect(inputs(tokens.transitAttachment)["in"]?.["applianceModeSupport"]).to.equal("enable");
    expect(inputs(tokens.transitAttachment)["in"]?.["subnetIds"]).to.have.members(subnetIds);
  });

  it("leads spokes to the inspection VPC, and that one by what spokes propagate", () => {
    const [spokes, inspected] = ["in-spokes", "in-inspection"].map((name) => id(tokens.transitTable, name));
    const transitGatewayAttachmentId = id(tokens.transitAttachment, "in");
    expect(inputs(tokens.transitRoute)).to.deep.equal({
      "in-spokes-to-inspection": {
        destinationCidrBlock: "0.0.0.0/0",
        transitGatewayAttachmentId,
        transitGatewayRouteTableId: spokes,
      },
    });
    expect(inputs(tokens.transitAssociation)).to.deep.equal({
      in: { transitGatewayAttachmentId, transitGatewayRouteTableId: inspected },
    });
  });

  it("leads in each AZ from the attachment into the endpoint, and from there back to the transit gateway", () => {
    const expected = zones.flatMap((zone) => [
      [
        `in-attachment-${zone}-to-endpoint`,
        {
          routeTableId: id(tokens.routeTable, `vpc-attachment-${zone}`),
          destinationCidrBlock: "0.0.0.0/0",
          vpcEndpointId: id(tokens.endpoint, `endpoint-${zone}`),
        },
      ],
      [
        `in-endpoint-${zone}-to-10.16.0.0/12`,
        {
          routeTableId: id(tokens.routeTable, `vpc-endpoint-${zone}`),
          destinationCidrBlock: "10.16.0.0/12",
          transitGatewayId: id(tokens.transitGateway, "in"),
        },
      ],
    ]);
    expect(inputs(tokens.route)).to.deep.equal(Object.fromEntries(expected));
  });

  it("leads spokes there when the rest of the way is there", () => {
    const before = dependenciesOf(made.mocks, tokens.transitRoute, "in-spokes-to-inspection");
    expect(before).to.include.members(["Route in-attachment-apne1-az4-to-endpoint", "RouteTableAssociation in"]);
    const into = dependenciesOf(made.mocks, tokens.route, "in-attachment-apne1-az4-to-endpoint");
    expect(into).to.include("Route in-endpoint-apne1-az4-to-10.16.0.0/12");
    const back = dependenciesOf(made.mocks, tokens.route, "in-endpoint-apne1-az4-to-10.16.0.0/12");
    expect(back).to.include("VpcAttachment in");
  });

  it("shares the transit gateway with the accounts that are named, and nothing else, with nobody outside the organization", async () => {
    const resourceArn = `arn:aws:ec2:${region}:${hub}:transit-gateway/${id(tokens.transitGateway, "in")}`;
    const resourceShareArn = id(tokens.resourceShare, "in");
    expect(inputs(tokens.resourceShare)["in"]).to.include({ allowExternalPrincipals: false });
    expect(inputs(tokens.shareOfResource)).to.deep.equal({ in: { resourceShareArn, resourceArn } });
    expect(inputs(tokens.shareWithPrincipal)).to.deep.equal({
      [`in-${spoke}`]: { resourceShareArn, principal: spoke },
    });
    expect(await valueOf(made.result.transitGatewayId)).to.equal(id(tokens.transitGateway, "in"));
  });

  it("makes all of it in the account of the transit gateway", () => {
    const accounts = made.mocks.registrations.flatMap(({ caller }) => (caller ? [caller.accountId] : []));
    expect(new Set(accounts)).to.deep.equal(new Set([hub]));
  });

  it("goes without appliance mode where that is asked for", async () => {
    const { mocks } = await inspection({ applianceMode: false });
    expect(inputsByName(mocks, tokens.transitAttachment)["in"]?.["applianceModeSupport"]).to.equal("disable");
  });

  it("shares nothing where all spokes are of its own account", async () => {
    const { mocks } = await inspection({ shareWithAccountIds: [] });
    expect(inputsByName(mocks, tokens.resourceShare)).to.deep.equal({});
  });

  it("uses a transit gateway that is there, and changes nothing of it", async () => {
    const cloud = newCloud();
    const gateway = await cloud.create({ accountId: hub, region }, tokens.transitGateway, {});
    const before = cloud.snapshot().transitGateways[gateway.id];
    const changes = { transitGatewayId: gateway.id, shareWithAccountIds: [] };
    const { mocks, result } = await inspection(changes, { cloud });
    expect(inputsByName(mocks, tokens.transitGateway)).to.deep.equal({});
    expect(inputsByName(mocks, tokens.transitAttachment)["in"]).to.include({
      transitGatewayId: gateway.id,
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
    });
    expect(await valueOf(result.transitGatewayId)).to.equal(gateway.id);
    expect(cloud.snapshot().transitGateways[gateway.id]).to.deep.equal(before);
  });

  const wrong: { what: string; changes: Partial<TransitInspectionArgs>; message: string }[] = [
    { what: "no AZ", changes: { zones: {} }, message: "zones is empty" },
    { what: "no spokes", changes: { spokeCidrBlocks: [] }, message: "spokeCidrBlocks is empty" },
    {
      what: "spokes in its own VPC",
      changes: { spokeCidrBlocks: ["10.9.1.0/24"] },
      message: "spokeCidrBlocks: 10.9.1.0/24 is in the inspection VPC's own 10.9.0.0/16",
    },
    {
      what: "spokes that overlap",
      changes: { spokeCidrBlocks: ["10.16.0.0/12", "10.17.0.0/16"] },
      message: "spokeCidrBlocks: 10.17.0.0/16 overlaps with 10.16.0.0/12",
    },
    {
      what: "spokes that are no CIDR",
      changes: { spokeCidrBlocks: ["10.16.0.0"] },
      message: 'spokeCidrBlocks "10.16.0.0" is not an IPv4 CIDR',
    },
    {
      what: "to share one that is there already",
      changes: { transitGatewayId: "tgw-1" },
      message: "shareWithAccountIds: expected none with a transit gateway that is there already",
    },
  ];
  for (const { what, changes, message } of wrong) {
    it(`refuses ${what}`, async () => {
      const error = await failureOf(
        (world) => new TransitInspection("in", inspectionArgs(world, changes), world.hubProviders),
      );
      expect(error.message).to.include(`TransitInspection in: ${message}`);
    });
  }

  it("refuses to share with what is no account", async () => {
    const changes = { shareWithAccountIds: ["me"] };
    const error = await failureOf(
      (world) => new TransitInspection("in", inspectionArgs(world, changes), world.hubProviders),
    );
    expect(error.message).to.include('TransitShare in: accountIds: account ID "me" is not an AWS account ID');
  });
});

/** Hub and spoke of one program, the spoke in its own account or in the hub's. */
function hubAndSpoke(world: World, own: boolean, changes: Partial<TransitSpokeArgs> = {}): TransitSpoke {
  const shareWithAccountIds = own ? [spoke] : [];
  const transit = new TransitInspection("in", inspectionArgs(world, { shareWithAccountIds }), world.hubProviders);
  const { vpc, at } = network("a", "10.16", own ? world.spoke : world.hub);
  const host = at("host", 0);
  return new TransitSpoke(
    "spoke",
    {
      vpcId: vpc.id,
      vpcCidrBlock: "10.16.0.0/16",
      transitGatewayId: transit.transitGatewayId,
      attachmentSubnetIds: { [zones[0]]: at("attachment", 0).subnet.id, [zones[1]]: at("attachment", 1).subnet.id },
      acceptance: {
        accept: own,
        associateWith: transit.spokesRouteTableId,
        propagateInto: transit.inspectionRouteTableId,
        provider: world.hub.provider,
      },
      routes: [{ name: "host", routeTableId: host.table.id, destinationCidrBlock: "10.16.0.0/12" }],
      ...changes,
    },
    own ? world.spokeProviders : world.hubProviders,
  );
}

describe("TransitSpoke", () => {
  let made: Run<TransitSpoke>;
  before(async () => {
    made = await run((world) => hubAndSpoke(world, true));
  });
  const accountOf = (type: string, name: string) => made.mocks.find(type, name).caller?.accountId;

  it("attaches its VPC in its own account, and is taken in by the transit gateway's", () => {
    const { mocks } = made;
    const id = idsByName(mocks, tokens.transitAttachment)["spoke"] ?? "";
    const [spokes, inspected] = ["in-spokes", "in-inspection"].map(
      (name) => idsByName(mocks, tokens.transitTable)[name],
    );
    expect(inputsByName(mocks, tokens.transitAccepter)["spoke"]).to.include({ transitGatewayAttachmentId: id });
    expect(inputsByName(mocks, tokens.transitAssociation)["spoke"]).to.deep.equal({
      transitGatewayAttachmentId: id,
      transitGatewayRouteTableId: spokes,
    });
    expect(inputsByName(mocks, tokens.transitPropagation)["spoke"]).to.deep.equal({
      transitGatewayAttachmentId: id,
      transitGatewayRouteTableId: inspected,
    });
    expect(accountOf(tokens.transitAttachment, "spoke")).to.equal(spoke);
    expect(accountOf(tokens.route, "spoke-host")).to.equal(spoke);
    for (const type of [tokens.transitAccepter, tokens.transitAssociation, tokens.transitPropagation]) {
      expect(accountOf(type, "spoke"), type).to.equal(hub);
    }
  });

  it("sends there once it is taken in", () => {
    expect(dependenciesOf(made.mocks, tokens.route, "spoke-host")).to.include.members([
      "RouteTableAssociation spoke",
      "RouteTablePropagation spoke",
    ]);
  });

  it("leaves the attachment to the VPC's account when the acceptance is taken away", () => {
    expect(made.optionsOf(tokens.transitAccepter, "spoke").retainOnDelete).to.equal(true);
  });

  it("is available, in the spokes' table, and known to the inspection's", () => {
    const { transitGatewayAttachments, transitGatewayRouteTables } = made.cloud.snapshot();
    const [attachment] = Object.values(transitGatewayAttachments).filter(({ accountId }) => accountId === spoke);
    expect(attachment?.state).to.equal("available");
    const tables = idsByName(made.mocks, tokens.transitTable);
    const [spokes, inspected] = ["in-spokes", "in-inspection"].map(
      (name) => transitGatewayRouteTables[tables[name] ?? ""],
    );
    expect(spokes?.attachmentIds).to.deep.equal([attachment?.id]);
    expect(spokes?.propagatingAttachmentIds).to.deep.equal([]);
    expect(inspected?.propagatingAttachmentIds).to.deep.equal([attachment?.id]);
  });

  it("is not accepted in the transit gateway's own account, where it need not be", async () => {
    const { mocks } = await run((world) => hubAndSpoke(world, false));
    expect(inputsByName(mocks, tokens.transitAccepter)).to.deep.equal({});
    expect(inputsByName(mocks, tokens.transitAttachment)["spoke"]).to.include({
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
    });
    expect(Object.keys(inputsByName(mocks, tokens.transitAssociation))).to.include("spoke");
  });

  it("is not needed for a plan: nothing is known yet", async () => {
    const { mocks } = await run((world) => hubAndSpoke(world, true), { preview: true });
    expect(Object.keys(inputsByName(mocks, tokens.route))).to.include("spoke-host");
  });

  const wrong: { what: string; changes: Partial<TransitSpokeArgs>; message: string }[] = [
    { what: "no AZ", changes: { attachmentSubnetIds: {} }, message: "attachmentSubnetIds is empty" },
    {
      what: "a route to its own addresses",
      changes: { routes: [{ name: "own", routeTableId: "rtb-1", destinationCidrBlock: "10.16.0.0/16" }] },
      message: "route own: 10.16.0.0/16 is in the VPC's own 10.16.0.0/16",
    },
    {
      what: "a VPC that is no CIDR",
      changes: { vpcCidrBlock: "10.16.0.0" },
      message: 'vpcCidrBlock "10.16.0.0" is not an IPv4 CIDR',
    },
  ];
  for (const { what, changes, message } of wrong) {
    it(`refuses ${what}`, async () => {
      const error = await failureOf((world) => hubAndSpoke(world, true, changes));
      expect(error.message).to.include(`TransitSpoke spoke: ${message}`);
    });
  }
});
