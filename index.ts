import * as pulumi from "@pulumi/pulumi";
import { tellRemedies } from "./stacks/awsRefusals";
import { checkedRole } from "./stacks/config/index";
import { shortenTraces } from "./stacks/errorTraces";
import { programs } from "./stacks/programs";

// The SDK takes a stack trace for each promise and has all of them mapped by source-map-support, which is half of a run's time and
// 150 MB. Node's own are of the sources, too, where there are maps.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** The stack's program by its role, the first segment of the stack's name. */
export = async (): Promise<Record<string, unknown>> => {
  shortenTraces();
  tellRemedies();
  const stack = pulumi.getStack();
  return programs[checkedRole(stack)](stack);
};
