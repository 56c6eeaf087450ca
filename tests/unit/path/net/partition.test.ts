import { partition as partitionOfSdk } from "@aws-sdk/core/client";
import { expect } from "chai";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { azIdPrefixes } from "../../../../path/net/azId";
import {
  accountPrincipal,
  arnOf,
  awsServiceName,
  ec2Principal,
  endpointServiceName,
  parseArn,
  partitionOf,
} from "../../../../path/net/partition";

/** Every Region that the AWS SDK knows: its table is exported by no name, but its file is text. */
function regionsOfSdk(): string[] {
  const main = createRequire(__filename).resolve("@aws-sdk/core/client");
  const file = path.join(path.dirname(main), "../../../dist-es/submodules/client/util-endpoints/lib/aws/partitions.js");
  const names = [...fs.readFileSync(file, "utf8").matchAll(/^ +"([a-z]+(?:-[a-z]+)+-\d+)": \{/gm)];
  return names.map(([, name = ""]) => name);
}

describe("a Region's partition", () => {
  it("is the one that the AWS SDK has, for every Region of its and of ours", () => {
    const regions = regionsOfSdk();
    expect(regions).to.include.members(["eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"]);
    expect(regions.length).to.be.greaterThan(40);
    for (const region of [...regions, ...Object.keys(azIdPrefixes), "us-east-9", "cn-south-1", "us-gov-north-1"]) {
      const { name, dnsSuffix } = partitionOfSdk(region);
      expect(partitionOf(region), region).to.deep.equal({ id: name, dnsSuffix });
    }
  });
});

describe("an ARN", () => {
  it("is of the Region's partition, without the Region where the service has none", () => {
    expect(arnOf("cn-north-1", "ec2", "111111111111", "vpc/vpc-1")).to.equal(
      "arn:aws-cn:ec2:cn-north-1:111111111111:vpc/vpc-1",
    );
    expect(arnOf("us-gov-west-1", "iam", "aws", "policy/P")).to.equal("arn:aws-us-gov:iam::aws:policy/P");
    expect(arnOf("eu-west-1", "sts", "111111111111", "assumed-role/a/b")).to.equal(
      "arn:aws:sts::111111111111:assumed-role/a/b",
    );
  });

  it("is read as it is written", () => {
    const text = "arn:aws-cn:elasticloadbalancing:cn-north-1:111111111111:loadbalancer/gwy/a:b/c";
    expect(parseArn(text)).to.deep.equal({
      partition: "aws-cn",
      service: "elasticloadbalancing",
      region: "cn-north-1",
      accountId: "111111111111",
      resource: "loadbalancer/gwy/a:b/c",
    });
    expect(parseArn(accountPrincipal("aws-us-gov", "111111111111"))).to.deep.include({ region: "", resource: "root" });
  });

  for (const text of [
    "",
    "deploy",
    "arn:aws:iam::1:role/a",
    "arn:azure:iam::111111111111:role/a",
    "arn:aws:iam::111111111111:",
  ]) {
    it(`is not "${text}"`, () => expect(parseArn(text)).to.equal(undefined));
  }
});

describe("names of AWS's services", () => {
  it("are those of the partition", () => {
    expect(ec2Principal("eu-west-1")).to.equal("ec2.amazonaws.com");
    expect(ec2Principal("cn-north-1")).to.equal("ec2.amazonaws.com.cn");
    expect(awsServiceName("cn-north-1", "s3")).to.equal("com.amazonaws.cn-north-1.s3");
    expect(endpointServiceName("eu-west-1", "vpce-svc-1")).to.equal("com.amazonaws.vpce.eu-west-1.vpce-svc-1");
    expect(endpointServiceName("cn-north-1", "vpce-svc-1")).to.equal("cn.com.amazonaws.vpce.cn-north-1.vpce-svc-1");
  });
});
