import { randomUUID } from "node:crypto";
import { parseKmsKeyArn } from "../../../path/net/partition";
import { arn } from "../core/arn";
import { apiError } from "../core/errors";
import type { Context, Invoke, ResourceType } from "../core/model";
import { flag, text, type Properties } from "../core/properties";
import { between, boolean, numeric, region, string, tags } from "../core/specs";
import type { KmsKey } from "../core/state";

/** The ARN of a key that is named by its id, in the caller's account and Region, or by its ARN. */
function arnOfKey(context: Context, id: string): string {
  return parseKmsKeyArn(id) === undefined ? arn(context, "kms", `key/${id}`) : id;
}

/** @throws AwsError when there is none */
function findKey(context: Context, operation: string, id: string): KmsKey {
  const wanted = arnOfKey(context, id);
  const key = context.state.kmsKeys[wanted];
  if (key === undefined || parseKmsKeyArn(wanted)?.region !== context.caller.region) {
    // Source: KMS API, DescribeKey: NotFoundException; wording UNVERIFIED.
    throw apiError("KMS", operation, "NotFoundException", `Key '${wanted}' does not exist`);
  }
  if (parseKmsKeyArn(wanted)?.accountId !== context.caller.accountId) {
    const message = `User is not authorized to perform: kms:${operation} on the resource ${wanted}`;
    // Source: KMS developer guide, "Default key policy": a key's own account only; code and wording UNVERIFIED.
    throw apiError("KMS", operation, "AccessDeniedException", message);
  }
  return key;
}

/** EC2 runs no instance whose disk has a key that cannot be used. @throws AwsError */
export function checkDiskKey(context: Context, id: string | undefined): void {
  if (id === undefined || findKey(context, "DescribeKey", id).state === "Enabled") return;
  // Source: KMS API, CreateGrant: KMSInvalidStateException; wording UNVERIFIED. EC2 makes the instance and ends it by Client.InternalError
  // (EC2 user guide, "Instance terminates immediately"); the model refuses at once.
  throw apiError("KMS", "CreateGrant", "KMSInvalidStateException", `${arnOfKey(context, id)} is not enabled.`);
}

function outputs({ id, arn: keyArn, state, usage, spec }: KmsKey): Properties {
  return { arn: keyArn, keyId: id, keyUsage: usage, customerMasterKeySpec: spec, isEnabled: state === "Enabled" };
}

export const kmsKey: ResourceType = {
  token: "aws:kms/key:Key",
  label: "KMS Key",
  inputs: {
    customerMasterKeySpec: string({ default: "SYMMETRIC_DEFAULT", replace: true }),
    deletionWindowInDays: numeric({ default: 30, reject: between(7, 30) }),
    description: string({ computed: true }),
    enableKeyRotation: boolean({ default: false }),
    isEnabled: boolean({ default: true }),
    keyUsage: string({ default: "ENCRYPT_DECRYPT", replace: true }),
    region,
    tags,
  },
  create: (context, inputs) => {
    const id = randomUUID();
    const keyArn = arnOfKey(context, id);
    context.state.kmsKeys[keyArn] = {
      id,
      arn: keyArn,
      state: flag(inputs, "isEnabled") ? "Enabled" : "Disabled",
      usage: text(inputs, "keyUsage"),
      spec: text(inputs, "customerMasterKeySpec"),
    };
    return id;
  },
  read: (context, id) => {
    const key = context.state.kmsKeys[arnOfKey(context, id)];
    // The provider takes one that waits for its deletion for gone.
    return key === undefined || key.state === "PendingDeletion" ? undefined : outputs(key);
  },
  update: (context, id, inputs) => {
    findKey(context, "EnableKey", id).state = flag(inputs, "isEnabled") ? "Enabled" : "Disabled";
  },
  // It is kept for its waiting period.
  delete: (context, id) => {
    findKey(context, "ScheduleKeyDeletion", id).state = "PendingDeletion";
  },
};

export const getKey: Invoke = {
  token: "aws:kms/getKey:getKey",
  args: { keyId: string({ required: true }), region },
  call: (context, args) => {
    const key = findKey(context, "DescribeKey", text(args, "keyId"));
    const accountId = parseKmsKeyArn(key.arn)?.accountId ?? "";
    return {
      ...args,
      arn: key.arn,
      awsAccountId: accountId,
      cloudHsmClusterId: "",
      creationDate: "2026-01-01T00:00:00Z",
      customKeyStoreId: "",
      customerMasterKeySpec: key.spec,
      deletionDate: "",
      description: "",
      enabled: key.state === "Enabled",
      expirationModel: "",
      id: key.id,
      keyManager: "CUSTOMER",
      keySpec: key.spec,
      keyState: key.state,
      keyUsage: key.usage,
      multiRegion: false,
      multiRegionConfigurations: [],
      origin: "AWS_KMS",
      pendingDeletionWindowInDays: 0,
      region: context.caller.region,
      validTo: "",
      xksKeyConfigurations: [],
    };
  },
};
