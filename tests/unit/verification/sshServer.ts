import { once } from "node:events";
import * as net from "node:net";
import { Server, utils, type Connection, type ServerChannel } from "ssh2";
import type { SshHost } from "../../../path/proof/request";
import { keyPair } from "../../fixtures/keyPair";

/** Real ssh over loopback, with ssh2's own server as the peer: what is tested is the protocol, not a mock of it. */

export interface Execution {
  command: string;
  /** All that the client wrote before it closed its side. */
  stdin: string;
  channel: ServerChannel;
}

export interface Answer {
  stdout?: string;
  stderr?: string;
  exitCode?: number;
}

export interface ServerOptions {
  hostKey?: ReturnType<typeof keyPair>;
  userKey?: ReturnType<typeof keyPair>;
  user?: string;
  port?: number;
  /** Undefined: the answer never comes, or the handler deals with the channel itself. */
  onExec?: (execution: Execution) => Answer | undefined | Promise<Answer | undefined>;
}

export class SshServer {
  readonly hostKey: ReturnType<typeof keyPair>;
  readonly userKey: ReturnType<typeof keyPair>;
  readonly user: string;
  readonly commands: string[] = [];
  /** Destinations of direct-tcpip channels, as a bastion sees them. */
  readonly forwarded: string[] = [];
  connectionCount = 0;
  /** Lets nobody in, as while it boots. */
  refusing = false;
  authenticationCount = 0;
  private readonly connections = new Set<Connection>();
  private readonly server: Server;

  private constructor(private readonly options: ServerOptions) {
    this.hostKey = options.hostKey ?? keyPair();
    this.userKey = options.userKey ?? keyPair();
    this.user = options.user ?? "ec2-user";
    this.server = new Server({ hostKeys: [this.hostKey.private] }, (connection) => this.serve(connection));
  }

  static async start(options: ServerOptions = {}): Promise<SshServer> {
    const server = new SshServer(options);
    server.server.listen(options.port ?? 0, "127.0.0.1");
    await once(server.server, "listening");
    return server;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** How a client that trusts and may use this server reaches it. */
  get host(): SshHost {
    return {
      address: "127.0.0.1",
      port: this.port,
      user: this.user,
      privateKey: this.userKey.private,
      hostKey: this.hostKey.public,
    };
  }

  dropConnections(): void {
    for (const connection of this.connections) connection.end();
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(connection: Connection): void {
    this.connectionCount++;
    this.connections.add(connection);
    (connection as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    connection.on("error", () => undefined);
    connection.on("close", () => this.connections.delete(connection));
    const allowed = utils.parseKey(this.userKey.public);
    if (allowed instanceof Error) throw allowed;
    connection.on("authentication", (context) => {
      this.authenticationCount++;
      const ok =
        !this.refusing &&
        context.method === "publickey" &&
        context.username === this.user &&
        context.key.data.equals(allowed.getPublicSSH()) &&
        (context.signature === undefined ||
          (context.blob !== undefined && allowed.verify(context.blob, context.signature, context.hashAlgo)));
      if (ok) context.accept();
      else context.reject(["publickey"]);
    });
    connection.on("session", (acceptSession) => {
      acceptSession().on("exec", (acceptExec, _reject, { command }) => void this.execute(command, acceptExec()));
    });
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      this.forwarded.push(`${destIP}:${destPort}`);
      const socket = net.connect(destPort, destIP).setNoDelay(true);
      socket.once("error", () => reject());
      socket.once("connect", () => {
        const channel = accept();
        channel.on("error", () => socket.destroy());
        socket.on("error", () => channel.destroy());
        socket.pipe(channel).pipe(socket);
      });
    });
  }

  /** Prints it again and again until nobody wants it any more. */
  static flood(channel: ServerChannel, text: string): undefined {
    const more = (): void => {
      while (!channel.destroyed && channel.write(text));
    };
    channel.on("drain", more);
    more();
  }

  private async execute(command: string, channel: ServerChannel): Promise<void> {
    this.commands.push(command);
    channel.on("error", () => undefined);
    const chunks: Buffer[] = [];
    channel.on("data", (data: Buffer) => chunks.push(data));
    await once(channel, "end").catch(() => undefined);
    const stdin = Buffer.concat(chunks).toString("utf8");
    const answer = await this.options.onExec?.({ command, stdin, channel });
    if (answer === undefined) return;
    channel.write(answer.stdout ?? "");
    channel.stderr.write(answer.stderr ?? "");
    channel.exit(answer.exitCode ?? 0);
    channel.end();
  }
}
