import { NormalizedSchema } from "@smithy/core/schema";

/** Services as requests are signed for them (Signature Version 4, credential scope). */
export const serviceNames = ["ec2", "elasticloadbalancing", "iam", "ssm", "sts"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** An operation of AWS's published model: what goes in and what comes out. */
export interface OperationModel {
  input: NormalizedSchema;
  output: NormalizedSchema;
}

export interface ServiceModel {
  name: ServiceName;
  /** smithy.io: "AWS EC2 query protocol", "AWS query protocol", "AWS JSON 1.1 protocol". */
  protocol: "ec2Query" | "awsQuery" | "awsJson1_1";
  /** Of the API, as every request of the query protocols names it. */
  version: string;
  /** Of the answers' XML, or in front of the operation in `X-Amz-Target`. */
  namespace: string;
  /** Undefined for an operation that the API does not have. */
  operation(action: string): OperationModel | undefined;
}

type Shape = Parameters<typeof NormalizedSchema.of>[0];
type Schemas = Record<string, unknown>;
type Described = Omit<ServiceModel, "operation"> & { schemas: () => Promise<Schemas> };

/** The clients of the AWS SDK carry the models. They are big, and loaded when a service is first asked. */
const services: Record<ServiceName, Described> = {
  ec2: {
    name: "ec2",
    protocol: "ec2Query",
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    schemas: async () => import("@aws-sdk/client-ec2"),
  },
  elasticloadbalancing: {
    name: "elasticloadbalancing",
    protocol: "awsQuery",
    version: "2015-12-01",
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    schemas: async () => import("@aws-sdk/client-elastic-load-balancing-v2"),
  },
  iam: {
    name: "iam",
    protocol: "awsQuery",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    schemas: async () => import("@aws-sdk/client-iam"),
  },
  ssm: {
    name: "ssm",
    protocol: "awsJson1_1",
    version: "2014-11-06",
    namespace: "AmazonSSM",
    schemas: async () => import("@aws-sdk/client-ssm"),
  },
  sts: {
    name: "sts",
    protocol: "awsQuery",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    schemas: async () => import("@aws-sdk/client-sts"),
  },
};

/** The service whose API has that version; undefined where there is none. */
export function serviceOfVersion(version: string | null): ServiceName | undefined {
  return serviceNames.find((name) => services[name].version === version);
}

const loaded = new Map<ServiceName, Promise<ServiceModel>>();

/** AWS's published model of a service. */
export function serviceModel(name: ServiceName): Promise<ServiceModel> {
  const known = loaded.get(name) ?? load(services[name]);
  loaded.set(name, known);
  return known;
}

async function load({ schemas, ...service }: Described): Promise<ServiceModel> {
  const all = await schemas();
  return { ...service, operation: (action) => operationOf(all[`${action}$`]) };
}

/** An operation's schema is `[9, namespace, name, traits, () => input, () => output]` (@smithy/types, StaticOperationSchema). */
function operationOf(schema: unknown): OperationModel | undefined {
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  const [input, output] = schema.slice(4) as [Shape, Shape];
  return { input: NormalizedSchema.of(input), output: NormalizedSchema.of(output) };
}
