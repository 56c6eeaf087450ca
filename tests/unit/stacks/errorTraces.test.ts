import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { inspect } from "node:util";
import { ExistingError } from "../../../components/existing";
import { Refusal } from "../../../components/refusal";
import { ConfigError } from "../../../stacks/config/configError";
import { shorten } from "../../../stacks/errorTraces";

/** As source maps make it of the SDK's files; Node 20.20.2 colours it until the text has the longest length there is. */
const endless = "    at Stack.initialize (/srv/node_modules/@pulumi/resource.ts:1598:22)";
const own = "    at security (/srv/stacks/security.ts:12:3)";

/** As the SDK's `cmd/run` shows it. */
const shown = (error: Error): string => (error.stack === undefined ? error.message : inspect(error, { colors: true }));

function withTrace<T extends Error>(error: T): T {
  error.stack = `${error.name}: ${error.message}\n${own}\n${endless}`;
  return error;
}

describe("an error that nothing catches", () => {
  it("is shown without the frames of packages, and so is what caused it", () => {
    const error = withTrace(new Error("unforeseen", { cause: withTrace(new TypeError("the cause")) }));
    shorten(error);
    const text = shown(error);
    expect(text).to.include("unforeseen").and.include("the cause").and.include("stacks/security.ts:12:3");
    expect(text).not.to.include("node_modules");
  });

  it("has no trace at all when it is meant for the user", () => {
    for (const error of [new pulumi.RunError("told"), new AggregateError([new pulumi.RunError("told")])]) {
      withTrace(error);
      shorten(error);
    }
    const told = withTrace(new pulumi.RunError("told"));
    shorten(told);
    expect(shown(told)).to.equal("told");
  });

  it("has none from the beginning when it is one of the program's own refusals", () => {
    const refusals = [
      new ConfigError(["accountId: missing"]),
      new ExistingError(["vpcId: missing"]),
      new Refusal("azIds is empty", undefined as unknown as pulumi.Resource),
    ];
    for (const refusal of refusals) expect(shown(refusal)).to.equal(refusal.message);
  });

  it("shows what AWS or the settings say without control characters", () => {
    for (const refusal of [new ConfigError(["a\u001b[31m"]), new ExistingError(["a\u001b[31m"])]) {
      expect(refusal.message).to.match(/\n {2}a\\u\{1b\}\[31m$/);
    }
  });

  it("may be anything", () => {
    for (const thrown of [undefined, null, "text", { stack: endless }]) shorten(thrown);
  });
});
