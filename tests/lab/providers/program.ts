import * as command from "@pulumi/command";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { tellRemedies } from "../../../stacks/awsRefusals";

/** What the program is to stand up; each run is given one. */
export interface Settings {
  /** The role that the system account's provider assumes. */
  systemRole: string;
  securityCidr: string;
  name: string;
  policy: string;
  /** As the stacks' programs do. */
  tellsRemedies?: boolean;
  /** A second subnet, of the same VPC as the first. */
  secondSubnet?: string;
  /** Interface endpoint in the system VPC: takes a minute. */
  slowEndpoint?: boolean;
  local?: { create: string; update?: string; delete?: string; triggers?: string[]; logging?: "none" };
  remote?: { connection: { host: string; port: number; user: string; password: string }; create: string };
}

const region = "ap-northeast-1";
export const SECURITY = "111111111111";
export const SYSTEM = "222222222222";

/** Two accounts, an output of one that is an input of the other, a data source, and commands. */
export function program(settings: Settings): Record<string, pulumi.Output<unknown>> {
  if (settings.tellsRemedies === true) tellRemedies();
  const inSecurity = {
    provider: new aws.Provider("security", { region, allowedAccountIds: [SECURITY] }),
  };
  const inSystem = {
    provider: new aws.Provider("system", {
      region,
      allowedAccountIds: [SYSTEM],
      assumeRoles: [{ roleArn: settings.systemRole, sessionName: "tests", externalId: "outside" }],
    }),
  };
  const hub = new aws.ec2.Vpc("hub", { cidrBlock: settings.securityCidr, tags: { Name: settings.name } }, inSecurity);
  const spoke = new aws.ec2.Vpc(
    "spoke",
    { cidrBlock: "10.2.0.0/16", enableDnsHostnames: true, tags: { hub: hub.id } },
    inSystem,
  );
  const subnet = new aws.ec2.Subnet(
    "spoke",
    { vpcId: spoke.id, cidrBlock: "10.2.1.0/24", availabilityZoneId: "apne1-az4" },
    inSystem,
  );
  if (settings.secondSubnet !== undefined) {
    // After the first: where both overlap, this is the one that AWS refuses.
    new aws.ec2.Subnet(
      "second",
      { vpcId: spoke.id, cidrBlock: settings.secondSubnet },
      { ...inSystem, dependsOn: [subnet] },
    );
  }
  if (settings.slowEndpoint === true) {
    new aws.ec2.VpcEndpoint(
      "slow",
      {
        vpcId: spoke.id,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${region}.ssm`,
        subnetIds: [subnet.id],
        privateDnsEnabled: true,
      },
      inSystem,
    );
  }
  const role = new aws.iam.Role(
    "host",
    { name: "host", assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [] }) },
    inSecurity,
  );
  new aws.iam.RolePolicyAttachment(
    "host",
    { role: role.name, policyArn: `arn:aws:iam::aws:policy/${settings.policy}` },
    inSecurity,
  );
  const printed = settings.local === undefined ? undefined : new command.local.Command("local", settings.local).stdout;
  if (settings.remote !== undefined) new command.remote.Command("remote", settings.remote);
  return {
    hub: hub.arn,
    spoke: spoke.arn,
    subnetVpc: subnet.vpcId,
    hubOfSpoke: spoke.tags.apply((tags) => tags?.hub),
    caller: aws.getCallerIdentityOutput({}, inSystem).accountId,
    ...(printed === undefined ? {} : { printed }),
  };
}
