import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import { expect } from "chai";
import type { GatewayConfig } from "../../../lab/gateway/config";
import { HealthChecks, probe } from "../../../lab/gateway/healthCheck";
import { checkedPairs, ObservedHealth, targetHealth, type CheckedPair } from "../../../lab/gateway/targetHealth";

const thresholds = { healthyThreshold: 3, unhealthyThreshold: 2 };
const passed = undefined;
const failed = "Target.FailedHealthChecks" as const;
const check = (port: number, more: Partial<GatewayConfig["healthCheck"]> = {}): GatewayConfig["healthCheck"] => ({
  protocol: "TCP",
  port,
  interval: 0.01,
  timeout: 0.2,
  ...thresholds,
  ...more,
});

describe("gateway: observed health", () => {
  const after = (...checks: (typeof passed | typeof failed)[]): string => {
    const health = new ObservedHealth();
    for (const each of checks) health.observe(each, thresholds);
    return health.state;
  };

  it("is initial until a threshold is reached", () => {
    expect(after()).to.equal("initial");
    expect(after(passed, passed)).to.equal("initial");
    expect(after(passed, passed, passed)).to.equal("healthy");
    expect(after(failed)).to.equal("initial");
    expect(after(failed, failed)).to.equal("unhealthy");
  });

  it("changes only after as many checks in a row", () => {
    expect(after(passed, passed, failed, passed, passed)).to.equal("initial");
    expect(after(passed, passed, passed, failed, passed, failed)).to.equal("healthy");
    expect(after(passed, passed, passed, failed, failed)).to.equal("unhealthy");
    expect(after(failed, failed, passed, passed, failed, passed, passed)).to.equal("unhealthy");
    expect(after(failed, failed, passed, passed, passed)).to.equal("healthy");
  });

  it("says when something has changed", () => {
    const health = new ObservedHealth();
    const changes = ([failed, failed, failed, "Target.Timeout"] as const).map((each) =>
      health.observe(each, thresholds),
    );
    expect(changes).to.deep.equal([false, true, false, true]);
  });
});

describe("gateway: target health of several ENIs", () => {
  const enis = [
    { azId: "az1", address: "10.0.1.5" },
    { azId: "az2", address: "10.0.2.5" },
  ];
  const targets: GatewayConfig["targets"] = [
    { id: "a", address: "10.0.1.10", port: 6081, azId: "az1", state: "registered" },
    { id: "c", address: "10.0.3.10", port: 6081, azId: "az3", state: "registered" },
    { id: "d", address: "10.0.1.11", port: 6081, azId: "az1", state: "draining" },
  ];
  const pairs = (crossZone: boolean): string[] =>
    checkedPairs({ enis, targets, attributes: { crossZone } as GatewayConfig["attributes"] }).map(
      ({ from, address }) => `${from}>${address}`,
    );
  const view = (...checks: (typeof passed | typeof failed)[]): ObservedHealth => {
    const health = new ObservedHealth();
    for (const each of checks) health.observe(each, thresholds);
    return health;
  };

  it("checks the targets of the ENI's own AZ, with cross-zone all, draining ones never", () => {
    expect(pairs(false)).to.deep.equal(["10.0.1.5>10.0.1.10"]);
    expect(pairs(true)).to.deep.equal([
      ...["10.0.1.5>10.0.1.10", "10.0.1.5>10.0.3.10", "10.0.2.5>10.0.1.10", "10.0.2.5>10.0.3.10"],
    ]);
  });

  it("is healthy when every ENI that checks says so, and names what is not checked", () => {
    const healthy = view(passed, passed, passed);
    const unhealthy = view(failed, failed);
    const stateOf = (views: Record<string, ObservedHealth>): string | undefined =>
      targetHealth({ enis, targets }, (azId, id) => (id === "a" ? views[azId] : undefined))[0]?.state;
    expect(stateOf({ az1: healthy })).to.equal("healthy");
    expect(stateOf({ az1: healthy, az2: healthy })).to.equal("healthy");
    expect(stateOf({ az1: healthy, az2: view() })).to.equal("initial");
    expect(stateOf({ az1: healthy, az2: unhealthy })).to.equal("unhealthy");
    expect(stateOf({ az1: view(), az2: unhealthy })).to.equal("unhealthy");
    expect(targetHealth({ enis, targets }, () => undefined)).to.deep.equal([
      { targetId: "a", state: "unused", reason: "Target.NotInUse" },
      { targetId: "c", state: "unused", reason: "Target.NotInUse" },
      { targetId: "d", state: "draining", reason: "Target.DeregistrationInProgress" },
    ]);
  });
});

