import { Agent, type AgentConnectOpts } from "agent-base";
import { HttpsProxyAgent } from "https-proxy-agent";
import * as ipaddr from "ipaddr.js";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";

/** What of the environment says how requests leave a company's network. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Agents of an AWS SDK client's HTTP handler. */
export interface Agents {
  httpAgent: http.Agent;
  httpsAgent: http.Agent;
}

/**
 * As AWS's provider for Pulumi does, and the SDK does not: through the proxy that `HTTPS_PROXY` or `HTTP_PROXY` names, save to what `NO_PROXY` names,
 * and with the authorities of `AWS_CA_BUNDLE` beside Node's own and those of `NODE_EXTRA_CA_CERTS`.
 *
 * @returns nothing where the environment has neither
 * @throws Error that names the variable and its value where it is no proxy, or no file that can be read
 */
export function agentsOf(environment: Environment = process.env): Agents | undefined {
  const bundle = environment["AWS_CA_BUNDLE"] ?? "";
  const proxies = { http: proxyIn(environment, "HTTP_PROXY"), https: proxyIn(environment, "HTTPS_PROXY") };
  if (bundle === "" && proxies.http === undefined && proxies.https === undefined) return undefined;
  const ca = bundle === "" ? undefined : authorities(bundle, environment["NODE_EXTRA_CA_CERTS"] ?? "");
  const past = valueOf(environment, "NO_PROXY");
  const agent = (isSecure: boolean): Agent =>
    new ProxiedAgent(isSecure, isSecure ? proxies.https : proxies.http, past, ca);
  return { httpAgent: agent(false), httpsAgent: agent(true) };
}

class ProxiedAgent extends Agent {
  private readonly direct: http.Agent;
  private readonly proxied: Agent | undefined;

  constructor(
    private readonly isSecure: boolean,
    proxy: URL | undefined,
    private readonly past: string,
    ca: string[] | undefined,
  ) {
    // As the SDK's own.
    const options = { keepAlive: true, maxSockets: 50, ...(ca !== undefined && { ca }) };
    super(options);
    this.direct = isSecure ? new https.Agent(options) : new http.Agent(options);
    this.proxied = proxy === undefined ? undefined : new HttpsProxyAgent(proxy, options);
  }

  override connect(request: http.ClientRequest, options: AgentConnectOpts): http.Agent | Promise<Duplex> {
    const { host = "", port = 0 } = options as { host?: string; port?: number };
    if (this.proxied === undefined || goesPast(host, port, this.past)) return this.direct;
    return this.proxied.connect(request, options) as Promise<Duplex>;
  }

  /** A stack trace, which the library takes it from, may be too short under Pulumi (agent-base 7.1). */
  override isSecureEndpoint(): boolean {
    return this.isSecure;
  }
}

/**
 * Whether a host is asked without the proxy, as the provider decides it (golang.org/x/net v0.58.0, http/httpproxy/proxy.go): this machine always is.
 *
 * @param past - of `NO_PROXY`: `*`, addresses, CIDRs, `HOST` with all below it, `.HOST` or `*.HOST` with what is below it, each with or without `:PORT`
 */
export function goesPast(host: string, port: number, past: string): boolean {
  const address = ipaddr.isValid(host) ? ipaddr.process(host) : undefined;
  if (host === "localhost" || address?.range() === "loopback") return true;
  return past
    .split(",")
    .map((each) => each.trim().toLowerCase())
    .some((each) => {
      if (each === "" || each === "*") return each === "*";
      const [, name = each, only] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(each) ?? [];
      if (only !== undefined && !ipaddr.IPv6.isValid(each) && Number(only) !== port) return false;
      if (address !== undefined) return holds(ipaddr.IPv6.isValid(each) ? each : name, address);
      const domain = name.replace(/^\*/, "");
      return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
    });
}

function holds(block: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (ipaddr.isValid(block)) return ipaddr.process(block).toString() === address.toString();
  if (!ipaddr.isValidCIDR(block)) return false;
  const [network, length] = ipaddr.parseCIDR(block);
  return network.kind() === address.kind() && address.match([network, length] as [ipaddr.IPv4, number]);
}

/** The name in capitals goes first. */
function valueOf(environment: Environment, key: string): string {
  return [environment[key], environment[key.toLowerCase()]].find((value) => value !== undefined && value !== "") ?? "";
}

function proxyIn(environment: Environment, key: string): URL | undefined {
  const value = valueOf(environment, key);
  if (value === "") return undefined;
  const url = /^https?:\/\//.test(value) ? value : `http://${value}`;
  if (value.includes("://") === (url !== value) || !URL.canParse(url)) {
    // It may have a password.
    const shown = value.replace(/\/\/[^@/]*@/, "//…@");
    throw new Error(`${key}: "${shown}": expected a proxy as http://HOST:PORT`);
  }
  return new URL(url);
}

/** A list of one's own takes the place of Node's. */
function authorities(bundle: string, extra: string): string[] {
  try {
    const own = fs.readFileSync(bundle, "utf8");
    return [...tls.rootCertificates, own, ...(extra === "" ? [] : [fs.readFileSync(extra, "utf8")])];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`AWS_CA_BUNDLE: "${bundle}": ${reason}: expected a file with certificates in PEM form`, {
      cause: error,
    });
  }
}
