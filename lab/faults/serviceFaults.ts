import type { Listener, TargetGroup } from "../cloud/core/records";
import { some, type Fault, type Lab, type Undo } from "./fault";

const groupsOf = ({ snapshot }: Lab): TargetGroup[] => some(Object.values(snapshot.targetGroups), "target group");

function rejectEndpoints({ cloud, snapshot }: Lab): Undo[] {
  const connections = Object.values(snapshot.endpointServices).flatMap((service) =>
    Object.values(snapshot.vpcEndpoints)
      .filter(({ serviceName }) => serviceName === service.serviceName)
      .map((endpoint) => ({ service, endpoint })),
  );
  return some(connections, "endpoint of an endpoint service").map(({ service, endpoint }): Undo => {
    cloud.edit.rejectEndpoint(service, service.id, endpoint.id);
    return () => cloud.edit.acceptEndpoint(service, service.id, endpoint.id);
  });
}

/** Endpoints that are connected stay so; the next one waits, and nobody knows that it does. */
function requireAcceptance({ cloud, snapshot }: Lab): Undo[] {
  const services = Object.values(snapshot.endpointServices).filter(({ acceptanceRequired }) => !acceptanceRequired);
  return some(services, "endpoint service without acceptance").map((service): Undo => {
    cloud.edit.modifyAcceptance(service, service.id, true);
    return () => cloud.edit.modifyAcceptance(service, service.id, false);
  });
}

/** In the first AZ by id, so that the other one stays as it was. */
function deregisterFirst(lab: Lab): Undo[] {
  const { cloud, snapshot } = lab;
  return groupsOf(lab).flatMap((group) => {
    const azIdOf = (id: string): string =>
      snapshot.subnets[snapshot.instances[id]?.subnetId ?? ""]?.availabilityZoneId ?? "";
    const [first] = [...group.targets].sort((one, other) => azIdOf(one.id).localeCompare(azIdOf(other.id)));
    if (first === undefined) throw new Error(`${group.arn} has no target`);
    cloud.edit.deregisterTarget(group, group.arn, first.id);
    return [() => cloud.edit.registerTarget(group, group.arn, first.id)];
  });
}

function healthCheckPort(lab: Lab): Undo[] {
  return groupsOf(lab).map((group): Undo => {
    lab.cloud.edit.modifyHealthCheckPort(group, group.arn, "8080");
    return () => lab.cloud.edit.modifyHealthCheckPort(group, group.arn, group.healthCheck.port);
  });
}

function deleteListeners({ cloud, snapshot }: Lab): Undo[] {
  return some(Object.values(snapshot.listeners), "listener").map((listener: Listener): Undo => {
    cloud.edit.deleteListener(listener, listener.arn);
    return () => cloud.edit.restoreListener(listener, listener);
  });
}

/** AWS's own doing, as after a move of its hardware: the GWLB's interfaces get other addresses of their subnets. */
function replaceGatewayAddresses({ cloud, snapshot }: Lab): Undo[] {
  const enis = Object.values(snapshot.networkInterfaces).filter(({ owner }) => owner.kind === "loadBalancer");
  return some(enis, "interface of a GWLB").map((eni): Undo => {
    cloud.edit.replaceAddress(eni, eni.id);
    return () => cloud.edit.replaceAddress(eni, eni.id, eni.privateIpAddress);
  });
}

export const serviceFaults: Record<string, Fault> = {
  "endpoint-rejected": { what: "the endpoint service: it has rejected the endpoints", make: rejectEndpoints },
  "acceptance-required": { what: "the endpoint service: it now requires acceptance", make: requireAcceptance },
  "target-deregistered": { what: "the registration of the first AZ's target", make: deregisterFirst },
  "health-check-port-wrong": { what: "the health check's port, now 8080", make: healthCheckPort },
  "listener-deleted": { what: "the GWLB's listener", make: deleteListeners },
  "gateway-address-replaced": { what: "the GWLB's addresses", make: replaceGatewayAddresses },
};
