import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { entranceOf, newHostAccessOf, setUpAccessOf } from "../../../plugin/access";
import { keys } from "../components/run";

const ssm = { region: "ap-northeast-1", instanceProfileName: "hosts", endpointCidrBlocks: ["10.2.30.0/28"] };
const access = {
  privateKey: keys.sshPrivateKey,
  hostKey: keys.sshHostKey,
  user: "admin",
  bastionAddress: "198.51.100.1",
};
const sshFrom = "10.2.0.0/28";
const known = { hostKey: "ssh-ed25519 AAAA", user: "root" };

/** As the engine tells it to a program in another language. */
function refusalOf(call: () => unknown): pulumi.InputPropertyErrorDetails[] {
  try {
    call();
  } catch (error) {
    return (error as pulumi.InputPropertiesError).errors ?? [];
  }
  throw new Error("expected a refusal");
}

describe("access to a host, from another language", () => {
  it("is by SSM, or by ssh", () => {
    expect(entranceOf({ ssm })).to.deep.equal({ by: "ssm", ...ssm });
    expect(entranceOf({ sshFrom })).to.deep.equal({ by: "ssh", sshFrom });
    expect(entranceOf({ access, sshFrom })).to.deep.equal({ by: "ssh", sshFrom });
    expect(newHostAccessOf({ ssm })).to.deep.equal({ by: "ssm", ...ssm });
    expect(newHostAccessOf({ access, sshFrom })).to.deep.equal({ by: "ssh", ...access, sshFrom });
    expect(setUpAccessOf({ ssm: { region: ssm.region } })).to.deep.equal({ by: "ssm", region: ssm.region });
    expect(setUpAccessOf({ access })).to.deep.equal({ by: "ssh", ...access });
    expect(setUpAccessOf({ access, known })).to.deep.equal({ by: "ssh", ...access, knownHost: known });
  });

  const refused: [Parameters<typeof newHostAccessOf>[0], string][] = [
    [{}, "none of them"],
    [{ access }, "access"],
    [{ ssm, access }, "ssm and access"],
    [{ ssm, sshFrom }, "ssm and sshFrom"],
    [{ ssm, access, sshFrom }, "ssm and access and sshFrom"],
  ];
  for (const [args, got] of refused) {
    it(`is not by ${got}`, () => {
      const problem = [{ propertyPath: "ssm", reason: `expected ssm, or access and sshFrom for ssh; got ${got}` }];
      expect(refusalOf(() => entranceOf(args))).to.deep.equal(problem);
      expect(refusalOf(() => newHostAccessOf(args))).to.deep.equal(problem);
    });
  }

  it("takes keys as well where a host is set up", () => {
    expect(refusalOf(() => newHostAccessOf({ sshFrom }))[0]?.reason).to.match(/; got sshFrom$/);
    const problem = (got: string) => [{ propertyPath: "setUp.ssm", reason: `expected ssm or access; got ${got}` }];
    expect(refusalOf(() => setUpAccessOf({}))).to.deep.equal(problem("none of them"));
    expect(refusalOf(() => setUpAccessOf({ ssm, access }))).to.deep.equal(problem("ssm and access"));
  });
});
