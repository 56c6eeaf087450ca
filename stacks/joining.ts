import * as aws from "../components/aws";
import { ec2transitgateway } from "../components/awsTransit";
import { reasonOf } from "../components/existing";
import { checkCredentials } from "../components/credentialsError";
import { overlaps, parseCidr } from "../path/net/cidr";
import { stackTag } from "../path/net/ownership";
import type { TransitContract } from "./centralisedContract";
import { ConfigError, type SpokeConfig } from "./config/index";

interface Providers {
  /** Of the spoke's account. */
  own: aws.Provider;
  /** Of the transit gateway's, which may be the same. */
  accepter: aws.Provider;
}

/**
 * Whether AWS would take a spoke in, asked before anything is made.
 *
 * @param name - of the spoke's stack
 * @throws ConfigError when its account has not accepted the share, or another attached VPC has its CIDR
 */
export async function checkJoining(
  name: string,
  config: SpokeConfig,
  transit: TransitContract,
  { own, accepter }: Providers,
): Promise<void> {
  const ours = await ownAttachments(name, transit, own);
  // What is attached stays so, whatever becomes of the share (Transit Gateway guide, "Share a transit gateway").
  if (ours.length === 0 && !(await isSeen(transit, own))) throw new ConfigError([notShared(config, transit)]);
  const taken = await othersCidrs(ours, transit, accepter);
  const vpc = parseCidr(config.vpcCidr);
  const problems = taken
    .filter((cidr) => overlaps(vpc, parseCidr(cidr)))
    .map(
      (cidr) =>
        `vpcCidr: "${config.vpcCidr}": overlaps with ${cidr}, which a VPC that is attached to ${transit.transitGatewayId} has: AWS would propagate ` +
        "no route to this one: expected a CIDR of its own",
    );
  if (problems.length > 0) throw new ConfigError(problems);
}

/**
 * Another account sees a transit gateway only once it has accepted its share; before, AWS answers `InvalidTransitGatewayID.NotFound`
 * (terraform-aws-modules/terraform-aws-transit-gateway, issues 19 and 89), and the provider that it has found none.
 */
async function isSeen({ transitGatewayId: id }: TransitContract, provider: aws.Provider): Promise<boolean> {
  try {
    await ec2transitgateway.getTransitGateway({ id }, { provider });
    return true;
  } catch (error) {
    checkCredentials(reasonOf(error));
    if (/no matching EC2 Transit Gateway|InvalidTransitGatewayID/.test(reasonOf(error))) return false;
    throw new ConfigError([`transitStack: ${id} cannot be looked at: ${reasonOf(error)}`]);
  }
}

function notShared(
  { accountId, region }: SpokeConfig,
  { transitGatewayId, accountId: owner, shareArn }: TransitContract,
): string {
  const seen = `accountId: "${accountId}": AWS shows this account no ${transitGatewayId} of ${owner}`;
  if (shareArn === undefined)
    return `${seen}: expected an account that it is shared with, and that has accepted the share`;
  const invitations =
    `aws ram get-resource-share-invitations --region ${region} --resource-share-arns ${shareArn} ` +
    `--query "resourceShareInvitations[?status=='PENDING'].resourceShareInvitationArn" --output text`;
  return (
    `${seen}: expected that it has accepted resource share ${shareArn}. With that account's credentials: ` +
    `aws ram accept-resource-share-invitation --region ${region} --resource-share-invitation-arn "$(${invitations})"`
  );
}

type Filter = { name: string; values: string[] };

/**
 * By the stack's tag, since what a first run that has failed left is in no output of the stack: its VPC's, for attachments are not found by tags
 * (EC2 API, DescribeTransitGatewayVpcAttachments, "Filter.N").
 */
async function ownAttachments(
  name: string,
  { transitGatewayId }: TransitContract,
  provider: aws.Provider,
): Promise<string[]> {
  const tagged: Filter[] = [{ name: `tag:${stackTag}`, values: [name] }];
  const vpcs = await told(transitGatewayId, () => aws.ec2.getVpcs({ filters: tagged }, { provider }));
  if (vpcs.ids.length === 0) return [];
  const filters: Filter[] = [
    { name: "transit-gateway-id", values: [transitGatewayId] },
    { name: "vpc-id", values: vpcs.ids },
    { name: "state", values: ["pendingAcceptance", "pending", "available", "modifying"] },
  ];
  const found = await told(transitGatewayId, () => ec2transitgateway.getVpcAttachments({ filters }, { provider }));
  return found.ids;
}

/**
 * CIDRs that other VPCs propagate into the table that leads to spokes: AWS propagates none that overlaps with one that is there
 * (Transit Gateway guide, "VPC attachments"). Of more than 1000 AWS tells a part.
 */
async function othersCidrs(
  ours: string[],
  { transitGatewayId, inspectionRouteTableId: transitGatewayRouteTableId }: TransitContract,
  provider: aws.Provider,
): Promise<string[]> {
  const ask = async (...more: Filter[]): Promise<string[]> => {
    const args = { transitGatewayRouteTableId, filters: [{ name: "type", values: ["propagated"] }, ...more] };
    const { routes } = await told(transitGatewayId, () => ec2transitgateway.getRouteTableRoutes(args, { provider }));
    return routes.map(({ destinationCidrBlock }) => destinationCidrBlock);
  };
  const own = ours.length === 0 ? [] : await ask({ name: "attachment.transit-gateway-attachment-id", values: ours });
  return (await ask()).filter((cidr) => !own.includes(cidr));
}

async function told<T>(transitGatewayId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    checkCredentials(reasonOf(error));
    throw new ConfigError([`transitStack: what is attached to ${transitGatewayId} cannot be told: ${reasonOf(error)}`]);
  }
}
