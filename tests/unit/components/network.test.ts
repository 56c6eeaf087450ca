import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { agentOnly, packagesOnly } from "../../../components/endpointPolicies";
import { Network, type NetworkArgs } from "../../../components";
import {
  dependenciesOf,
  failureOf,
  idsByName,
  inputsByName,
  region,
  rejectionOf,
  run,
  spoke,
  tokens,
  valueOf,
} from "./run";

const args: NetworkArgs = {
  cidrBlock: "10.2.0.0/16",
  region,
  tiers: {
    source: { "apne1-az4": "10.2.10.0/24", "apne1-az1": "10.2.11.0/24" },
    endpoint: { "apne1-az4": "10.2.30.0/28" },
  },
  s3Tiers: ["source"],
  publicSubnet: { azId: "apne1-az4", cidrBlock: "10.2.0.0/28" },
};

describe("Network", () => {
  it("makes the VPC, a subnet per tier and AZ by AZ ID, and a route table for each", async () => {
    const { mocks } = await run(({ spokeProviders }) => new Network("net", args, spokeProviders));
    expect(inputsByName(mocks, tokens.vpc)).to.deep.equal({
      net: { cidrBlock: "10.2.0.0/16", enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: "net" } },
    });
    const vpcId = idsByName(mocks, tokens.vpc)["net"];
    const subnet = (name: string, availabilityZoneId: string, cidrBlock: string): object => ({
      [name]: { vpcId, cidrBlock, availabilityZoneId, mapPublicIpOnLaunch: false, tags: { Name: name } },
    });
    expect(inputsByName(mocks, tokens.subnet)).to.deep.equal({
      ...subnet("net-source-apne1-az4", "apne1-az4", "10.2.10.0/24"),
      ...subnet("net-source-apne1-az1", "apne1-az1", "10.2.11.0/24"),
      ...subnet("net-endpoint-apne1-az4", "apne1-az4", "10.2.30.0/28"),
      ...subnet("net-public-apne1-az4", "apne1-az4", "10.2.0.0/28"),
    });
    const subnets = idsByName(mocks, tokens.subnet);
    const tables = idsByName(mocks, tokens.routeTable);
    expect(Object.keys(tables)).to.have.members(Object.keys(subnets));
    expect(inputsByName(mocks, tokens.association)).to.deep.equal(
      Object.fromEntries(
        Object.entries(subnets).map(([name, id]) => [name, { subnetId: id, routeTableId: tables[name] }]),
      ),
    );
    expect(new Set(mocks.registrations.flatMap(({ caller }) => (caller ? [caller.accountId] : [])))).to.deep.equal(
      new Set([spoke]),
    );
  });

  it("has an internet gateway without a public subnet where it is asked for, and no route to it", async () => {
    const inside = { ...args };
    delete inside.publicSubnet;
    const gateways = async (given: NetworkArgs): Promise<unknown[]> => {
      const { mocks } = await run(({ spokeProviders }) => new Network("net", given, spokeProviders));
      expect(inputsByName(mocks, tokens.route)).to.deep.equal({});
      return Object.keys(inputsByName(mocks, tokens.internetGateway));
    };
    expect(await gateways({ ...inside, internetGateway: true })).to.deep.equal(["net"]);
    expect(await gateways(inside)).to.deep.equal([]);
  });

  it("gives the internet gateway to the public subnet's route table alone", async () => {
    const { mocks, cloud } = await run(({ spokeProviders }) => new Network("net", args, spokeProviders));
    const tables = idsByName(mocks, tokens.routeTable);
    expect(inputsByName(mocks, tokens.route)).to.deep.equal({
      "net-public-internet": {
        routeTableId: tables["net-public-apne1-az4"],
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: idsByName(mocks, tokens.internetGateway)["net"],
      },
    });
    const open = Object.values(cloud.snapshot().routeTables).filter(({ routes }) =>
      routes.some(({ destinationCidrBlock }) => destinationCidrBlock === "0.0.0.0/0"),
    );
    expect(open.map(({ id }) => id)).to.deep.equal([tables["net-public-apne1-az4"]]);
  });

  it("has no internet gateway without a public subnet", async () => {
    const { publicSubnet: none, ...closed } = args;
    expect(none).not.to.equal(undefined);
    const { mocks, result } = await run(({ spokeProviders }) => new Network("net", closed, spokeProviders));
    expect(idsByName(mocks, tokens.internetGateway)).to.deep.equal({});
    expect(idsByName(mocks, tokens.route)).to.deep.equal({});
    expect(result.publicSubnet).to.equal(undefined);
  });

  it("puts the S3 gateway endpoint into the route tables of the tiers that need it", async () => {
    const { mocks, result } = await run(({ spokeProviders }) => new Network("net", args, spokeProviders));
    const tables = idsByName(mocks, tokens.routeTable);
    expect(inputsByName(mocks, tokens.endpoint)).to.deep.equal({
      "net-s3": {
        vpcId: idsByName(mocks, tokens.vpc)["net"],
        serviceName: "com.amazonaws.ap-northeast-1.s3",
        vpcEndpointType: "Gateway",
        routeTableIds: [tables["net-source-apne1-az4"], tables["net-source-apne1-az1"]],
        policy: packagesOnly("ap-northeast-1"),
        tags: { Name: "net-s3" },
      },
    });
    expect(await valueOf(result.s3PrefixListId)).to.match(/^pl-/);
  });

  it("has SSM's interface endpoints in the tier that is named, open to the VPC alone", async () => {
    const { mocks } = await run(
      ({ spokeProviders }) => new Network("net", { ...args, ssmTier: "source", accountId: spoke }, spokeProviders),
    );
    const subnets = idsByName(mocks, tokens.subnet);
    const group = idsByName(mocks, tokens.securityGroup)["net-ssm"];
    const endpoints = inputsByName(mocks, tokens.endpoint);
    for (const service of ["ssm", "ssmmessages"] as const) {
      expect(endpoints[`net-${service}`]).to.deep.equal({
        vpcId: idsByName(mocks, tokens.vpc)["net"],
        serviceName: `com.amazonaws.ap-northeast-1.${service}`,
        vpcEndpointType: "Interface",
        subnetIds: [subnets["net-source-apne1-az4"], subnets["net-source-apne1-az1"]],
        securityGroupIds: [group],
        privateDnsEnabled: true,
        policy: agentOnly(service, spoke),
        tags: { Name: `net-${service}` },
      });
      expect(dependenciesOf(mocks, tokens.endpoint, `net-${service}`)).to.include(
        "SecurityGroupIngressRule net-ssm-tcp-443",
      );
    }
    expect(inputsByName(mocks, tokens.ingress)).to.deep.equal({
      "net-ssm-tcp-443": {
        securityGroupId: group,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv4: "10.2.0.0/16",
      },
    });
    expect(inputsByName(mocks, tokens.egress)).to.deep.equal({});
  });

  it("hands a subnet on without its association and routes, with which its users would be replaced", async () => {
    const { mocks } = await run(({ spokeProviders, spoke }) => {
      const network = new Network("net", args, spokeProviders);
      const subnets = [network.subnets["source"]?.["apne1-az4"], network.publicSubnet];
      for (const [index, subnet] of subnets.entries()) {
        if (subnet === undefined) throw new Error("no subnet");
        // Whatever takes the id: its dependencies are what is asked for here.
        new aws.ec2.VpcEndpoint(
          `user-${index}`,
          {
            vpcId: network.vpcId,
            serviceName: "com.amazonaws.ap-northeast-1.ssm",
            vpcEndpointType: "Interface",
            subnetIds: [subnet.id],
          },
          spoke,
        );
      }
    });
    // Whatever is in the id's dependencies takes its user with it when it is replaced.
    expect(dependenciesOf(mocks, tokens.endpoint, "user-0")).to.include("Subnet net-source-apne1-az4");
    for (const user of ["user-0", "user-1"]) {
      const dependencies = dependenciesOf(mocks, tokens.endpoint, user).join();
      expect(dependencies)
        .to.match(/\bSubnet net-/)
        .and.not.match(/RouteTable|Route /);
    }
  });

  it("fails for the reason that AWS gives when subnets overlap", async () => {
    const tiers = { source: { "apne1-az4": "10.2.10.0/24" }, endpoint: { "apne1-az4": "10.2.10.0/28" } };
    const error = await failureOf(({ spokeProviders }) => new Network("net", { ...args, tiers }, spokeProviders));
    expect(error.message).to.include("InvalidSubnet.Conflict");
  });

  it("tells by its key what AWS says to a Region whose S3 has no prefix list", async () => {
    const existing = { vpcId: "vpc-1", cidrBlock: "10.2.0.0/16", subnets: {} };
    const plan = { region: "eu-west-9", tiers: {}, s3Tiers: ["source"], existing };
    const error = await rejectionOf(({ spokeProviders }) => new Network("net", plan, spokeProviders).s3PrefixListId);
    expect(error.message).to.match(
      /region: "eu-west-9": prefix list com\.amazonaws\.eu-west-9\.s3: .*no matching.*: expected a Region whose S3 has/is,
    );
  });
});
