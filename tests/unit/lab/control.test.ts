import { expect } from "chai";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { askDaemon, serveControl } from "../../../lab/world/control";
import { exclusively } from "../../../lab/world/runs";

describe("asking a lab's daemon", () => {
  let directory: string;

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-control-"));
  });

  afterEach(() => {
    fs.rmSync(directory, { recursive: true });
  });

  const failure = (socket: string): Promise<string> =>
    askDaemon(socket, { kind: "status" }).then(
      () => "answered",
      (error: unknown) => (error as Error).message,
    );

  it("fails, and does no more than that, when nobody listens", async () => {
    expect(await failure(path.join(directory, "none.sock"))).to.match(/ENOENT/);
  });

  it("fails when the daemon ends without an answer", async () => {
    const socket = path.join(directory, "mute.sock");
    const server = net.createServer((connection) => connection.destroy());
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(await failure(socket)).to.match(/without an answer|ECONNRESET|EPIPE/);
    server.close();
  });

  it("fails at its deadline when the daemon hangs, or was stopped", async () => {
    const socket = path.join(directory, "hanging.sock");
    const connections: net.Socket[] = [];
    const server = net.createServer((connection) => void connections.push(connection));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const asked = askDaemon(socket, { kind: "inspect" }, 0.2).catch((error: unknown) => (error as Error).message);
    expect(await asked).to.match(/has not answered within 0.2 s: it hangs, or was stopped/);
    for (const connection of connections) connection.destroy();
    server.close();
  });

  it("gets what the daemon answers, and its errors", async () => {
    const socket = path.join(directory, "control.sock");
    const server = await serveControl(socket, ({ kind }) =>
      kind === "status" ? Promise.resolve("fine") : Promise.reject(new Error("no")),
    );
    expect(await askDaemon(socket, { kind: "status" })).to.equal("fine");
    expect(await askDaemon(socket, { kind: "detach" }).catch((error: unknown) => (error as Error).message)).to.equal(
      "no",
    );
    server.close();
  });
});

describe("changing a lab", () => {
  it("is refused to a second process, by the first one's number", async function () {
    if (process.getuid?.() !== 0) this.skip();
    const name = `exclusive-${process.pid}`;
    const second = await exclusively(name, () =>
      exclusively(name, () => Promise.resolve("done")).catch((error: unknown) => (error as Error).message),
    );
    expect(second).to.match(new RegExp(`^Lab "${name}" is at work already: process ${process.pid} `));
    expect(await exclusively(name, () => Promise.resolve("done"))).to.equal("done");
    expect(fs.existsSync(`/run/gwlb-inspection/${name}.lock`)).to.equal(false);
  });
});
