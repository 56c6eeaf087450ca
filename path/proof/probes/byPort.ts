import type { ProbeOrder } from "./probe";

/** What hosts/tcp.sh and hosts/udp.sh take. */
export function portArguments(
  port: number,
  { destination, count, interval, timeout, nonce, sourcePorts }: ProbeOrder,
): string[] {
  return [
    ...["--destination", destination],
    ...["--port", String(port)],
    ...["--count", String(count)],
    ...["--interval", String(interval)],
    ...["--timeout", String(timeout)],
    ...["--pattern", nonce],
    ...["--source-port", String(sourcePorts[0])],
  ];
}

/** Eight hexadecimal digits, as a pcap filter compares an IPv4 address. */
export function hexOfAddress(address: string): string {
  const bytes = address.split(".").map((each) => Number(each).toString(16).padStart(2, "0"));
  return bytes.join("");
}
