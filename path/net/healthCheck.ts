import { genevePort } from "./geneve";

/** How a GWLB finds out whether its targets are healthy (ELBv2 CreateTargetGroup). */
export const HealthCheckProtocol = { Tcp: "TCP", Http: "HTTP", Https: "HTTPS" } as const;
export type HealthCheckProtocol = (typeof HealthCheckProtocol)[keyof typeof HealthCheckProtocol];

/** What is not given is as `defaultHealthCheck` has it. */
export interface HealthCheckSettings {
  /** @default "TCP" */
  protocol?: HealthCheckProtocol;
  /** TCP port on the targets, 1 to 65535. @default 80 */
  port?: number;
  /** What HTTP and HTTPS ask for. @default "/" */
  path?: string;
  /** Seconds between two checks, 5 to 300. @default 10 */
  interval?: number;
  /** Seconds, 2 to 120. @default 5 */
  timeout?: number;
  /** Checks in a row, 2 to 10. @default 2 */
  healthyThreshold?: number;
  /** Checks in a row, 2 to 10. @default 2 */
  unhealthyThreshold?: number;
}

export interface HealthCheck {
  /** `TCP`, `HTTP` or `HTTPS`; of the last one certificates are not validated. */
  protocol: HealthCheckProtocol;
  /** TCP port on the targets, 1 to 65535. */
  port: number;
  /** What HTTP and HTTPS ask for; absent with TCP. */
  path?: string;
  /** Status codes that HTTP and HTTPS take for healthy; absent with TCP. */
  matcher?: string;
  /** Seconds between two checks, 5 to 300. */
  interval: number;
  /** Seconds, 2 to 120. */
  timeout: number;
  /** Checks in a row, 2 to 10. */
  healthyThreshold: number;
  /** Checks in a row, 2 to 10. */
  unhealthyThreshold: number;
}

/** What is checked, whatever the pace. */
export type HealthQuestion = Pick<HealthCheck, "protocol" | "port" | "path" | "matcher">;

/** An HTTP health check, as a target can ask it of itself. */
export interface HealthQuestionByHttp {
  /** TCP port. */
  port: number;
  /** What is asked for. */
  path: string;
  /** Seconds that an answer may take. */
  timeout: number;
}

/** The only status codes that AWS takes for a GWLB's targets (ELBv2 API, Matcher: "For Gateway Load Balancers, this must be 200–399"). */
export const gatewayMatcher = "200-399";

/** AWS's documents disagree about their defaults, so this program always gives every value. */
export const defaultHealthCheck = {
  protocol: HealthCheckProtocol.Tcp,
  port: 80,
  interval: 10,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
} as const satisfies HealthCheck;

/** A health check with every value. */
export function wholeHealthCheck(settings: HealthCheckSettings = {}): HealthCheck {
  const check = { ...defaultHealthCheck, ...settings };
  return asksForPath(check) ? { path: "/", matcher: gatewayMatcher, ...check } : check;
}

/** Seconds that a target may take until it is found healthy: checks of an instance that has just been registered begin after a while. */
export function healthDeadline({
  interval,
  healthyThreshold,
}: Pick<HealthCheck, "interval" | "healthyThreshold">): number {
  return 60 + 3 * interval * healthyThreshold;
}

/** Whether the targets must answer with a status code, not only accept a connection. */
export function asksForPath({ protocol }: Pick<HealthCheck, "protocol">): boolean {
  return protocol !== HealthCheckProtocol.Tcp;
}

/** Of a path: what every web server has a file of that name for. hosts/hairpin.sh checks the same. */
export const plainPath = /^(?=.{1,255}$)\/([A-Za-z0-9_~-][A-Za-z0-9._~-]*(\/|$))*$/;
export const plainPathForm = "/ and up to 255 letters, digits, ._~- and /, as /healthz";

/** Why a target that this program sets up cannot answer, as `KEY: VALUE: expected …`; undefined when it can. */
export function setUpProblem({ protocol, path = "/" }: Pick<HealthCheck, "protocol" | "path">): string | undefined {
  if (protocol === HealthCheckProtocol.Https) {
    return 'protocol: "HTTPS": expected TCP or HTTP where targets are set up: their web server has no certificate';
  }
  return plainPath.test(path) ? undefined : `path: "${path}": expected ${plainPathForm}, where targets are set up`;
}

/** @param port as ELBv2 has it: a number, or `traffic-port`, which of a GWLB's targets is GENEVE's */
export function healthCheckPort(port: string): number {
  return port === "traffic-port" ? genevePort : Number(port);
}

/** `TCP connections on port 80`, `HTTP GET / on port 80 answered with 200-399`. */
export function healthCheckInWords({ protocol, port, path = "/", matcher = gatewayMatcher }: HealthQuestion): string {
  return protocol === HealthCheckProtocol.Tcp
    ? `TCP connections on port ${port} accepted`
    : `${protocol} GET ${path} on port ${port} answered with ${matcher}`;
}
