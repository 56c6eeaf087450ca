import { finding, type Finding, type FindingCode } from "../path/proof/index";
import { AccessError, type AccessFailure } from "./access";

const codes: Partial<Record<AccessFailure, FindingCode>> = {
  unreachable: "HOST_UNREACHABLE",
  "host-key-differs": "HOST_KEY_DIFFERS",
  "authentication-refused": "AUTHENTICATION_REFUSED",
  aborted: "ABORTED",
};

/**
 * What went wrong on a host, as a finding.
 * @param otherwise code of what was being done, for all that has no code of its own
 */
export function failureFinding(error: unknown, host: string, otherwise: FindingCode): Finding {
  const code = error instanceof AccessError ? codes[error.failure] : undefined;
  return finding(code ?? otherwise, host, error instanceof Error ? error.message : String(error));
}
