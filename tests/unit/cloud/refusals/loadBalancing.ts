import { security, system, tokens } from "../topology";
import { changing, changingNothing, creating, deleting, type Refusal } from "./refusal";

const gateway = { loadBalancerType: "gateway" };

export const loadBalancers: Refusal[] = [
  {
    rule: "two subnets of a load balancer in one AZ",
    code: "InvalidConfigurationRequest",
    text: "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    attempt: creating(system, tokens.loadBalancer, ({ sourceSubnet, endpointSubnet }) => ({
      ...gateway,
      subnets: [sourceSubnet.id, endpointSubnet.id],
    })),
  },
  {
    rule: "subnets of two VPCs",
    code: "InvalidConfigurationRequest",
    text: "belong to different VPCs",
    given: async ({ builder }) => {
      const vpc = await builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      return builder.create(system, tokens.subnet, {
        vpcId: vpc.id,
        cidrBlock: "10.7.0.0/24",
        availabilityZoneId: "apne1-az2",
      });
    },
    attempt: creating(system, tokens.loadBalancer, ({ sourceSubnet }, { id }) => ({
      ...gateway,
      subnets: [sourceSubnet.id, id],
    })),
  },
  {
    rule: "a load balancer in no subnet",
    code: "ValidationError",
    text: "At least one subnet must be specified",
    attempt: creating(security, tokens.loadBalancer, () => ({ ...gateway })),
  },
  {
    rule: "security groups on a gateway load balancer",
    code: "InvalidConfigurationRequest",
    text: "Security groups are not supported",
    attempt: creating(security, tokens.loadBalancer, ({ hubSubnet, group }) => ({
      ...gateway,
      subnets: [hubSubnet.id],
      securityGroups: [group.id],
    })),
  },
  {
    rule: "a subnet of another account",
    code: "SubnetNotFound",
    text: "does not exist",
    attempt: creating(security, tokens.loadBalancer, ({ sourceSubnet }) => ({
      ...gateway,
      subnets: [sourceSubnet.id],
    })),
  },
  {
    rule: "a second load balancer of the same name",
    code: "DuplicateLoadBalancerName",
    text: "same name",
    attempt: creating(security, tokens.loadBalancer, ({ hubSubnet, balancer }) => ({
      ...gateway,
      name: balancer.outputs["name"],
      subnets: [hubSubnet.id],
    })),
  },
  {
    rule: "to take a subnet away from a load balancer",
    code: "InvalidConfigurationRequest",
    text: /Subnet 'subnet-0.*' cannot be removed from a load balancer with type 'gateway'/,
    given: ({ builder, hubVpc }) =>
      builder.create(security, tokens.subnet, {
        vpcId: hubVpc.id,
        cidrBlock: "10.1.9.0/24",
        availabilityZoneId: "apne1-az2",
      }),
    attempt: changing(
      ({ balancer }) => balancer,
      (_, { id }) => ({ subnets: [id] }),
    ),
  },
  {
    rule: "a change of a load balancer that is gone",
    code: "LoadBalancerNotFound",
    text: "Load balancers '[arn:nothing]' not found",
    attempt: changingNothing(({ balancer }) => balancer, "arn:nothing"),
  },
  {
    rule: "to delete a load balancer with an endpoint service",
    code: "ResourceInUse",
    text: "currently associated with another service",
    attempt: deleting(({ balancer }) => balancer),
  },
  {
    rule: "to delete a load balancer that is protected",
    code: "OperationNotPermitted",
    text: "deletion protection is enabled",
    given: ({ builder, hubSubnet }) =>
      builder.create(security, tokens.loadBalancer, {
        ...gateway,
        subnets: [hubSubnet.id],
        enableDeletionProtection: true,
      }),
    attempt: deleting((_, balancer) => balancer),
  },
];

const forwardTo = (targetGroupArn: string) => [{ type: "forward", targetGroupArn }];

export const listeners: Refusal[] = [
  {
    rule: "a gateway listener with a port",
    code: "ValidationError",
    text: "A port cannot be specified for gateway listeners",
    attempt: creating(security, tokens.listener, ({ balancer, targetGroup }) => ({
      loadBalancerArn: balancer.id,
      port: 6081,
      defaultActions: forwardTo(targetGroup.id),
    })),
  },
  {
    rule: "a gateway listener with a protocol",
    code: "ValidationError",
    text: "A protocol cannot be specified for gateway listeners",
    attempt: creating(security, tokens.listener, ({ balancer, targetGroup }) => ({
      loadBalancerArn: balancer.id,
      protocol: "GENEVE",
      defaultActions: forwardTo(targetGroup.id),
    })),
  },
  {
    rule: "a second listener",
    code: "DuplicateListener",
    text: "already exists",
    attempt: creating(security, tokens.listener, ({ balancer, targetGroup }) => ({
      loadBalancerArn: balancer.id,
      defaultActions: forwardTo(targetGroup.id),
    })),
  },
  {
    rule: "a listener with two actions",
    code: "ValidationError",
    text: "Exactly one default action",
    attempt: creating(security, tokens.listener, ({ balancer, targetGroup }) => ({
      loadBalancerArn: balancer.id,
      defaultActions: [...forwardTo(targetGroup.id), ...forwardTo(targetGroup.id)],
    })),
  },
  {
    rule: "a listener that forwards nowhere",
    code: "ValidationError",
    text: "A target group ARN must be specified",
    attempt: creating(security, tokens.listener, ({ balancer }) => ({
      loadBalancerArn: balancer.id,
      defaultActions: [{ type: "forward" }],
    })),
  },
  {
    rule: "a listener for a target group that there is not",
    code: "TargetGroupNotFound",
    text: "Target groups 'arn:nothing' not found",
    attempt: creating(security, tokens.listener, ({ balancer }) => ({
      loadBalancerArn: balancer.id,
      defaultActions: forwardTo("arn:nothing"),
    })),
  },
  {
    rule: "a listener for a target group of another VPC",
    code: "InvalidConfigurationRequest",
    text: "must be in the same VPC",
    given: async ({ builder }) => {
      const vpc = await builder.create(security, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      return builder.create(security, tokens.targetGroup, { protocol: "GENEVE", port: 6081, vpcId: vpc.id });
    },
    attempt: changing(
      ({ listener }) => listener,
      (_, { id }) => ({ defaultActions: forwardTo(id) }),
    ),
  },
  {
    rule: "one target group behind two load balancers",
    code: "TargetGroupAssociationLimit",
    text: "cannot be associated with more than one load balancer",
    given: ({ builder, hubSubnet }) =>
      builder.create(security, tokens.loadBalancer, { ...gateway, subnets: [hubSubnet.id] }),
    attempt: creating(security, tokens.listener, ({ targetGroup }, { id }) => ({
      loadBalancerArn: id,
      defaultActions: forwardTo(targetGroup.id),
    })),
  },
  {
    rule: "a change of a listener that is gone",
    code: "ListenerNotFound",
    text: "Listeners '[arn:nothing]' not found",
    attempt: changingNothing(({ listener }) => listener, "arn:nothing"),
  },
];
