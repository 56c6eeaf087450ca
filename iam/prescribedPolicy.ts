import { arnOf, ec2Principal, partitionOf } from "../path/net/partition";
import { actionsOf } from "./needs";
import { diskKeyActions } from "./permissions";
import { reading, type Draft } from "./statements";

/**
 * What is a company's and hosts are made with: each by its name, for which there is a word in capital letters here. A tag would not do: keys
 * are of other accounts, too, whose tags nobody sees.
 */
export function prescribed(region: string, account: string): Draft[] {
  const key = arnOf(region, "kms", account, "key/KEY-ID");
  return [
    reading(actionsOf("prescribed"), region),
    { Sid: "KeyPair", Action: ["ec2:RunInstances"], Resource: arnOf(region, "ec2", account, "key-pair/KEY-NAME") },
    {
      Sid: "InstanceProfile",
      Action: ["iam:GetInstanceProfile"],
      Resource: arnOf(region, "iam", account, "instance-profile/PROFILE"),
    },
    {
      // By name: "Do not try to control who can pass a role by tagging the role" (IAM user guide, "Grant a user permissions to pass a role").
      Sid: "RoleOfInstanceProfile",
      Action: ["iam:PassRole"],
      Resource: arnOf(region, "iam", account, "role/ROLE"),
      Condition: { StringEquals: { "iam:PassedToService": ec2Principal(region) } },
    },
    { Sid: "DiskKey", Action: ["kms:DescribeKey"], Resource: key },
    {
      // By EC2 only, as the policy of AWS's own key has it (KMS developer guide, "kms:ViaService"); of China UNVERIFIED.
      Sid: "DiskKeyByInstances",
      Action: [...diskKeyActions],
      Resource: key,
      Condition: { StringEquals: { "kms:ViaService": `ec2.${region}.${partitionOf(region).dnsSuffix}` } },
    },
  ];
}
