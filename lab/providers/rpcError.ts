import { Metadata, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { isPartialFailure } from "./providerBackend";
import { toStruct } from "./struct";

/** How a failed call answers. */
export interface RpcError {
  code: status;
  details: string;
  metadata?: Metadata;
}

/** What the engine is told about an error: its message as it is, and the resource as it is now when one was left behind. */
export function rpcError(error: unknown): RpcError {
  const message = error instanceof Error ? error.message : String(error);
  if (!isPartialFailure(error)) return { code: status.UNKNOWN, details: message };

  const detail = new ErrorResourceInitFailed();
  detail.setId(error.partial.id);
  detail.setProperties(toStruct(error.partial.outputs));
  detail.setReasonsList([message]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const full = new Status();
  full.setCode(status.UNKNOWN);
  full.setMessage(message);
  full.addDetails(packed);
  // gRPC carries structured errors in this trailer; grpc-js has no other way to send one.
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(full.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}
