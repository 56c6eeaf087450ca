import type { Header } from "./traceResult";

/** A packet without GENEVE around it. */
export function unwrapped(header: Header): Header {
  const inner = { ...header };
  delete inner.outer;
  return inner;
}

/** `10.2.10.4 > 10.2.20.4 icmp`, and what is around it: `[10.1.10.4 > 10.1.20.4:6081]`. */
export function headerInWords({ source, destination, protocol, outer }: Header): string {
  const around = outer === undefined ? "" : ` [${outer.source} > ${outer.destination}:${outer.destinationPort}]`;
  return `${source} > ${destination} ${protocol}${around}`;
}
