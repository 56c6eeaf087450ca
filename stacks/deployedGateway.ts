import { z } from "zod";
import { ownResources, type OwnResources } from "../components/ownState";
import { idInArn } from "../path/net/partition";
import { ConfigError, type SecurityConfig } from "./config/index";

const balancerSchema = z.object({ subnets: z.array(z.string()), vpcId: z.string() });
const subnetSchema = z.object({ arn: z.string(), availabilityZoneId: z.string(), cidrBlock: z.string() });
const vpcSchema = z.object({ arn: z.string(), cidrBlock: z.string() });

/**
 * Refuses, before anything is changed, what AWS would refuse half-way: a GWLB keeps every subnet that it ever got (ELBv2 SetSubnets:
 * "you must include all subnets that were enabled previously"). AZs can be added. What is deployed is read from the stack's own state; of a
 * stack that was never deployed to its end nothing is known: there AWS refuses.
 *
 * @throws ConfigError when an AZ of the deployed GWLB has gone from `zones`, or has another CIDR, or the VPC has
 */
export async function checkDeployedGateway(config: Pick<SecurityConfig, "zones" | "vpcCidr">): Promise<void> {
  const problems = gatewayProblems(config, await ownResources());
  if (problems.length > 0) throw new ConfigError(problems);
}

function gatewayProblems({ zones, vpcCidr }: Pick<SecurityConfig, "zones" | "vpcCidr">, state: OwnResources): string[] {
  const [balancer] = outputsOf(state, "aws:lb/loadBalancer:LoadBalancer", balancerSchema);
  if (balancer === undefined) return [];
  const why =
    "AWS takes no subnet away from a GWLB. To be rid of it destroy all consumers' stacks, then this one, and deploy anew";
  const subnets = outputsOf(state, "aws:ec2/subnet:Subnet", subnetSchema)
    .filter(({ arn }) => balancer.subnets.includes(idInArn(arn)))
    .flatMap(({ availabilityZoneId: azId, cidrBlock }) => {
      const zone = zones[azId];
      if (zone === undefined) {
        return [`zones.${azId}: missing: expected gwlb ${cidrBlock}, where the deployed GWLB is: ${why}`];
      }
      return zone.gwlb === cidrBlock
        ? []
        : [`zones.${azId}.gwlb: "${zone.gwlb}": expected ${cidrBlock}, where the deployed GWLB is: ${why}`];
    });
  const vpc = outputsOf(state, "aws:ec2/vpc:Vpc", vpcSchema)
    .filter(({ arn, cidrBlock }) => idInArn(arn) === balancer.vpcId && cidrBlock !== vpcCidr)
    .map(({ cidrBlock }) => `vpcCidr: "${vpcCidr}": expected ${cidrBlock}, where the deployed GWLB is: ${why}`);
  return [...subnets, ...vpc];
}

function outputsOf<T>(state: OwnResources, type: string, schema: z.ZodType<T>): T[] {
  return Object.values(state)
    .filter((each) => each.type === type)
    .flatMap(({ outputs }) => {
      const { data } = schema.safeParse(outputs);
      return data === undefined ? [] : [data];
    });
}
