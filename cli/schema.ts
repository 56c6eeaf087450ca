import { Argument, type Command } from "commander";
import { jsonSchemaOf, reportSchema, reportVersion } from "../path/proof/index";
import { historySchema, historyVersion } from "../path/render/index";
import {
  checkSchema,
  checkVersion,
  snapshotSchema,
  snapshotVersion,
  traceSchema,
  traceVersion,
} from "../path/topology/index";
import { printJson } from "../verification/terminal";
import { eventSchema, eventsVersion } from "./eventSchema";

/** All that this program writes as JSON, with its versions. */
const written = {
  report: { version: reportVersion, schema: reportSchema },
  trace: { version: traceVersion, schema: traceSchema },
  check: { version: checkVersion, schema: checkSchema },
  events: { version: eventsVersion, schema: eventSchema },
  snapshot: { version: snapshotVersion, schema: snapshotSchema },
  history: { version: historyVersion, schema: historySchema },
} as const;

type Written = keyof typeof written;

const names = Object.keys(written) as Written[];

function schemaOf(name: Written): object {
  const { version, schema } = written[name];
  return jsonSchemaOf(name, version, schema);
}

/** JSON Schemas by the names of their files in `schemas/`. */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(names.map((name) => [`${name}.v${written[name].version}.json`, schemaOf(name)]));
}

export function registerSchema(program: Command): void {
  program
    .command("schema")
    .description("print the JSON Schema of what this program writes as JSON")
    .addArgument(new Argument("<what>", "what is described").choices(names))
    .action((name: Written) => {
      printJson(schemaOf(name), 2);
    });
}
