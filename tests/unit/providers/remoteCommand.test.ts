import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { CommandPlugin } from "./commandPlugin";
import type { Properties } from "../../../lab/providers/struct";
import { EngineClient, failure, until } from "./engineClient";
import type { SshPeer } from "./sshPeer";
import { keyPair } from "../../fixtures/keyPair";
import { sshPeer } from "./sshPeer";

const TYPE = "command:remote:Command";

describe("command:remote:Command of the lab's stand-in", () => {
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
    };
    const { outputs } = await engine.create(TYPE, { connection: { ...connection, proxy }, create: "echo through" });
    expect(outputs.stdout).to.equal("through");
    expect(bastion.forwarded).to.deep.equal([`127.0.0.1:${host.port}`]);

    const closed = await closedPort();
    expect(
      await failure(engine.create(TYPE, { connection: { ...connection, port: closed, proxy }, create: "true" })),
    ).to.match(/^proxy: after 0 failed attempts: ssh: rejected: connect failed/);
    const mistaken = { ...proxy, password: "wrong", dialErrorLimit: 0 };
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
    expect(await failure(engine.create(TYPE, { connection: ecdsa, create: "true" }))).to.equal(
      "after 0 failed attempts: ssh: handshake failed: ssh: no common algorithm for host key",
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
    expect(await failure(engine.create(TYPE, { connection: locked, create: "true" }))).to.contain("private key: ");
    expect(host.connections).to.equal(before);
  });

  it("opens an encrypted key with its passphrase", async () => {
    const { private: privateKey, public: publicKey } = keyPair("pass");
    const peer = await sshPeer({ user: "ec2-user", publicKey });
    const opened = { ...connection, port: peer.port, hostKey: peer.hostKey, privateKey, privateKeyPassword: "pass" };
    expect((await engine.create(TYPE, { connection: opened, create: "echo in" })).outputs.stdout).to.equal("in");
    await peer.close();
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
    const late = createServer((socket) => {
      const onward = connect(host.port, "127.0.0.1");
      onward.on("error", () => undefined);
      socket.on("error", () => undefined);
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => late.listen(port, "127.0.0.1", resolve));
    expect((await create).outputs.stdout).to.equal("up");
    late.close();
  });

  it("stops dialling when the engine cancels, and when customTimeouts is over", async () => {
    const unreachable = { ...connection, port: await closedPort(), dialErrorLimit: -1 };
    expect(await failure(engine.create(TYPE, { connection: unreachable, create: "true" }, { timeout: 0.3 }))).to.equal(
      "context deadline exceeded",
    );
    const failed = failure(engine.create(TYPE, { connection: unreachable, create: "true" }));
    await until("an attempt", () => engine.logged.length > 0);
    await engine.cancel();
    expect(await failed).to.equal("context canceled");
  });

  it("gives up a peer that says nothing after perDialTimeout", async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as AddressInfo;
    expect(
      await failure(engine.create(TYPE, { connection: { ...connection, port, perDialTimeout: 1 }, create: "true" })),
    ).to.equal("after 0 failed attempts: ssh: handshake failed: i/o timeout");
    mute.close();
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

  it("ends the command and what it started when the engine cancels", async () => {
    const pids = join(directory, "pids");
    // Tells these sleeps from any others on this machine.
    const seconds = `300.${process.pid}`;
    const script = `(trap "" TERM; sh -c 'echo $$'; exec sleep ${seconds}) > ${pids} & sleep ${seconds}`;
    const failed = failure(engine.create(TYPE, { connection, create: script }));
    await until("command runs", async () => existsSync(pids) && (await readFile(pids, "utf8")).includes("\n"));
    await engine.cancel();
    expect(await failed).to.match(/^context canceled: running/);
    await until("no sleep is left", () => {
      return !execFileSync("ps", ["-e", "-o", "args="], { encoding: "utf8" }).includes(`sleep ${seconds}`);
    });
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
    expect(failures.map((text) => text.split(";")[0])).to.have.members([
      "connection.port is a value of type string",
      "connection.host is required",
      "connection.proxy.hots is no input",
      "connection.proxy.host is required",
    ]);
    expect((await engine.check(TYPE, { create: "x" })).failures).to.deep.equal(["connection is required"]);
  });

  it("does not put a password that a command prints into the log", async () => {
    const withPassword = { ...connection, password: "hunter2-word" };
    await engine.create(TYPE, { connection: withPassword, create: "echo hunter2-word" });
    expect(engine.logged.map(({ message }) => message)).to.deep.equal(["[secret]"]);
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