describe("gateway: health checks on loopback", () => {
  const servers: net.Server[] = [];
  const listen = async (server: net.Server): Promise<number> => {
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as net.AddressInfo).port;
  };
  const closedPort = async (): Promise<number> => {
    const server = net.createServer();
    const port = await listen(server);
    server.close();
    await once(server, "close");
    return port;
  };
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  it("connects from the ENI's address and closes without a reset", async () => {
    const ends: string[] = [];
    const port = await listen(
      net.createServer((socket) => {
        socket.on("error", (error) => ends.push(error.message)).on("end", () => ends.push("end"));
        socket.resume();
      }),
    );
    expect(await probe(check(port), "127.0.0.1", "127.0.0.1")).to.equal(undefined);
    expect(ends).to.deep.equal(["end"]);
    // An address that this machine does not have: nothing can be sent from it.
    expect(await probe(check(port), "192.0.2.1", "127.0.0.1")).to.equal("Target.FailedHealthChecks");
  });

  it("is content with a server that keeps its side open", async () => {
    const port = await listen(net.createServer({ allowHalfOpen: true }, (socket) => void socket.resume()));
    expect(await probe(check(port, { timeout: 0.05 }), "127.0.0.1", "127.0.0.1")).to.equal(undefined);
  });

  it("tells a refusal", async () => {
    expect(await probe(check(await closedPort()), "127.0.0.1", "127.0.0.1")).to.equal("Target.FailedHealthChecks");
  });

  it("takes 200 to 399 for healthy over HTTP", async () => {
    const answer: http.RequestListener = (request, response) => response.writeHead(Number(request.url?.slice(1))).end();
    const port = await listen(http.createServer(answer));
    const outcome = (path: string): Promise<string | undefined> =>
      probe(check(port, { protocol: "HTTP", path }), "127.0.0.1", "127.0.0.1");
    expect(await outcome("/200")).to.equal(undefined);
    expect(await outcome("/399")).to.equal(undefined);
    expect(await outcome("/400")).to.equal("Target.ResponseCodeMismatch");
    expect(await outcome("/503")).to.equal("Target.ResponseCodeMismatch");
  });

  it("tells silence over HTTP", async () => {
    const server = http.createServer(() => undefined);
    const port = await listen(server);
    const silent = check(port, { protocol: "HTTP", timeout: 0.05 });
    expect(await probe(silent, "127.0.0.1", "127.0.0.1")).to.equal("Target.Timeout");
    server.closeAllConnections();
  });

  it("keeps the state of a pair that stays, and starts over when another port is checked", async () => {
    const port = await listen(net.createServer((socket) => void socket.resume()));
    const pair: CheckedPair = { azId: "az1", from: "127.0.0.1", targetId: "a", address: "127.0.0.1" };
    let changed: () => void = () => undefined;
    const change = (): Promise<void> => new Promise((resolve) => (changed = resolve));
    const checks = new HealthChecks(() => changed());
    try {
      let next = change();
      checks.configure([pair], check(port));
      expect(checks.observed("az1", "a")?.state).to.equal("initial");
      await next;
      expect(checks.observed("az1", "a")?.state).to.equal("healthy");
      checks.configure([pair], check(port, { interval: 0.02 }));
      expect(checks.observed("az1", "a")?.state).to.equal("healthy");
      next = change();
      checks.configure([pair], check(await closedPort()));
      expect(checks.observed("az1", "a")?.state).to.equal("initial");
      await next;
      expect(checks.observed("az1", "a")?.state).to.equal("unhealthy");
      checks.configure([], check(port));
      expect(checks.observed("az1", "a")).to.equal(undefined);
    } finally {
      checks.close();
    }
  });
});
