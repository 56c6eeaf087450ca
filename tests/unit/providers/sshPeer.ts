import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import type { Connection, ServerChannel, Session } from "ssh2";
import { Server, utils } from "ssh2";
import { keyPair } from "../../fixtures/keyPair";

export interface SshPeer {
  port: number;
  /** Public host key as in known_hosts. */
  hostKey: string;
  connections: number;
  /** Addresses that clients asked to be forwarded to. */
  forwarded: string[];
  /** Ports that nobody answers from: each with what gives the waiting client up. */
  filtered: Map<number, () => void>;
  close(): Promise<void>;
}

interface FromSession {
  id: number;
  kind: "stdout" | "stderr" | "exit";
  data?: string;
  code?: number | null;
  signal?: string | null;
}

/** An ssh server on loopback that runs commands with /bin/sh as the user of the tests. */
export async function sshPeer(accepts: {
  user: string;
  password?: string;
  publicKey?: string;
  /** Names that `AcceptEnv` would have. */
  environment?: string[];
}): Promise<SshPeer> {
  const keys = keyPair();
  const sessions = new Set<ChildProcess>();
  const server = new Server({ hostKeys: [keys.private] }, (client) => {
    peer.connections += 1;
    (client as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      const key = accepts.publicKey === undefined ? undefined : utils.parseKey(accepts.publicKey);
      const right =
        context.username === accepts.user &&
        ((context.method === "password" && context.password === accepts.password) ||
          (context.method === "publickey" &&
            key !== undefined &&
            !(key instanceof Error) &&
            key.getPublicSSH().equals(context.key.data) &&
            (context.signature === undefined ||
              context.blob === undefined ||
              key.verify(context.blob, context.signature, context.hashAlgo) === true)));
      if (right) context.accept();
      else context.reject(["publickey", "password"]);
    });
    client.on("ready", () => serveConnection(client, accepts.environment ?? [], sessions, peer));
  });
  const peer: SshPeer = {
    port: 0,
    hostKey: keys.public,
    connections: 0,
    forwarded: [],
    filtered: new Map(),
    close: async () => {
      for (const session of sessions) session.disconnect();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  peer.port = (server.address() as AddressInfo).port;
  return peer;
}

function serveConnection(client: Connection, acceptEnv: string[], sessions: Set<ChildProcess>, peer: SshPeer): void {
  const session = fork(join(__dirname, "sshSession.mjs"), { execArgv: [] });
  sessions.add(session);
  const channels = new Map<number, ServerChannel>();
  session.on("message", (message: FromSession) => {
    const channel = channels.get(message.id);
    if (channel === undefined) return;
    const data = Buffer.from(message.data ?? "", "base64");
    if (message.kind === "stdout") channel.write(data);
    else if (message.kind === "stderr") channel.stderr.write(data);
    else {
      if (typeof message.signal === "string") channel.exit(message.signal.replace(/^SIG/, ""), false, "");
      else channel.exit(message.code ?? 1);
      channel.end();
    }
  });
  const tell = (message: object): void => {
    if (session.connected) session.send(message);
  };
  let next = 0;
  client.on("session", (acceptSession) => {
    const id = next++;
    const env: Record<string, string> = {};
    const shell: Session = acceptSession();
    shell.on("env", (accept, reject, info) => {
      if (acceptEnv.includes(info.key)) env[info.key] = String((info as { val?: string }).val ?? "");
      else reject?.();
      if (acceptEnv.includes(info.key)) accept?.();
    });
    shell.on("signal", (_accept, _reject, info) => {
      tell({ id, kind: "signal", signal: `SIG${info.name}` });
    });
    shell.on("exec", (accept, _reject, info) => {
      const channel = accept();
      channels.set(id, channel);
      tell({ id, kind: "exec", command: info.command, env });
      channel.on("data", (data: Buffer) => tell({ id, kind: "stdin", data: data.toString("base64") }));
      channel.on("end", () => tell({ id, kind: "eof" }));
    });
  });
  client.on("tcpip", (accept, reject, info) => {
    peer.forwarded.push(`${info.destIP}:${info.destPort}`);
    if (peer.filtered.has(info.destPort)) return void peer.filtered.set(info.destPort, () => reject());
    const socket = connect(info.destPort, info.destIP);
    socket.once("error", () => reject());
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      socket.on("error", () => undefined);
      const channel = accept();
      channel.on("error", () => undefined);
      socket.pipe(channel).pipe(socket);
    });
  });
  client.on("close", () => {
    sessions.delete(session);
    if (session.connected) session.disconnect();
  });
}
