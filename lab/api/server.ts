import { randomUUID } from "node:crypto";
import type * as http from "node:http";
import { AwsError } from "../cloud/core/errors";
import { serveLoopback, type LoopbackServer } from "../loopbackServer";
import { ServiceError } from "../serviceError";
import type { Identities, Principal } from "../sts/identities";
import { signatureOf } from "../sts/signature";
import { loggable, type AccessRecord } from "./accessLog";
import { failed, succeeded, type Answer } from "./answer";
import { ClientTokens } from "./clientTokens";
import { notInTheLab } from "./inputErrors";
import { jsonInput } from "./json";
import { pageOf } from "./pages";
import { queryInput } from "./queryInput";
import { refusals } from "./refusals";
import {
  serviceModel,
  serviceNames,
  serviceOfVersion,
  type OperationModel,
  type ServiceModel,
  type ServiceName,
} from "./serviceModel";

/** A principal, and the Region that it signed for. */
export interface ApiCaller extends Principal {
  region: string;
}

/** An operation of a service's API. */
export interface ApiOperation {
  /** The parameters that it acts on; any other one is refused by name. @default all */
  takes?: readonly string[];
  /**
   * Input and output are named as in AWS's model of the operation.
   *
   * @throws ServiceError, or AwsError, as AWS answers
   */
  call(caller: ApiCaller, input: object): object | Promise<object>;
}

/** What is served; undefined for an operation that it does not have. */
export type ApiServices = Partial<Record<ServiceName, (action: string) => ApiOperation | undefined>>;

export interface ApiOptions {
  services: ApiServices;
  identities: Identities;
  /** Accounts that have anything; whoever calls from another one may do nothing but ask STS. @default all */
  accountIds?: readonly string[];
  log: (line: string) => void;
  /** Told of each request that named an operation, with its outcome. */
  record?: (record: AccessRecord) => void;
}

/** Bytes; AWS's limits on the requests of these services are lower. */
const longestRequest = 1024 * 1024;

interface Request {
  model: ServiceModel;
  action: string;
  body: string;
  /** The body as the query protocols read it. */
  form: URLSearchParams;
  headers: http.IncomingHttpHeaders;
}

/**
 * Serves AWS's API over HTTP: EC2, Elastic Load Balancing, IAM, Systems Manager and STS at one address, by AWS's own published
 * models. Service and account are those that a request was signed for and by. Its url is for AWS_ENDPOINT_URL.
 */
export function serveApi(options: ApiOptions): Promise<LoopbackServer> {
  const api = new Api(options);
  return serveLoopback((request, response) => {
    const requestId = randomUUID();
    void api.answer(request, requestId).then(({ status, headers, body }) => {
      response.writeHead(status, { ...headers, "x-amzn-RequestId": requestId });
      response.end(body);
    });
  });
}

class Api {
  private readonly tokens = new ClientTokens();

  constructor(private readonly options: ApiOptions) {}

  async answer(incoming: http.IncomingMessage, requestId: string): Promise<Answer> {
    const { headers } = incoming;
    const body = await read(incoming);
    const form = new URLSearchParams(body ?? "");
    const model = await serviceModel(serviceOf(headers, body ?? "", form));
    try {
      if (body === undefined) throw refusals[model.protocol].tooLong();
      return await this.answerTo({ model, headers, body, form, action: actionOf(model, headers, form) }, requestId);
    } catch (error) {
      const known = serviceError(error);
      if (known !== undefined) return failed(model, known, requestId);
      this.options.log(`${model.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return failed(model, refusals[model.protocol].internal(), requestId);
    }
  }

  private async answerTo(request: Request, requestId: string): Promise<Answer> {
    const { model, action } = request;
    const caller = this.callerOf(request);
    const refused = refusals[model.protocol];
    const operation = model.operation(action);
    if (operation === undefined) throw refused.unknownAction(action);
    let parameters: object = {};
    const tell = (error?: ServiceError): void =>
      this.options.record?.({
        accountId: caller.accountId,
        arn: caller.arn,
        region: caller.region,
        action: `${model.name}:${action}`,
        parameters: loggable(operation.input, parameters) as object,
        ...(error && { error: error.code }),
      });
    try {
      this.authorize(caller, request);
      const served = this.options.services[model.name]?.(action);
      if (served === undefined) throw refused.notInTheLab(action);
      parameters = inputOf(request, operation);
      const output = await this.call(request, operation, served, caller, { ...parameters });
      tell();
      return succeeded(model, action, operation, output, requestId);
    } catch (error) {
      tell(serviceError(error) ?? refused.internal());
      throw error;
    }
  }

  private async call(
    { model, action }: Request,
    operation: OperationModel,
    served: ApiOperation,
    caller: ApiCaller,
    given: Record<string, unknown>,
  ): Promise<object> {
    const page = pageOf(model, operation, action, given);
    const { DryRun: dryRun, ClientToken: token, ...input } = page.rest;
    const others = Object.keys(input).filter((name) => served.takes?.includes(name) === false);
    if (others.length > 0) throw notInTheLab(model, action, others);
    if (dryRun === true) {
      // Source: EC2 API, "Error codes": DryRunOperation.
      const message = "Request would have succeeded, but DryRun flag is set.";
      throw new ServiceError("DryRunOperation", message, 412);
    }
    const call = async (): Promise<object> => served.call(caller, input);
    const key = [caller.accountId, caller.region, action, token].join(" ");
    const output = await (token === undefined ? call() : this.tokens.once(key, input, call));
    return page.of(output as Record<string, unknown>);
  }

  private callerOf({ model, headers }: Request): ApiCaller {
    const refused = refusals[model.protocol];
    const signature = signatureOf(headers, model.name);
    if (signature === undefined) throw refused.unsigned();
    const principal = this.options.identities.principalOf(signature);
    if (principal === "expired") throw refused.expiredCredentials();
    if (principal === "invalid") throw refused.invalidCredentials();
    return { ...principal, region: signature.region };
  }

  private authorize({ accountId, arn }: ApiCaller, { model, action }: Request): void {
    const known = model.name === "sts" || (this.options.accountIds?.includes(accountId) ?? true);
    if (!known) throw refusals[model.protocol].notAuthorized(arn, model.name, action);
  }
}

/** The service that a request was signed for; of one that was not, what it looks like. */
function serviceOf(headers: http.IncomingHttpHeaders, body: string, form: URLSearchParams): ServiceName {
  const signed = serviceNames.find((name) => signatureOf(headers, name) !== undefined);
  if (signed !== undefined) return signed;
  if (headers["x-amz-target"] !== undefined || body.startsWith("{")) return "ssm";
  return serviceOfVersion(form.get("Version")) ?? "sts";
}

function actionOf(
  { protocol, namespace, version }: ServiceModel,
  headers: http.IncomingHttpHeaders,
  form: URLSearchParams,
): string {
  if (protocol === "awsJson1_1") {
    const [service, action = ""] = String(headers["x-amz-target"] ?? "").split(".");
    return service === namespace ? action : "";
  }
  const action = form.get("Action") ?? "";
  return form.get("Version") === version ? action : `${action} for version ${form.get("Version") ?? "none"}`;
}

function inputOf({ model, body, form }: Request, { input }: OperationModel): object {
  return model.protocol === "awsJson1_1" ? jsonInput(model, input, body) : queryInput(model, input, form);
}

/** Undefined for a body that is too long. */
async function read(request: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestRequest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function serviceError(error: unknown): ServiceError | undefined {
  if (error instanceof ServiceError) return error;
  return error instanceof AwsError ? new ServiceError(error.code, error.answer, error.status) : undefined;
}
