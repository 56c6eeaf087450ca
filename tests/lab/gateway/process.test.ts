import { spawn } from "node:child_process";
import { expect } from "chai";
import { azB, baseConfig } from "./network";
import { fromDestination, useScenario } from "./scenario";

describe("gateway: process", function () {
  this.timeout(30_000);
  const scenario = useScenario();

  it("opens and closes TUNs as configured and survives the loss of one", async () => {
    const config = baseConfig();
    const [first] = config.endpoints;
    await scenario().configure({ ...config, endpoints: first === undefined ? [] : [first] });
    expect(await scenario().world.run(["ip", "-n", "router-2", "-br", "link"])).to.not.include("gwlbe-b");
    expect(await scenario().send(1, 2)).to.deep.equal(fromDestination(1, 2));
    await scenario().configure(config);
    expect(await scenario().send(2, 2)).to.deep.equal(fromDestination(2, 2));
    await scenario().world.run(["ip", "-n", "router-2", "link", "delete", "gwlbe-b"]);
    await scenario().eventually("the loss to be reported", () => scenario().errors.length > 0 || undefined);
    expect(scenario().errors.splice(0).join()).to.match(/^TUN gwlbe-b of endpoint vpce-02222222222222222 is gone/);
    expect(await scenario().send(1, 2)).to.deep.equal(fromDestination(1, 2));
    await scenario().configure(config);
    expect(await scenario().send(2, 2)).to.deep.equal(fromDestination(2, 2));
  });

  it("names an ENI address that the namespace does not have, and uses the rest", async () => {
    const config = baseConfig();
    const enis = config.enis.map((eni) => (eni.azId === azB ? { azId: azB, address: "10.1.2.6" } : eni));
    let message = "";
    await scenario()
      .configure({ ...config, enis })
      .catch((error: Error) => (message = error.message));
    expect(message).to.match(/ENI 10\.1\.2\.6: this namespace does not have the address/);
    expect(await scenario().send(1, 2)).to.deep.equal(fromDestination(1, 2));
  });

  it("is started again after it has died", async () => {
    await scenario().world.run(["sh", "-c", "ip netns pids gwlb | xargs kill -KILL"]);
    await scenario().eventually("the death to be reported", () => scenario().errors.length > 0 || undefined);
    expect(scenario().errors.splice(0).join()).to.match(/^process ended: /);
    await scenario().configure(baseConfig());
    expect(await scenario().send(1, 2)).to.deep.equal(fromDestination(1, 2));
  });

  it("ends with its parent", async () => {
    const parent = `
      const { startGateway } = require(${JSON.stringify(require.resolve("../../../lab/gateway/process"))});
      startGateway("net", { enter: ${JSON.stringify(scenario().world.enter)}, onEvent: ({ kind }) => console.log(kind) });
    `;
    const child = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", parent], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const first = await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
    expect(first).to.equal("ready\n");
    expect(await scenario().world.run(["ip", "netns", "pids", "net"])).to.match(/\d/);
    child.kill("SIGKILL");
    await scenario().eventually("the gateway to end", async () =>
      (await scenario().world.run(["ip", "netns", "pids", "net"])) === "" ? true : undefined,
    );
  });
});
