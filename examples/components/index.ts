import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  GwlbConsumer,
  GwlbService,
  InspectionTarget,
  Network,
  type NetworkSubnet,
  PathVerification,
  remoteHostOf,
  SsmInstanceProfile,
  TestHost,
} from "gwlb-inspection";

const region = "ap-northeast-1";
const azId = "apne1-az4";
const consumerAccountId = "222222222222";

/** A component has one provider, which is its account. */
function account(profile: string, accountId: string): aws.Provider {
  return new aws.Provider(profile, { region, profile, allowedAccountIds: [accountId] });
}
const hubAccount = account("security", "111111111111");
const spokeAccount = account("system", consumerAccountId);
const inHub = { providers: [hubAccount] };
const inSpoke = { providers: [spokeAccount] };

/** The subnet of a tier, in the one AZ that there is. */
function subnet(network: Network, tier: string): NetworkSubnet {
  const found = network.subnets[tier]?.[azId];
  if (found === undefined) throw new pulumi.RunError(`There is no ${tier} subnet in AZ ${azId}`);
  return found;
}

const ami = aws.ssm.getParameterOutput(
  { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" },
  { provider: hubAccount },
).insecureValue;

// The hub: gateway, endpoint service, and a target that sends everything back.
const hub = new Network(
  "hub",
  {
    region,
    cidrBlock: "10.1.0.0/16",
    tiers: { gwlb: { [azId]: "10.1.10.0/24" }, target: { [azId]: "10.1.20.0/24" } },
    s3Tiers: ["target"],
    ssmTier: "target",
  },
  inHub,
);
const service = new GwlbService(
  "inspection",
  {
    vpcId: hub.vpcId,
    subnetIds: { [azId]: subnet(hub, "gwlb").id },
    principalAccountIds: [consumerAccountId],
  },
  inHub,
);
const hubAccess = {
  by: "ssm" as const,
  instanceProfileName: new SsmInstanceProfile("hub", { region }, inHub).instanceProfileName,
  endpointCidrBlocks: ["10.1.20.0/24"],
  region,
  profile: "security",
};
const target = new InspectionTarget(
  "target",
  {
    vpcId: hub.vpcId,
    subnetId: subnet(hub, "target").id,
    ami,
    access: hubAccess,
    targetGroupArn: service.targetGroupArn,
    gatewayAddresses: service.gatewayAddresses,
    gatewayCidrBlocks: ["10.1.10.0/24"],
    s3PrefixListId: hub.s3PrefixListId,
  },
  { ...inHub, dependsOn: [hub] },
);

// The consumer: an endpoint, routes into it, and two hosts.
const cidrs = { source: "10.2.10.0/24", destination: "10.2.20.0/24", endpoint: "10.2.30.0/24" };
const spoke = new Network(
  "spoke",
  {
    region,
    cidrBlock: "10.2.0.0/16",
    tiers: {
      source: { [azId]: cidrs.source },
      destination: { [azId]: cidrs.destination },
      endpoint: { [azId]: cidrs.endpoint },
    },
    s3Tiers: ["source", "destination"],
    ssmTier: "endpoint",
  },
  inSpoke,
);
const spokeAccess = {
  by: "ssm" as const,
  instanceProfileName: new SsmInstanceProfile("spoke", { region }, inSpoke).instanceProfileName,
  endpointCidrBlocks: [cidrs.endpoint],
  region,
  profile: "system",
};
function host(name: "source" | "destination", pingTo: string[], pingFrom: string[]): TestHost {
  const subnetId = subnet(spoke, name).id;
  return new TestHost(
    name,
    { vpcId: spoke.vpcId, subnetId, ami, access: spokeAccess, pingTo, pingFrom },
    { ...inSpoke, dependsOn: [spoke] },
  );
}
const source = host("source", [cidrs.destination], []);
const destination = host("destination", [], [cidrs.source]);
const consumer = new GwlbConsumer(
  "consumer",
  {
    vpcId: spoke.vpcId,
    vpcCidrBlock: spoke.cidrBlock,
    subnetCidrBlocks: Object.values(cidrs),
    serviceName: service.serviceName,
    serviceAzIds: service.azIds,
    endpointSubnetIds: { [azId]: subnet(spoke, "endpoint").id },
    routes: [
      {
        name: "out",
        routeTableId: subnet(spoke, "source").routeTableId,
        destinationCidrBlock: cidrs.destination,
        azId,
      },
      {
        name: "back",
        routeTableId: subnet(spoke, "destination").routeTableId,
        destinationCidrBlock: cidrs.source,
        azId,
      },
    ],
  },
  inSpoke,
);

// The proof. The deployment fails with the verdict when the path is not inspected.
const path = new PathVerification(
  "path",
  {
    request: pulumi.output({
      gatewayAddresses: service.gatewayAddresses,
      targets: [
        {
          name: "target",
          azId,
          address: target.privateIp,
          instanceId: target.instanceId,
          host: remoteHostOf(hubAccess, target),
        },
      ],
      pairs: [
        {
          source: {
            name: "source",
            azId,
            address: source.privateIp,
            host: remoteHostOf(spokeAccess, source),
          },
          destination: { name: "destination", azId, address: destination.privateIp },
          expectReply: true,
        },
      ],
      ping: { count: 5, interval: 0.2, timeout: 5 },
      health: { interval: 10, threshold: 2, deadline: 120 },
    }),
    // The path is measured again when any of this changes.
    path: [consumer.routeIds, target.hairpin, target.attachmentId],
  },
  { dependsOn: [consumer, source, destination] },
);

export const verdict = path.verdict;
export const measuredAt = path.measuredAt;
