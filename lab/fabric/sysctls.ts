/** Routing belongs to AWS's records alone: nothing is inherited from the host, no redirects, no source validation. */
const plain = {
  "net/ipv4/conf/all/rp_filter": "0",
  "net/ipv4/conf/default/rp_filter": "0",
  "net/ipv4/conf/all/send_redirects": "0",
  "net/ipv4/conf/default/send_redirects": "0",
  "net/ipv4/conf/all/accept_redirects": "0",
  "net/ipv4/conf/default/accept_redirects": "0",
  // Nothing in the lab has an IPv6 address; without this every link sends router solicitations.
  "net/ipv6/conf/all/disable_ipv6": "1",
  "net/ipv6/conf/default/disable_ipv6": "1",
};

export const routerSysctls: Record<string, string> = { ...plain, "net/ipv4/ip_forward": "1" };

/**
 * Flows are told apart by addresses, protocol and ports (0x37), those of both directions as one. By fields of its own (policy 3), since
 * policy 1 takes the hash that the sender's socket gave the packet, which is another one in each direction.
 */
export const transitGatewaySysctls: Record<string, string> = {
  ...routerSysctls,
  "net/ipv4/fib_multipath_hash_policy": "3",
  "net/ipv4/fib_multipath_hash_fields": "55",
};

/** Holds addresses of several ENIs and forwards nothing: a GWLB, an interface endpoint. */
export const endSysctls: Record<string, string> = { ...plain, "net/ipv4/ip_forward": "0" };

/**
 * As a fresh instance finds them; new namespaces inherit from the host, where containers may have switched
 * forwarding on. What the instance sets itself stays.
 */
export const instanceSysctls: Record<string, string> = {
  "net/ipv4/ip_forward": "0",
  "net/ipv4/conf/all/rp_filter": "0",
  "net/ipv4/conf/default/rp_filter": "2",
};
