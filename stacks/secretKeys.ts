import * as pulumi from "@pulumi/pulumi";

/** Of the SDK's runtime, which does not declare it (@pulumi/pulumi 3.259.0, runtime/config.ts, `@internal`). */
interface SecretConfig {
  isConfigSecret: (key: string) => boolean;
}

/** Whether a key of the stack's configuration was set with `--secret`. */
export function isSecret(config: pulumi.Config, key: string): boolean {
  return (pulumi.runtime as unknown as SecretConfig).isConfigSecret(`${config.name}:${key}`);
}
