import { DescribeInstanceInformationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { expect } from "chai";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import * as tls from "node:tls";
import { profileOf } from "../../../lab/sts/credentials";
import { clientSettings } from "../../../verification/credentials";
import { agentsOf, goesPast } from "../../../verification/proxy";
import type { AccountCredentials } from "../../../path/proof/request";
import { FakeSsm } from "./fakeSsm";

/** The name of AWS behind the proxy: nobody else knows it. */
const name = "aws.example.test";

/** A company's proxy: opens tunnels to AWS, which is on this machine, and keeps what it was asked for. */
async function startProxy(): Promise<{ url: string; asked: string[]; close: () => Promise<void> }> {
  const asked: string[] = [];
  const open = new Set<net.Socket>();
  const server = http.createServer().on("connection", (socket) => open.add(socket));
  server.on("connect", ({ url = "" }, socket: net.Socket) => {
    asked.push(url);
    const [host, port] = url.split(":");
    if (host !== name) return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    const onward = net.connect(Number(port), "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
    onward.pipe(socket).pipe(onward);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of open) socket.destroy();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

describe("AWS asked from a company's network", () => {
  let ssm: FakeSsm;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  const before = { ...process.env };

  const keys = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  /** Host and port of AWS, by the name that the proxy knows. */
  let aws: string;

  beforeEach(async () => {
    ssm = await FakeSsm.start();
    proxy = await startProxy();
    for (const key of keys) Reflect.deleteProperty(process.env, key);
    Object.assign(process.env, { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    aws = `${name}:${new URL(process.env["AWS_ENDPOINT_URL"] ?? "").port}`;
    pointTo(`http://${aws}`);
  });
  afterEach(async () => {
    await proxy.close();
    await ssm.stop();
    for (const key of keys) {
      if (before[key] === undefined) Reflect.deleteProperty(process.env, key);
      else process.env[key] = before[key];
    }
  });

  function pointTo(url: string): void {
    for (const key of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL_STS"]) process.env[key] = url;
  }

  /** One call, with one try. @returns the error's message, if there is one */
  async function ask(credentials: Partial<AccountCredentials>): Promise<string> {
    const { region } = ssm.host;
    const client = new SSMClient({
      ...clientSettings({ region, ...credentials }),
      maxAttempts: 1,
    });
    try {
      await client.send(new DescribeInstanceInformationCommand({}));
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      client.destroy();
    }
  }
  const assumeRole = { roleArn: "arn:aws:iam::111111111111:role/deploy" };

  it("is asked through the proxy, for the role's credentials, too", async () => {
    for (const profile of [profileOf("111111111111"), undefined]) {
      const own = profile === undefined ? {} : { profile };
      expect(await ask({ ...own, assumeRole })).to.equal("");
      expect(proxy.asked.splice(0)).to.deep.equal([aws, aws]);
    }
    expect(ssm.assumed).to.have.length(2);
  });

  it("is asked for a tunnel by its name where the endpoint is AWS's own", async () => {
    pointTo("https://ssm.ap-northeast-1.amazonaws.com");
    expect(await ask({})).not.to.equal("");
    expect(proxy.asked).to.deep.equal(["ssm.ap-northeast-1.amazonaws.com:443"]);
  });

  it("is asked past the proxy where NO_PROXY names it, and on this machine", async () => {
    process.env["NO_PROXY"] = "example.test";
    expect(await ask({})).to.match(/ENOTFOUND|EAI_AGAIN/);
    pointTo(`http://127.0.0.1:${aws.split(":")[1] ?? ""}`);
    process.env["NO_PROXY"] = "";
    expect(await ask({ assumeRole })).to.equal("");
    expect(proxy.asked).to.deep.equal([]);
  });

  it("is asked past the proxy in all ways that the provider knows", () => {
    const past = (list: string, host: string, port = 443): boolean => goesPast(host, port, list);
    const ssmHost = "ssm.ap-northeast-1.amazonaws.com";
    for (const list of [
      ...["*", "amazonaws.com", ".amazonaws.com", "*.amazonaws.com", "AmazonAWS.com", ssmHost],
      ...["a.example, amazonaws.com", "amazonaws.com:443"],
    ]) {
      expect(past(list, ssmHost), list).to.equal(true);
    }
    for (const list of ["", "aws.com", "amazonaws.com:80", `.${ssmHost}`, "10.0.0.0/8", ","]) {
      expect(past(list, ssmHost), list).to.equal(false);
    }
    for (const list of ["10.1.2.3", "10.0.0.0/8", "10.1.2.3:443", "*"]) {
      expect(past(list, "10.1.2.3"), list).to.equal(true);
    }
    for (const list of ["10.1.2.3:80", "11.0.0.0/8", "2.3", "fd00::/8"]) {
      expect(past(list, "10.1.2.3"), list).to.equal(false);
    }
    expect(past("fd00::/8", "fd00::1")).to.equal(true);
    expect(past("[fd00::1]:443", "fd00::1")).to.equal(true);
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) expect(past("", host), host).to.equal(true);
  });

  it("names a proxy that is none, without its password", () => {
    for (const value of ["socks5://user:secret@proxy:1080", "http://", "http://user:secret@pro xy:80"]) {
      expect(() => agentsOf({ HTTPS_PROXY: value }), value)
        .to.throw(/^HTTPS_PROXY: ".*": expected a proxy as http:\/\/HOST:PORT$/)
        .with.property("message")
        .not.match(/secret/);
    }
    expect(agentsOf({ https_proxy: "proxy:3128" })).not.to.equal(undefined);
  });

  it("takes the authorities of AWS_CA_BUNDLE beside Node's own, and names a file that it cannot read", () => {
    const bundle = path.join(ssm.directory, "authorities.pem");
    fs.writeFileSync(bundle, "-----BEGIN CERTIFICATE-----\n");
    const agent = agentsOf({ AWS_CA_BUNDLE: bundle })?.httpsAgent as unknown as { options: { ca: string[] } };
    expect(agent.options.ca).to.include.members([...tls.rootCertificates, "-----BEGIN CERTIFICATE-----\n"]);
    expect(() => agentsOf({ AWS_CA_BUNDLE: `${bundle}.old` })).to.throw(
      /^AWS_CA_BUNDLE: ".*authorities\.pem\.old": ENOENT.*: expected a file with certificates in PEM form$/,
    );
    expect(agentsOf({ HTTPS_PROXY: "", AWS_CA_BUNDLE: "" })).to.equal(undefined);
  });
});
