import {
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribePrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  GetManagedPrefixListEntriesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import type { Answers, ServiceAnswer } from "../path/topology/index";
import { told, type Questions } from "./questions";

type NetworkAnswers = Omit<
  Answers,
  | "source"
  | "region"
  | "readAt"
  | "unread"
  | "transitGateways"
  | "transitGatewayAttachments"
  | "transitGatewayRouteTables"
  | "loadBalancers"
  | "targetGroups"
>;

/** Entries of an answer; AWS takes 5 to 1000 for most actions (EC2 API, DescribeSubnets: MaxResults). */
const MaxResults = 1000;

/** What EC2 tells of an account in a Region, asked at once. What was refused is absent. @throws LiveError */
export async function readNetwork(ec2: EC2Client, questions: Questions): Promise<NetworkAnswers> {
  const ask = questions.all.bind(questions);
  const [internet, vpcs, subnets, routeTables, vpcEndpoints, services, prefixLists, prefixListEntries, hosts] =
    await Promise.all([
      readInternet(ec2, questions),
      ask(
        "ec2:DescribeVpcs",
        (NextToken, options) => ec2.send(new DescribeVpcsCommand({ MaxResults, NextToken }), options),
        ({ Vpcs }) => Vpcs,
      ),
      ask(
        "ec2:DescribeSubnets",
        (NextToken, options) => ec2.send(new DescribeSubnetsCommand({ MaxResults, NextToken }), options),
        ({ Subnets }) => Subnets,
      ),
      ask(
        "ec2:DescribeRouteTables",
        // 5 to 100 (EC2 API, DescribeRouteTables).
        (NextToken, options) => ec2.send(new DescribeRouteTablesCommand({ MaxResults: 100, NextToken }), options),
        ({ RouteTables }) => RouteTables,
      ),
      ask(
        "ec2:DescribeVpcEndpoints",
        (NextToken, options) => ec2.send(new DescribeVpcEndpointsCommand({ MaxResults, NextToken }), options),
        ({ VpcEndpoints }) => VpcEndpoints,
      ),
      readServices(ec2, questions),
      ask(
        "ec2:DescribePrefixLists",
        (NextToken, options) => ec2.send(new DescribePrefixListsCommand({ MaxResults, NextToken }), options),
        ({ PrefixLists }) => PrefixLists,
      ),
      readPrefixListEntries(ec2, questions),
      readHosts(ec2, questions),
    ]);
  return told({
    vpcs,
    subnets,
    routeTables,
    ...internet,
    vpcEndpoints,
    services,
    prefixLists,
    prefixListEntries,
    ...hosts,
  });
}

/** Instances and network interfaces, and what filters their packets. */
async function readHosts(
  ec2: EC2Client,
  questions: Questions,
): Promise<Pick<NetworkAnswers, "securityGroups" | "networkAcls" | "networkInterfaces" | "instances">> {
  const ask = questions.all.bind(questions);
  const [securityGroups, networkAcls, networkInterfaces, instances] = await Promise.all([
    ask(
      "ec2:DescribeSecurityGroups",
      (NextToken, options) => ec2.send(new DescribeSecurityGroupsCommand({ MaxResults, NextToken }), options),
      ({ SecurityGroups }) => SecurityGroups,
    ),
    ask(
      "ec2:DescribeNetworkAcls",
      (NextToken, options) => ec2.send(new DescribeNetworkAclsCommand({ MaxResults, NextToken }), options),
      ({ NetworkAcls }) => NetworkAcls,
    ),
    ask(
      "ec2:DescribeNetworkInterfaces",
      (NextToken, options) => ec2.send(new DescribeNetworkInterfacesCommand({ MaxResults, NextToken }), options),
      ({ NetworkInterfaces }) => NetworkInterfaces,
    ),
    ask(
      "ec2:DescribeInstances",
      (NextToken, options) => ec2.send(new DescribeInstancesCommand({ MaxResults, NextToken }), options),
      ({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances),
    ),
  ]);
  return told({ securityGroups, networkAcls, networkInterfaces, instances });
}

/** Services of one's own, with who may connect. */
async function readServices(ec2: EC2Client, questions: Questions): Promise<ServiceAnswer[] | undefined> {
  const services = await questions.all(
    "ec2:DescribeVpcEndpointServiceConfigurations",
    (NextToken, options) =>
      ec2.send(new DescribeVpcEndpointServiceConfigurationsCommand({ MaxResults, NextToken }), options),
    ({ ServiceConfigurations }) => ServiceConfigurations,
  );
  return (
    services &&
    (await Promise.all(
      services.map(async (service) => {
        const { ServiceId } = service;
        const principals = await questions.all(
          "ec2:DescribeVpcEndpointServicePermissions",
          (NextToken, options) =>
            ec2.send(new DescribeVpcEndpointServicePermissionsCommand({ ServiceId, MaxResults, NextToken }), options),
          ({ AllowedPrincipals }) => AllowedPrincipals,
        );
        const Principals = principals?.flatMap(({ Principal }) => Principal ?? []);
        return { ...service, ...told({ Principals }) };
      }),
    ))
  );
}

/** CIDRs of the prefix lists that customers manage; AWS's own ones tell theirs themselves. */
async function readPrefixListEntries(
  ec2: EC2Client,
  questions: Questions,
): Promise<Record<string, string[]> | undefined> {
  const lists = await questions.all(
    "ec2:DescribeManagedPrefixLists",
    (NextToken, options) => ec2.send(new DescribeManagedPrefixListsCommand({ MaxResults: 100, NextToken }), options),
    ({ PrefixLists }) => PrefixLists,
  );
  const own = (lists ?? []).filter(({ OwnerId, AddressFamily }) => OwnerId !== "AWS" && AddressFamily === "IPv4");
  const entries = await Promise.all(
    own.map(async ({ PrefixListId = "" }) => {
      const found = await questions.all(
        "ec2:GetManagedPrefixListEntries",
        (NextToken, options) =>
          ec2.send(new GetManagedPrefixListEntriesCommand({ PrefixListId, MaxResults: 100, NextToken }), options),
        ({ Entries }) => Entries,
      );
      return found === undefined ? [] : [[PrefixListId, found.flatMap(({ Cidr }) => Cidr ?? [])] as const];
    }),
  );
  return lists && Object.fromEntries(entries.flat());
}

/** What leads out of VPCs. */
async function readInternet(
  ec2: EC2Client,
  questions: Questions,
): Promise<Pick<Answers, "internetGateways" | "natGateways">> {
  const [internetGateways, natGateways] = await Promise.all([
    questions.all(
      "ec2:DescribeInternetGateways",
      (NextToken, options) => ec2.send(new DescribeInternetGatewaysCommand({ MaxResults, NextToken }), options),
      ({ InternetGateways }) => InternetGateways,
    ),
    questions.all(
      "ec2:DescribeNatGateways",
      (NextToken, options) => ec2.send(new DescribeNatGatewaysCommand({ MaxResults, NextToken }), options),
      ({ NatGateways }) => NatGateways,
    ),
  ]);
  return told({ internetGateways, natGateways });
}
