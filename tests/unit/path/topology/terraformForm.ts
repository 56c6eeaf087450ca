import type { ResourceState } from "../../../../path/topology";

type Values = Record<string, unknown>;

/**
 * What the provider hashicorp/aws would have in its state for a resource of Pulumi's: attribute by attribute, from the "Attribute Reference" of
 * each resource's page in the Terraform Registry (5.x). Written out by hand, since the product translates by a rule.
 */
const forms: Record<string, [type: string, attributes: (p: Values) => Values]> = {
  "aws:ec2/vpc:Vpc": [
    "aws_vpc",
    (p) => ({
      arn: p["arn"],
      cidr_block: p["cidrBlock"],
      ipv6_cidr_block: p["ipv6CidrBlock"] ?? "",
      main_route_table_id: p["mainRouteTableId"],
      default_network_acl_id: p["defaultNetworkAclId"],
      owner_id: p["ownerId"],
      tags: p["tags"],
      ipv4_ipam_pool_id: null,
    }),
  ],
  "aws:ec2/subnet:Subnet": [
    "aws_subnet",
    (p) => ({
      arn: p["arn"],
      vpc_id: p["vpcId"],
      cidr_block: p["cidrBlock"],
      ipv6_cidr_block: p["ipv6CidrBlock"] ?? "",
      availability_zone: p["availabilityZone"],
      availability_zone_id: p["availabilityZoneId"],
      owner_id: p["ownerId"],
      tags: p["tags"],
      timeouts: null,
    }),
  ],
  "aws:ec2/internetGateway:InternetGateway": [
    "aws_internet_gateway",
    (p) => ({ arn: p["arn"], vpc_id: p["vpcId"], owner_id: p["ownerId"], tags: p["tags"], timeouts: null }),
  ],
  "aws:ec2/routeTable:RouteTable": [
    "aws_route_table",
    (p) => ({ arn: p["arn"], vpc_id: p["vpcId"], owner_id: p["ownerId"], tags: p["tags"], route: [] }),
  ],
  "aws:ec2/route:Route": [
    "aws_route",
    (p) => ({
      route_table_id: p["routeTableId"],
      destination_cidr_block: p["destinationCidrBlock"] ?? "",
      destination_ipv6_cidr_block: p["destinationIpv6CidrBlock"] ?? "",
      destination_prefix_list_id: "",
      gateway_id: p["gatewayId"] ?? "",
      vpc_endpoint_id: p["vpcEndpointId"] ?? "",
      network_interface_id: p["networkInterfaceId"] ?? "",
      transit_gateway_id: "",
      nat_gateway_id: "",
      origin: "CreateRoute",
      state: p["state"],
      timeouts: null,
    }),
  ],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": [
    "aws_route_table_association",
    (p) => ({ route_table_id: p["routeTableId"], subnet_id: p["subnetId"] ?? "", gateway_id: p["gatewayId"] ?? "" }),
  ],
  "aws:ec2/securityGroup:SecurityGroup": [
    "aws_security_group",
    (p) => ({ arn: p["arn"], vpc_id: p["vpcId"], owner_id: p["ownerId"], tags: p["tags"], ingress: [], egress: [] }),
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["aws_vpc_security_group_ingress_rule", ruleForm],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["aws_vpc_security_group_egress_rule", ruleForm],
  "aws:ec2/instance:Instance": [
    "aws_instance",
    (p) => ({
      arn: p["arn"],
      subnet_id: p["subnetId"],
      primary_network_interface_id: p["primaryNetworkInterfaceId"],
      private_ip: p["privateIp"],
      public_ip: p["publicIp"] ?? "",
      associate_public_ip_address: p["associatePublicIpAddress"],
      vpc_security_group_ids: p["vpcSecurityGroupIds"],
      source_dest_check: p["sourceDestCheck"],
      instance_state: p["instanceState"],
      network_interface: [],
      user_data: "9b1f0c4c0c6e2b1f6d9e7a5c3b2a1f0e9d8c7b6a",
      tags: p["tags"],
    }),
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [
    "aws_vpc_endpoint",
    (p) => ({
      arn: p["arn"],
      vpc_id: p["vpcId"],
      vpc_endpoint_type: p["vpcEndpointType"],
      ip_address_type: p["ipAddressType"],
      service_name: p["serviceName"],
      state: p["state"],
      subnet_ids: p["subnetIds"],
      subnet_configuration: (p["subnetConfigurations"] as Values[] | undefined)?.map((each) => ({
        ipv4: each["ipv4"] ?? null,
        ipv6: null,
        subnet_id: each["subnetId"],
      })),
      network_interface_ids: p["networkInterfaceIds"],
      route_table_ids: p["routeTableIds"],
      security_group_ids: p["securityGroupIds"],
      prefix_list_id: p["prefixListId"] ?? null,
      cidr_blocks: p["cidrBlocks"],
      owner_id: p["ownerId"],
      tags: p["tags"],
    }),
  ],
  "aws:ec2/vpcEndpointService:VpcEndpointService": [
    "aws_vpc_endpoint_service",
    (p) => ({
      arn: p["arn"],
      acceptance_required: p["acceptanceRequired"],
      allowed_principals: [],
      gateway_load_balancer_arns: p["gatewayLoadBalancerArns"],
      network_load_balancer_arns: null,
      service_name: p["serviceName"],
      state: p["state"],
      tags: p["tags"],
    }),
  ],
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": [
    "aws_vpc_endpoint_service_allowed_principal",
    (p) => ({ vpc_endpoint_service_id: p["vpcEndpointServiceId"], principal_arn: p["principalArn"] }),
  ],
  "aws:lb/loadBalancer:LoadBalancer": [
    "aws_lb",
    (p) => ({
      arn: p["arn"],
      name: p["name"],
      load_balancer_type: "gateway",
      enable_cross_zone_load_balancing: p["enableCrossZoneLoadBalancing"],
      subnets: p["subnets"],
      vpc_id: p["vpcId"],
      tags: p["tags"],
      access_logs: [],
    }),
  ],
  "aws:lb/targetGroup:TargetGroup": [
    "aws_lb_target_group",
    (p) => ({
      arn: p["arn"],
      vpc_id: p["vpcId"],
      protocol: p["protocol"],
      port: p["port"],
      target_type: p["targetType"],
      health_check: [
        {
          enabled: true,
          port: (p["healthCheck"] as Values)["port"],
          protocol: (p["healthCheck"] as Values)["protocol"],
          matcher: "",
        },
      ],
      stickiness: [{ cookie_duration: 0, cookie_name: "", enabled: false, type: "source_ip_dest_ip_proto" }],
      target_failover: [{ on_deregistration: "no_rebalance", on_unhealthy: "no_rebalance" }],
      target_health_state: [],
      tags: p["tags"],
    }),
  ],
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": [
    "aws_lb_target_group_attachment",
    (p) => ({ target_group_arn: p["targetGroupArn"], target_id: p["targetId"], availability_zone: null, port: null }),
  ],
  "aws:lb/listener:Listener": [
    "aws_lb_listener",
    (p) => ({
      arn: p["arn"],
      load_balancer_arn: p["loadBalancerArn"],
      default_action: (p["defaultActions"] as Values[]).map((action) => ({
        type: "forward",
        order: 1,
        target_group_arn: "",
        forward: [
          {
            stickiness: [{ duration: 0, enabled: false }],
            target_group: [{ arn: action["targetGroupArn"], weight: 1 }],
          },
        ],
        redirect: [],
      })),
      tags: {},
    }),
  ],
};

