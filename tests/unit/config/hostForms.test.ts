import { expect } from "chai";
import { existingConsumer, existingHub } from "../../../stacks/config/existingSchema";
import { checkRequest, RequestError } from "../../../path/proof/requestSchema";
import { keyPair } from "../../fixtures/keyPair";

const key = keyPair().public.trim().split(" ").slice(0, 2).join(" ");
const instanceId = "i-0123456789abcdef0";
const vpcId = "vpc-0123456789abcdef0";

/** What each place of the settings makes of a host; undefined where it is refused. */
function inSettings(host: object): unknown[] {
  const hub = existingHub.safeParse({ vpcId, targets: { "apne1-az1": { instanceId, ...host } } });
  const consumer = existingConsumer.safeParse({ vpcId, hosts: { "apne1-az1": { source: { instanceId, ...host } } } });
  const bastion = existingHub.safeParse({
    vpcId,
    bastion: { address: "198.51.100.7", cidr: "10.1.0.0/28", hostKey: key, ...host },
  });
  return [hub.data?.targets?.["apne1-az1"], consumer.data?.hosts["apne1-az1"]?.source, bastion.data?.bastion];
}

/** Whether a request with that host is taken. */
function inRequest(host: object): boolean {
  const reached = { address: "10.0.1.10", user: "ec2-user", privateKey: "secret", hostKey: key, ...host };
  const pair = {
    source: { name: "source", azId: "apne1-az1", address: "10.0.1.10", host: { ...reached, via: reached } },
    destination: { name: "destination", address: "10.0.3.10" },
    expectReply: true,
  };
  try {
    checkRequest({
      targets: [{ name: "target", azId: "apne1-az1", address: "10.1.1.10", host: reached }],
      gatewayAddresses: { "apne1-az1": "10.1.1.27" },
      pairs: [pair],
      ping: { count: 5, interval: 0.2, timeout: 5 },
      health: { threshold: 2, deadline: 60 },
    });
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}

describe("what a host is told by", () => {
  for (const [what, host] of Object.entries({
    "a line of its .pub file": { hostKey: `${key} root@ip-10-1-20-5.ap-northeast-1.compute.internal` },
    "such a line with its end": { hostKey: `${key} root@target\n` },
    "a user with a dot": { user: "first.last" },
    "a user with capitals": { user: "Admin" },
  })) {
    it(`may be ${what}, in settings and requests alike`, () => {
      for (const read of inSettings(host)) {
        expect(read).to.deep.include("user" in host ? host : { hostKey: key });
      }
      expect(inRequest(host)).to.equal(true);
    });
  }

  for (const [what, host] of Object.entries({
    "a private key": { hostKey: "-----BEGIN OPENSSH PRIVATE KEY-----" },
    "a line of known_hosts": { hostKey: `10.1.20.5 ${key}` },
    "a user with a space": { user: "ec2 user" },
    "a user with an option": { user: "-oProxyCommand=x" },
  })) {
    it(`may not be ${what}, in settings and requests alike`, () => {
      expect(inSettings(host)).to.deep.equal([undefined, undefined, undefined]);
      expect(inRequest(host)).to.equal(false);
    });
  }
});
