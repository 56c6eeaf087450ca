import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { localProgram } from "../../../components/localProgram";
import { Hairpin, type HairpinArgs } from "../../../components";
import type { HealthCheckSettings } from "../../../path/net/healthCheck";
import type { Properties } from "../../../lab/cloud/core/properties";
import { parseHostTask } from "../../../verification/hostTask";
import { failureOf, run, tokens, valueOf, type Run } from "./run";

const root = path.join(__dirname, "../../..");
const script = fs.readFileSync(path.join(root, "hosts/hairpin.sh"), "utf8");
const said = '{"changed":true,"changes":["rule"]}';
const instanceId = "i-0123456789abcdef0";
const ssm = {
  region: "ap-northeast-1",
  profile: "security",
  assumeRole: { roleArn: "arn:aws:iam::111111111111:role/deploy", sessionName: "me" },
};
const args: HairpinArgs = {
  access: { by: "ssm", ...ssm },
  instanceId,
  privateIp: "10.1.20.16",
  gatewayAddresses: ["10.1.10.16", "10.1.11.16"],
};

const setUp = (changes: Partial<HairpinArgs> = {}): Promise<Run<Hairpin>> =>
  run(() => new Hairpin("h", { ...args, ...changes }), { command: (): Properties => ({ stdout: said }) });

const taskOf = ({ mocks }: Run<unknown>): ReturnType<typeof parseHostTask> =>
  parseHostTask(String(mocks.find(tokens.local, "h").inputs["stdin"]));

describe("Hairpin by SSM", () => {
  it("is one program on this machine, its task on standard input, and nothing by ssh", async () => {
    const { mocks, optionsOf } = await setUp();
    const { stdin, ...inputs } = mocks.find(tokens.local, "h").inputs;
    expect(stdin).to.be.a("string");
    expect(inputs).to.deep.equal({
      ...localProgram("verification/runOnHost"),
      // With an update of its own a changed script or address does not replace the set-up.
      update: "verification/runOnHost",
      triggers: [instanceId],
      // The result is an output: only progress and errors are shown while it runs.
      logging: "stderr",
      addPreviousOutputInEnv: false,
    });
    expect(fs.existsSync(path.join(root, "verification/runOnHost.ts"))).to.equal(true);
    expect(mocks.registrations.map(({ type }) => type)).not.to.include(tokens.remote);
    // Longer than what the program itself waits for: the host, the script, and SSM's handing over.
    expect(optionsOf(tokens.local, "h").createTimeout).to.equal("1980s");
  });

  it("runs hosts/hairpin.sh with every address of the GWLB on the host, with the credentials that are given", async () => {
    expect(taskOf(await setUp())).to.deep.equal({
      host: { instanceId, ...ssm },
      script,
      args: ["--address", "10.1.20.16", "--gateway-address", "10.1.10.16", "--gateway-address", "10.1.11.16"],
      timeout: 900,
      connectDeadline: 900,
    });
    const { host } = taskOf(await setUp({ access: { by: "ssm", region: ssm.region } }));
    expect(host).to.deep.equal({ instanceId, region: ssm.region });
  });

  it("says what answers health checks only where that is not TCP on port 80: a host that is set up stays as it is", async () => {
    const gateways = ["--address", "10.1.20.16", "--gateway-address", "10.1.10.16", "--gateway-address", "10.1.11.16"];
    const argsFor = async (healthCheck: HealthCheckSettings): Promise<unknown> =>
      taskOf(await setUp({ healthCheck })).args;
    expect(await argsFor({ protocol: "TCP", port: 80, interval: 5, timeout: 2 })).to.deep.equal(gateways);
    expect(await argsFor({ port: 8080 })).to.deep.equal([...gateways, "--health-port", "8080"]);
    expect(await argsFor({ protocol: "HTTP" })).to.deep.equal([...gateways, "--health-path", "/"]);
    expect(await argsFor({ protocol: "HTTP", port: 8080, path: "/healthz" })).to.deep.equal([
      ...gateways,
      ...["--health-port", "8080", "--health-path", "/healthz"],
    ]);
  });

  it("refuses a health check that its web server cannot answer", async () => {
    const refusal = async (healthCheck: HealthCheckSettings): Promise<string> =>
      (await failureOf(() => new Hairpin("h", { ...args, healthCheck }))).message;
    expect(await refusal({ protocol: "HTTPS", port: 443 })).to.include(
      'Hairpin h: healthCheck.protocol: "HTTPS": expected TCP or HTTP',
    );
    expect(await refusal({ protocol: "HTTP", path: "/a?b" })).to.include(
      'Hairpin h: healthCheck.path: "/a?b": expected / and up to',
    );
  });

  it("runs again for another instance, and waits for addresses that are not known yet", async () => {
    const other = await setUp({ instanceId: pulumi.output("i-00000000000000001"), gatewayAddresses: [] });
    expect(other.mocks.find(tokens.local, "h").inputs["triggers"]).to.deep.equal(["i-00000000000000001"]);
    expect(taskOf(other)).to.deep.include({ args: ["--address", "10.1.20.16"] });
    const late = await setUp({ gatewayAddresses: [pulumi.output(Promise.resolve("10.1.12.16"))] });
    expect(taskOf(late).args).to.deep.equal(["--address", "10.1.20.16", "--gateway-address", "10.1.12.16"]);
  });

  it("tells what the script said; neither that nor what it was given is secret", async () => {
    const { mocks, result } = await setUp();
    expect(await valueOf(result.result)).to.equal(said);
    expect(await pulumi.isSecret(result.result)).to.equal(false);
    expect(mocks.find(tokens.local, "h").secrets).to.deep.equal([]);
  });
});
