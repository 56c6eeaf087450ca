import { expect } from "chai";
import * as net from "node:net";
import { AccessError, type AccessFailure } from "../../../verification/access";
import type { SshHost } from "../../../path/proof/request";
import { SshConnections } from "../../../verification/sshAccess";
import { keyPair } from "../../fixtures/keyPair";
import { SshServer, type ServerOptions } from "./sshServer";

const plain = { timeout: 5, sudo: false };

async function failure(promise: Promise<unknown>): Promise<AccessError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(AccessError);
  return error as AccessError;
}

describe("ssh access", () => {
  const opened: { close(): Promise<void> }[] = [];
  const serve = async (options: ServerOptions = {}): Promise<SshServer> => {
    const server = await SshServer.start(options);
    opened.push(server);
    return server;
  };
  const connections = (connectDeadline = 5): SshConnections => {
    const made = new SshConnections({ connectDeadline });
    opened.push(made);
    return made;
  };
  /** A port on which nobody listens. */
  const freePort = async (): Promise<number> => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  };

  afterEach(async () => {
    // Clients were opened after their servers.
    for (const one of opened.splice(0).reverse()) await one.close();
  });

  it("runs a script from standard input and returns both streams and the exit code", async () => {
    const server = await serve({
      onExec: ({ stdin }) => ({ stdout: `out ${stdin.includes("echo hello")}`, stderr: "err", exitCode: 3 }),
    });
    const access = await connections().open(server.host);
    const result = await access.run("echo hello", ["a b", "it's"], plain);
    expect(result).to.deep.equal({ stdout: "out true", stderr: "err", exitCode: 3 });
    expect(server.commands).to.deep.equal([`timeout --kill-after=5 5 sh -s -- 'a b' 'it'\\''s'`]);
  });

  it("puts sudo in front of everything when root is needed", async () => {
    const server = await serve({ onExec: () => ({}) });
    const access = await connections().open(server.host);
    await access.run("true", ["x"], { timeout: 1.2, sudo: true });
    expect(server.commands).to.deep.equal(["sudo -n timeout --kill-after=5 2 sh -s -- 'x'"]);
  });

  it("brings megabytes back unharmed", async () => {
    const stdout = "0123456789abcdef\n".repeat(200_000);
    const server = await serve({ onExec: () => ({ stdout }) });
    const access = await connections().open(server.host);
    const { length } = stdout;
    expect((await access.run("true", [], { ...plain, longest: length })).stdout === stdout).to.equal(true);
    const { failure: kind, message } = await failure(access.run("true", [], { ...plain, longest: length - 1 }));
    expect([kind, message]).to.deep.equal([
      "output-too-long",
      `the command on ec2-user@127.0.0.1 printed more than ${length - 1} bytes, expected at most these`,
    ]);
  });

  it("runs several scripts on one connection at the same time", async () => {
    const server = await serve({ onExec: ({ command }) => ({ stdout: command.slice(-3) }) });
    const pool = connections();
    const outputs = await Promise.all(
      ["1", "2", "3"].map(async (word) => (await (await pool.open(server.host)).run("true", [word], plain)).stdout),
    );
    expect(outputs).to.deep.equal(["'1'", "'2'", "'3'"]);
    expect(server.connectionCount).to.equal(1);
  });

  it("goes through a bastion, one connection to it for all hosts, each host key checked", async () => {
    const bastion = await serve();
    const hosts = [await serve({ onExec: () => ({ stdout: "a" }) }), await serve({ onExec: () => ({ stdout: "b" }) })];
    const pool = connections();
    const outputs = await Promise.all(
      hosts.map(async ({ host }) => {
        const access = await pool.open({ ...host, via: bastion.host });
        return (await access.run("true", [], plain)).stdout;
      }),
    );
    expect(outputs).to.deep.equal(["a", "b"]);
    expect(bastion.connectionCount).to.equal(1);
    expect(bastion.forwarded.sort()).to.deep.equal(hosts.map(({ port }) => `127.0.0.1:${port}`).sort());
  });

  it("sends nothing of ours to a host whose key is another one, and does not try again", async () => {
    const server = await serve();
    const error = await failure(connections().open({ ...server.host, hostKey: keyPair().public }));
    expect(error.failure).to.equal("host-key-differs");
    expect(error.message).to.match(/127\.0\.0\.1:\d+ identifies itself with SHA256:\S{43}, expected SHA256:\S{43}/);
    expect(server.authenticationCount).to.equal(0);
    expect(server.connectionCount).to.equal(1);
  });

  it("does not trust a bastion with another key, nor a host behind an honest bastion", async () => {
    const [bastion, server] = [await serve(), await serve()];
    const wrong = keyPair().public;
    const throughWrongBastion = { ...server.host, via: { ...bastion.host, hostKey: wrong } };
    expect((await failure(connections().open(throughWrongBastion))).failure).to.equal("host-key-differs");
    expect(bastion.forwarded).to.deep.equal([]);
    const toWrongHost = { ...server.host, hostKey: wrong, via: bastion.host };
    expect((await failure(connections().open(toWrongHost))).failure).to.equal("host-key-differs");
    expect(server.authenticationCount).to.equal(0);
  });

  it("says so when the host has no key of the expected kind", async () => {
    const server = await serve();
    const hostKey =
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=";
    const error = await failure(connections().open({ ...server.host, hostKey }));
    expect(error.failure).to.equal("host-key-differs");
    expect(error.message).to.include("has no ecdsa-sha2-nistp256 host key");
  });

  const refused: [string, AccessFailure, (host: SshHost) => SshHost][] = [
    ["a wrong private key", "authentication-refused", (host) => ({ ...host, privateKey: keyPair().private })],
    ["a wrong user", "authentication-refused", (host) => ({ ...host, user: "root" })],
    ["a private key that is none", "authentication-refused", (host) => ({ ...host, privateKey: "SECRET-not-a-key" })],
    ["a host key that is none", "host-key-differs", (host) => ({ ...host, hostKey: "ssh-ed25519 AAAA" })],
  ];
  for (const [what, expected, edit] of refused) {
    it(`refuses ${what} at once, without showing a secret`, async () => {
      const server = await serve();
      const host = edit(server.host);
      const error = await failure(connections(30).open(host));
      expect(error.failure).to.equal(expected);
      expect(server.connectionCount).to.be.lessThan(2);
      for (const line of [host.privateKey, ...host.privateKey.split("\n").filter((part) => part.length > 40)]) {
        expect(error.message).not.to.include(line);
      }
    });
  }

  it("tries again until a host that is not up yet answers", async () => {
    const port = await freePort();
    const keys = { hostKey: keyPair(), userKey: keyPair() };
    const host = {
      address: "127.0.0.1",
      port,
      user: "ec2-user",
      privateKey: keys.userKey.private,
      hostKey: keys.hostKey.public,
    };
    const opening = connections(10).open(host);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await serve({ ...keys, port, onExec: () => ({ stdout: "late" }) });
    expect((await (await opening).run("true", [], plain)).stdout).to.equal("late");
  });

  describe("with time for refusals", function () {
    this.timeout(20_000);
    const patient = (refusalDeadline: number): SshConnections => {
      const made = new SshConnections({ connectDeadline: 60, refusalDeadline });
      opened.push(made);
      return made;
    };

    it("tries again until a host behind its bastion lets it in", async () => {
      const [bastion, server] = [await serve(), await serve({ onExec: () => ({ stdout: "booted" }) })];
      server.refusing = true;
      setTimeout(() => (server.refusing = false), 1000);
      const access = await patient(30).open({ ...server.host, via: bastion.host });
      expect((await access.run("true", [], plain)).stdout).to.equal("booted");
      expect(server.connectionCount).to.be.within(2, 3);
    });

    for (const [what, expected, edit] of [
      ["a wrong user", "authentication-refused", (host) => ({ ...host, user: "root" })],
      ["a wrong host key", "host-key-differs", (host) => ({ ...host, hostKey: keyPair().public })],
    ] as [string, AccessFailure, (host: SshHost) => SshHost][])
      it(`ends with the cause where ${what} stays one, of the host and of the bastion`, async () => {
        const [bastion, server] = [await serve(), await serve()];
        const began = Date.now();
        const errors = await Promise.all([
          failure(patient(6).open({ ...edit(server.host), via: bastion.host })),
          failure(patient(6).open({ ...server.host, via: { ...server.host, ...edit(bastion.host) } })),
        ]);
        for (const error of errors) {
          expect(error.failure).to.equal(expected);
          expect(error.message).to.match(/(refuses the log-in|identifies itself with).*; so for 6 s$/);
        }
        expect(Date.now() - began).to.be.within(4000, 9000);
      });

    it("tells at once of keys that cannot be read, and dials nobody", async () => {
      const server = await serve();
      const via = { ...server.host, privateKey: "no key" };
      expect((await failure(patient(30).open({ ...server.host, via }))).message).to.include("is not usable");
      expect(server.connectionCount).to.equal(0);
    });
  });

  it("gives up on a refused port at the deadline and says which", async () => {
    const port = await freePort();
    const server = await serve();
    const error = await failure(connections(0.5).open({ ...server.host, port }));
    expect(error.failure).to.equal("unreachable");
    expect(error.message).to.include(`127.0.0.1:${port}`).and.include("ECONNREFUSED").and.include("after 0.5 s");
    const behind = await failure(connections(0.5).open({ ...server.host, port, via: server.host }));
    expect(behind.failure).to.equal("unreachable");
    expect(behind.message).to.include(`127.0.0.1:${port} via 127.0.0.1`);
  });

  it("gives up on a port that accepts and says nothing", async () => {
    const sockets: net.Socket[] = [];
    const silent = net.createServer((socket) => sockets.push(socket.on("error", () => undefined)));
    silent.listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as net.AddressInfo;
    const host = { address: "127.0.0.1", port, user: "u", privateKey: keyPair().private, hostKey: keyPair().public };
    const error = await failure(connections(0.5).open(host));
    expect(error.failure).to.equal("unreachable");
    expect(error.message).to.include(`127.0.0.1:${port}`);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it("tells the host's time-out, a vanished host, a kill and an interruption from results", async () => {
    const behaviours: Record<string, ServerOptions["onExec"]> = {
      timeout: () => ({ exitCode: 124 }),
      killed: ({ channel }) => {
        channel.exit("SIGKILL", false, "");
        channel.end();
        return undefined;
      },
      never: () => undefined,
    };
    const server = await serve({
      onExec: (execution) => behaviours[/'(\w+)'$/.exec(execution.command)?.[1] ?? ""]?.(execution),
    });
    const pool = connections();
    const access = await pool.open(server.host);
    expect((await failure(access.run("true", ["timeout"], plain))).failure).to.equal("timeout");
    const killed = await failure(access.run("true", ["killed"], plain));
    expect(killed.failure).to.equal("connection-lost");
    expect(killed.message).to.include("SIGKILL");

    const interruption = new AbortController();
    const interrupted = failure(access.run("true", ["never"], { ...plain, signal: interruption.signal }));
    setTimeout(() => interruption.abort(), 50);
    expect((await interrupted).failure).to.equal("aborted");
    expect((await failure(access.run("true", [], { ...plain, signal: interruption.signal }))).failure).to.equal(
      "aborted",
    );

    const lost = failure(access.run("true", ["never"], plain));
    setTimeout(() => server.dropConnections(), 50);
    expect((await lost).failure).to.equal("connection-lost");
    expect((await failure(access.run("true", ["never"], plain))).failure, "on the dead connection").to.equal(
      "connection-lost",
    );
    // A new one is made for the next who asks.
    const again = await pool.open(server.host);
    expect((await failure(again.run("true", ["timeout"], plain))).failure).to.equal("timeout");
  });

  it("stops connecting when interrupted", async () => {
    const interruption = new AbortController();
    const port = await freePort();
    const host = { address: "127.0.0.1", port, user: "u", privateKey: keyPair().private, hostKey: keyPair().public };
    const opening = failure(connections(30).open(host, interruption.signal));
    setTimeout(() => interruption.abort(), 100);
    expect((await opening).failure).to.equal("aborted");
  });
});
