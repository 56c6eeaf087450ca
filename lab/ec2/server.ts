import type * as http from "node:http";
import type { Caller } from "../cloud/cloud";
import type { EndpointConnection } from "../cloud/endpointConnection";
import type { LoopbackServer } from "../loopbackServer";
import { ServiceError } from "../serviceError";
import type { Identities } from "../sts/identities";
import { signatureOf } from "../sts/signature";
import { escapeXml } from "../xml";
import { serveXml, type XmlService } from "../xmlService";

const version = "2016-11-15";
const namespace = `http://ec2.amazonaws.com/doc/${version}/`;

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What of the cloud is served. */
export interface Ec2Service {
  endpointConnections(caller: Caller, serviceIds: string[]): EndpointConnection[];
}

/**
 * Serves what the program itself asks EC2, which is one operation, in the EC2 query protocol (smithy.io, "AWS EC2 query protocol").
 * Its url is for AWS_ENDPOINT_URL_EC2.
 */
export function serveEc2(
  service: Ec2Service,
  identities: Identities,
  log: (line: string) => void,
): Promise<LoopbackServer> {
  const xml: XmlService = {
    name: "ec2",
    contentType: "text/xml;charset=UTF-8",
    answer: (parameters, headers, requestId) => {
      const caller = callerOf(identities, headers);
      const action = parameters.get("Action") ?? "";
      if (action !== "DescribeVpcEndpointConnections") {
        // Source: EC2 API, "Error codes": InvalidAction. The lab's EC2 has this one operation over HTTP.
        throw new ServiceError("InvalidAction", `The action ${action} is not valid for this web service.`);
      }
      return declaration + connections(service.endpointConnections(caller, serviceIdsOf(parameters)), requestId);
    },
    failed: (error, requestId) => declaration + failed(error, requestId),
    internalError: new ServiceError("InternalError", "An internal error has occurred", 500),
  };
  return serveXml(xml, log);
}

function callerOf(identities: Identities, headers: http.IncomingHttpHeaders): Caller {
  const signature = signatureOf(headers, "ec2");
  const principal = signature && identities.principalOf(signature);
  if (signature === undefined || principal === undefined || principal === "invalid") {
    // Source: EC2 API, "Error codes": AuthFailure.
    throw new ServiceError("AuthFailure", "AWS was not able to validate the provided access credentials", 401);
  }
  if (principal === "expired") {
    // Source: EC2 API, "Error codes": RequestExpired.
    throw new ServiceError("RequestExpired", "Request has expired.");
  }
  return { accountId: principal.accountId, region: signature.region };
}

/** `Filter.1.Name=service-id`, `Filter.1.Value.1=…`. */
function serviceIdsOf(parameters: URLSearchParams): string[] {
  const names = [...parameters].filter(([key]) => /^Filter\.\d+\.Name$/.test(key)).map(([, name]) => name);
  const other = names.find((name) => name !== "service-id");
  if (other !== undefined || names.length === 0) {
    // Source: EC2 API, "Error codes": InvalidParameterValue. The lab knows this one filter.
    throw new ServiceError("InvalidParameterValue", `The filter '${other ?? ""}' is invalid`);
  }
  return [...parameters].filter(([key]) => /^Filter\.\d+\.Value\.\d+$/.test(key)).map(([, value]) => value);
}

/** Source: EC2 API Reference, DescribeVpcEndpointConnections, "Examples". */
function connections(found: EndpointConnection[], requestId: string): string {
  const items = found.map(
    ({ serviceId, endpointId, ownerId, state }) =>
      `<item><serviceId>${serviceId}</serviceId><vpcEndpointId>${endpointId}</vpcEndpointId>` +
      `<vpcEndpointOwner>${ownerId}</vpcEndpointOwner><vpcEndpointState>${state}</vpcEndpointState></item>`,
  );
  const set = `<vpcEndpointConnectionSet>${items.join("")}</vpcEndpointConnectionSet>`;
  const name = "DescribeVpcEndpointConnectionsResponse";
  return `<${name} xmlns="${namespace}"><requestId>${requestId}</requestId>${set}</${name}>`;
}

function failed({ code, message }: ServiceError, requestId: string): string {
  const error = `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return `<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`;
}
