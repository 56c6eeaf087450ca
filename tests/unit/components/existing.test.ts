import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import {
  ExistingError,
  GwlbConsumer,
  GwlbService,
  type HostAccess,
  InspectionTarget,
  lookUpEndpoint,
  lookUpGateway,
  lookUpInstance,
  lookUpNetwork,
  Network,
  TestHost,
} from "../../../components";
import type { Cloud } from "../../../lab/cloud/cloud";
import { buildPath, type Path } from "../cloud/topology";
import { failureOf, hub, inputsByName, newCloud, region, run, spoke, tokens, valueOf } from "./run";

const azId = "apne1-az4";

/** Look-ups of the path that is in the cloud, as the account `accountId`; what it makes is made by nobody here. */
async function lookedUp<T>(
  cloud: Cloud,
  accountId: string,
  lookUp: (opts: { provider: aws.Provider }) => Promise<T>,
): Promise<T> {
  const pending: Promise<T>[] = [];
  // A call that is refused ends the run with mocks, whatever the program makes of it.
  await run(
    () => {
      const provider = new aws.Provider("look-up", { region, allowedAccountIds: [accountId] });
      const found = lookUp({ provider });
      found.catch(() => undefined);
      pending.push(found);
      return found.catch(() => undefined);
    },
    { cloud },
  ).catch(() => undefined);
  const [found] = pending;
  if (found === undefined) throw new Error("nothing was looked up");
  return found;
}

async function problemsOf(lookUp: Promise<unknown>): Promise<string[]> {
  try {
    await lookUp;
  } catch (error) {
    if (error instanceof ExistingError) return error.problems;
    throw error;
  }
  throw new Error("expected the look-up to fail");
}

