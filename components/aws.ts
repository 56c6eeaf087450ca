/**
 * What this program uses of `@pulumi/aws`, by service: the package as a whole loads each of its 230 services, on every run.
 */
export type { Region, types } from "@pulumi/aws";
export * as ec2 from "@pulumi/aws/ec2";
export * as iam from "@pulumi/aws/iam";
export * as kms from "@pulumi/aws/kms/getKey";
export * as lb from "@pulumi/aws/lb";
export { Provider } from "@pulumi/aws/provider";
export * as ssm from "@pulumi/aws/ssm";
export * as vpc from "@pulumi/aws/vpc";

/**
 * Options of what AWS takes once only, or tells apart by what it connects: the second one of a replacement would be refused
 * (`RouteAlreadyExists`, `Resource.AlreadyAssociated`, `InvalidSubnet.Conflict`, `InvalidPermission.Duplicate`, `DuplicateListener`), or go when the first one
 * goes (registrations, principals, attached policies).
 */
export const oneAtATime = { deleteBeforeReplace: true } as const;
