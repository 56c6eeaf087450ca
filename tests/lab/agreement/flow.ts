/** Ports on which destinations answer. */
export const answering = { udp: 7, tcp: 443 } as const;

/** What an instance does, beside having an address. */
export interface Host {
  instanceId: string;
  tcp: number[];
  udp: number[];
  forwards: boolean;
  /** GWLB addresses whose GENEVE packets are sent back. */
  gateways: string[];
}

/** A flow that is traced and sent. */
export interface Flow {
  /** Instance ids; one of them may be an address in the internet. */
  source: string;
  destination: string;
  protocol: "icmp" | "udp" | "tcp";
}

/** The item that a spec's number means. */
export function pick<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length];
  if (item === undefined) throw new Error(`item ${number} of none`);
  return item;
}