describe("what is already there", () => {
  let cloud: Cloud;
  let path: Path;

  before(async () => {
    cloud = newCloud();
    path = await buildPath(cloud);
    // A service is seen only by its principals, its own account included.
    await path.builder.create({ accountId: hub, region }, tokens.principal, {
      vpcEndpointServiceId: path.service.id,
      principalArn: `arn:aws:iam::${hub}:root`,
    });
  });

  describe("a network", () => {
    const look = (args: Partial<Parameters<typeof lookUpNetwork>[0]>, accountId = spoke) =>
      lookedUp(cloud, accountId, (opts) =>
        lookUpNetwork(
          { vpcId: path.vpc.id, subnets: { source: { [azId]: { id: path.sourceSubnet.id } } }, ...args },
          opts,
        ),
      );

    it("is read with each subnet's CIDR and route table", async () => {
      const network = await look({ accountId: spoke, cidrBlock: "10.2.0.0/16" });
      const subnet = network.subnets["source"]?.[azId];
      expect(subnet).to.include({ id: path.sourceSubnet.id, cidrBlock: "10.2.1.0/24" });
      expect(subnet?.routeTableId).to.match(/^rtb-/);
    });

    it("has the main route table for a subnet that is associated with none", async () => {
      const subnet = await path.builder.create({ accountId: spoke, region }, tokens.subnet, {
        vpcId: path.vpc.id,
        cidrBlock: "10.2.200.0/24",
        availabilityZoneId: azId,
      });
      const network = await look({ subnets: { source: { [azId]: { id: subnet.id } } } });
      expect(network.subnets["source"]?.[azId]?.routeTableId).to.equal(path.vpc.outputs["mainRouteTableId"]);
    });

    it("of another account is not found, and the id and what was expected are named", async () => {
      const [problem] = await problemsOf(look({}, hub));
      expect(problem).to.equal(
        `vpcId: "${path.vpc.id}": no matching EC2 VPC found: expected a VPC of this account and Region`,
      );
    });

    it("is refused where it is not what it is taken for, with everything that is wrong", async () => {
      expect(await problemsOf(look({ accountId: hub, cidrBlock: "10.9.0.0/16" }))).to.deep.equal([
        `vpcId: "${path.vpc.id}": belongs to account ${spoke}, expected ${hub}`,
        `vpcId: "${path.vpc.id}": has CIDR 10.2.0.0/16, expected 10.9.0.0/16`,
      ]);
      const id = path.sourceSubnet.id;
      expect(
        await problemsOf(look({ subnets: { source: { "apne1-az1": { id, cidrBlock: "10.2.2.0/24" } } } })),
      ).to.deep.equal([
        `subnets.source.apne1-az1: "${id}": is in AZ apne1-az4, expected apne1-az1`,
        `subnets.source.apne1-az1: "${id}": has CIDR 10.2.1.0/24, expected 10.2.2.0/24`,
      ]);
    });

    it("is refused with a subnet of another VPC", async () => {
      const other = await path.builder.create({ accountId: spoke, region }, tokens.vpc, { cidrBlock: "10.8.0.0/16" });
      const subnet = await path.builder.create({ accountId: spoke, region }, tokens.subnet, {
        vpcId: other.id,
        cidrBlock: "10.8.1.0/24",
        availabilityZoneId: azId,
      });
      expect(await problemsOf(look({ subnets: { source: { [azId]: { id: subnet.id } } } }))).to.deep.equal([
        `subnets.source.apne1-az4: "${subnet.id}": is in VPC ${other.id}, expected ${path.vpc.id}`,
      ]);
    });

    it("gets only the subnets that it lacks, and its own tables no endpoint", async () => {
      const existing = await look({});
      const { mocks, result } = await run(
        ({ spokeProviders }) =>
          new Network(
            "net",
            {
              existing,
              region,
              tiers: { source: { [azId]: "10.2.1.0/24" }, endpoint: { [azId]: "10.2.100.0/28" } },
              s3Tiers: ["source"],
            },
            spokeProviders,
          ),
        { cloud },
      );
      expect(inputsByName(mocks, tokens.vpc)).to.deep.equal({});
      expect(inputsByName(mocks, tokens.endpoint)).to.deep.equal({});
      expect(inputsByName(mocks, tokens.subnet)).to.deep.equal({
        "net-endpoint-apne1-az4": {
          vpcId: path.vpc.id,
          cidrBlock: "10.2.100.0/28",
          availabilityZoneId: azId,
          mapPublicIpOnLaunch: false,
          tags: { Name: "net-endpoint-apne1-az4" },
        },
      });
      const source = result.subnets["source"]?.[azId];
      expect(source && (await valueOf(source.id))).to.equal(path.sourceSubnet.id);
      expect(await valueOf(result.s3PrefixListId)).to.match(/^pl-/);
    });
  });

  describe("a gateway", () => {
    const look = (args: Parameters<typeof lookUpGateway>[0], accountId = hub) =>
      lookedUp(cloud, accountId, (opts) => lookUpGateway(args, opts));
    const serviceName = (): string => String(path.service.outputs["serviceName"]);
    const groupArn = (): string => path.targetGroup.id;

    it("is found by its target group, with its AZs, health check and service", async () => {
      const gateway = await look({ targetGroupArn: groupArn(), serviceName: serviceName(), accountId: hub });
      expect(gateway.loadBalancerArn).to.equal(path.balancer.id);
      expect(gateway.subnets).to.deep.equal({ [azId]: { id: path.hubSubnet.id, cidrBlock: "10.1.1.0/24" } });
      expect(gateway.targetGroup?.healthCheck).to.deep.equal({
        protocol: "TCP",
        port: 80,
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      });
      expect(gateway.service).to.include({ id: path.service.id, name: serviceName() });
      expect(gateway.crossZone).to.equal(false);
    });

    it("is refused in another VPC, in other AZs and with other CIDRs", async () => {
      const key = `loadBalancerArn: "${path.balancer.id}"`;
      expect(await problemsOf(look({ loadBalancerArn: path.balancer.id, vpcId: "vpc-1" }))).to.deep.equal([
        `${key}: is in VPC ${path.hubVpc.id}, expected vpc-1`,
      ]);
      const zones = { [azId]: "10.1.9.0/24", "apne1-az1": "10.1.2.0/24" };
      expect(await problemsOf(look({ loadBalancerArn: path.balancer.id, zones }))).to.deep.equal([
        `${key}: has in AZ apne1-az4 subnet ${path.hubSubnet.id} with CIDR 10.1.1.0/24, expected 10.1.9.0/24`,
        `${key}: is not in AZ apne1-az1, but in apne1-az4`,
      ]);
      expect(await problemsOf(look({ loadBalancerArn: path.balancer.id, zones: {} }))).to.deep.equal([
        `${key}: is in AZ apne1-az4, too, expected : name all of its AZs`,
      ]);
    });

    it("is not found in another account", async () => {
      const [problem] = await problemsOf(look({ loadBalancerArn: path.balancer.id }, spoke));
      expect(problem).to.include("couldn't find resource: expected a GWLB of this account and Region");
    });

    it("is refused when its target group is in no listener, or belongs to another", async () => {
      const lonely = await path.builder.create({ accountId: hub, region }, tokens.targetGroup, {
        protocol: "GENEVE",
        port: 6081,
        vpcId: path.hubVpc.id,
        name: "lonely",
      });
      expect((await problemsOf(look({ targetGroupArn: lonely.id })))[0]).to.include(
        "no load balancer has a listener that forwards to it, expected a GWLB",
      );
      expect((await problemsOf(look({})))[0]).to.equal(
        "loadBalancerArn, targetGroupArn: neither is given, expected one of them",
      );
    });

    it("is refused with a service of another account", async () => {
      const [problem] = await problemsOf(
        look({ targetGroupArn: groupArn(), serviceName: serviceName(), accountId: spoke }),
      );
      expect(problem).to.equal(`serviceName: "${serviceName()}": belongs to account ${hub}, expected ${spoke}`);
    });

    it("with everything gets nothing more, and its address is read", async () => {
      const gateway = await look({ targetGroupArn: groupArn(), serviceName: serviceName() });
      const { mocks, result } = await run(
        ({ hubProviders }) => new GwlbService("gw", { gateway, principalAccountIds: [] }, hubProviders),
        { cloud },
      );
      expect(mocks.registrations.filter(({ custom, type }) => custom && type.startsWith("aws:"))).to.deep.equal([]);
      expect(await valueOf(result.serviceName)).to.equal(serviceName());
      const address = result.gatewayAddresses[azId];
      expect(address && (await valueOf(address))).to.match(/^10\.1\.1\.\d+$/);
    });

    it("without a service gets one, with its principals, and no second target group", async () => {
      const gateway = await look({ targetGroupArn: groupArn() });
      const { mocks } = await run(
        ({ hubProviders }) => new GwlbService("gw", { gateway, principalAccountIds: [spoke] }, hubProviders),
        { cloud },
      );
      expect(inputsByName(mocks, tokens.loadBalancer)).to.deep.equal({});
      expect(inputsByName(mocks, tokens.targetGroup)).to.deep.equal({});
      expect(inputsByName(mocks, tokens.service)).to.deep.equal({
        gw: { acceptanceRequired: false, gatewayLoadBalancerArns: [path.balancer.id], tags: { Name: "gw" } },
      });
      expect(Object.keys(inputsByName(mocks, tokens.principal))).to.deep.equal([`gw-${spoke}`]);
    });
  });

  describe("an instance", () => {
    const look = (expected: Partial<Parameters<typeof lookUpInstance>[2]> = {}, accountId = hub) =>
      lookedUp(cloud, accountId, (opts) =>
        lookUpInstance("target", path.target.id, { azId, vpcId: path.hubVpc.id, ...expected }, opts),
      );

    it("is refused elsewhere than it was taken to be", async () => {
      const key = `target: "${path.target.id}"`;
      expect(await problemsOf(look({ azId: "apne1-az1", vpcId: "vpc-1" }))).to.deep.equal([
        `${key}: is in VPC ${path.hubVpc.id}, expected vpc-1`,
        `${key}: is in AZ apne1-az4, expected apne1-az1`,
      ]);
      expect((await problemsOf(look({}, spoke)))[0]).to.equal(
        `${key}: no matching EC2 Instance found: expected an instance of this account`,
      );
    });

    it("is a source or a destination as it is", async () => {
      const instance = await look();
      const { mocks, result } = await run(({ hubProviders }) => new TestHost("host", { instance }, hubProviders), {
        cloud,
      });
      expect(mocks.registrations.filter(({ type }) => type.startsWith("aws:"))).to.deep.equal([]);
      expect(await valueOf(result.privateIp)).to.equal(instance.privateIp);
    });

    it("is a target as it is, unless its registration or set-up is asked for", async () => {
      const instance = await look();
      const made = async (args: Partial<ConstructorParameters<typeof InspectionTarget>[1]>): Promise<string[]> => {
        const { mocks } = await run(
          ({ hubProviders }) => new InspectionTarget("target", { instance, ...args }, hubProviders),
          { cloud, command: () => ({ stdout: "{}" }) },
        );
        return mocks.registrations
          .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
          .map(({ type }) => type);
      };
      expect(await made({})).to.deep.equal([]);
      expect(await made({ targetGroupArn: groupOf(path) })).to.deep.equal([tokens.attachment]);
      const access: HostAccess = {
        by: "ssh",
        knownHost: { hostKey: "t", user: "t" },
        privateKey: "",
        hostKey: "",
        user: "u",
        bastionAddress: "b",
        bastion: { hostKey: "k", user: "b" },
      };
      const setUp = { gatewayAddresses: { [azId]: "10.1.1.4" }, access };
      expect(await made({ setUp })).to.deep.equal([tokens.local, tokens.remote]);
      const error = await failureOf(
        ({ hubProviders }) =>
          new InspectionTarget("target", { instance, setUp: { ...setUp, gatewayAddresses: {} } }, hubProviders),
        { cloud },
      );
      expect(error.message).to.include("gatewayAddresses is empty");
    });
  });

  describe("an endpoint", () => {
    const look = (expected: Partial<Parameters<typeof lookUpEndpoint>[2]> = {}) =>
      lookedUp(cloud, spoke, (opts) =>
        lookUpEndpoint(
          "endpoint",
          path.endpoint.id,
          { azId, vpcId: path.vpc.id, serviceName: String(path.service.outputs["serviceName"]), ...expected },
          opts,
        ),
      );

    it("is refused in another VPC or AZ, or for another service", async () => {
      const key = `endpoint: "${path.endpoint.id}"`;
      expect(await problemsOf(look({ vpcId: "vpc-1", serviceName: "com.amazonaws.x" }))).to.deep.equal([
        `${key}: is in VPC ${path.vpc.id}, expected vpc-1`,
        `${key}: is for service ${String(path.service.outputs["serviceName"])}, expected com.amazonaws.x`,
      ]);
      expect(await problemsOf(look({ azId: "apne1-az1" }))).to.deep.equal([
        `${key}: is in AZ apne1-az4, expected apne1-az1`,
      ]);
    });

    it("is routed into, and none is made", async () => {
      const endpoint = await look();
      const route = { name: "r", routeTableId: path.vpc.outputs["mainRouteTableId"] as pulumi.Input<string>, azId };
      const { mocks, result } = await run(
        ({ spokeProviders }) =>
          new GwlbConsumer(
            "con",
            {
              vpcId: path.vpc.id,
              vpcCidrBlock: "10.2.0.0/16",
              subnetCidrBlocks: ["10.2.1.0/24"],
              serviceName: String(path.service.outputs["serviceName"]),
              serviceAzIds: [azId],
              endpointSubnetIds: {},
              existingEndpoints: { [azId]: endpoint },
              routes: [{ ...route, destinationCidrBlock: "10.2.1.0/24" }],
            },
            spokeProviders,
          ),
        { cloud },
      );
      expect(inputsByName(mocks, tokens.endpoint)).to.deep.equal({});
      expect(inputsByName(mocks, tokens.route)["con-r"]).to.include({ vpcEndpointId: path.endpoint.id });
      const id = result.endpointIds[azId];
      expect(id && (await valueOf(id))).to.equal(path.endpoint.id);
    });

    it("and a subnet for another one in the same AZ are one too many", async () => {
      const endpoint = await look();
      const error = await failureOf(
        ({ spokeProviders }) =>
          new GwlbConsumer(
            "con",
            {
              vpcId: path.vpc.id,
              vpcCidrBlock: "10.2.0.0/16",
              subnetCidrBlocks: [],
              serviceName: "s",
              routes: [],
              serviceAzIds: [azId],
              endpointSubnetIds: { [azId]: "subnet-1" },
              existingEndpoints: { [azId]: endpoint },
            },
            spokeProviders,
          ),
        { cloud },
      );
      expect(error.message).to.include("AZ apne1-az4 has an existing endpoint and a subnet for one");
    });
  });
});

function groupOf(path: Path): string {
  return path.targetGroup.id;
}
