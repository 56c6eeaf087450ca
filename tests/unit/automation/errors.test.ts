import { expect } from "chai";
import { CancelledError, DeployError, engineErrors, failureOf, StackLockedError } from "../../../automation/errors";
import type { Diagnostic } from "../../../automation/types";

const locked = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///s/.pulumi/locks/organization/p/system/x.json: created by root@host (pid 7) at 2026-01-02T03:04:05Z
`;

describe("a stack's failure", () => {
  it("by a lock names who holds it and how to unlock", () => {
    const error = failureOf("system", locked, [], false);
    expect(error).to.be.instanceOf(StackLockedError);
    expect(error.message).to.contain("root@host (pid 7)").and.contain("gwlb-inspection cancel system");
  });

  it("by a lock of Pulumi Cloud is recognised, too", () => {
    const error = failureOf("system", "error: [409] Conflict: Another update is currently in progress.", [], false);
    expect(error).to.be.instanceOf(StackLockedError);
  });

  it("keeps what was reported and drops the engine's closing line", () => {
    const cause: Diagnostic = { severity: "error", message: "api error InvalidServiceName", urn: "urn" };
    const closing: Diagnostic = { severity: "error", message: "update failed" };
    const error = failureOf("system", "Command failed", [cause, closing], false) as DeployError;
    expect(error).to.be.instanceOf(DeployError);
    expect(error.stackName).to.equal("system");
    expect(error.diagnostics).to.deep.equal([cause]);
    expect(error.message).to.equal("system: api error InvalidServiceName");
  });

  it("without a report reads the engine's standard error", () => {
    expect(engineErrors("warning: x\n stderr: error: incorrect passphrase\n")).to.match(
      /^incorrect passphrase: expected in PULUMI_CONFIG_PASSPHRASE, or in the file that PULUMI_CONFIG_PASSPHRASE_FILE names/,
    );
    expect(engineErrors("something odd\n")).to.equal("something odd");
    expect(engineErrors("")).to.match(/without a message/);
  });

  it("after a cancellation is a cancellation", () => {
    const error = failureOf("system", "error: canceled", [{ severity: "error", message: "update canceled" }], true);
    expect(error).to.be.instanceOf(CancelledError);
  });
});
