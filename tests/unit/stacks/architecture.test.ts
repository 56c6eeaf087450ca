import { expect } from "chai";
import { architectureOf } from "../../../stacks/hosts";

describe("the architecture of an instance type", () => {
  for (const type of [
    "t4g.micro",
    "a1.large",
    "c7gn.xlarge",
    "m6gd.metal",
    "im4gn.large",
    "is4gen.large",
    "x2gd.medium",
    "g5g.xlarge",
  ]) {
    it(`is arm64 for ${type}`, () => expect(architectureOf(type)).to.equal("arm64"));
  }
  for (const type of [
    "t3.micro",
    "g4dn.xlarge",
    "g6.xlarge",
    "p5.48xlarge",
    "m7a.large",
    "c6in.large",
    "u-6tb1.metal",
  ]) {
    it(`is x86_64 for ${type}`, () => expect(architectureOf(type)).to.equal("x86_64"));
  }
});
