import { ListValue, NullValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";

/** What a property of a Pulumi resource can be on the wire. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | { [key: string]: PropertyValue };
export type Properties = Record<string, PropertyValue>;

/** How the engine spells "known only after deployment" in a preview (pulumi `sdk/go/common/resource/plugin/rpc.go`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine has one spelling per type; a provider needs only one. */
const UNKNOWN_SPELLINGS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Objects with this key are no plain objects; its value says what they are. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Marks a value as secret for the engine, which then encrypts it in the state and hides it in its output. */
export function secret(value: PropertyValue): PropertyValue {
  return { [SIGNATURE]: SECRET, value };
}

/** Whether the value is unknown, or holds something that is. */
export function containsUnknown(value: unknown): boolean {
  if (typeof value === "string") return value === UNKNOWN;
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (value !== null && typeof value === "object") return Object.values(value).some(containsUnknown);
  return false;
}

/** Reads a Struct. Secrets are unwrapped, every spelling of an unknown becomes {@link UNKNOWN}. */
export function fromStruct(struct: Struct | undefined): Properties {
  const result: Properties = {};
  struct?.getFieldsMap().forEach((value, key) => {
    result[key] = fromValue(value);
  });
  return result;
}

function fromValue(value: Value): PropertyValue {
  switch (value.getKindCase()) {
    case Value.KindCase.KIND_NOT_SET:
    case Value.KindCase.NULL_VALUE:
      return null;
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return UNKNOWN_SPELLINGS.has(text) ? UNKNOWN : text;
    }
    case Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(fromValue);
    case Value.KindCase.STRUCT_VALUE:
      return unwrapped(fromStruct(value.getStructValue()));
  }
}

function unwrapped(object: Properties): PropertyValue {
  if (object[SIGNATURE] === SECRET) return object.value ?? null;
  // An output value without a value is one that is not known yet.
  if (object[SIGNATURE] === OUTPUT_VALUE) return object.value ?? UNKNOWN;
  return object;
}

/**
 * Writes a Struct. Properties that are undefined are left out.
 *
 * @throws TypeError for what a Struct cannot hold (functions, symbols, bigints, NaN and infinities), naming the path.
 */
export function toStruct(properties: object, path = ""): Struct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of Object.entries(properties) as [string, unknown][]) {
    if (value !== undefined) fields.set(key, toValue(value, path === "" ? key : `${path}.${key}`));
  }
  return struct;
}

function toValue(value: unknown, path: string): Value {
  const result = new Value();
  if (value === null || value === undefined) result.setNullValue(NullValue.NULL_VALUE);
  else if (typeof value === "boolean") result.setBoolValue(value);
  else if (typeof value === "number" && Number.isFinite(value)) result.setNumberValue(value);
  else if (typeof value === "string") result.setStringValue(value);
  else if (Array.isArray(value)) {
    const list = new ListValue();
    list.setValuesList(value.map((element, index) => toValue(element, `${path}[${index}]`)));
    result.setListValue(list);
  } else if (typeof value === "object") result.setStructValue(toStruct(value, path));
  else throw new TypeError(`${path}: a value of type ${typeof value} cannot be a resource's property`);
  return result;
}

/** The properties without those that are null: to AWS, null and absent are the same. Unknowns stay. */
export function withoutNulls(properties: Properties): Properties {
  const clean = (value: PropertyValue): PropertyValue => {
    if (Array.isArray(value)) return value.map(clean);
    return value !== null && typeof value === "object" ? withoutNulls(value) : value;
  };
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, clean(value)]),
  );
}
