import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { plainInputs, type PackageSchema } from "../../../plugin/plainInputs";
import * as json from "../../../plugin/schema.json";

const schema = json as unknown as PackageSchema;

async function refusedOf(component: string, inputs: pulumi.Inputs): Promise<string[]> {
  const resource = schema.resources[`gwlb-inspection:index:${component}`]!;
  try {
    await plainInputs(schema, resource, inputs);
  } catch (error) {
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    return error.errors.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
  }
  return [];
}

describe("inputs from another language", () => {
  const network = { region: "ap-northeast-1", s3Tiers: [], tiers: { gwlb: { "apne1-az4": "10.1.10.0/24" } } };

  it("what another resource has told is taken in place of its output, at any depth", async () => {
    const inputs = {
      ...network,
      s3Tiers: pulumi.output(["gwlb"]),
      tiers: { gwlb: { "apne1-az4": pulumi.output("10.1.10.0/24") } },
    };
    const plain = await plainInputs(schema, schema.resources["gwlb-inspection:index:Network"]!, inputs);
    expect(plain).to.deep.equal({ ...network, s3Tiers: ["gwlb"] });
  });

  it("an output stays one where the component takes it", async () => {
    const region = pulumi.secret("ap-northeast-1");
    const inputs = { ...network, region };
    const plain = await plainInputs(schema, schema.resources["gwlb-inspection:index:Network"]!, inputs);
    expect(plain["region"]).to.equal(region);
  });

  it("a secret is refused where resources are made after it", async () => {
    const refused = await refusedOf("Network", { ...network, cidrBlock: pulumi.secret("10.1.0.0/16") });
    expect(refused).to.have.length(1);
    expect(refused[0]).to.match(/^cidrBlock is a secret, expected a value in clear/);
  });

  it("what is not known yet is refused, with the place inside", async () => {
    const none = new Promise<string>(() => undefined);
    const never = pulumi.output(none);
    Object.assign(never, { isKnown: Promise.resolve(false), isSecret: Promise.resolve(false) });
    const refused = await refusedOf("Network", { ...network, tiers: { gwlb: { "apne1-az4": never } } });
    expect(refused).to.have.length(1);
    expect(refused[0]).to.match(/^tiers\.gwlb\.apne1-az4 is not known before it is deployed/);
  });

  it("what is missing and what has no such name are told together", async () => {
    const refused = await refusedOf("Network", { ...network, region: undefined, cidr: "10.1.0.0/16" });
    expect(refused).to.deep.include("region is missing");
    expect(refused.find((each) => each.startsWith("cidr is not known"))).to.match(/cidrBlock/);
  });
});
