import type { Reservation } from "@aws-sdk/client-ec2";
import { security, system, tokens } from "../topology";
import { calling, type Refusal } from "./refusal";

/** What no resource of the provider's comes to ask for. */
export const apiOperations: Refusal[] = [
  {
    rule: "more than one network interface",
    code: "UnsupportedOperation",
    text: "gives an instance one new network interface",
    attempt: calling(system, "ec2", "RunInstances", ({ ami, sourceSubnet }) => ({
      ImageId: ami,
      NetworkInterfaces: [{ SubnetId: sourceSubnet.id }, { SubnetId: sourceSubnet.id }],
    })),
  },
  {
    rule: "less than one instance",
    code: "InvalidParameterValue",
    text: "'0' for minCount",
    attempt: calling(system, "ec2", "RunInstances", () => ({ MinCount: 0, MaxCount: 1 })),
  },
  {
    rule: "an instance to be stopped that has not started yet",
    code: "IncorrectInstanceState",
    text: "from which it can be stopped",
    given: ({ builder, ami, hubSubnet, target }) => {
      builder.cloud.hooks.instanceRunning = () => new Promise(() => undefined);
      const input = { ImageId: ami, SubnetId: hubSubnet.id };
      const made = builder.cloud.operation("ec2", "RunInstances")?.call(security, input) as Reservation;
      return Promise.resolve({ ...target, id: made.Instances?.[0]?.InstanceId ?? "" });
    },
    attempt: calling(security, "ec2", "StopInstances", (_, { id }) => ({ InstanceIds: [id] })),
  },
  {
    rule: "an internet gateway that is attached to be attached elsewhere",
    code: "Resource.AlreadyAssociated",
    text: "is already attached to network",
    given: ({ builder }) => builder.create(system, tokens.vpc, { cidrBlock: "10.3.0.0/16" }),
    attempt: calling(system, "ec2", "AttachInternetGateway", ({ gateway }, { id }) => ({
      InternetGatewayId: gateway.id,
      VpcId: id,
    })),
  },
  {
    rule: "an internet gateway to be detached from a VPC that it is not in",
    code: "Gateway.NotAttached",
    text: "is not attached to network vpc-0",
    attempt: calling(system, "ec2", "DetachInternetGateway", ({ gateway }) => ({
      InternetGatewayId: gateway.id,
      VpcId: "vpc-0",
    })),
  },
  {
    rule: "to delete an internet gateway that is attached",
    code: "DependencyViolation",
    text: "has dependencies and cannot be deleted",
    attempt: calling(system, "ec2", "DeleteInternetGateway", ({ gateway }) => ({ InternetGatewayId: gateway.id })),
  },
  {
    rule: "listeners of nothing in particular",
    code: "ValidationError",
    text: "either listener ARNs or a load balancer ARN",
    attempt: calling(security, "elasticloadbalancing", "DescribeListeners", () => ({})),
  },
  {
    rule: "an idle timeout of less than a minute",
    code: "InvalidConfigurationRequest",
    text: "'tcp.idle_timeout.seconds' with value '59'",
    attempt: calling(security, "elasticloadbalancing", "ModifyListenerAttributes", ({ listener }) => ({
      ListenerArn: listener.id,
      Attributes: [{ Key: "tcp.idle_timeout.seconds", Value: "59" }],
    })),
  },
  {
    rule: "a load balancer of another type",
    code: "ValidationError",
    text: "of type 'gateway' only",
    attempt: calling(security, "elasticloadbalancing", "CreateLoadBalancer", () => ({
      Name: "other",
      Type: "network",
    })),
  },
  {
    rule: "an attribute that a load balancer has not",
    code: "InvalidConfigurationRequest",
    text: "'idle_timeout' is not recognized",
    attempt: calling(security, "elasticloadbalancing", "ModifyLoadBalancerAttributes", ({ balancer }) => ({
      LoadBalancerArn: balancer.id,
      Attributes: [{ Key: "idle_timeout", Value: "1" }],
    })),
  },
  {
    rule: "a network interface that is not there",
    code: "InvalidNetworkInterfaceID.NotFound",
    text: "'eni-0' does not exist",
    attempt: calling(system, "ec2", "DescribeNetworkInterfaces", () => ({ NetworkInterfaceIds: ["eni-0"] })),
  },
  {
    rule: "to delete a route that is not there",
    code: "InvalidRoute.NotFound",
    text: "no route with destination-cidr-block 10.9.0.0/16",
    attempt: calling(system, "ec2", "DeleteRoute", ({ table }) => ({
      RouteTableId: table.id,
      DestinationCidrBlock: "10.9.0.0/16",
    })),
  },
  {
    rule: "to authorize nothing",
    code: "MissingParameter",
    text: "should be provided",
    attempt: calling(security, "ec2", "AuthorizeSecurityGroupIngress", ({ group }) => ({ GroupId: group.id })),
  },
  {
    rule: "to revoke what is not allowed",
    code: "InvalidPermission.NotFound",
    text: "does not exist in this security group",
    attempt: calling(security, "ec2", "RevokeSecurityGroupIngress", ({ group }) => ({
      GroupId: group.id,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }],
    })),
  },
  {
    rule: "to delete a default security group",
    code: "CannotDelete",
    text: 'name: "default" cannot be deleted',
    attempt: calling(system, "ec2", "DeleteSecurityGroup", ({ vpc }) => ({
      GroupId: vpc.outputs["defaultSecurityGroupId"],
    })),
  },
  {
    rule: "tags of something else",
    code: "InvalidParameterValue",
    text: "'subnet' is not a valid taggable resource type",
    attempt: calling(system, "ec2", "CreateVpc", () => ({
      CidrBlock: "10.3.0.0/16",
      TagSpecifications: [{ ResourceType: "subnet", Tags: [] }],
    })),
  },
  {
    rule: "tags for something that is not there",
    code: "InvalidID",
    text: "'vpc-0' is not valid",
    attempt: calling(system, "ec2", "CreateTags", () => ({ Resources: ["vpc-0"], Tags: [] })),
  },
  {
    rule: "a target group of another protocol",
    code: "ValidationError",
    text: "of protocol GENEVE only",
    attempt: calling(security, "elasticloadbalancing", "CreateTargetGroup", () => ({ Name: "other", Protocol: "TCP" })),
  },
  {
    rule: "an attribute that a target group has not",
    code: "InvalidConfigurationRequest",
    text: "'stickiness.kind' is not recognized",
    attempt: calling(security, "elasticloadbalancing", "ModifyTargetGroupAttributes", ({ targetGroup }) => ({
      TargetGroupArn: targetGroup.id,
      Attributes: [{ Key: "stickiness.kind", Value: "x" }],
    })),
  },
  {
    rule: "a VPC that is too large",
    code: "InvalidVpc.Range",
    text: "The CIDR '10.0.0.0/8' is invalid",
    attempt: calling(system, "ec2", "CreateVpc", () => ({ CidrBlock: "10.0.0.0/8" })),
  },
  {
    rule: "a subnet with IPv6 that its VPC has not",
    code: "InvalidSubnet.Range",
    text: "The CIDR '2600:1f14:1:1::/64' is invalid",
    attempt: calling(system, "ec2", "CreateSubnet", ({ vpc }) => ({
      VpcId: vpc.id,
      CidrBlock: "10.2.200.0/24",
      Ipv6CidrBlock: "2600:1f14:1:1::/64",
    })),
  },
];
