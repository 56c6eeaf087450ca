import { AwsError } from "../core/errors";
import { loadBalancer } from "./loadBalancer";
import type { Context, Invoke } from "../core/model";
import { optionalText, tagsOf, type Properties } from "../core/properties";
import { region, string, tags } from "../core/specs";
import { ownedBy } from "../core/state";
import { targetGroup } from "./targetGroup";

interface Named {
  arn: string;
  name: string;
  accountId: string;
  region: string;
  tags: Record<string, string>;
}

/** The one thing of an ARN, else of a name, whose tags are those that are asked for. */
function one<T extends Named>(context: Context, what: string, table: Record<string, T>, args: Properties): T {
  const arn = optionalText(args, "arn");
  const name = arn === undefined ? optionalText(args, "name") : undefined;
  const found = ownedBy(table, context.caller).filter(
    (each) => (arn ?? each.arn) === each.arn && (name ?? each.name) === each.name,
  );
  if (found.length === 0 && (arn ?? name) !== undefined) {
    // Source: terraform-provider-aws, internal/service/elbv2, data sources aws_lb and aws_lb_target_group: AWS's error is
    // turned into this one; wording UNVERIFIED.
    throw new AwsError("NotFound", `reading ELBv2 ${what}: couldn't find resource`);
  }
  const wanted = Object.entries(tagsOf(args));
  const [first, ...more] = found.filter((each) => wanted.every(([key, value]) => each.tags[key] === value));
  if (first === undefined || more.length > 0) {
    const count = first === undefined ? 0 : more.length + 1;
    // Source: terraform-provider-aws, internal/service/elbv2, data sources aws_lb and aws_lb_target_group.
    throw new AwsError("TooManyResults", `Search returned ${count} results, please revise so only one is returned`);
  }
  return first;
}

export const getLoadBalancer: Invoke = {
  token: "aws:lb/getLoadBalancer:getLoadBalancer",
  args: { arn: string(), name: string(), region, tags },
  call: (context, args) => {
    const { arn } = one(context, "Load Balancers", context.state.tables.loadBalancers, args);
    return {
      ...args,
      ...loadBalancer.read(context, arn),
      // Attributes of the other types of load balancers.
      accessLogs: { bucket: "", enabled: false, prefix: "" },
      clientKeepAlive: 0,
      connectionLogs: [],
      customerOwnedIpv4Pool: "",
      desyncMitigationMode: "",
      dnsRecordClientRoutingPolicy: "",
      dropInvalidHeaderFields: false,
      enableHttp2: false,
      enablePrefixForIpv6SourceNat: "",
      enableTlsVersionAndCipherSuiteHeaders: false,
      enableWafFailOpen: false,
      enableXffClientPort: false,
      enableZonalShift: false,
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "",
      healthCheckLogs: [],
      id: arn,
      idleTimeout: 0,
      ipamPools: [],
      preserveHostHeader: false,
      region: context.caller.region,
      secondaryIpsAutoAssignedPerSubnet: 0,
      xffHeaderProcessingMode: "",
    };
  },
};

export const getTargetGroup: Invoke = {
  token: "aws:lb/getTargetGroup:getTargetGroup",
  args: { arn: string(), loadBalancingAnomalyMitigation: string(), name: string(), region, tags },
  call: (context, args) => {
    const { arn } = one(context, "Target Groups", context.state.tables.targetGroups, args);
    const { ipAddressType, targetFailovers, deregistrationDelay, ...shared } = targetGroup.read(context, arn) ?? {};
    // The function tells neither of the first two, and the delay as a text.
    void [ipAddressType, targetFailovers];
    return {
      ...args,
      ...shared,
      deregistrationDelay: String(deregistrationDelay),
      id: arn,
      lambdaMultiValueHeadersEnabled: false,
      proxyProtocolV2: false,
      region: context.caller.region,
      slowStart: 0,
      targetControlPort: 0,
    };
  },
};
