import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { needs, type PolicyRole } from "../../../iam/needs";
import { policyOf } from "../../../iam/policy";
import { stackTag, usedByTag } from "../../../path/net/ownership";
import { ec2, elb, iam } from "../../lab/awsApi/translation";
import type { ApiRequest } from "../../lab/awsApi/model";
import { hub } from "../../fixtures/aws";
import { allows, describeAttempts, type Attempt } from "./attempts";
import { askingsOf, described } from "./asking";
import type { Asking } from "./policySimulator";
import { region, thingOf, thingOfArn, type Thing, type Things } from "./things";

const ours = { [stackTag]: "security" };
const tags = (value: string, key = stackTag) => [{ Key: key, Value: value }];
const tagged = (ResourceType: string, value = "security") => ({
  TagSpecifications: [{ ResourceType, Tags: tags(value) }],
});
const ssm = (parameters: ApiRequest["parameters"]): ApiRequest => ({
  service: "ssm",
  operation: "SendCommand",
  parameters,
});
const shell = "AWS-RunShellScript";
const document = (name: string): Thing => ({
  type: "document",
  arn: `arn:aws:ssm:${region}:${name.startsWith("AWS-") ? "" : hub}:document/${name}`,
  tags: {},
});
const role = (name: string, pathName: string): Thing => ({
  type: "role",
  arn: `arn:aws:iam::${hub}:role${pathName}${name}`,
  tags: {},
});
const profile = (name: string, of: string): Thing => ({
  type: "instance-profile",
  arn: `arn:aws:iam::${hub}:instance-profile/gwlb-inspection/${name}`,
  tags: {},
  role: of,
});
const balancing = (kind: string): string => `arn:aws:elasticloadbalancing:${region}:${hub}:${kind}/x/0123456789abcdef`;

/** `…-0` is the program's own, `…-1` somebody else's, `…-2` a consumer's stack's in the same account, `…-3` may be used. */
const prefixes = [
  ...["vpc", "subnet", "igw", "rtb", "sg", "sgr", "i", "vol", "eni", "vpce", "vpce-svc", "key"],
  ...["tmf", "tmt", "tms"],
];
const things: Things = new Map([
  ...prefixes.flatMap((prefix): [string, Thing][] => [
    [`${prefix}-0`, thingOf(`${prefix}-0`, hub, ours)],
    [`${prefix}-1`, thingOf(`${prefix}-1`, hub, { Name: "security" })],
    [`${prefix}-2`, thingOf(`${prefix}-2`, hub, { [stackTag]: "system" })],
    [`${prefix}-3`, thingOf(`${prefix}-3`, hub, { [usedByTag]: "security" })],
  ]),
  ["ami-0", thingOf("ami-0", hub)],
  ...["0", "1"].map((which): [string, Thing] => [
    `tmfr-${which}`,
    { ...thingOf(`tmfr-${which}`, hub), within: thingOf(`tmf-${which}`, hub, which === "0" ? ours : {}) },
  ]),
  ...["loadbalancer/gwy", "listener/gwy", "targetgroup"].map((kind): [string, Thing] => [
    balancing(kind),
    thingOfArn(balancing(kind)),
  ]),
  [balancing("own"), { ...thingOfArn(balancing("targetgroup")), tags: ours }],
  [shell, document(shell)],
  ...["AWS-RunRemoteScript", "mine"].map((name): [string, Thing] => [name, document(name)]),
  ["role/admin", role("admin", "/")],
  ["role/security-x-hosts-admin", role("security-x-hosts-admin", "/")],
  ["role/security-hosts-1", role("security-hosts-1", "/gwlb-inspection/")],
  ["instance-profile/security-hosts-1", profile("security-hosts-1", "security-hosts-1")],
  ["instance-profile/admin", profile("admin", "admin")],
]);

const launch = (changes: object) => ({
  ImageId: "ami-0",
  SubnetId: "subnet-0",
  SecurityGroupIds: ["sg-0"],
  MinCount: 1,
  MaxCount: 1,
  ...tagged("instance"),
  ...changes,
});
const own = { IamInstanceProfile: { Name: "security-hosts-1" } };

const mirror = (changes: object) =>
  ec2("CreateTrafficMirrorSession", {
    NetworkInterfaceId: "eni-3",
    TrafficMirrorFilterId: "tmf-0",
    TrafficMirrorTargetId: "tmt-0",
    SessionNumber: 1,
    ...tagged("traffic-mirror-session"),
    ...changes,
  });

