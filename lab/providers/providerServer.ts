import { setTimeout } from "node:timers/promises";
import type { handleUnaryCall, ServerUnaryCall } from "@grpc/grpc-js";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Connections } from "./connections";
import type { Call, CheckFailure, Difference, ProviderBackend } from "./providerBackend";
import { rpcError } from "./rpcError";
import type { Properties } from "./struct";
import { fromStruct, toStruct } from "./struct";

const SHUTDOWN_GRACE_MS = 10_000;

export interface ServeOptions {
  /** @default "127.0.0.1" */
  host?: string;
  /** 0: any free one. @default 0 */
  port?: number;
  /** One line per call: what was called on which resource, and how it ended. Never holds property values. */
  log?: (line: string) => void;
}

export interface ServedProvider {
  port: number;
  /** Aborts calls in flight and closes the server. */
  close(): Promise<void>;
}

/** The parts that all requests about one resource have. */
interface ResourceRequest {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

/**
 * Serves a provider to Pulumi engines (pulumi `proto/pulumi/provider.proto`), any number of provider instances and engines
 * at once. An engine finds it by `PULUMI_DEBUG_PROVIDERS=NAME:PORT`. The SDK's own server cannot tell instances
 * apart; this one can, because the engine opens one connection per instance.
 */
export async function serveProvider(backend: ProviderBackend, options: ServeOptions = {}): Promise<ServedProvider> {
  const connections = new Connections();
  const server = new Server({
    "grpc.max_receive_message_length": 400 * 1024 * 1024,
    "grpc.max_send_message_length": -1,
  });
  server.addService(ResourceProviderService, handlers(backend, connections, options.log ?? (() => undefined)));
  const port = await new Promise<number>((resolve, reject) => {
    const address = `${options.host ?? "127.0.0.1"}:${options.port ?? 0}`;
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    close: async () => {
      connections.abort();
      // What was aborted gets some time to answer and to end its processes.
      await Promise.race([connections.idle(), setTimeout(SHUTDOWN_GRACE_MS, undefined, { ref: false })]);
      connections.close();
      server.forceShutdown();
    },
  };
}

function handlers(
  backend: ProviderBackend,
  connections: Connections,
  log: (line: string) => void,
): IResourceProviderServer {
  /** Answers with what `work` returns, or with its error in the words in which it was thrown. */
  function answer<Request, Response>(
    name: string,
    work: (request: Request, peer: string, cancelled: AbortSignal) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call: ServerUnaryCall<Request, Response>, callback) => {
      const vanished = new AbortController();
      call.on("cancelled", () => vanished.abort());
      const done = connections.begin();
      const running = (async () => work(call.request, call.getPeer(), vanished.signal))();
      running
        .then(
          (response) => {
            log(`${name} ok`);
            callback(null, response);
          },
          (error: unknown) => {
            log(`${name} failed`);
            callback(rpcError(error));
          },
        )
        .finally(done);
    };
  }

  function onResource<Request extends ResourceRequest, Response>(
    name: string,
    work: (request: Request, call: Call) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return answer(name, (request: Request, peer, vanished) => {
      const { instance, cancelled } = connections.configured(peer);
      const timeout = hasTimeout(request) ? request.getTimeout() : 0;
      const [urn, type] = [request.getUrn(), request.getType()];
      log(`${name} ${urn}`);
      return work(request, {
        instance,
        urn,
        // Engines older than 3.149 leave type and name to be read from the URN.
        type: type === "" ? typeOf(urn) : type,
        name: urn.split("::").slice(3).join("::"),
        signal: AbortSignal.any([cancelled, vanished]),
        timeout,
      });
    });
  }

  const unimplemented =
    <Request, Response>(name: string): handleUnaryCall<Request, Response> =>
    (_call, callback) =>
      callback({ code: status.UNIMPLEMENTED, details: `${name} is not implemented` });

  return {
    handshake: answer("Handshake", (request: rpc.ProviderHandshakeRequest, peer) => {
      connections.open(peer).log.attach(request.getEngineAddress());
      // Without acceptSecrets the engine sends secrets in clear, and marks outputs secret by their inputs.
      return new rpc.ProviderHandshakeResponse();
    }),
    attach: answer("Attach", (request, peer) => {
      connections.of(peer).log.attach(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: answer("GetPluginInfo", () => {
      const info = new PluginInfo();
      info.setVersion(backend.version);
      return info;
    }),
    checkConfig: answer("CheckConfig", (request: rpc.CheckRequest) => checked(fromStruct(request.getNews()), [])),
    diffConfig: unimplemented("DiffConfig"),
    configure: answer("Configure", (request: rpc.ConfigureRequest, peer) => {
      const config = fromStruct(request.getArgs());
      backend.configure(config);
      connections.configure(peer, request.getUrn() ?? "", request.getName() ?? "", config);
      const response = new rpc.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    }),
    check: onResource("Check", (request: rpc.CheckRequest, call) => {
      const { inputs, failures } = backend.check(call, fromStruct(request.getOlds()), fromStruct(request.getNews()));
      return checked(inputs, failures);
    }),
    diff: onResource("Diff", (request: rpc.DiffRequest, call) => {
      const oldInputs = fromStruct(request.getOldInputs());
      const newInputs = fromStruct(request.getNews());
      const oldOutputs = fromStruct(request.getOlds());
      return diffed(backend.diff(call, request.getId(), oldInputs, oldOutputs, newInputs), oldInputs, newInputs);
    }),
    create: onResource("Create", async (request: rpc.CreateRequest, call) => {
      const { id, outputs } = await backend.create(call, fromStruct(request.getProperties()), request.getPreview());
      const response = new rpc.CreateResponse();
      response.setId(id);
      response.setProperties(toStruct(outputs));
      return response;
    }),
    read: onResource("Read", async (request: rpc.ReadRequest, call) => {
      const found = await backend.read(
        call,
        request.getId(),
        fromStruct(request.getInputs()),
        fromStruct(request.getProperties()),
      );
      const response = new rpc.ReadResponse();
      // An answer without an id says that the resource is gone.
      if (found === undefined) return response;
      response.setId(found.id);
      response.setInputs(toStruct(found.inputs));
      response.setProperties(toStruct(found.outputs));
      return response;
    }),
    update: onResource("Update", async (request: rpc.UpdateRequest, call) => {
      const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const { outputs } = await backend.update(call, request.getId(), olds, news, request.getPreview());
      const response = new rpc.UpdateResponse();
      response.setProperties(toStruct(outputs));
      return response;
    }),
    delete: onResource("Delete", async (request: rpc.DeleteRequest, call) => {
      await backend.delete(call, request.getId(), fromStruct(request.getProperties()));
      return new Empty();
    }),
    invoke: answer("Invoke", async (request: rpc.InvokeRequest, peer, vanished) => {
      const { instance, cancelled } = connections.configured(peer);
      const signal = AbortSignal.any([cancelled, vanished]);
      const call: Call = { instance, urn: "", type: request.getTok(), name: "", signal, timeout: 0 };
      log(`Invoke ${call.type}`);
      const response = new rpc.InvokeResponse();
      response.setReturn(toStruct(await backend.invoke(call, fromStruct(request.getArgs()))));
      return response;
    }),
    cancel: answer("Cancel", (_request, peer) => {
      connections.cancel(peer);
      return new Empty();
    }),
    parameterize: unimplemented("Parameterize"),
    getSchema:
      backend.schema === undefined
        ? unimplemented("GetSchema")
        : answer("GetSchema", () => {
            const response = new rpc.GetSchemaResponse();
            response.setSchema(backend.schema?.() ?? "");
            return response;
          }),
    call: unimplemented("Call"),
    construct: unimplemented("Construct"),
    getMapping: unimplemented("GetMapping"),
    getMappings: unimplemented("GetMappings"),
    list: (call) => {
      call.emit("error", { code: status.UNIMPLEMENTED, details: "List is not implemented" });
    },
  };
}

function hasTimeout(request: object): request is { getTimeout(): number } {
  return "getTimeout" in request;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` → TYPE */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function checked(inputs: object, failures: CheckFailure[]): rpc.CheckResponse {
  const response = new rpc.CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new rpc.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

function diffed(difference: Difference, oldInputs: Properties, newInputs: Properties): rpc.DiffResponse {
  const { DiffChanges } = rpc.DiffResponse;
  const { Kind } = rpc.PropertyDiff;
  const response = new rpc.DiffResponse();
  response.setChanges(difference.changes ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  response.setReplacesList(difference.replaces);
  response.setDiffsList(difference.changed);
  response.setDeletebeforereplace(difference.deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const key of new Set([...difference.changed, ...difference.replaces])) {
    const replaces = difference.replaces.includes(key);
    const detail = new rpc.PropertyDiff();
    detail.setInputdiff(true);
    if (!(key in oldInputs)) detail.setKind(replaces ? Kind.ADD_REPLACE : Kind.ADD);
    else if (!(key in newInputs)) detail.setKind(replaces ? Kind.DELETE_REPLACE : Kind.DELETE);
    else detail.setKind(replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE);
    response.getDetaileddiffMap().set(key, detail);
  }
  return response;
}
