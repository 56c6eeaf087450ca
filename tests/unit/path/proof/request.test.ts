import { expect } from "chai";
import type { VerificationRequest } from "../../../../path/proof/request";
import { checkRequest, parseRequest, RequestError } from "../../../../path/proof/requestSchema";

const secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nTOPSECRET\n-----END OPENSSH PRIVATE KEY-----";
const host = {
  address: "10.0.1.10",
  user: "ec2-user",
  privateKey: secret,
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 host",
};

function valid(): VerificationRequest {
  return {
    targets: [
      {
        name: "target-1",
        azId: "apne1-az4",
        address: "10.1.1.10",
        hairpin: false,
        mirrored: [{ macAddress: "06:1a:2b:3c:4d:5E", vni: 42 }],
        host: { ...host, via: { ...host, port: 2222 } },
      },
    ],
    gatewayAddresses: { "apne1-az4": "10.1.1.27" },
    pairs: [
      {
        source: { name: "source-1", azId: "apne1-az4", address: "10.0.1.10", host },
        destination: { name: "destination-1", address: "10.0.3.10" },
        expectReply: true,
      },
    ],
    ping: { count: 5, interval: 0.2, timeout: 2 },
    health: { threshold: 2, deadline: 60 },
  };
}

function problems(value: unknown): string[] {
  try {
    checkRequest(value);
  } catch (error) {
    expect(error).to.be.instanceOf(RequestError);
    expect((error as Error).message).not.to.include("TOPSECRET");
    return (error as RequestError).problems;
  }
  return [];
}

describe("Verification request", () => {
  it("is returned as it is when valid", () => {
    expect(checkRequest(valid())).to.deep.equal(valid());
    expect(parseRequest(JSON.stringify(valid()))).to.deep.equal(valid());
  });

  const wrong: [string, (request: VerificationRequest) => void][] = [
    [
      'targets[0].mirrored[0].macAddress: "eni-1": expected a MAC address',
      (request) => (request.targets[0]!.mirrored = [{ macAddress: "eni-1", vni: 7 }]),
    ],
    [
      "targets[0].mirrored[0].vni: 16777216: expected a VNI of 24 bits",
      (request) => (request.targets[0]!.mirrored = [{ macAddress: "06:00:00:00:00:01", vni: 2 ** 24 }]),
    ],
    [
      'targets[0].mirrored[1].vni: "7": given twice',
      (request) =>
        (request.targets[0]!.mirrored = [
          { macAddress: "06:00:00:00:00:01", vni: 7 },
          { macAddress: "06:00:00:00:00:02", vni: 7 },
        ]),
    ],
    ["targets[0].mirrored: a list: expected at least one", (request) => (request.targets[0]!.mirrored = [])],
    ['targets[0].address: "10.1.1": expected an IPv4 address', (request) => (request.targets[0]!.address = "10.1.1")],
    [
      'targets[0].azId: "ap-northeast-1a": expected an AZ ID',
      (request) => (request.targets[0]!.azId = "ap-northeast-1a"),
    ],
    ["targets: a list: expected at least one target", (request) => (request.targets = [])],
    ["pairs: a list: expected at least one pair", (request) => (request.pairs = [])],
    ["gatewayAddresses: an object: expected at least one GWLB address", (request) => (request.gatewayAddresses = {})],
    [
      'gatewayAddresses.here: "here": expected an AZ ID',
      (request) => (request.gatewayAddresses = { here: "10.1.1.27" }),
    ],
    ['gatewayAddresses.apne1-az4: "x": expected an IPv4', (request) => (request.gatewayAddresses["apne1-az4"] = "x")],
    ["ping.count: 0: expected 1 to 1000", (request) => (request.ping.count = 0)],
    ["ping.count: 1.5: expected a whole number", (request) => (request.ping.count = 1.5)],
    ["ping.interval: 0.1: expected at least 0.2 s", (request) => (request.ping.interval = 0.1)],
    ["health.deadline: 0: expected at least 1 s", (request) => (request.health.deadline = 0)],
    ["health.port: 70000: expected a TCP port", (request) => (request.health.port = 70_000)],
    [
      'pairs[0].source.host.user: "-oProxy": expected a user name',
      (request) => Object.assign(request.pairs[0]!.source.host, { user: "-oProxy" }),
    ],
    [
      'pairs[0].source.host: "my machine": expected',
      (request) => (request.pairs[0]!.source.host = "my machine" as "this machine"),
    ],
    [
      'pairs[0].destination.publicAddress: "x": expected an IPv4',
      (request) => (request.pairs[0]!.destination.publicAddress = "x"),
    ],
    [
      'pairs[0].source.host.hostKey: "nonsense": expected the host\'s public key',
      (request) => (request.pairs[0]!.source.host = { ...host, hostKey: "nonsense" }),
    ],
    [
      "pairs[0].source.host.privateKey: (secret): expected a private key",
      (request) => (request.pairs[0]!.source.host = { ...host, privateKey: "" }),
    ],
    [
      'pairs[0].expectReply: "no": expected true or false',
      (request) => Object.assign(request.pairs[0]!, { expectReply: "no" }),
    ],
    [
      "health.threshold: missing: expected a whole number",
      (request) => Reflect.deleteProperty(request.health, "threshold"),
    ],
    ["pings: unknown key", (request) => Object.assign(request, { pings: 1 })],
    [
      "targets[0].host.via.via: unknown key",
      (request) => Object.assign(request.targets[0]!, { host: { ...host, via: { ...host, via: host } } }),
    ],
    [
      'targets[1].name: "target-1": given twice',
      (request) => request.targets.push({ ...request.targets[0]!, address: "10.1.1.11" }),
    ],
    [
      'targets[1].address: "10.1.1.10": given twice',
      (request) => request.targets.push({ ...request.targets[0]!, name: "target-2" }),
    ],
    [
      'gatewayAddresses.apne1-az1: "10.1.1.27": given twice',
      (request) => (request.gatewayAddresses["apne1-az1"] = "10.1.1.27"),
    ],
  ];
  for (const [expected, edit] of wrong) {
    it(`is refused with "${expected}"`, () => {
      const request = structuredClone(valid());
      edit(request);
      const found = problems(request);
      expect(found, found.join("\n")).to.have.length(1);
      expect(found[0]).to.include(expected);
    });
  }

  it("names everything that is wrong at once", () => {
    expect(problems({ ...valid(), targets: "x", pairs: undefined })).to.have.length(2);
    expect(problems(null)).to.have.length(1);
  });

  it("is refused when it is not JSON, without quoting it", () => {
    const text = `${JSON.stringify(valid())}${secret}`;
    expect(() => parseRequest(text))
      .to.throw(RequestError, "expected JSON")
      .with.property("message")
      .that.does.not.include("TOPSECRET");
    expect(() => parseRequest("TOPSECRET"))
      .to.throw(RequestError)
      .with.property("message")
      .that.does.not.include("TOP");
    expect(() => parseRequest("")).to.throw(RequestError, "expected JSON");
  });
});