/** What somebody with the security role's credentials may try with what is not the program's own. */
const attacks: Attempt[] = [
  ["run a command on another instance", ssm({ DocumentName: shell, InstanceIds: ["i-1"] })],
  ["run a command on an instance of the other stack", ssm({ DocumentName: shell, InstanceIds: ["i-2"] })],
  ["run a command on one's own and another instance", ssm({ DocumentName: shell, InstanceIds: ["i-0", "i-1"] })],
  ["run AWS's other documents", ssm({ DocumentName: "AWS-RunRemoteScript", InstanceIds: ["i-0"] })],
  ["run a document of the account", ssm({ DocumentName: "mine", InstanceIds: ["i-0"] })],
  ["give another instance user data", ec2("ModifyInstanceAttribute", { InstanceId: "i-1", UserData: { Value: "x" } })],
  ["stop another instance", ec2("StopInstances", { InstanceIds: ["i-0", "i-1"] })],
  ["start another instance", ec2("StartInstances", { InstanceIds: ["i-1"] })],
  ["terminate another instance", ec2("TerminateInstances", { InstanceIds: ["i-1"] })],
  ["terminate the other stack's instance", ec2("TerminateInstances", { InstanceIds: ["i-2"] })],
  ["terminate what may be used", ec2("TerminateInstances", { InstanceIds: ["i-3"] })],
  [
    "loosen another instance's metadata",
    ec2("ModifyInstanceMetadataOptions", { InstanceId: "i-1", HttpTokens: "optional" }),
  ],
  ["make another instance SSM's", ec2("AssociateIamInstanceProfile", { InstanceId: "i-1", ...own })],
  [
    "give one's own instance an admin's profile",
    ec2("AssociateIamInstanceProfile", { InstanceId: "i-0", IamInstanceProfile: { Name: "admin" } }),
  ],
  ...["i-1", "vpc-1", "sg-1", "vol-1", "rtb-2", "vpc-3"].map((id): [string, ApiRequest] => [
    `tag ${id} as one's own`,
    ec2("CreateTags", { Resources: [id], Tags: tags("security") }),
  ]),
  ["tag another instance as to be used", ec2("CreateTags", { Resources: ["i-1"], Tags: tags("security", usedByTag) })],
  ["take another's tags away", ec2("DeleteTags", { Resources: ["i-1"], Tags: [{ Key: "Name" }] })],
  [
    "tag another load balancer as one's own",
    elb("AddTags", { ResourceArns: [balancing("loadbalancer/gwy")], Tags: tags("security") }),
  ],
  ["delete another VPC", ec2("DeleteVpc", { VpcId: "vpc-1" })],
  ["delete a VPC that may be used", ec2("DeleteVpc", { VpcId: "vpc-3" })],
  ["delete another subnet", ec2("DeleteSubnet", { SubnetId: "subnet-1" })],
  [
    "give others' hosts public addresses",
    ec2("ModifySubnetAttribute", { SubnetId: "subnet-1", MapPublicIpOnLaunch: { Value: true } }),
  ],
  ["delete another route table", ec2("DeleteRouteTable", { RouteTableId: "rtb-1" })],
  [
    "lead others' packets elsewhere",
    ec2("ReplaceRoute", { RouteTableId: "rtb-1", DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-0" }),
  ],
  [
    "add a route for others",
    ec2("CreateRoute", { RouteTableId: "rtb-1", DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-0" }),
  ],
  ["take a route away", ec2("DeleteRoute", { RouteTableId: "rtb-1", DestinationCidrBlock: "0.0.0.0/0" })],
  ["give another subnet one's own routes", ec2("AssociateRouteTable", { RouteTableId: "rtb-0", SubnetId: "subnet-1" })],
  ["attach a gateway to another VPC", ec2("AttachInternetGateway", { InternetGatewayId: "igw-0", VpcId: "vpc-1" })],
  ["cut another VPC off", ec2("DetachInternetGateway", { InternetGatewayId: "igw-1", VpcId: "vpc-1" })],
  ["open another security group", ec2("AuthorizeSecurityGroupIngress", { GroupId: "sg-1", IpPermissions: [] })],
  [
    "close another security group",
    ec2("RevokeSecurityGroupIngress", { GroupId: "sg-1", SecurityGroupRuleIds: ["sgr-1"] }),
  ],
  [
    "change another group's rule",
    ec2("ModifySecurityGroupRules", { GroupId: "sg-1", SecurityGroupRules: [{ SecurityGroupRuleId: "sgr-1" }] }),
  ],
  ["delete another security group", ec2("DeleteSecurityGroup", { GroupId: "sg-1" })],
  ["delete another key pair", ec2("DeleteKeyPair", { KeyName: "key-1" })],
  ["delete another endpoint", ec2("DeleteVpcEndpoints", { VpcEndpointIds: ["vpce-0", "vpce-1"] })],
  ["open another endpoint's policy", ec2("ModifyVpcEndpoint", { VpcEndpointId: "vpce-1", ResetPolicy: true })],
  [
    "put an endpoint into another route table",
    ec2("ModifyVpcEndpoint", { VpcEndpointId: "vpce-0", AddRouteTableIds: ["rtb-1"] }),
  ],
  [
    "let oneself into another service",
    ec2("ModifyVpcEndpointServicePermissions", { ServiceId: "vpce-svc-1", AddAllowedPrincipals: ["*"] }),
  ],
  [
    "change another service",
    ec2("ModifyVpcEndpointServiceConfiguration", { ServiceId: "vpce-svc-1", AcceptanceRequired: false }),
  ],
  [
    "make a subnet in another VPC",
    ec2("CreateSubnet", { VpcId: "vpc-1", CidrBlock: "10.0.0.0/24", ...tagged("subnet") }),
  ],
  [
    "make a group in another VPC",
    ec2("CreateSecurityGroup", { VpcId: "vpc-1", GroupName: "x", ...tagged("security-group") }),
  ],
  ["make an endpoint in another VPC", ec2("CreateVpcEndpoint", { VpcId: "vpc-1", ...tagged("vpc-endpoint") })],
  [
    "make an endpoint in another subnet",
    ec2("CreateVpcEndpoint", { VpcId: "vpc-0", SubnetIds: ["subnet-1"], ...tagged("vpc-endpoint") }),
  ],
  ["make a VPC without tag", ec2("CreateVpc", { CidrBlock: "10.0.0.0/16" })],
  ["make a VPC with the other stack's tag", ec2("CreateVpc", { CidrBlock: "10.0.0.0/16", ...tagged("vpc", "system") })],
  ["launch an instance without tag", ec2("RunInstances", launch({ TagSpecifications: [] }))],
  ["launch an instance in another subnet", ec2("RunInstances", launch({ SubnetId: "subnet-1" }))],
  ["launch an instance with another group", ec2("RunInstances", launch({ SecurityGroupIds: ["sg-0", "sg-1"] }))],
  ["launch an instance with another's key", ec2("RunInstances", launch({ KeyName: "key-1" }))],
  ["launch an instance as an admin", ec2("RunInstances", launch({ IamInstanceProfile: { Name: "admin" } }))],
  ["take another's targets", elb("DeregisterTargets", { TargetGroupArn: balancing("targetgroup"), Targets: [] })],
  ["put a target among another's", elb("RegisterTargets", { TargetGroupArn: balancing("targetgroup"), Targets: [] })],
  ["lead another listener elsewhere", elb("ModifyListener", { ListenerArn: balancing("listener/gwy") })],
  ["delete another load balancer", elb("DeleteLoadBalancer", { LoadBalancerArn: balancing("loadbalancer/gwy") })],
  [
    "put a listener before another",
    elb("CreateListener", { LoadBalancerArn: balancing("loadbalancer/gwy"), Tags: tags("security") }),
  ],
  [
    "make a load balancer to the internet",
    elb("CreateLoadBalancer", { Name: "x", Type: "application", Tags: tags("security") }),
  ],
  ["make a load balancer without tag", elb("CreateLoadBalancer", { Name: "x", Type: "gateway" })],
  ["make an admin trust oneself", iam("UpdateAssumeRolePolicy", { RoleName: "admin", PolicyDocument: "{}" })],
  [
    "make a role of a like name trust oneself",
    iam("UpdateAssumeRolePolicy", { RoleName: "security-x-hosts-admin", PolicyDocument: "{}" }),
  ],
  [
    "make one's own role an admin",
    iam("AttachRolePolicy", { RoleName: "security-hosts-1", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
  ],
  [
    "make a role of another path",
    iam("CreateRole", { RoleName: "security-hosts-2", Path: "/", Tags: tags("security") }),
  ],
  ["take an admin's boundary away", iam("DeleteRolePermissionsBoundary", { RoleName: "admin" })],
  [
    "put an admin into one's own profile",
    iam("AddRoleToInstanceProfile", { InstanceProfileName: "security-hosts-1", RoleName: "admin" }),
  ],
  ["delete another role", iam("DeleteRole", { RoleName: "admin" })],
  ["mirror what another interface sends", mirror({ NetworkInterfaceId: "eni-1" })],
  ["mirror what the other stack's interface sends", mirror({ NetworkInterfaceId: "eni-2" })],
  ["mirror to another's target", mirror({ TrafficMirrorTargetId: "tmt-1" })],
  ["mirror to the other stack's target", mirror({ TrafficMirrorTargetId: "tmt-2" })],
  ["mirror by another's filter", mirror({ TrafficMirrorFilterId: "tmf-1" })],
  ["make a mirror session without tag", mirror({ TagSpecifications: [] })],
  ["make a mirror filter without tag", ec2("CreateTrafficMirrorFilter", {})],
  [
    "make a mirror target with the other stack's tag",
    ec2("CreateTrafficMirrorTarget", { NetworkInterfaceId: "eni-0", ...tagged("traffic-mirror-target", "system") }),
  ],
  [
    "lead another session's copies to oneself",
    ec2("ModifyTrafficMirrorSession", { TrafficMirrorSessionId: "tms-1", TrafficMirrorTargetId: "tmt-0" }),
  ],
  [
    "lead one's own session's copies to another",
    ec2("ModifyTrafficMirrorSession", { TrafficMirrorSessionId: "tms-0", TrafficMirrorTargetId: "tmt-1" }),
  ],
  ["end another's mirror session", ec2("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: "tms-1" })],
  ["delete another mirror target", ec2("DeleteTrafficMirrorTarget", { TrafficMirrorTargetId: "tmt-1" })],
  ["delete another mirror filter", ec2("DeleteTrafficMirrorFilter", { TrafficMirrorFilterId: "tmf-1" })],
  ["widen another mirror filter", ec2("CreateTrafficMirrorFilterRule", { TrafficMirrorFilterId: "tmf-1" })],
  ["change another filter's rule", ec2("ModifyTrafficMirrorFilterRule", { TrafficMirrorFilterRuleId: "tmfr-1" })],
  ["delete another filter's rule", ec2("DeleteTrafficMirrorFilterRule", { TrafficMirrorFilterRuleId: "tmfr-1" })],
  ...["tms-1", "eni-1"].map((id): [string, ApiRequest] => [
    `tag ${id} as to be mirrored`,
    ec2("CreateTags", { Resources: [id], Tags: tags("security", usedByTag) }),
  ]),
];

/** The same with what is the program's own, or may be used: that the attacks are refused is not for want of the action. */
const rightful: Attempt[] = [
  ["run a command", ssm({ DocumentName: shell, InstanceIds: ["i-0"] })],
  ["run a command on what may be used", ssm({ DocumentName: shell, InstanceIds: ["i-3"] })],
  ["stop an instance", ec2("StopInstances", { InstanceIds: ["i-0"] })],
  ["delete a VPC", ec2("DeleteVpc", { VpcId: "vpc-0" })],
  [
    "make a subnet in a VPC that may be used",
    ec2("CreateSubnet", { VpcId: "vpc-3", CidrBlock: "10.0.0.0/24", ...tagged("subnet") }),
  ],
  [
    "lead packets of a table that may be used",
    ec2("ReplaceRoute", { RouteTableId: "rtb-3", DestinationCidrBlock: "10.0.0.0/8" }),
  ],
  ["launch an instance", ec2("RunInstances", launch({ ...own, KeyName: "key-0" }))],
  ["launch an instance in a subnet that may be used", ec2("RunInstances", launch({ SubnetId: "subnet-3" }))],
  ["mirror an interface that may be used", mirror({})],
  ["end a mirror session", ec2("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: "tms-0" })],
  ["delete a mirror filter's rule", ec2("DeleteTrafficMirrorFilterRule", { TrafficMirrorFilterRuleId: "tmfr-0" })],
];

const asks = (request: ApiRequest): Asking[] => askingsOf(hub, request, things);
describe("with the IAM policies of the security account, existing's and mirror's included", () => {
  const roles = ["security", "accepter", "existing", "mirror"] as const;
  const policies = roles.map((each) => policyOf(each, hub, region));

  describeAttempts(roles, ["security", "existing", "mirror"], things, { attacks, rightful });

  it("nothing at all can be done in another Region, or in another account's name", () => {
    for (const [, request] of rightful) {
      const elsewhere = asks(request).map(({ action, resource, context }) => ({
        action,
        resource: resource.replace(region, "eu-west-1"),
        context: { ...context, "aws:RequestedRegion": "eu-west-1" },
      }));
      expect(allows(policies, elsewhere)).to.equal(false);
    }
  });

  it("no private parameter can be read, and no role be passed to another service", () => {
    const parameter = {
      action: "ssm:GetParameter",
      resource: `arn:aws:ssm:${region}:${hub}:parameter/secret`,
      context: {},
    };
    expect(allows(policies, [parameter])).to.equal(false);
    const passed = { action: "iam:PassRole", resource: things.get("role/security-hosts-1")?.arn ?? "" };
    const to = (service: string) => [{ ...passed, context: { "iam:PassedToService": service } }];
    expect(allows(policies, to("lambda.amazonaws.com"))).to.equal(false);
    expect(allows(policies, to("ec2.amazonaws.com"))).to.equal(true);
  });
});

describe("the document that the policies name", () => {
  it("is the one that the program runs", () => {
    const source = fs.readFileSync(path.join(__dirname, "../../../verification/ssmAccess.ts"), "utf8");
    expect([...source.matchAll(/DocumentName: "([^"]+)"/g)].map(([, name]) => name)).to.deep.equal([shell]);
  });
});

describe("the condition keys of the policies, by the Service Authorization Reference", () => {
  for (const each of Object.keys(needs) as PolicyRole[]) {
    it(`are known to every action of ${each} that they stand with`, () => {
      for (const { Sid, Action, Resource, Condition = {} } of policyOf(each, hub, region).Statement) {
        const keys = Object.values(Condition).flatMap((of) => Object.keys(of));
        const wanted = keys
          .filter((key) => !/^(aws:RequestedRegion|iam:)/.test(key))
          .map((key) => key.replace(/\/.*/, "/*"));
        for (const action of Action) {
          const { resources, conditionKeys } = described(action);
          const types = [Resource].flat().map((arn) => arn.split(":").slice(5).join(":").replace(/\/\*$/, ""));
          const ofTypes = Object.entries(resources).filter(
            ([type]) => Resource === "*" || types.some((name) => type.startsWith(name)),
          );
          for (const key of wanted) {
            const known = [conditionKeys, ...ofTypes.map(([, { conditionKeys: own }]) => own)];
            expect(
              known.some((list) => list.includes(key)),
              `${Sid}: ${action} and ${key}`,
            ).to.equal(true);
          }
        }
      }
    });

    it(`leave no action of ${each} without one that changes something and has resources`, () => {
      for (const { Sid, Action, Resource, Condition = {} } of policyOf(each, hub, region).Statement) {
        const byRegion = Object.values(Condition).every((of) =>
          Object.keys(of).every((key) => key === "aws:RequestedRegion"),
        );
        if (Resource !== "*" || !byRegion) continue;
        const withResources = Action.filter((action) => Object.keys(described(action).resources).length > 0);
        // Its zone is Route 53's, and is not known beforehand.
        const known = Sid === "PrivateNames" ? ["route53:AssociateVPCWithHostedZone"] : [];
        expect(
          withResources.filter((action) => !/:(Describe|Get)/.test(action)),
          Sid,
        ).to.deep.equal(known);
      }
    });
  }

  it("leave the policies short enough to be one role's inline policies", () => {
    // IAM User Guide, "IAM and AWS STS quotas": 10,240 characters for all of a role's inline policies, white space not counted.
    const size = (each: PolicyRole): number => JSON.stringify(policyOf(each, hub, region)).replace(/\s/g, "").length;
    const sizes = (["security", "accepter", "existing"] as const).map(size);
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(10_240);
    // In the transit gateway's account, which may be a spoke's, too.
    const transit = (["transit", "attachmentAccepter"] as const).map(size);
    expect(transit.reduce((sum, each) => sum + each)).to.be.below(10_240);
    for (const each of ["mirror", "prescribed"] as const) {
      expect(JSON.stringify(policyOf(each, hub, region)).length, `${each}, a managed policy`).to.be.below(6_144);
    }
  });
});
