import { expect } from "chai";
import {
  checkDisjoint,
  checkHolds,
  checkInside,
  checkRouteDestination,
  checkSize,
  CidrError,
  contains,
  formatAddress,
  overlaps,
  parseAddress,
  parseCidr,
  usableHostCount,
} from "../../../../path/net/cidr";

describe("CIDR", () => {
  it("parses a block", () => {
    expect(parseCidr("10.1.0.0/16")).to.deep.equal({
      text: "10.1.0.0/16",
      first: 0x0a010000,
      last: 0x0a01ffff,
      prefixLength: 16,
    });
    expect(parseCidr("0.0.0.0/0").last).to.equal(0xffffffff);
    expect(parseCidr("203.0.113.10/32")).to.include({ first: 0xcb00710a, last: 0xcb00710a });
  });

  for (const wrong of [
    "",
    "10.0.0.0",
    "10.0.0/16",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/1.5",
    "10.0.0.0/08",
    "010.0.0.0/8",
    "0x0a.0.0.0/8",
    "10.0.0.0/8/8",
    " 10.0.0.0/8",
    "fd00::/8",
    "10.0.0.256/32",
  ]) {
    it(`refuses "${wrong}" with name and value`, () => {
      expect(() => parseCidr(wrong, "vpcCidr")).to.throw(CidrError, `vpcCidr "${wrong}"`);
    });
  }

  it("refuses host bits and says what was probably meant", () => {
    expect(() => parseCidr("10.0.1.7/24")).to.throw(CidrError, /host bits.*10\.0\.1\.0\/24/);
  });

  it("parses and prints addresses, above 128.0.0.0 too", () => {
    expect(parseAddress("203.0.113.10")).to.equal(0xcb00710a);
    expect(formatAddress(0xcb00710a)).to.equal("203.0.113.10");
    expect(() => parseAddress("10.1", "target")).to.throw(CidrError, 'target "10.1"');
  });

  it("knows containment and overlap", () => {
    const vpc = parseCidr("10.0.0.0/16");
    const subnet = parseCidr("10.0.255.0/24");
    expect(contains(vpc, subnet)).to.equal(true);
    expect(contains(subnet, vpc)).to.equal(false);
    expect(contains(vpc, vpc)).to.equal(true);
    expect(contains(vpc, parseAddress("10.0.255.255"))).to.equal(true);
    expect(contains(vpc, parseAddress("10.1.0.0"))).to.equal(false);
    expect(overlaps(subnet, vpc)).to.equal(true);
    expect(overlaps(vpc, parseCidr("10.0.255.255/32"))).to.equal(true);
    expect(overlaps(parseCidr("10.0.255.255/32"), vpc)).to.equal(true);
    expect(overlaps(parseCidr("10.0.0.1/32"), parseCidr("10.0.0.1/32"))).to.equal(true);
    expect(overlaps(parseCidr("10.0.0.0/24"), parseCidr("10.0.1.0/24"))).to.equal(false);
  });

  it("takes AWS's five addresses off a subnet", () => {
    expect(usableHostCount(parseCidr("10.0.0.0/28"))).to.equal(11);
    expect(usableHostCount(parseCidr("10.0.0.0/30"))).to.equal(0);
    expect(() => checkHolds(parseCidr("10.0.0.0/28"), 11)).not.to.throw();
    expect(() => checkHolds(parseCidr("10.0.0.0/28"), 12, "sourceSubnet")).to.throw(
      CidrError,
      /sourceSubnet .*11 .*12/,
    );
  });

  it("takes the sizes that AWS takes", () => {
    expect(() => checkSize(parseCidr("10.0.0.0/16"))).not.to.throw();
    expect(() => checkSize(parseCidr("10.0.0.0/28"))).not.to.throw();
    expect(() => checkSize(parseCidr("10.0.0.0/15"))).to.throw(CidrError, "/15");
    expect(() => checkSize(parseCidr("10.0.0.0/29"))).to.throw(CidrError, "/29");
  });

  it("names the first two blocks that overlap", () => {
    const [a, b, c] = ["10.0.0.0/24", "10.0.1.0/24", "10.0.1.128/25"].map((text) => parseCidr(text));
    expect(() => checkDisjoint({ a: a!, b: b! })).not.to.throw();
    expect(() => checkDisjoint({ a: a!, b: b!, c: c! })).to.throw(
      CidrError,
      'b "10.0.1.0/24" overlaps with c "10.0.1.128/25"',
    );
    expect(() => checkInside(c!, b!)).not.to.throw();
    expect(() => checkInside(b!, c!, "subnet", "VPC")).to.throw(CidrError, 'subnet "10.0.1.0/24"');
  });

  it("lets a route into the VPC name a whole subnet only", () => {
    const vpc = [parseCidr("10.0.0.0/16")];
    const subnets = [parseCidr("10.0.1.0/24"), parseCidr("10.0.2.0/24")];
    for (const right of ["10.0.1.0/24", "0.0.0.0/0", "192.168.0.0/16", "10.0.0.0/16"]) {
      expect(() => checkRouteDestination(parseCidr(right), vpc, subnets), right).not.to.throw();
    }
    for (const wrong of ["10.0.1.0/25", "10.0.0.0/23", "10.0.1.10/32", "10.0.3.0/24"]) {
      expect(() => checkRouteDestination(parseCidr(wrong), vpc, subnets), wrong).to.throw(
        CidrError,
        "10.0.1.0/24, 10.0.2.0/24",
      );
    }
  });
});
