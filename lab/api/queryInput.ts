import type { NormalizedSchema } from "@smithy/core/schema";
import { invalidValue, missing, unknownParameter } from "./inputErrors";
import type { ServiceModel } from "./serviceModel";
import { scalarOf } from "./scalar";

/** A form's parameters by the parts of their names: `Filter.1.Name=x` is `{ Filter: { 1: { Name: "x" } } }`. */
interface Node {
  value?: string;
  parts: Map<string, Node>;
}

function treeOf(form: URLSearchParams): Node {
  const root: Node = { parts: new Map() };
  for (const [name, value] of form) {
    let node = root;
    for (const part of name.split(".")) {
      const next = node.parts.get(part) ?? { parts: new Map<string, Node>() };
      node.parts.set(part, next);
      node = next;
    }
    node.value = value;
  }
  return root;
}

/**
 * The input of an operation from a form of the query protocols, by the operation's schema.
 *
 * @throws ServiceError for parameters that there are none of, that are missing, or of a wrong type
 */
export function queryInput(model: ServiceModel, schema: NormalizedSchema, form: URLSearchParams): object {
  const parameters = new URLSearchParams([...form].filter(([name]) => name !== "Action" && name !== "Version"));
  const reader = new Reader(model);
  return reader.struct(schema, treeOf(parameters), "");
}

class Reader {
  private readonly ec2: boolean;

  constructor(private readonly model: ServiceModel) {
    this.ec2 = model.protocol === "ec2Query";
  }

  struct(schema: NormalizedSchema, node: Node, path: string): object {
    // An operation without input has no members.
    const members = schema.isUnitSchema() ? [] : [...schema.structIterator()];
    const byName = new Map(members.map(([name, member]) => [this.wireName(name, member), { name, member }]));
    const unknown = [...node.parts.keys()].find((part) => !byName.has(part));
    if (unknown !== undefined) throw unknownParameter(this.model, path + unknown);
    const given = [...byName].flatMap(([wire, { name, member }]) => {
      const child = node.parts.get(wire);
      return child === undefined ? [] : [[name, this.value(member, child, path + wire)] as const];
    });
    const found: Record<string, unknown> = Object.fromEntries(given);
    const required = [...byName].slice(0, requiredCount(schema));
    const absent = required.flatMap(([wire, { name }]) => (found[name] === undefined ? [path + wire] : []));
    if (absent.length > 0) throw missing(this.model, absent);
    return found;
  }

  /** "AWS EC2 query protocol", query key resolution; "AWS query protocol", query keys. */
  private wireName(name: string, member: NormalizedSchema): string {
    const { ec2QueryName, xmlName } = member.getMergedTraits() as { ec2QueryName?: string; xmlName?: string };
    if (!this.ec2) return xmlName ?? name;
    const capitalized = xmlName ?? name;
    return ec2QueryName ?? capitalized.charAt(0).toUpperCase() + capitalized.slice(1);
  }

  private value(schema: NormalizedSchema, node: Node, path: string): unknown {
    if (schema.isStructSchema()) return this.struct(schema, node, `${path}.`);
    if (schema.isListSchema()) return this.list(schema, node, path);
    if (schema.isMapSchema()) return this.map(schema, node, path);
    if (node.value === undefined || node.parts.size > 0) throw unknownParameter(this.model, nameIn(node, path));
    return scalarOf(schema, node.value) ?? fail(invalidValue(this.model, path, node.value));
  }

  private list(schema: NormalizedSchema, node: Node, path: string): unknown[] {
    // An empty list is the parameter with an empty value.
    if (node.parts.size === 0) return [];
    const flat = this.ec2 || schema.getMergedTraits().xmlFlattened !== undefined;
    const member = schema.getValueSchema();
    const wrapper = flat ? undefined : (member.getMergedTraits().xmlName ?? "member");
    const items = wrapper === undefined ? node : node.parts.get(wrapper);
    if (items === undefined || (wrapper !== undefined && node.parts.size > 1)) {
      throw unknownParameter(this.model, nameIn(node, path));
    }
    const at = wrapper === undefined ? path : `${path}.${wrapper}`;
    const order = [...items.parts].sort(([a], [b]) => Number(a) - Number(b));
    return order.map(([index, item]) => {
      if (!/^[1-9]\d*$/.test(index)) throw unknownParameter(this.model, `${at}.${index}`);
      return this.value(member, item, `${at}.${index}`);
    });
  }

  private map(schema: NormalizedSchema, node: Node, path: string): object {
    const flat = schema.getMergedTraits().xmlFlattened !== undefined;
    const entries = flat ? node : node.parts.get("entry");
    const pairs = [...(entries?.parts ?? [])].map(([index, entry]) => {
      const at = `${path}${flat ? "" : ".entry"}.${index}`;
      const key = entry.parts.get("key")?.value;
      const value = entry.parts.get("value");
      if (key === undefined || value === undefined) throw unknownParameter(this.model, at);
      return [key, this.value(schema.getValueSchema(), value, `${at}.value`)] as const;
    });
    return Object.fromEntries(pairs);
  }
}

/** The name of the first parameter at a place that has none of its own. */
function nameIn(node: Node, path: string): string {
  const [first] = node.parts;
  return first === undefined || node.value !== undefined ? path : nameIn(first[1], `${path}.${first[0]}`);
}

function fail(error: Error): never {
  throw error;
}

/** Of a structure's members the first so many are required (@smithy/types, StaticStructureSchema). */
export function requiredCount(schema: NormalizedSchema): number {
  const shape = schema.getSchema();
  const count: unknown = Array.isArray(shape) ? shape[6] : undefined;
  return typeof count === "number" ? count : 0;
}
