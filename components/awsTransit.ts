/** What only the centralised design uses of `@pulumi/aws`: the other one does not load it. */
export * as ec2transitgateway from "@pulumi/aws/ec2transitgateway";
export * as ram from "@pulumi/aws/ram";
