import { createHash } from "node:crypto";
import { arn } from "../core/arn";
import { ec2Error } from "../core/errors";
import { findKeyPair, keyOf } from "./findKeyPair";
import type { Context, Invoke, ResourceType } from "../core/model";
import { flag, optionalText, text, type Properties } from "../core/properties";
import { boolean, region, string, tags } from "../core/specs";

/** OpenSSH's one-line form: type, base64, comment (EC2 user guide: RSA and ED25519 keys can be imported). */
const publicKeyShape = /^(ssh-rsa|ssh-ed25519) [A-Za-z0-9+/]+={0,2}( .*)?$/;

function create(context: Context, inputs: Properties): string {
  const prefix = optionalText(inputs, "keyNamePrefix");
  const name = prefix === undefined ? text(inputs, "keyName") : prefix + context.ids.suffix();
  const publicKey = text(inputs, "publicKey").trim();
  if (context.state.keyPairs[keyOf(context, name)] !== undefined) {
    const message = `The keypair '${name}' already exists.`;
    // Source: EC2 API, Error codes: InvalidKeyPair.Duplicate; wording UNVERIFIED.
    throw ec2Error("ImportKeyPair", "InvalidKeyPair.Duplicate", message);
  }
  if (!publicKeyShape.test(publicKey)) {
    // Source: EC2 API, Error codes: InvalidKey.Format; wording UNVERIFIED.
    throw ec2Error("ImportKeyPair", "InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  }
  context.state.keyPairs[keyOf(context, name)] = {
    accountId: context.caller.accountId,
    region: context.caller.region,
    name,
    keyPairId: context.ids.resource("key"),
    publicKey,
  };
  context.changed();
  return name;
}

function read(context: Context, id: string): Properties | undefined {
  const pair = context.state.keyPairs[keyOf(context, id)];
  if (pair === undefined) return undefined;
  const [type, body] = pair.publicKey.split(" ");
  const digest = createHash("sha256").update(Buffer.from(body ?? "", "base64"));
  return {
    arn: arn(context, "ec2", `key-pair/${pair.name}`),
    // AWS: SHA-256 for ED25519 keys. For imported RSA keys it is an MD5 of the DER form; the model gives SHA-256 there, too.
    fingerprint: digest.digest("base64"),
    keyName: pair.name,
    keyPairId: pair.keyPairId,
    keyType: type === "ssh-rsa" ? "rsa" : "ed25519",
    publicKey: pair.publicKey,
  };
}

/** Only tags can be changed; they are kept with the inputs. */
function update(context: Context, id: string): void {
  findKeyPair(context, "CreateTags", id);
}

function remove(context: Context, id: string): void {
  delete context.state.keyPairs[keyOf(context, id)];
  context.changed();
}

export const keyPair: ResourceType = {
  token: "aws:ec2/keyPair:KeyPair",
  label: "EC2 Key Pair",
  inputs: {
    keyName: string({ autoname: 255, replace: true, computed: true }),
    keyNamePrefix: string({ replace: true, computed: true }),
    publicKey: string({ required: true, replace: true }),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: remove,
};

/** By its name alone: other filters are not modelled. */
export const getKeyPair: Invoke = {
  token: "aws:ec2/getKeyPair:getKeyPair",
  args: { includePublicKey: boolean({ default: false }), keyName: string({ required: true }), region },
  call: (context, args) => {
    const pair = findKeyPair(context, "DescribeKeyPairs", text(args, "keyName"));
    return {
      ...args,
      ...read(context, pair.name),
      createTime: "2026-01-01T00:00:00Z",
      id: pair.keyPairId,
      publicKey: flag(args, "includePublicKey") ? pair.publicKey : "",
      region: pair.region,
      tags: {},
    };
  },
};
