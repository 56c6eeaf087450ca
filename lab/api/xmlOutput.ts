import type { NormalizedSchema } from "@smithy/core/schema";
import { escapeXml } from "../xml";
import { requiredCount } from "./queryInput";
import { textOf } from "./scalar";

/**
 * The members of an operation's output as XML elements, by the operation's schema.
 *
 * @throws TypeError for what is not in the schema, or is required there and is missing: a fault of the lab's
 */
export function xmlMembers(schema: NormalizedSchema, value: object, where: string): string {
  const given = new Map(Object.entries(value).filter(([, member]) => member !== undefined));
  const members = schema.isUnitSchema() ? [] : [...schema.structIterator()];
  const names = members.map(([name]) => name);
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`${where} has no member ${unknown}`);
  const absent = names.slice(0, requiredCount(schema)).find((name) => !given.has(name));
  if (absent !== undefined) throw new TypeError(`${where} needs the member ${absent}`);
  return members
    .filter(([name]) => given.has(name))
    .map(([name, member]) =>
      element(member.getMergedTraits().xmlName ?? name, member, given.get(name), `${where}.${name}`),
    )
    .join("");
}

function element(name: string, schema: NormalizedSchema, value: unknown, where: string): string {
  if (schema.isListSchema() && Array.isArray(value)) {
    const member = schema.getValueSchema();
    const flat = schema.getMergedTraits().xmlFlattened !== undefined;
    const own = flat ? name : (member.getMergedTraits().xmlName ?? "member");
    const items = value.map((item, index) => element(own, member, item, `${where}[${index}]`)).join("");
    return flat ? items : tag(name, items);
  }
  if (schema.isMapSchema() && isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) =>
      tag("entry", tag("key", escapeXml(key)) + element("value", schema.getValueSchema(), item, `${where}.${key}`)),
    );
    return tag(name, entries.join(""));
  }
  if (schema.isStructSchema() && isObject(value)) return tag(name, xmlMembers(schema, value, where));
  return tag(name, escapeXml(textOf(schema, value, where)));
}

function tag(name: string, content: string): string {
  return content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
