import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { entranceOf, remoteHostOf, type HostAccess, type HostEntrance } from "../../../components";
import { keys, publicHalf, run, valueOf } from "./run";

const ssm = {
  by: "ssm",
  region: "ap-northeast-1",
  instanceProfileName: "hosts",
  endpointCidrBlocks: ["10.2.30.0/28", "10.2.31.0/28"],
} satisfies HostEntrance;
const access = {
  by: "ssh",
  privateKey: keys.sshPrivateKey,
  hostKey: keys.sshHostKey,
  user: "admin",
  bastionAddress: "198.51.100.1",
} satisfies HostAccess;
const sshFrom = "10.2.0.0/28";

describe("the access to a host", () => {
  it("opens port 22 to the bastion's subnet, or lets out to SSM's endpoints and opens nothing", () => {
    const rule = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    expect(entranceOf(ssm)).to.deep.equal({
      instanceProfileName: "hosts",
      ingress: [],
      egress: [
        { ...rule, name: "tcp-443-10.2.30.0-28", cidrIpv4: "10.2.30.0/28" },
        { ...rule, name: "tcp-443-10.2.31.0-28", cidrIpv4: "10.2.31.0/28" },
      ],
    });
    expect(entranceOf({ by: "ssh", sshFrom })).to.deep.equal({
      ingress: [{ ...rule, name: "tcp-22-10.2.0.0-28", fromPort: 22, toPort: 22, cidrIpv4: sshFrom }],
      egress: [],
    });
  });

  it("is told to the verification: by SSM without a secret, by ssh as one", async () => {
    const host = { instanceId: "i-0123456789abcdef0", privateIp: "10.2.10.16" };
    const { result } = await run(() => ({
      ssm: remoteHostOf({ by: "ssm", region: ssm.region, profile: "system" }, host),
      ssh: remoteHostOf(access, host),
      known: remoteHostOf({ ...access, knownHost: { user: "root", hostKey: publicHalf(keys.sshPrivateKey) } }, host),
    }));
    expect(await valueOf(result.ssm)).to.deep.equal({
      instanceId: host.instanceId,
      region: ssm.region,
      profile: "system",
    });
    const { privateKey } = access;
    const via = { user: "admin", address: "198.51.100.1", privateKey, hostKey: publicHalf(keys.sshHostKey) };
    expect(await valueOf(result.ssh)).to.deep.equal({ ...via, address: host.privateIp, via });
    const known = { user: "root", address: host.privateIp, privateKey, hostKey: publicHalf(keys.sshPrivateKey) };
    expect(await valueOf(result.known)).to.deep.equal({ ...known, via });
    expect(
      await Promise.all([result.ssm, result.ssh, result.known].map((each) => pulumi.isSecret(each))),
    ).to.deep.equal([false, true, true]);
  });
});