function ruleForm(p: Values): Values {
  return {
    arn: p["arn"],
    security_group_id: p["securityGroupId"],
    security_group_rule_id: p["securityGroupRuleId"],
    ip_protocol: p["ipProtocol"],
    from_port: p["fromPort"] ?? null,
    to_port: p["toPort"] ?? null,
    cidr_ipv4: p["cidrIpv4"] ?? null,
    cidr_ipv6: null,
    prefix_list_id: p["prefixListId"] ?? null,
    referenced_security_group_id: p["referencedSecurityGroupId"] ?? null,
    tags: null,
  };
}

/** A resource's place and attributes. */
interface Resource {
  type: string;
  name: string;
  attributes: Values;
}

function resourcesOf(states: readonly ResourceState[]): Resource[] {
  return states.flatMap(({ type, urn, id, inputs, outputs }) => {
    const form = forms[type];
    if (form === undefined) return [];
    const [name, attributes] = form;
    return {
      type: name,
      name: urn.split("::").at(-1) ?? "",
      attributes: { id, ...attributes({ ...inputs, ...outputs }) },
    };
  });
}

/** As `terraform.tfstate` has it (version 4): instances of one block in a module. */
export function stateOf(states: readonly ResourceState[]): object {
  const resources = resourcesOf(states);
  const provider = 'provider["registry.terraform.io/hashicorp/aws"]';
  return {
    version: 4,
    terraform_version: "1.9.8",
    serial: 12,
    lineage: "3b0f1f0a-8f0a-4c5e-9c63-0b4c1f1d7a55",
    outputs: {},
    resources: [...new Set(resources.map(({ type }) => type))].map((type) => ({
      module: "module.path",
      mode: "managed",
      type,
      name: "this",
      provider,
      instances: resources
        .filter((each) => each.type === type)
        .map(({ name, attributes }) => ({ index_key: name, schema_version: 1, attributes, sensitive_attributes: [] })),
    })),
    check_results: null,
  };
}

/** As `terraform show -json` prints it. */
export function shownOf(states: readonly ResourceState[]): object {
  const resources = resourcesOf(states).map(({ type, name, attributes }) => ({
    address: `module.path.${type}.this["${name}"]`,
    mode: "managed",
    type,
    name: "this",
    index: name,
    provider_name: "registry.terraform.io/hashicorp/aws",
    schema_version: 1,
    values: attributes,
    sensitive_values: { tags: {} },
  }));
  const child = { address: "module.path", resources };
  return { format_version: "1.0", terraform_version: "1.9.8", values: { root_module: { child_modules: [child] } } };
}
