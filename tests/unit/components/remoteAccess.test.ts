import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { accessRules, checkAccess, remoteHostOf, type RemoteAccessArgs, type SshAccess } from "../../../components";
import { keys, publicHalf, run, valueOf } from "./run";

const ssm = {
  region: "ap-northeast-1",
  instanceProfileName: "hosts",
  endpointCidrBlocks: ["10.2.30.0/28", "10.2.31.0/28"],
};
const access: SshAccess = {
  privateKey: keys.sshPrivateKey,
  hostKey: keys.sshHostKey,
  user: "admin",
  bastionAddress: "198.51.100.1",
};
const sshFrom = "10.2.0.0/28";

describe("the way to a host", () => {
  const thing = (): Promise<pulumi.Resource> =>
    run(() => new pulumi.ComponentResource("test:index:Thing", "thing")).then(({ result }) => result);

  it("is by SSM, or by ssh", async () => {
    const resource = await thing();
    for (const args of [{ ssm }, { access, sshFrom }, { sshFrom }]) {
      expect(() => checkAccess("Thing", args, resource)).not.to.throw();
    }
  });

  const refused: [RemoteAccessArgs, string][] = [
    [{}, "none of them"],
    [{ ssm, access }, "ssm and access"],
    [{ ssm, sshFrom }, "ssm and sshFrom"],
    [{ ssm, access, sshFrom }, "ssm and access and sshFrom"],
  ];
  for (const [args, got] of refused) {
    it(`is not by ${got}`, async () => {
      const resource = await thing();
      expect(() => checkAccess("Thing", args, resource))
        .to.throw(pulumi.ResourceError, `Thing: expected ssm, or access and sshFrom for ssh; got ${got}`)
        .with.property("resource", resource);
    });
  }

  it("opens port 22 to the bastion's subnet, or lets out to SSM's endpoints and opens nothing", () => {
    const rule = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    expect(accessRules({ ssm })).to.deep.equal({
      ingress: [],
      egress: [
        { ...rule, name: "tcp-443-10.2.30.0-28", cidrIpv4: "10.2.30.0/28" },
        { ...rule, name: "tcp-443-10.2.31.0-28", cidrIpv4: "10.2.31.0/28" },
      ],
    });
    expect(accessRules({ access, sshFrom })).to.deep.equal({
      ingress: [{ ...rule, name: "tcp-22-10.2.0.0-28", fromPort: 22, toPort: 22, cidrIpv4: sshFrom }],
      egress: [],
    });
  });

  it("is told to the verification: by SSM without a secret, by ssh as one", async () => {
    const host = { instanceId: "i-0123456789abcdef0", address: "10.2.10.16" };
    const { result } = await run(() => ({
      ssm: remoteHostOf({ ssm: { region: ssm.region, profile: "system" } }, host),
      ssh: remoteHostOf({ access }, host),
      known: remoteHostOf({ access, known: { user: "root", hostKey: publicHalf(keys.sshPrivateKey) } }, host),
    }));
    expect(await valueOf(result.ssm)).to.deep.equal({
      instanceId: host.instanceId,
      region: ssm.region,
      profile: "system",
    });
    const { privateKey } = access;
    const via = { user: "admin", address: "198.51.100.1", privateKey, hostKey: publicHalf(keys.sshHostKey) };
    expect(await valueOf(result.ssh)).to.deep.equal({ ...via, address: host.address, via });
    const known = { user: "root", address: host.address, privateKey, hostKey: publicHalf(keys.sshPrivateKey) };
    expect(await valueOf(result.known)).to.deep.equal({ ...known, via });
    expect(
      await Promise.all([result.ssm, result.ssh, result.known].map((each) => pulumi.isSecret(each))),
    ).to.deep.equal([false, true, true]);
    expect(() => remoteHostOf({}, host)).to.throw("remoteHostOf: expected ssm or access");
  });
});
