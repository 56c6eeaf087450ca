import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { rolePath } from "../path/net/ownership";
import { arnOf, ec2Principal } from "../path/net/partition";
import type { HostRole, SsmHost } from "../path/proof/request";
import { portRule, type SecurityRule } from "./host";

/** By SSM Run Command, with credentials of the hosts' account. */
export interface SsmWay {
  /** Region of the hosts, as `ap-northeast-1`. */
  region: pulumi.Input<string>;
  /** AWS profile with credentials of the hosts' account. @default the environment's */
  profile?: pulumi.Input<string>;
  /** Role of the hosts' account to assume with these. @default none */
  assumeRole?: pulumi.Input<HostRole>;
  /** Whether these are secrets, which errors do not show. @default false */
  secret?: boolean;
}

/** How the hosts of one stack are reached: by SSM Run Command, without key, open port or public address. */
export interface SsmAccess extends SsmWay {
  /** Name of the hosts' instance profile, as `SsmInstanceProfile` makes one. */
  instanceProfileName: pulumi.Input<string>;
  /** IPv4 CIDRs of the subnets with the interface endpoints `ssm` and `ssmmessages`. */
  endpointCidrBlocks: string[];
}

/** AWS's policy for the agent: register, be pinged, take commands (AWS managed policy reference). */
const agentPolicy = "policy/AmazonSSMManagedInstanceCore";

/** Where the hosts are, and what bounds their role. */
export interface SsmInstanceProfileArgs {
  /** Region of the hosts, for its partition. */
  region: string;
  /** ARN of the policy that bounds the role's permissions. @default none */
  permissionsBoundary?: pulumi.Input<string>;
}

/**
 * A role for instances that lets their SSM agent register and take commands, and its instance profile.
 *
 * **Cost**: none.
 */
export class SsmInstanceProfile extends pulumi.ComponentResource {
  /** Name of the instance profile: known when the role has its policy. */
  readonly instanceProfileName: pulumi.Output<string>;

  constructor(name: string, args: SsmInstanceProfileArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:SsmInstanceProfile", name, {}, opts);
    const parent = { parent: this };
    const role = new aws.iam.Role(
      `${name}-hosts`,
      {
        description: `gwlb-inspection ${name}: hosts that SSM reaches`,
        path: rolePath,
        ...(args.permissionsBoundary !== undefined && { permissionsBoundary: args.permissionsBoundary }),
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "sts:AssumeRole",
              Principal: { Service: ec2Principal(args.region) },
            },
          ],
        }),
        tags: { Name: `${name}-hosts` },
      },
      parent,
    );
    const policy = new aws.iam.RolePolicyAttachment(
      `${name}-hosts-ssm`,
      { role: role.name, policyArn: arnOf(args.region, "iam", "aws", agentPolicy) },
      { ...parent, ...aws.oneAtATime },
    );
    const profile = new aws.iam.InstanceProfile(
      `${name}-hosts`,
      { role: role.name, path: rolePath, tags: { Name: `${name}-hosts` } },
      parent,
    );
    this.instanceProfileName = pulumi.all([profile.name, policy.id]).apply(([profileName]) => profileName);
    this.registerOutputs({ instanceProfileName: this.instanceProfileName });
  }
}

/** What a host must be let out to. */
export function ssmEgress({ endpointCidrBlocks }: SsmAccess): SecurityRule[] {
  return endpointCidrBlocks.map((cidr) => portRule("tcp", 443, cidr));
}

/** For the verification and set-up: a host by its instance id. */
export function ssmHostOf(access: SsmWay, instanceId: pulumi.Input<string>): pulumi.Output<SsmHost> {
  return pulumi.output({ instanceId, ...ssmWayOf(access) });
}

/** What of it is given, and nothing else. */
export function ssmWayOf({ region, profile, assumeRole, secret }: SsmWay): SsmWay {
  return {
    region,
    ...(profile !== undefined && { profile }),
    ...(assumeRole !== undefined && { assumeRole }),
    ...(secret !== undefined && { secret }),
  };
}
