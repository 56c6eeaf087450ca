import { arnOf, partitionOf } from "../path/net/partition";
import { diskKeyActions } from "./permissions";
import type { Draft } from "./statements";

/**
 * What is a company's and hosts are made with: each by its name, for which there is a word in capital letters here. A tag would not do: keys
 * are of other accounts, too, whose tags nobody sees.
 */
export function prescribed(region: string, account: string): Draft[] {
  const key = arnOf(region, "kms", account, "key/KEY-ID");
  return [
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
