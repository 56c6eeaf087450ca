import type * as pulumi from "@pulumi/pulumi";
import { main } from "@pulumi/pulumi/provider";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider";
import * as fs from "node:fs";
import * as path from "node:path";
import * as manifest from "../package.json";
import * as components from "./index";
import { plainInputs, type PackageSchema } from "./plainInputs";

type Component = new (name: string, args: never, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/**
 * The component package. As the SDK's own provider (provider/experimental/provider.ts 3.259), save that arguments are checked
 * against the schema, which is kept in a file: the analyzer takes many seconds, in every run, and a compiler.
 */
class ComponentPackage implements Provider {
  readonly version = manifest.version;
  readonly schema = fs.readFileSync(path.join(__dirname, "schema.json"), "utf8");

  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<ConstructResult> {
    const schema = JSON.parse(this.schema) as PackageSchema;
    const described = schema.resources[type];
    const component = Object.entries(components).find(([each]) => type === `${manifest.name}:index:${each}`)?.[1];
    if (described === undefined || component === undefined)
      throw new Error(`There is no component ${type}, expected one of ${Object.keys(schema.resources).join(", ")}`);
    const args = await plainInputs(schema, described, inputs);
    const made = new (component as unknown as Component)(name, args as never, options);
    const outputs = Object.keys(described.properties ?? {}).map((key) => [key, Reflect.get(made, key) as unknown]);
    return { urn: made.urn, state: Object.fromEntries(outputs) as pulumi.Inputs };
  }
}

void main(new ComponentPackage(), process.argv.slice(2));
