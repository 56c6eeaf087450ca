import { credentials, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Properties } from "../../../lab/providers/struct";
import { fromStruct, toStruct } from "../../../lab/providers/struct";

type Callback<Response> = (error: Error | null, response: Response) => void;

/** One provider instance as an engine sees it: a connection of its own, configured once. */
export class EngineClient {
  private connected: ResourceProviderClient | undefined;
  readonly logged: { message: string; urn: string; ephemeral: boolean }[] = [];
  private readonly engine = new Server();

  /** @param provider its port, or a function that starts it with the engine's address */
  constructor(private readonly provider: number | ((engine: string) => Promise<number>)) {}

  private get client(): ResourceProviderClient {
    // One that is there already can be called before the engine says hello.
    if (this.connected === undefined && typeof this.provider === "number") this.connect(this.provider);
    if (this.connected === undefined) throw new Error("the engine has not started");
    return this.connected;
  }

  private connect(port: number): void {
    // Without a pool of its own, clients of the same address share one connection.
    this.connected = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  /** Says hello as the engine does, with a log for the provider to write to, and configures. */
  async start(config: Properties, name = "default"): Promise<this> {
    this.engine.addService(EngineService, {
      log: (call: { request: LogRequest }, callback: (error: null, response: Empty) => void) => {
        const { request } = call;
        this.logged.push({
          message: request.getMessage(),
          urn: request.getUrn(),
          ephemeral: request.getEphemeral(),
        });
        callback(null, new Empty());
      },
      getRootResource: () => undefined,
      setRootResource: () => undefined,
      startDebugging: () => undefined,
      requirePulumiVersion: () => undefined,
    });
    const port = await new Promise<number>((resolve, reject) =>
      this.engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const { provider } = this;
    const providerPort = typeof provider === "number" ? provider : await provider(`127.0.0.1:${port}`);
    this.connect(providerPort);
    const hello = new rpc.ProviderHandshakeRequest();
    hello.setEngineAddress(`127.0.0.1:${port}`);
    // A plugin need not have it.
    await this.send((done: Callback<rpc.ProviderHandshakeResponse>) => this.client.handshake(hello, done)).catch(
      (error: Error & { code?: status }) => {
        if (error.code !== status.UNIMPLEMENTED) throw error;
      },
    );
    await this.configure(config, name);
    return this;
  }

  async configure(config: Properties, name: string): Promise<void> {
    const request = new rpc.ConfigureRequest();
    request.setUrn(`urn:pulumi:dev::project::pulumi:providers:x::${name}`);
    request.setName(name);
    request.setArgs(toStruct(config));
    await this.send((done: Callback<rpc.ConfigureResponse>) => this.client.configure(request, done));
  }

  async check(
    type: string,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: string[]; raw: rpc.CheckResponse }> {
    const request = new rpc.CheckRequest();
    request.setUrn(urn(type));
    request.setNews(toStruct(news));
    const raw = await this.send((done: Callback<rpc.CheckResponse>) => this.client.check(request, done));
    const failures = raw.getFailuresList().map((failure) => `${failure.getProperty()} ${failure.getReason()}`);
    return { inputs: fromStruct(raw.getInputs()), failures, raw };
  }

  async diff(type: string, oldInputs: Properties, newInputs: Properties): Promise<rpc.DiffResponse> {
    const request = new rpc.DiffRequest();
    request.setId("id");
    request.setUrn(urn(type));
    request.setOldInputs(toStruct(oldInputs));
    request.setOlds(toStruct(oldInputs));
    request.setNews(toStruct(newInputs));
    return this.send((done: Callback<rpc.DiffResponse>) => this.client.diff(request, done));
  }

  async create(
    type: string,
    inputs: Properties,
    options: { preview?: boolean; timeout?: number } = {},
  ): Promise<{ id: string; outputs: Properties }> {
    const request = new rpc.CreateRequest();
    request.setUrn(urn(type));
    request.setProperties(toStruct(inputs));
    request.setPreview(options.preview ?? false);
    request.setTimeout(options.timeout ?? 0);
    const response = await this.send((done: Callback<rpc.CreateResponse>) => this.client.create(request, done));
    return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
  }

  async read(type: string, id: string, outputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const request = new rpc.ReadRequest();
    request.setId(id);
    request.setUrn(urn(type));
    request.setProperties(toStruct(outputs));
    const response = await this.send((done: Callback<rpc.ReadResponse>) => this.client.read(request, done));
    return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
  }

  async update(type: string, olds: Properties, news: Properties, preview = false): Promise<Properties> {
    const request = new rpc.UpdateRequest();
    request.setId("id");
    request.setUrn(urn(type));
    request.setOlds(toStruct(olds));
    request.setNews(toStruct(news));
    request.setPreview(preview);
    return fromStruct(
      (await this.send((done: Callback<rpc.UpdateResponse>) => this.client.update(request, done))).getProperties(),
    );
  }

  async delete(type: string, outputs: Properties): Promise<void> {
    const request = new rpc.DeleteRequest();
    request.setId("id");
    request.setUrn(urn(type));
    request.setProperties(toStruct(outputs));
    await this.send((done: Callback<Empty>) => this.client.delete(request, done));
  }

  async invoke(token: string, args: Properties): Promise<rpc.InvokeResponse> {
    const request = new rpc.InvokeRequest();
    request.setTok(token);
    request.setArgs(toStruct(args));
    return this.send((done: Callback<rpc.InvokeResponse>) => this.client.invoke(request, done));
  }

  async cancel(): Promise<void> {
    await this.send((done: Callback<Empty>) => this.client.cancel(new Empty(), done));
  }

  close(): void {
    this.client.close();
    this.engine.forceShutdown();
  }

  private send<Response>(start: (done: Callback<Response>) => unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      start((error, response) => (error === null ? resolve(response) : reject(error)));
    });
  }
}

function urn(type: string): string {
  return `urn:pulumi:dev::project::${type}::thing`;
}

/** The message of the error with which a promise is rejected; fails when it is not. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error && "details" in outcome) return String(outcome.details);
  throw new Error("expected a failure");
}

/** Polls until the condition holds, for ten seconds at most. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ten seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
