import * as pulumi from "@pulumi/pulumi";
import { roleOf } from "./stacks/config";
import { security } from "./stacks/security";
import { system } from "./stacks/system";

/** The stack's program by its role, the first segment of the stack's name. */
const programs = { security, system };

export = async (): Promise<Record<string, unknown>> => {
  const stack = pulumi.getStack();
  return programs[roleOf(stack)](stack);
};
