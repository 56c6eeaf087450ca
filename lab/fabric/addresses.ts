/** The world outside the VPCs: what the internet namespace holds. Documentation ranges (RFC 5737) but for S3. */

/** Where the operator's ssh connections come from: what `adminCidrs` of the example stacks allows. */
export const workstationAddress = "203.0.113.10";

/** A host in the internet that belongs to nobody here and answers pings. */
export const internetHostAddress = "192.0.2.10";

/** CIDR of the prefix list `com.amazonaws.REGION.s3`. */
export const s3CidrBlock = "52.219.0.0/20";

/** The package repository: a bucket in S3. */
export const packageServerAddress = "52.219.0.10";

/** Next hops on the links between a router and the internet; each link has its own, so they may repeat. */
export const internetNextHop = "169.254.0.1";
export const routerNextHop = "169.254.0.2";
