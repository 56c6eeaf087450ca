import { expect } from "chai";
import * as schema from "../../../plugin/schema.json";
import { analyze } from "../../../plugin/analyze";

describe("the schema that other languages see", () => {
  it("is the one that the SDK's analyzer makes of the sources", async function () {
    this.timeout(300_000);
    expect(JSON.parse(await analyze())).to.deep.equal(JSON.parse(JSON.stringify({ ...schema, default: undefined })));
  });

  it("has every public component with what it needs, and nothing of any type", () => {
    const required = Object.entries(schema.resources).map(([type, resource]) => [
      type.replace("gwlb-inspection:index:", ""),
      "requiredInputs" in resource ? resource.requiredInputs : [],
    ]);
    expect(Object.fromEntries(required)).to.deep.equal({
      GwlbConsumer: [
        ...["endpointSubnetIds", "routes", "serviceAzIds", "serviceName", "subnetCidrBlocks", "vpcCidrBlock", "vpcId"],
      ],
      GwlbService: ["principalAccountIds"],
      InspectionTarget: [],
      Network: ["region", "s3Tiers", "tiers"],
      PathVerification: ["gatewayAddresses", "health", "pairs", "path", "targets"],
      TestHost: [],
    });
    expect(JSON.stringify(schema)).not.to.include("pulumi.json#/Any");
  });
});
