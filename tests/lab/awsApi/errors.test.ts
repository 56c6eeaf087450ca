import { expect } from "chai";
import type { Made } from "../../unit/cloud/topology";
import { buildPath, failure, newCloud } from "../../unit/cloud/topology";
import { refusals } from "../../unit/cloud/refusals";
import { documentedErrors, installModel, type ApiOperation } from "./model";

/** Services as the provider's errors name them. */
const services: Record<string, ApiOperation["service"]> = {
  EC2: "ec2",
  "Elastic Load Balancing v2": "elbv2",
  IAM: "iam",
  SSM: "ssm",
};

/** Any action of ELBv2 may answer with it: ELBv2 API, "Common Errors". */
const common = ["ValidationError"];

describe("the errors of the cloud model and botocore's model of the AWS APIs", () => {
  before(function () {
    // Downloads botocore, the first time.
    this.timeout(300_000);
    installModel();
  });

  it("are of operations that there are, and among those that the operation is documented to give", async () => {
    const given: (ApiOperation & { code: string })[] = [];
    for (const { given: prepare, attempt } of Object.values(refusals).flat()) {
      const path = await buildPath(newCloud());
      const there = (await prepare?.(path)) ?? ({} as Made);
      const { message } = await failure(() => attempt(path, there));
      const [, service = "", operation = "", code = ""] =
        /operation error ([^:]+): (\w+), .* api error ([\w.]+): /s.exec(message) ?? [];
      const name = services[service];
      // What only the provider says, such as that it found nothing, is no API's error.
      if (name !== undefined) given.push({ service: name, operation, code });
    }
    expect(new Set(given.map(({ service }) => service))).to.have.all.keys(Object.values(services));
    // An operation that there is not would be an error here.
    const documented = documentedErrors(given);
    const wrong = given.filter(({ service, code }, index) => {
      const codes = documented[index] ?? [];
      // EC2's model names no errors at all.
      return service === "ec2" ? codes.length > 0 : ![...codes, ...common].includes(code);
    });
    expect(wrong).to.deep.equal([]);
  });

  it("could be found wrong", () => {
    const [codes] = documentedErrors([{ service: "elbv2", operation: "DeleteLoadBalancer" }]);
    expect(codes).to.include.members(["ResourceInUse", "OperationNotPermitted"]);
    expect(codes).to.not.include("DependencyViolation");
    expect(() => documentedErrors([{ service: "elbv2", operation: "DestroyLoadBalancer" }])).to.throw(
      "DestroyLoadBalancer",
    );
  });
});
