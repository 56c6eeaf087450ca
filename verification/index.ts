export { verify } from "./verify";
export type { VerifyOptions } from "./session";
export { checkRequest, parseRequest, RequestError } from "../path/proof/requestSchema";
export type {
  RemoteHost,
  SshHost,
  SsmHost,
  VerificationPair,
  VerificationRequest,
  VerificationTarget,
} from "../path/proof/request";
export { AccessError, type AccessFailure, type RemoteAccess, type RunOptions, type RunResult } from "./access";
export { SshConnections, type SshOptions } from "./sshAccess";
export { SsmConnections, type SsmOptions } from "./ssmAccess";
