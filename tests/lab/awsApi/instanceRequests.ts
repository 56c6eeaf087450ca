import { block, type Properties } from "../../../lab/cloud/core/properties";
import { ec2, leftOver, tagged, type Translation } from "./translation";

export const keyPair: Translation = ({ keyName, publicKey, tags, ...rest }) => {
  leftOver("KeyPair", rest);
  const parameters = { KeyName: keyName, PublicKeyMaterial: publicKey, ...tagged("key-pair", tags) };
  return [ec2("ImportKeyPair", parameters)];
};

export const instance: Translation = ({
  ami,
  instanceType,
  keyName,
  subnetId,
  vpcSecurityGroupIds,
  associatePublicIpAddress,
  metadataOptions,
  rootBlockDevice,
  iamInstanceProfile,
  userData,
  volumeTags,
  tags,
  ...rest
}) => {
  // Whether changed user data replaces the instance is between the program and the provider.
  leftOver("Instance", { ...rest, userDataReplaceOnChange: undefined });
  const parameters = {
    ImageId: ami,
    InstanceType: instanceType,
    MinCount: 1,
    MaxCount: 1,
    KeyName: keyName,
    // As soon as a public address is asked for or refused, subnet and groups are the interface's.
    ...(associatePublicIpAddress === undefined
      ? { SubnetId: subnetId, SecurityGroupIds: vpcSecurityGroupIds }
      : {
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              SubnetId: subnetId,
              Groups: vpcSecurityGroupIds,
              AssociatePublicIpAddress: associatePublicIpAddress,
            },
          ],
        }),
    ...(metadataOptions !== undefined && { MetadataOptions: metadata(block({ metadataOptions }, "metadataOptions")) }),
    ...(rootBlockDevice !== undefined && {
      BlockDeviceMappings: [root(block({ rootBlockDevice }, "rootBlockDevice"))],
    }),
    ...(iamInstanceProfile !== undefined && { IamInstanceProfile: { Name: iamInstanceProfile } }),
    UserData: typeof userData === "string" ? Buffer.from(userData).toString("base64") : userData,
    TagSpecifications: [
      ...(tagged("instance", tags).TagSpecifications ?? []),
      ...(tagged("volume", volumeTags).TagSpecifications ?? []),
    ],
  };
  // The disk is named as the image names it.
  const image = rootBlockDevice === undefined ? [] : [ec2("DescribeImages", { ImageIds: [ami] })];
  return [...image, ec2("RunInstances", parameters)];
};

export function metadata({ httpEndpoint, httpTokens, httpPutResponseHopLimit, ...rest }: Properties): Properties {
  leftOver("metadataOptions", rest);
  return { HttpEndpoint: httpEndpoint, HttpTokens: httpTokens, HttpPutResponseHopLimit: httpPutResponseHopLimit };
}

function root({ encrypted, kmsKeyId, ...rest }: Record<string, unknown>): unknown {
  leftOver("rootBlockDevice", rest);
  // The provider takes the name from the image.
  return {
    DeviceName: "/dev/xvda",
    Ebs: { Encrypted: encrypted, DeleteOnTermination: true, ...(kmsKeyId !== undefined && { KmsKeyId: kmsKeyId }) },
  };
}
