import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Instance as InstanceOutput,
  InstanceStateName,
  Reservation,
  RunInstancesRequest,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from "@aws-sdk/client-ec2";
import { ipv6AddressesOf } from "../ec2/ipv6";
import { partitionOf } from "../../../path/net/partition";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { findInstance, noInstance } from "../ec2/findInstance";
import { architectureOf } from "../ec2/images";
import { launch } from "../ec2/launch";
import type { Context } from "../core/model";
import { deleteInterfaces } from "../ec2/networkInterface";
import type { Instance, NetworkInterface } from "../core/records";
import { ownedBy } from "../core/state";
import { begin } from "../core/transition";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList } from "./tagging";

/** Seconds of AWS's time until a deleted instance is gone, and for which it is still shown. Source: EC2 user guide, "Terminate". */
export const stopSeconds = 30;
const shownSeconds = 3600;

/** EC2 API, InstanceState, Code. */
const codes: Record<Instance["state"], number> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export const RunInstances = operation(
  [
    ...["EbsOptimized", "IamInstanceProfile", "ImageId", "InstanceType", "KeyName", "MaxCount", "MinCount"],
    ...["MetadataOptions", "Monitoring", "NetworkInterfaces", "PrivateIpAddress", "SecurityGroupIds", "SubnetId"],
    ...["TagSpecifications", "UserData", "BlockDeviceMappings", "InstanceInitiatedShutdownBehavior"],
  ] as (keyof RunInstancesRequest)[],
  (context: Context, input: RunInstancesRequest): Reservation => {
    const { MinCount: least = 1, MaxCount: most = 1 } = input;
    if (least < 1 || most < least) {
      const message = `Invalid value '${least}' for minCount or '${most}' for maxCount.`;
      // Source: EC2 API, Error codes: InvalidParameterValue; wording UNVERIFIED.
      throw ec2Error("RunInstances", "InvalidParameterValue", message);
    }
    const instances = Array.from({ length: most }, () => launch(context, input));
    context.changed();
    return reservation(context, instances);
  },
);

function reservation(context: Context, instances: Instance[]): Reservation {
  const [first] = instances;
  return {
    ReservationId: first?.id.replace(/^i-/, "r-") ?? "",
    OwnerId: context.caller.accountId,
    Groups: [],
    Instances: instances.map((instance) => instanceOutput(context, instance)),
  };
}

export function stateOf({ state }: Instance): { Code: number; Name: InstanceStateName } {
  return { Code: codes[state], Name: state };
}

