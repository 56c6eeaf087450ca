import type { ServiceError } from "../serviceError";
import { escapeXml } from "../xml";
import { jsonOutput } from "./json";
import type { OperationModel, ServiceModel } from "./serviceModel";
import { xmlMembers } from "./xmlOutput";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** The answer to a request that succeeded. @throws TypeError when the output is not as the model has it */
export function succeeded(
  model: ServiceModel,
  action: string,
  { output }: OperationModel,
  value: object,
  requestId: string,
): Answer {
  const id = `<RequestId>${requestId}</RequestId>`;
  switch (model.protocol) {
    case "ec2Query": {
      // EC2's operations without output say `<return>true</return>` (EC2 API Reference, e.g. DeleteVpc, "Examples").
      const members = output.isUnitSchema() ? "<return>true</return>" : xmlMembers(output, value, action);
      const content = `<requestId>${requestId}</requestId>${members}`;
      return xml(
        model,
        200,
        `${declaration}<${action}Response xmlns="${model.namespace}">${content}</${action}Response>`,
      );
    }
    case "awsQuery": {
      const result = output.isUnitSchema()
        ? ""
        : `<${action}Result>${xmlMembers(output, value, action)}</${action}Result>`;
      const content = `${result}<ResponseMetadata>${id}</ResponseMetadata>`;
      return xml(model, 200, `<${action}Response xmlns="${model.namespace}">${content}</${action}Response>`);
    }
    case "awsJson1_1":
      return json(200, jsonOutput(output, value, action));
  }
}

/** The answer to a request that was refused. */
export function failed(model: ServiceModel, error: ServiceError, requestId: string): Answer {
  const { code, message, status } = error;
  const said = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  switch (model.protocol) {
    case "ec2Query": {
      const content = `<Errors><Error>${said}</Error></Errors><RequestID>${requestId}</RequestID>`;
      return xml(model, status, `${declaration}<Response>${content}</Response>`);
    }
    case "awsQuery": {
      const type = status < 500 ? "Sender" : "Receiver";
      const content = `<Error><Type>${type}</Type>${said}</Error><RequestId>${requestId}</RequestId>`;
      return xml(model, status, `<ErrorResponse xmlns="${model.namespace}">${content}</ErrorResponse>`);
    }
    case "awsJson1_1": {
      const answer = json(status, { __type: code, message });
      return { ...answer, headers: { ...answer.headers, "x-amzn-ErrorType": code } };
    }
  }
}

function xml({ protocol }: ServiceModel, status: number, body: string): Answer {
  const type = protocol === "ec2Query" ? "text/xml;charset=UTF-8" : "text/xml";
  return { status, headers: { "Content-Type": type }, body: `${body}\n` };
}

function json(status: number, body: object): Answer {
  return { status, headers: { "Content-Type": "application/x-amz-json-1.1" }, body: JSON.stringify(body) };
}
