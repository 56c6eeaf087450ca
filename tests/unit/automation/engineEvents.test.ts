import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { EngineEvents, plainText } from "../../../automation/engine/engineEvents";

const provider = "urn:pulumi:system::p::pulumi:providers:aws::system";
const vpc = "urn:pulumi:system::p::x:index:Network$aws:ec2/vpc:Vpc::net::vpc";

const step = (urn: string, type: string, providerReference: string, inputs: Record<string, unknown> = {}) => ({
  metadata: { op: "create", urn, type, provider: providerReference, new: { inputs } },
});
const event = (body: object): EngineEvent => ({ sequence: 0, timestamp: 0, ...body });
const diagnostic = (body: object): EngineEvent => event({ diagnosticEvent: { color: "never", ...body } });

describe("engine events", () => {
  let now: number;
  let events: EngineEvents;
  beforeEach(() => {
    now = 10;
    events = new EngineEvents(() => now);
  });

  it("name a resource, how long it took and the account of its provider", () => {
    const inputs = { allowedAccountIds: '["222222222222"]' };
    events.translate(event({ resourcePreEvent: step(provider, "pulumi:providers:aws", "", inputs) }));
    const common = {
      urn: vpc,
      type: "aws:ec2/vpc:Vpc",
      name: "net::vpc",
      operation: "create",
      account: "222222222222",
    };
    const reference = `${provider}::0c6a3c0e-0000-0000-0000-000000000000`;
    expect(events.translate(event({ resourcePreEvent: step(vpc, "aws:ec2/vpc:Vpc", reference) }))).to.deep.equal({
      kind: "resource-started",
      ...common,
    });
    now = 12.5;
    expect(events.translate(event({ resOutputsEvent: step(vpc, "aws:ec2/vpc:Vpc", reference) }))).to.deep.equal({
      kind: "resource-done",
      ...common,
      seconds: 2.5,
    });
  });

  it("name no account where the provider allows several or none", () => {
    const inputs = { allowedAccountIds: '["222222222222","111111111111"]' };
    events.translate(event({ resourcePreEvent: step(provider, "pulumi:providers:aws", "", inputs) }));
    const failed = events.translate(event({ resOpFailedEvent: step(vpc, "aws:ec2/vpc:Vpc", `${provider}::id`) }));
    expect(failed).to.include({ kind: "resource-failed" }).and.not.have.property("account");
  });

  it("carry text without colours, and errors once", () => {
    const error = {
      severity: "error",
      prefix: "<{%fg 1%}>error: <{%reset%}>",
      message: "no \u001b[31mroute\u001b[0m\n",
    };
    expect(events.translate(diagnostic({ ...error, urn: vpc }))).to.deep.equal({
      kind: "diagnostic",
      severity: "error",
      message: "no route",
      urn: vpc,
    });
    expect(events.translate(diagnostic(error))).to.equal(undefined);
    const thrown = (message: string) => events.translate(diagnostic({ severity: "error", message }));
    expect(thrown("Unhandled exception: TypeError: zone")).to.have.property("message", "zone");
    expect(thrown("error: zone")).to.equal(undefined);
    expect(plainText("50%> done")).to.equal("50%> done");
  });

  it("tell what the program printed from what it logged", () => {
    const line = (body: object) => events.translate(diagnostic({ severity: "info", ...body }));
    expect(line({ message: "printed\n\n" })).to.deep.equal({ kind: "output", line: "printed" });
    expect(line({ message: "to stderr\n\n", severity: "info#err" })).to.deep.equal({
      kind: "output",
      line: "to stderr",
    });
    for (const logged of [{ message: "logged\n" }, { message: "of a resource\n\n", urn: vpc }]) {
      expect(line(logged)).to.deep.include({ kind: "diagnostic", severity: "info" });
    }
  });

  it("leave out debugging, passing and empty messages", () => {
    for (const body of [
      { severity: "debug" },
      { severity: "info", ephemeral: true },
      { severity: "info", message: " \n" },
    ]) {
      expect(events.translate(diagnostic({ message: "text", ...body }))).to.equal(undefined);
    }
    expect(events.translate(event({ cancelEvent: {} }))).to.equal(undefined);
  });

  it("keep the counts of a summary, also when there are none", () => {
    const summary = (resourceChanges: unknown) =>
      events.translate(event({ summaryEvent: { resourceChanges, durationSeconds: 3 } }));
    expect(summary({ create: 2, same: 1 })).to.deep.equal({
      kind: "summary",
      changes: { create: 2, same: 1 },
      seconds: 3,
    });
    expect(summary(null)).to.deep.equal({ kind: "summary", changes: {}, seconds: 3 });
  });
});
