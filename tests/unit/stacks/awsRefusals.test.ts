import { expect } from "chai";
import { remedyOf } from "../../../stacks/awsRefusals";

const role = "arn:aws:sts::222222222222:assumed-role/deploy/gwlb";
const resource = "arn:aws:ec2:ap-northeast-1:222222222222:vpc/*";
const ec2 =
  "creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 403, RequestID: 1, api error";

/** What the provider prints, and what of the remedy tells it from the others. */
const cases: [string, RegExp][] = [
  [
    `${ec2} VpcLimitExceeded: The maximum number of VPCs has been reached.`,
    /quota reached: Amazon VPC, VPCs per Region/,
  ],
  ["api error TooManyTargetGroups: The maximum number of target groups has been reached", /Target groups per Region/],
  ["api error VcpuLimitExceeded: You have requested more vCPU capacity than", /instances \(vCPUs\)/],
  [
    "api error ResourceShareLimitExceededException: …",
    /the quota that AWS names is reached: raise it in Service Quotas/,
  ],
  [
    "api error InsufficientInstanceCapacity: We currently do not have sufficient t3.micro capacity",
    /another instanceType or AZ/,
  ],
  [
    `${ec2} UnauthorizedOperation: You are not authorized to perform this operation. User: ${role} is not authorized to perform: ` +
      `ec2:CreateVpc on resource: ${resource} with an explicit deny in a service control policy. Encoded authorization failure message: x`,
    /^ec2:CreateVpc is not allowed: a service control policy of the organization denies it/,
  ],
  [
    `AccessDenied: User: ${role} is not authorized to perform: iam:CreateRole on resource: role x because no permissions boundary allows the iam:CreateRole action`,
    /^iam:CreateRole is not allowed: the role's permissions boundary/,
  ],
  [
    `AccessDenied: User: ${role} is not authorized to perform: elasticloadbalancing:CreateTargetGroup on resource: x because no identity-based policy allows the elasticloadbalancing:CreateTargetGroup action`,
    /^elasticloadbalancing:CreateTargetGroup is not allowed: no policy of the role allows it: docs\/policies/,
  ],
  [
    `AccessDenied: User: ${role} is not authorized to perform: ec2:RunInstances on resource: x with an explicit deny in an identity-based policy`,
    /a policy of the role denies it explicitly/,
  ],
  [`${ec2} UnauthorizedOperation: You are not authorized to perform this operation.`, /decode-authorization-message/],
];

describe("what can be done about a refusal of AWS's", () => {
  for (const [error, remedy] of cases) {
    it(`is told of: ${error.slice(0, 100)}`, () => {
      expect(remedyOf(error))
        .to.match(remedy)
        .and.match(/What was made stays in the state: repeat the command then\.$/);
    });
  }

  it("is not told of what comes right by itself, or by another setting", () => {
    for (const error of [
      "api error RequestLimitExceeded: Request limit exceeded.",
      "api error TooManyRequestsException: Rate exceeded",
      "api error InvalidSubnet.Conflict: The CIDR '10.2.1.128/25' conflicts with another subnet",
      "api error InvalidServiceName: The Vpc Endpoint Service 'x' does not exist",
    ]) {
      expect(remedyOf(error), error).to.equal(undefined);
    }
  });
});
