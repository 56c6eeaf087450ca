import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { setUpTriggers } from "../../../components/drift";
import { FakeSsm } from "../verification/fakeSsm";
import { run, tokens, valueOf } from "./run";

const instanceId = "i-0123456789abcdef0";
const urn = "urn:pulumi:security::gwlb-inspection::gwlb-inspection:index:Hairpin$command:local:Command::h";

describe("what sets up a host again", function () {
  this.timeout(30_000);
  let ssm: FakeSsm;

  before(async () => {
    ssm = await FakeSsm.start();
  });
  beforeEach(() => {
    ssm.intercept = () => undefined;
    ssm.requests.length = 0;
  });
  after(() => ssm.stop());

  const scriptOf = (says: string): string => `[ "$*" = "--gateway-address 10.1.1.27 --check" ] || exit 64\n${says}`;

  /** What the command would be triggered by that was last triggered by `last`, of a host that answers `--check` so. */
  async function triggers(
    says: string,
    last: string[] | "never" = [instanceId],
    by = {},
    preview = false,
  ): Promise<string[]> {
    const outputs = { triggers: last, ...by };
    const resources = last === "never" ? undefined : { [urn]: { type: tokens.local, outputs } };
    const { result } = await run(
      () => {
        return setUpTriggers(
          {
            command: { type: tokens.local, name: "h" },
            instanceId,
            host: ssm.host,
            script: scriptOf(says),
            args: ["--gateway-address", "10.1.1.27"],
          },
          new pulumi.ComponentResource("test:index:Target", "t"),
        );
      },
      { preview, ...(resources && { deployed: { outputs: { accountId: "111111111111" }, resources } }) },
    );
    return valueOf(result);
  }
  const asItWas = `echo '{"changed":false,"changes":[]}'`;
  const changed = `echo '{"changed":true,"changes":["rules in force are others"]}'`;
  const repaired = [instanceId, "2026-01-01T00:00:00.000Z"];

  it("is nothing as long as it is as it was set up, also after it was set up again once", async () => {
    expect(await triggers(asItWas)).to.deep.equal([instanceId]);
    expect(await triggers(asItWas, repaired)).to.deep.equal(repaired);
  });

  it("is a difference, or what would stop the set-up, which then says so", async () => {
    for (const says of [changed, "echo 'hairpin: error: firewalld is active' >&2; exit 69"]) {
      for (const last of [[instanceId], repaired]) {
        const [id, since] = await triggers(says, last);
        expect(id).to.equal(instanceId);
        expect(since).not.to.equal(repaired[1]);
        expect(Date.now() - Date.parse(since ?? "")).to.be.within(0, 60_000);
      }
    }
  });

  it("is not that nothing can be told: no access, a script that does not come to its end, nonsense", async () => {
    for (const says of ["exit 64", "echo nonsense", `echo '{"changes":"all"}'`]) {
      expect(await triggers(says, repaired), says).to.deep.equal(repaired);
    }
    ssm.intercept = (operation) =>
      operation === "DescribeInstanceInformation" ? { InstanceInformationList: [] } : undefined;
    expect(await triggers(changed, repaired)).to.deep.equal(repaired);
  });

  it("is nobody's doing where the arguments are others than it was set up with: it is updated anyway", async () => {
    const ways = (args: string[]): object[] => [
      { create: `sudo -n timeout 900 sh -s -- ${args.join(" ")}` },
      { create: "verification/runOnHost", stdin: JSON.stringify({ args }) },
    ];
    for (const other of ways(["--gateway-address", "10.1.1.27", "--health-port", "8080"])) {
      expect(await triggers(changed, repaired, other)).to.deep.equal(repaired);
    }
    expect(ssm.requests).to.deep.equal([]);
    for (const same of ways(["--gateway-address", "10.1.1.27"])) {
      expect(await triggers(changed, repaired, same)).not.to.deep.equal(repaired);
    }
  });

  it("is looked at in a preview as it was set up last, once; and as it would be set up, where that differs", async () => {
    const host = ssm.host;
    const task = (changes: object): object => ({
      stdin: JSON.stringify({ host, script: scriptOf(changed), args: ["--gateway-address", "10.1.1.27"], ...changes }),
    });
    const looks = (): number => ssm.requests.filter(({ operation }) => operation === "SendCommand").length;
    expect(await triggers(changed, repaired, task({}), true)).not.to.deep.equal(repaired);
    expect(looks()).to.equal(1);
    // Set up by another version of the script: its own word counts for nothing.
    expect(await triggers(asItWas, repaired, task({}), true)).to.deep.equal(repaired);
    const elsewhere = { host: { ...host, instanceId: "i-00000000000000002" } };
    expect(await triggers(changed, repaired, task(elsewhere), true)).not.to.deep.equal(repaired);
    ssm.requests.length = 0;
    expect(await triggers(changed, repaired, task({}))).not.to.deep.equal(repaired);
    expect(looks()).to.equal(1);
  });

  it("is another instance, or a first deployment, without a look at it", async () => {
    expect(await triggers(changed, ["i-00000000000000001", "2026-01-01T00:00:00.000Z"])).to.deep.equal([instanceId]);
    expect(await triggers(changed, "never")).to.deep.equal([instanceId]);
    expect(ssm.requests).to.deep.equal([]);
  });
});
