import { expect } from "chai";
import {
  AwsIdError,
  azIdPrefix,
  azIdPrefixes,
  checkAccountId,
  checkAzIdInRegion,
  checkRegion,
  isAzId,
  regionOfAzId,
} from "../../../../path/net/azId";

describe("AWS identifiers", () => {
  it("reads an AZ ID", () => {
    expect(azIdPrefix("apne1-az4")).to.equal("apne1");
    expect(regionOfAzId("usgw1-az1")).to.equal("us-gov-west-1");
    expect(regionOfAzId("xyz9-az1")).to.equal(undefined);
  });

  for (const wrong of [
    "",
    "ap-northeast-1a",
    "apne1-az",
    "apne1-az0",
    "apne1",
    "apne-az1",
    "APNE1-az1",
    "usw2-lax1-az1",
    "apne1-az4 ",
  ]) {
    it(`refuses "${wrong}" as an AZ ID`, () => {
      expect(isAzId(wrong)).to.equal(false);
      expect(() => azIdPrefix(wrong, "azIds[0]")).to.throw(AwsIdError, `azIds[0] "${wrong}"`);
    });
  }

  it("tells an AZ name from an AZ ID", () => {
    expect(() => azIdPrefix("ap-northeast-1a")).to.throw(AwsIdError, "AZ names differ between accounts");
    expect(() => azIdPrefix("apne1"))
      .to.throw(AwsIdError)
      .with.property("message")
      .that.does.not.include("differ");
  });

  it("gives every Region a prefix of its own that follows from its name", () => {
    // Derived independently of the table: us-gov-west-1 is us + g + w + 1.
    const short: Record<string, string> = { gov: "g", northeast: "ne", northwest: "nw", southeast: "se" };
    for (const [region, prefix] of Object.entries(azIdPrefixes)) {
      const [country, ...rest] = region.split("-");
      const derived = [country, ...rest.map((word) => short[word] ?? word.slice(0, 1))].join("");
      expect(prefix, region).to.equal(derived);
      expect(() => checkRegion(region)).not.to.throw();
    }
    expect(new Set(Object.values(azIdPrefixes)).size).to.equal(Object.keys(azIdPrefixes).length);
  });

  it("knows whether an AZ ID is in a Region", () => {
    expect(() => checkAzIdInRegion("apne1-az4", "ap-northeast-1")).not.to.throw();
    expect(() => checkAzIdInRegion("apne2-az1", "ap-northeast-1", "azId")).to.throw(
      AwsIdError,
      'azId "apne2-az1" is not in Region ap-northeast-1 (it belongs to ap-northeast-2), expected one as apne1-az1',
    );
    expect(() => checkAzIdInRegion("apne9-az1", "ap-northeast-1")).to.throw(AwsIdError, "apne9-az1");
    expect(() => checkAzIdInRegion("apne1-az4", "Tokyo")).to.throw(AwsIdError, '"Tokyo"');
  });

  it("lets a Region newer than the list through, but not with an AZ of another Region", () => {
    expect(() => checkAzIdInRegion("eue1-az1", "eu-east-1")).not.to.throw();
    expect(() => checkAzIdInRegion("euw1-az1", "eu-east-1")).to.throw(AwsIdError, "eu-west-1");
  });

  it("takes account IDs of exactly 12 digits", () => {
    expect(() => checkAccountId("012345678901")).not.to.throw();
    for (const wrong of ["12345678901", "1234567890123", "12345678901a", ""]) {
      expect(() => checkAccountId(wrong, "securityAccountId")).to.throw(AwsIdError, `securityAccountId "${wrong}"`);
    }
  });
});
