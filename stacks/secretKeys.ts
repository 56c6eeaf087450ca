import * as pulumi from "@pulumi/pulumi";

/** Of the SDK's runtime, which does not declare it (@pulumi/pulumi 3.259.0, runtime/config.ts, `@internal`). */
interface SecretConfig {
  isConfigSecret: (key: string) => boolean;
}

/** Whether a key of the stack's configuration was set with `--secret`. */
export function isSecret(config: pulumi.Config, key: string): boolean {
  return (pulumi.runtime as unknown as SecretConfig).isConfigSecret(`${config.name}:${key}`);
}

/** Keys beside those of ssh that may be set with `--secret`: where credentials come from. The rest stands in what AWS shows, and in names. */
export const credentialKeys = ["profile", "assumeRole", "endpointAcceptance"];

/** A value that is a secret where its key was set as one: it is then nowhere in clear in the stack's state. */
export function keptAs<T>(key: string, value: T): pulumi.Input<T> {
  return isSecret(new pulumi.Config(), key) ? (pulumi.secret(value) as pulumi.Output<T>) : value;
}
