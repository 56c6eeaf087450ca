import { ipv6AddressesOf } from "./ipv6";
import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import { arn } from "../core/arn";
import { instanceInputs, rootBlockDevice, metadataOptions, validateInstance } from "./ec2InstanceInputs";
import { findInstance } from "./findInstance";
import { profileName } from "./launch";
import type { Context, ResourceType } from "../core/model";
import { ModifyInstanceAttribute } from "../operations/instanceAttributes";
import { RunInstances, TerminateInstances, publicDnsName } from "../operations/instances";
import { specificationsOf } from "../operations/tagging";
import { block, flag, optionalText, tagsOf, text, texts, type Properties } from "../core/properties";
import type { Instance, NetworkInterface } from "../core/records";
import { find } from "../core/state";
import { settledOf } from "../core/transition";

/** The request with which the provider makes it. */
function requestOf(inputs: Properties): RunInstancesRequest {
  const encoded = optionalText(inputs, "userDataBase64");
  const plain = optionalText(inputs, "userData");
  const subnetId = optionalText(inputs, "subnetId");
  const groups = texts(inputs, "vpcSecurityGroupIds");
  const address = optionalText(inputs, "privateIp");
  const profile = optionalText(inputs, "iamInstanceProfile");
  const asked = inputs["associatePublicIpAddress"];
  // Whether it has a public address is asked of an interface, which then has what else is an interface's.
  const network =
    asked === undefined
      ? { SubnetId: subnetId, SecurityGroupIds: groups, PrivateIpAddress: address }
      : {
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              SubnetId: subnetId,
              Groups: groups,
              PrivateIpAddress: address,
              AssociatePublicIpAddress: flag(inputs, "associatePublicIpAddress"),
            },
          ],
        };
  return {
    ...network,
    ImageId: text(inputs, "ami"),
    InstanceType: text(inputs, "instanceType") as "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    KeyName: optionalText(inputs, "keyName"),
    UserData: encoded ?? (plain === undefined ? undefined : Buffer.from(plain).toString("base64")),
    ...(profile !== undefined && { IamInstanceProfile: { Name: profile } }),
    ...(inputs["monitoring"] !== undefined && { Monitoring: { Enabled: flag(inputs, "monitoring") } }),
    ...rootMapping(inputs),
    ...specificationsOf("instance", tagsOf(inputs)),
  };
}

/** Only the key of the root volume: of its other settings the model knows no rule. */
function rootMapping(inputs: Properties): Pick<RunInstancesRequest, "BlockDeviceMappings"> {
  const KmsKeyId = optionalText(block(inputs, "rootBlockDevice"), "kmsKeyId");
  return KmsKeyId === undefined ? {} : { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { KmsKeyId } }] };
}

/** The provider returns at running. */
async function create(context: Context, inputs: Properties): Promise<string> {
  const { Instances: [made] = [] } = RunInstances.run(context, requestOf(inputs));
  const id = made?.InstanceId ?? "";
  context.created(id);
  if (!flag(inputs, "sourceDestCheck")) {
    ModifyInstanceAttribute.run(context, { InstanceId: id, SourceDestCheck: { Value: false } });
  }
  await settledOf(context, id);
  return id;
}

function interfaceOf(context: Context, instance: Instance): NetworkInterface | undefined {
  return context.state.tables.networkInterfaces[instance.networkInterfaceId];
}

function read(context: Context, id: string): Properties | undefined {
  const instance = find(context.state.tables.instances, id, context.caller);
  if (instance === undefined || instance.state === "terminated") return undefined;
  const eni = interfaceOf(context, instance);
  const given = context.state.inputsOf("aws:ec2/instance:Instance", id);
  const subnet = context.state.tables.subnets[instance.subnetId];
  const vpc = context.state.tables.vpcs[subnet?.vpcId ?? ""];
  return {
    ami: instance.imageId,
    arn: arn(context, "ec2", `instance/${id}`),
    associatePublicIpAddress: eni?.publicIpAddress !== undefined,
    availabilityZone: subnet?.availabilityZone ?? "",
    disableApiStop: false,
    disableApiTermination: false,
    ebsBlockDevices: [],
    ebsOptimized: false,
    ephemeralBlockDevices: [],
    getPasswordData: false,
    hibernation: false,
    hostId: "",
    iamInstanceProfile: instance.iamInstanceProfile ?? "",
    instanceInitiatedShutdownBehavior: "stop",
    instanceLifecycle: "",
    instanceState: instance.state,
    instanceType: instance.instanceType,
    ipv6AddressCount: eni === undefined ? 0 : ipv6AddressesOf(eni).length,
    ipv6Addresses: eni === undefined ? [] : ipv6AddressesOf(eni),
    keyName: optionalText(given, "keyName") ?? "",
    metadataOptions: metadataOptions(given),
    monitoring: flag(given, "monitoring"),
    networkInterfaces: [],
    outpostArn: "",
    passwordData: "",
    placementGroup: "",
    placementPartitionNumber: 0,
    primaryNetworkInterfaceId: eni?.id ?? "",
    privateDns: instance.privateDnsName,
    privateIp: eni?.privateIpAddress ?? "",
    publicDns:
      eni?.publicIpAddress && vpc?.enableDnsHostnames ? publicDnsName(instance.region, eni.publicIpAddress) : "",
    publicIp: eni?.publicIpAddress ?? "",
    rootBlockDevice: rootBlockDevice(given, id),
    secondaryPrivateIps: [],
    securityGroups: [],
    sourceDestCheck: eni?.sourceDestCheck ?? true,
    spotInstanceRequestId: "",
    subnetId: instance.subnetId,
    tags: instance.tags,
    tenancy: "default",
    userDataReplaceOnChange: flag(given, "userDataReplaceOnChange"),
    vpcSecurityGroupIds: eni?.securityGroupIds ?? [],
  };
}

/** Changed user data has no effect until the instance is replaced: cloud-init runs it once. */
function update(context: Context, id: string, inputs: Properties): void {
  ModifyInstanceAttribute.run(context, {
    InstanceId: id,
    Groups: texts(inputs, "vpcSecurityGroupIds"),
    SourceDestCheck: { Value: flag(inputs, "sourceDestCheck") },
    InstanceType: { Value: text(inputs, "instanceType") },
  });
  const instance = findInstance(context, "ModifyInstanceAttribute", id);
  const profile = optionalText(inputs, "iamInstanceProfile");
  const iamInstanceProfile = profileName(context, profile === undefined ? undefined : { Name: profile });
  if (iamInstanceProfile === undefined) delete instance.iamInstanceProfile;
  else instance.iamInstanceProfile = iamInstanceProfile;
  instance.tags = tagsOf(inputs);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  TerminateInstances.run(context, { InstanceIds: [id] });
  await settledOf(context, id);
}

export const instance: ResourceType = {
  token: "aws:ec2/instance:Instance",
  label: "EC2 Instance",
  inputs: instanceInputs,
  validate: validateInstance,
  alsoReplaces: (changed, news) =>
    news["userDataReplaceOnChange"] === true
      ? changed.filter((key) => key === "userData" || key === "userDataBase64")
      : [],
  create,
  read,
  update,
  delete: remove,
};
