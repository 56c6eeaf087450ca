import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { CommandPlugin, vendors } from "./commandPlugin";
import type { Properties } from "../../../lab/providers/struct";
import type { EngineClient } from "./engineClient";
import { failure, until } from "./engineClient";
import { passOn } from "./passOn";
import type { SshPeer } from "./sshPeer";
import { keyPair } from "../../fixtures/keyPair";
import { sshPeer } from "./sshPeer";

const TYPE = "command:remote:Command";

describe(`command:remote:Command of ${vendors ?? "the lab's stand-in"}`, () => {
  const keys = keyPair();
  let plugin: CommandPlugin;
  let engine: EngineClient;
  let host: SshPeer;
  let bastion: SshPeer;
  let directory: string;
  let connection: Properties;
  const agent = process.env.SSH_AUTH_SOCK;

  before(async () => {
    delete process.env.SSH_AUTH_SOCK;
    directory = await mkdtemp(join(tmpdir(), "remote-command-"));
    host = await sshPeer({ user: "ec2-user", publicKey: keys.public, environment: ["WORD", "PULUMI_COMMAND_STDOUT"] });
    bastion = await sshPeer({ user: "jump", password: "jump-word" });
    plugin = new CommandPlugin();
    connection = {
      host: "127.0.0.1",
      port: host.port,
      user: "ec2-user",
      privateKey: keys.private,
      hostKey: host.hostKey,
      dialErrorLimit: 0,
      perDialTimeout: 5,
    };
  });
  after(async () => {
    if (agent !== undefined) process.env.SSH_AUTH_SOCK = agent;
    await plugin.close();
    await host.close();
    await bastion.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    engine = await plugin.engine();
  });
  afterEach(() => engine.close());

  it("runs create with stdin, and cuts one newline off each stream", async () => {
    const { id, outputs } = await engine.create(TYPE, { connection, create: "cat; echo; echo w >&2", stdin: "in\n" });
    expect(id).to.match(/^thing[0-9a-f]{8}$/);
    expect(outputs).to.include({ stdout: "in\n", stderr: "w" });
    expect(engine.logged.map(({ message }) => message)).to.include("in");
  });

  it("goes by way of the proxy", async () => {
    const proxy = {
      host: "127.0.0.1",
      port: bastion.port,
      user: "jump",
      password: "jump-word",
      hostKey: bastion.hostKey,
      dialErrorLimit: 0,
      perDialTimeout: 5,
    };
    const { outputs } = await engine.create(TYPE, { connection: { ...connection, proxy }, create: "echo through" });
    expect(outputs.stdout).to.equal("through");
    expect(bastion.forwarded).to.deep.equal([`127.0.0.1:${host.port}`]);

    const closed = await closedPort();
    expect(
      await failure(engine.create(TYPE, { connection: { ...connection, port: closed, proxy }, create: "true" })),
    ).to.match(/^proxy: after 0 failed attempts: ssh: rejected: connect failed/);
    const mistaken = { ...proxy, password: "wrong" };
    expect(
      await failure(engine.create(TYPE, { connection: { ...connection, proxy: mistaken }, create: "true" })),
    ).to.match(/^proxy: after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate/);
  });

  it("refuses a host with another key, of another type, and a host key that is none", async () => {
    const other = { ...connection, hostKey: bastion.hostKey };
    expect(await failure(engine.create(TYPE, { connection: other, create: "true" }))).to.equal(
      "after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch",
    );
    const ecdsa = { ...connection, hostKey: utils.generateKeyPairSync("ecdsa", { bits: 256 }).public };
    expect(await failure(engine.create(TYPE, { connection: ecdsa, create: "true" }))).to.match(
      /^after 0 failed attempts: ssh: handshake failed: ssh: no common algorithm for host key/,
    );
    const nonsense = { ...connection, hostKey: "nonsense" };
    expect(await failure(engine.create(TYPE, { connection: nonsense, create: "true" }))).to.equal(
      "failed to parse host key: ssh: no key found",
    );
  });

  it("refuses a key that the host does not know, at once one that cannot be read", async () => {
    const stranger = { ...connection, privateKey: keyPair().private };
    expect(await failure(engine.create(TYPE, { connection: stranger, create: "true" }))).to.equal(
      "after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], " +
        "no supported methods remain",
    );
    const before = host.connections;
    const locked = { ...connection, privateKey: keyPair("pass").private, privateKeyPassword: "wrong" };
    expect(await failure(engine.create(TYPE, { connection: locked, create: "true" }))).to.match(/password|passphrase/);
    expect(host.connections).to.equal(before);
  });

  it("opens an encrypted key with its passphrase", async () => {
    const { private: privateKey, public: publicKey } = keyPair("pass");
    const peer = await sshPeer({ user: "ec2-user", publicKey });
    const opened = { ...connection, port: peer.port, hostKey: peer.hostKey, privateKey, privateKeyPassword: "pass" };
    expect((await engine.create(TYPE, { connection: opened, create: "echo in" })).outputs.stdout).to.equal("in");
    // The vendor's keeps its connections until it ends.
    void peer.close();
  });

  it("fails in the real plugin's words when the command fails or is killed", async () => {
    expect(await failure(engine.create(TYPE, { connection, create: 'echo "o"; exit 3' }))).to.equal(
      'Process exited with status 3: running "echo \\"o\\"; exit 3":\no\n',
    );
    expect(await failure(engine.create(TYPE, { connection, create: "kill -9 $$" }))).to.match(
      /^Process exited with status 137 from signal KILL: running/,
    );
  });

  it("dials again as often as dialErrorLimit says, telling of each attempt", async () => {
    const port = await closedPort();
    const create = engine.create(TYPE, { connection: { ...connection, port, dialErrorLimit: 2 }, create: "true" });
    expect(await failure(create)).to.equal(
      `after 2 failed attempts: dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
    expect(engine.logged.map(({ message }) => message)).to.deep.equal([
      "Dial 1/2 failed: retrying",
      "Dial 2/2 failed: retrying",
    ]);
  });

  it("dials without limit with -1 until the host is there", async () => {
    const port = await closedPort();
    const create = engine.create(TYPE, { connection: { ...connection, port, dialErrorLimit: -1 }, create: "echo up" });
    await until("third attempt", () => engine.logged.length >= 3);
    expect(engine.logged[2]?.message).to.equal("Dial 3/inf failed: retrying");
    const late = createServer((socket) => passOn(socket, host.port));
    await new Promise<void>((resolve) => late.listen(port, "127.0.0.1", resolve));
    expect((await create).outputs.stdout).to.equal("up");
    late.close();
  });

  it("stops dialling when the engine cancels, and when customTimeouts is over", async () => {
    const unreachable = { ...connection, port: await closedPort(), dialErrorLimit: -1 };
    expect(await failure(engine.create(TYPE, { connection: unreachable, create: "true" }, { timeout: 1 }))).to.equal(
      "context deadline exceeded",
    );
    const failed = failure(engine.create(TYPE, { connection: unreachable, create: "true" }));
    await until("an attempt", () => engine.logged.length > 0);
    await engine.cancel();
    expect(await failed).to.equal("context canceled");
  });

  it("waits for a peer that says nothing, however long perDialTimeout is", async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as AddressInfo;
    const failed = failure(
      engine.create(TYPE, { connection: { ...connection, port, perDialTimeout: 1 }, create: "true" }, { timeout: 1 }),
    );
    const late = new Promise((resolve) => setTimeout(() => resolve("still waiting"), 2500));
    expect(await Promise.race([failed, late])).to.equal("still waiting");
    for (const socket of sockets) socket.destroy();
    expect(await failed).to.match(/^after 0 failed attempts: ssh: handshake failed: /);
    mute.close();
  });

  describe("by way of the proxy, where it dials again what failed", () => {
    const through = (changes: Properties): Promise<string> => {
      const proxy = {
        host: "127.0.0.1",
        port: bastion.port,
        user: "jump",
        password: "jump-word",
        hostKey: bastion.hostKey,
        dialErrorLimit: 3,
        perDialTimeout: 1,
      };
      const behind = { ...connection, dialErrorLimit: 3, perDialTimeout: 1, proxy, ...changes };
      return failure(engine.create(TYPE, { connection: behind, create: "true" }, { timeout: 20 }));
    };
    const eof = "proxy: after 3 failed attempts: ssh: handshake failed: EOF";
    const retries = ["Dial 1/3 failed: retrying", "Dial 2/3 failed: retrying", "Dial 3/3 failed: retrying"];

    it("repeats a refused handshake on the connection that is dead by then, and loses its cause", async () => {
      expect(await through({ hostKey: bastion.hostKey }), "another host key").to.equal(eof);
      expect(engine.logged.map(({ message }) => message)).to.deep.equal(retries);
      expect(await through({ user: "nobody" }), "another user").to.equal(eof);
      expect(await through({ privateKey: keyPair().private }), "another key").to.equal(eof);
    });

    it("never recovers from a handshake that the host refused once", async () => {
      let refusals = 1;
      const booting = createServer((socket) => {
        if (refusals-- > 0) return void socket.end("System is booting up.\r\n");
        passOn(socket, host.port);
      });
      await new Promise<void>((resolve) => booting.listen(0, "127.0.0.1", resolve));
      expect(await through({ port: (booting.address() as AddressInfo).port })).to.match(
        /^proxy: after 3 failed attempts: ssh: handshake failed: /,
      );
      booting.close();
    });

    it("has no limit of its own for the way on from there", async () => {
      const port = await closedPort();
      bastion.filtered.set(port, () => undefined);
      const failed = through({ port, dialErrorLimit: 0 });
      const late = new Promise((resolve) => setTimeout(() => resolve("still waiting"), 2500));
      expect(await Promise.race([failed, late])).to.equal("still waiting");
      bastion.filtered.get(port)?.();
      expect(await failed).to.match(/^proxy: after 0 failed attempts: ssh: rejected: connect failed/);
    });
  });

  it("passes environment that the host accepts, and fails for what it does not", async () => {
    const accepted = await engine.create(TYPE, { connection, create: 'echo "$WORD"', environment: { WORD: "a 'b'" } });
    expect(accepted.outputs.stdout).to.equal("a 'b'");
    expect(await failure(engine.create(TYPE, { connection, create: "true", environment: { OTHER: "x" } }))).to.equal(
      'could not set environment variable "OTHER": ssh: setenv failed',
    );
  });

  it("hands the previous output on where the host takes it, and only warns where not", async () => {
    const olds = { connection, create: "x", stdout: "before", stderr: "complaint" };
    const script = 'echo "${PULUMI_COMMAND_STDOUT-unset} ${PULUMI_COMMAND_STDERR-unset}"';
    expect((await engine.update(TYPE, olds, { connection, create: script })).stdout).to.equal("before unset");
    expect(engine.logged[0]?.message).to.contain("Unable to set 'PULUMI_COMMAND_STDERR'");
  });

  it("lets a command run to its end when the engine cancels", async () => {
    const started = join(directory, "started");
    const running = engine.create(TYPE, { connection, create: `touch ${started}; sleep 1; echo done` });
    await until("command runs", () => existsSync(started));
    await engine.cancel();
    expect((await running).outputs.stdout).to.equal("done");
  });

  it("keeps the connection secret, fills in its defaults and names what is wrong with it", async () => {
    const { inputs, raw } = await engine.check(TYPE, { connection: { host: "h" } });
    expect(inputs.connection).to.deep.equal({
      host: "h",
      port: 22,
      user: "root",
      dialErrorLimit: 10,
      perDialTimeout: 15,
    });
    const wire = raw.getInputs()?.getFieldsMap().get("connection")?.getStructValue();
    expect(wire?.getFieldsMap().get("4dabf18193072939515e22adb298388d")?.getStringValue()).to.equal(
      "1b47061264138c4ac30d75fd1eb44270",
    );
    const { failures } = await engine.check(TYPE, { connection: { port: "22", proxy: { hots: "x" } } });
    expect(failures.map((text) => /^\w+/.exec(text)?.[0])).to.satisfy((names: string[]) =>
      names.every((name) => name === "connection"),
    );
    for (const wrong of ["port", "host", "proxy", "hots"]) expect(failures.join(" ")).to.include(wrong);
    const none = (await engine.check(TYPE, { create: "x" })).failures;
    expect(none.map((text) => /^\w+/.exec(text)?.[0])).to.deep.equal(["connection"]);
  });

  it("puts what a command prints into the log as it is, also a password", async () => {
    const withPassword = { ...connection, password: "hunter2-word" };
    await engine.create(TYPE, { connection: withPassword, create: "echo hunter2-word" });
    expect(engine.logged.map(({ message }) => message)).to.deep.equal(["hunter2-word"]);
  });
});

/** A port of loopback that nothing listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
