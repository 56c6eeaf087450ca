import { parseArn } from "../../net/partition";
import type { Answers } from "./answers";
import { AnswersFileError } from "./answersFile";

/** What a file holds that `aws ec2 describe-…` or `aws elbv2 describe-…` printed as JSON. */
export interface DescribedFile {
  /** Names it in errors. */
  what: string;
  content: Readonly<Record<string, unknown>>;
}

type Item = Readonly<Record<string, unknown>>;

/** Lists that need no other answer, by the key that their files have. */
const plainLists = {
  Vpcs: ["vpcs", "ec2:DescribeVpcs"],
  Subnets: ["subnets", "ec2:DescribeSubnets"],
  RouteTables: ["routeTables", "ec2:DescribeRouteTables"],
  InternetGateways: ["internetGateways", "ec2:DescribeInternetGateways"],
  NatGateways: ["natGateways", "ec2:DescribeNatGateways"],
  SecurityGroups: ["securityGroups", "ec2:DescribeSecurityGroups"],
  NetworkAcls: ["networkAcls", "ec2:DescribeNetworkAcls"],
  NetworkInterfaces: ["networkInterfaces", "ec2:DescribeNetworkInterfaces"],
  VpcEndpoints: ["vpcEndpoints", "ec2:DescribeVpcEndpoints"],
  TransitGateways: ["transitGateways", "ec2:DescribeTransitGateways"],
  TransitGatewayVpcAttachments: ["transitGatewayAttachments", "ec2:DescribeTransitGatewayVpcAttachments"],
} as const;

/** The others. */
const furtherKeys = {
  Reservations: "ec2:DescribeInstances",
  ServiceConfigurations: "ec2:DescribeVpcEndpointServiceConfigurations",
  AllowedPrincipals: "ec2:DescribeVpcEndpointServicePermissions",
  PrefixLists: "ec2:DescribePrefixLists",
  LoadBalancers: "elasticloadbalancing:DescribeLoadBalancers",
  Listeners: "elasticloadbalancing:DescribeListeners",
  Attributes: "elasticloadbalancing:DescribeLoadBalancerAttributes",
  TargetGroups: "elasticloadbalancing:DescribeTargetGroups",
  TargetHealthDescriptions: "elasticloadbalancing:DescribeTargetHealth",
} as const;

const keys = [...Object.keys(plainLists), ...Object.keys(furtherKeys)];

/** Whether a file is one of these, by its key alone: its name says nothing. */
export function isDescribed(content: unknown): content is DescribedFile["content"] {
  return typeof content === "object" && content !== null && keys.some((key) => key in content);
}

/**
 * One folder of such files is one Region of any number of accounts, which records and ARNs name. What no file tells, or only a part of, is
 * not told: it is named in `unread`.
 *
 * @throws AnswersFileError when no file tells the Region, or they tell several
 */
export function answersOfDescribed(files: readonly DescribedFile[], folder: string, readAt: string): Answers {
  const of = (key: string): Item[] | undefined => {
    const lists = files.flatMap(({ content }) => (Array.isArray(content[key]) ? [content[key] as Item[]] : []));
    return lists.length === 0 ? undefined : lists.flat();
  };
  const missing = [...Object.values(plainLists).map(([, action]) => action), ...Object.values(furtherKeys)].filter(
    (_, place) => of(keys[place] ?? "") === undefined,
  );
  const plain = Object.entries(plainLists).flatMap(([key, [name]]) => {
    const items = of(key);
    return items === undefined ? [] : [[name, items]];
  });
  const principals = of("AllowedPrincipals");
  const services = of("ServiceConfigurations")?.map((service) => ({
    ...service,
    ...(principals && {
      Principals: principals
        .filter(({ ServiceId }) => ServiceId === service["ServiceId"])
        .map(({ Principal }) => Principal),
    }),
  }));
  const instances = of("Reservations")?.flatMap(({ Instances }) =>
    Array.isArray(Instances) ? (Instances as Item[]) : [],
  );
  // AWS's own lists tell what they hold; those of customers need another question.
  const prefixLists = of("PrefixLists")?.filter(({ Cidrs }) => Cidrs !== undefined);
  return {
    source: folder,
    region: regionOf(files, folder),
    readAt,
    unread: [
      ...missing.map((action) => `${action}, ${folder}: no file has its answer`),
      ...files
        .filter(({ content }) => typeof (content["NextToken"] ?? content["NextMarker"]) === "string")
        .map(({ what }) => `${what}: it ends before the last page (NextToken)`),
    ],
    ...Object.fromEntries(plain),
    ...(services && { services }),
    ...(instances && { instances }),
    ...(prefixLists && { prefixLists }),
    ...loadBalancing(of),
  } as Answers;
}

/** Attributes and health do not name what they are of: they count only where there is one thing that they can be of. */
function loadBalancing(of: (key: string) => Item[] | undefined): Pick<Answers, "loadBalancers" | "targetGroups"> {
  const balancers = of("LoadBalancers");
  const groups = of("TargetGroups");
  const listeners = of("Listeners");
  const all = of("Attributes");
  // Two values of one key are of two things.
  const attributes = all?.filter(({ Key }) => all.filter((each) => each["Key"] === Key).length === 1);
  const health = of("TargetHealthDescriptions");
  const loadBalancers = balancers?.map((balancer) => ({
    ...balancer,
    ...(listeners && {
      Listeners: listeners.filter(({ LoadBalancerArn }) => LoadBalancerArn === balancer["LoadBalancerArn"]),
    }),
    ...(attributes && balancers.length === 1 && { Attributes: attributes }),
  }));
  const targetGroups = groups?.map((group) => ({
    ...group,
    ...(attributes && groups.length === 1 && { Attributes: attributes }),
    ...(health && groups.length === 1 && { Targets: health }),
  }));
  return { ...(loadBalancers && { loadBalancers }), ...(targetGroups && { targetGroups }) };
}

function regionOf(files: readonly DescribedFile[], folder: string): string {
  const arnKeys = ["SubnetArn", "LoadBalancerArn", "TargetGroupArn"];
  const items = files.flatMap(({ content }) =>
    Object.values(content).flatMap((list) => (Array.isArray(list) ? (list as Item[]) : [])),
  );
  const regions = new Set(
    items.flatMap((item) =>
      arnKeys.flatMap((key) => {
        const arn = item[key];
        return typeof arn === "string" ? (parseArn(arn)?.region ?? []) : [];
      }),
    ),
  );
  const [region, ...others] = regions;
  if (region !== undefined && others.length === 0) return region;
  const seen = region === undefined ? "no ARN tells the Region" : `ARNs of ${[...regions].sort().join(", ")}`;
  throw new AnswersFileError(
    `${folder}: ${seen}, expected answers of one Region, with those of \`aws ec2 describe-subnets\` among them`,
  );
}