/** The name that AWS gives a public address. */
export function publicDnsName(region: string, address: string): string {
  const zone = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${zone}.${partitionOf(region).dnsSuffix}`;
}

function instanceOutput(context: Context, instance: Instance): InstanceOutput {
  const { tables } = context.state;
  const eni = tables.networkInterfaces[instance.networkInterfaceId];
  const subnet = tables.subnets[instance.subnetId];
  const named = eni?.publicIpAddress !== undefined && tables.vpcs[eni.vpcId]?.enableDnsHostnames === true;
  const groups = eni?.securityGroupIds.map((id) => ({ GroupId: id, GroupName: tables.securityGroups[id]?.name ?? "" }));
  return {
    Architecture: architectureOf(tables.images[instance.imageId] ?? { name: "" }),
    BlockDeviceMappings: [],
    EbsOptimized: false,
    EnaSupport: true,
    Hypervisor: "xen",
    ...(instance.iamInstanceProfile !== undefined && profileOutput(context, instance.iamInstanceProfile)),
    NetworkInterfaces: eni === undefined ? [] : [interfaceOutput(eni)],
    RootDeviceName: "/dev/xvda",
    RootDeviceType: "ebs",
    SecurityGroups: groups ?? [],
    SourceDestCheck: eni?.sourceDestCheck ?? true,
    Tags: tagList(instance.tags),
    VirtualizationType: "hvm",
    HibernationOptions: { Configured: false },
    MetadataOptions: { State: "applied", ...metadata, ...instance.metadataOptions },
    EnclaveOptions: { Enabled: false },
    PrivateDnsNameOptions: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    MaintenanceOptions: { AutoRecovery: "default" },
    CurrentInstanceBootMode: "legacy-bios",
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: stateOf(instance),
    PrivateDnsName: eni === undefined ? "" : instance.privateDnsName,
    PublicDnsName: named ? publicDnsName(instance.region, eni.publicIpAddress ?? "") : "",
    StateTransitionReason: "",
    ...(instance.keyName !== undefined && { KeyName: instance.keyName }),
    AmiLaunchIndex: 0,
    ProductCodes: [],
    InstanceType: instance.instanceType as "t3.micro",
    ...(instance.launched !== undefined && { LaunchTime: new Date(instance.launched) }),
    Placement: { AvailabilityZone: subnet?.availabilityZone ?? "", GroupName: "", Tenancy: "default" },
    Monitoring: { State: instance.monitoring === true ? "enabled" : "disabled" },
    ...(eni !== undefined && { SubnetId: eni.subnetId, VpcId: eni.vpcId, PrivateIpAddress: eni.privateIpAddress }),
    ...(eni?.publicIpAddress !== undefined && { PublicIpAddress: eni.publicIpAddress }),
  };
}

/** Amazon Linux 2023's AMI asks for IMDSv2 with two hops. */
const metadata = {
  HttpTokens: "required",
  HttpPutResponseHopLimit: 2,
  HttpEndpoint: "enabled",
  HttpProtocolIpv6: "disabled",
  InstanceMetadataTags: "disabled",
} as const;

function profileOutput(context: Context, name: string): Pick<InstanceOutput, "IamInstanceProfile"> {
  const profile = context.state.instanceProfiles[`${context.caller.accountId}/${name}`];
  return profile === undefined ? {} : { IamInstanceProfile: { Arn: profile.arn, Id: profile.uniqueId } };
}

function interfaceOutput(eni: NetworkInterface): NonNullable<InstanceOutput["NetworkInterfaces"]>[number] {
  return {
    Attachment: {
      AttachmentId: eni.id.replace("eni-", "eni-attach-"),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      Status: "attached",
      NetworkCardIndex: 0,
    },
    ...(eni.publicIpAddress !== undefined && { Association: { IpOwnerId: "amazon", PublicIp: eni.publicIpAddress } }),
    Description: eni.description,
    Groups: eni.securityGroupIds.map((GroupId) => ({ GroupId })),
    Ipv6Addresses: ipv6AddressesOf(eni).map((Ipv6Address) => ({ Ipv6Address })),
    MacAddress: eni.macAddress,
    NetworkInterfaceId: eni.id,
    OwnerId: eni.accountId,
    PrivateIpAddress: eni.privateIpAddress,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: eni.privateIpAddress }],
    SourceDestCheck: eni.sourceDestCheck,
    Status: "in-use",
    SubnetId: eni.subnetId,
    VpcId: eni.vpcId,
    InterfaceType: "interface",
  };
}

/** What a filter of an instance looks at. */
export function instanceFilters(context: Context): Filterable<Instance> {
  const { networkInterfaces, subnets } = context.state.tables;
  const eni = (each: Instance) => networkInterfaces[each.networkInterfaceId];
  return {
    "availability-zone": (each) => subnets[each.subnetId]?.availabilityZone,
    "image-id": (each) => each.imageId,
    "instance-id": (each) => each.id,
    "instance-state-code": (each) => String(codes[each.state]),
    "instance-state-name": (each) => each.state,
    "instance-type": (each) => each.instanceType,
    "instance.group-id": (each) => eni(each)?.securityGroupIds,
    "key-name": (each) => each.keyName,
    "network-interface.network-interface-id": (each) => eni(each)?.id,
    "private-ip-address": (each) => eni(each)?.privateIpAddress,
    "ip-address": (each) => eni(each)?.publicIpAddress,
    "subnet-id": (each) => each.subnetId,
    "vpc-id": (each) => subnets[each.subnetId]?.vpcId,
  };
}

function instancesOf(
  context: Context,
  called: string,
  { InstanceIds: ids, Filters }: Pick<DescribeInstancesRequest, "InstanceIds" | "Filters">,
): Instance[] {
  const own = ownedBy(context.state.tables.instances, context.caller);
  const by = { ids, idOf: ({ id }: Instance) => id, missing: (id: string) => noInstance(called, id) };
  return selected(called, own, by, Filters, instanceFilters(context));
}

export const DescribeInstances = operation(
  ["Filters", "InstanceIds"],
  (context: Context, input: DescribeInstancesRequest): DescribeInstancesResult => ({
    Reservations: instancesOf(context, "DescribeInstances", input).map((instance) => reservation(context, [instance])),
  }),
);

/** The checks pass as soon as an instance runs; of others than running ones it tells when asked to. */
export const DescribeInstanceStatus = operation(
  ["Filters", "IncludeAllInstances", "InstanceIds"],
  (context: Context, input: DescribeInstanceStatusRequest): DescribeInstanceStatusResult => {
    const found = instancesOf(context, "DescribeInstanceStatus", input);
    const shown = found.filter(({ state }) => state === "running" || input.IncludeAllInstances === true);
    return {
      InstanceStatuses: shown.map((instance) => {
        const status = instance.state === "running" ? "ok" : "not-applicable";
        return {
          AvailabilityZone: context.state.tables.subnets[instance.subnetId]?.availabilityZone ?? "",
          InstanceId: instance.id,
          InstanceState: stateOf(instance),
          InstanceStatus: { Status: status },
          SystemStatus: { Status: status },
        };
      }),
    };
  },
);

export const TerminateInstances = operation(
  ["InstanceIds", "Force", "SkipOsShutdown"],
  (context: Context, { InstanceIds: ids = [] }: TerminateInstancesRequest): TerminateInstancesResult => {
    const instances = ids.map((id) => findInstance(context, "TerminateInstances", id));
    const TerminatingInstances = instances.map((instance) => {
      const PreviousState = stateOf(instance);
      if (instance.state !== "shutting-down" && instance.state !== "terminated") terminate(context, instance);
      return { InstanceId: instance.id, CurrentState: stateOf(instance), PreviousState };
    });
    context.changed();
    return { TerminatingInstances };
  },
);

function terminate(context: Context, instance: Instance): void {
  instance.state = "shutting-down";
  begin(context, instance.id, async ({ clock }) => {
    await clock.wait(stopSeconds);
    instance.state = "terminated";
    deleteInterfaces(context, [instance.networkInterfaceId]);
    clock.later(shownSeconds, () => {
      delete context.state.tables.instances[instance.id];
      context.changed();
    });
    context.changed();
  });
}
