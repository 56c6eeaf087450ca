import { isProperties, type Properties } from "../../../lab/cloud/core/properties";
import { ec2, leftOver, tagged, type Translation } from "./translation";

/** EC2 Traffic Mirroring. The client's tokens, which the provider makes up, are left out. */

export const mirrorFilter: Translation = ({ description, tags, ...rest }) => {
  leftOver("TrafficMirrorFilter", rest);
  return [ec2("CreateTrafficMirrorFilter", { Description: description, ...tagged("traffic-mirror-filter", tags) })];
};

function portRange(range: unknown): Properties | undefined {
  return isProperties(range) ? { FromPort: range["fromPort"], ToPort: range["toPort"] } : undefined;
}

/** What creates and changes of a rule carry. */
export function mirrorRule(inputs: Properties): Properties {
  const { ruleNumber, ruleAction, trafficDirection, protocol, sourceCidrBlock, destinationCidrBlock, ...ports } =
    inputs;
  const { sourcePortRange, destinationPortRange, ...rest } = ports;
  leftOver("TrafficMirrorFilterRule", rest);
  return {
    RuleNumber: ruleNumber,
    RuleAction: ruleAction,
    TrafficDirection: trafficDirection,
    Protocol: protocol,
    SourceCidrBlock: sourceCidrBlock,
    DestinationCidrBlock: destinationCidrBlock,
    SourcePortRange: portRange(sourcePortRange),
    DestinationPortRange: portRange(destinationPortRange),
  };
}

export const mirrorFilterRule: Translation = ({ trafficMirrorFilterId, ...rule }) => [
  ec2("CreateTrafficMirrorFilterRule", { TrafficMirrorFilterId: trafficMirrorFilterId, ...mirrorRule(rule) }),
];

export const mirrorTarget: Translation = ({ description, networkInterfaceId, tags, ...rest }) => {
  leftOver("TrafficMirrorTarget", rest);
  const parameters = { Description: description, NetworkInterfaceId: networkInterfaceId };
  return [ec2("CreateTrafficMirrorTarget", { ...parameters, ...tagged("traffic-mirror-target", tags) })];
};

export const mirrorSession: Translation = ({
  networkInterfaceId,
  trafficMirrorFilterId,
  trafficMirrorTargetId,
  sessionNumber,
  packetLength,
  tags,
  ...rest
}) => {
  leftOver("TrafficMirrorSession", rest);
  const parameters = {
    NetworkInterfaceId: networkInterfaceId,
    TrafficMirrorFilterId: trafficMirrorFilterId,
    TrafficMirrorTargetId: trafficMirrorTargetId,
    SessionNumber: sessionNumber,
    PacketLength: packetLength,
  };
  return [ec2("CreateTrafficMirrorSession", { ...parameters, ...tagged("traffic-mirror-session", tags) })];
};
