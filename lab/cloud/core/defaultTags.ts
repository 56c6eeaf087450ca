import type { Inputs } from "./inputs";
import type { Caller, ResourceType } from "./model";
import { block, tagsOf, type Properties } from "./properties";
import { tags } from "./specs";

/**
 * Default tags of a provider, as pulumi-aws has them (provider/tags.go, `applyTags`: Check puts what a resource says itself over
 * them, into `tagsAll`). `tags` stays what the resource says itself.
 */
export function withDefaultTags(
  { inputs: specs }: ResourceType,
  { defaultTags }: Caller,
  inputs: Properties,
): Properties {
  if (defaultTags === undefined || specs["tags"] === undefined) return inputs;
  const own = inputs["tags"];
  if (typeof own === "string") return inputs;
  return { ...inputs, tagsAll: { ...defaultTags, ...block(inputs, "tags") } };
}

/** With `tagsAll`, which no program gives. */
export function inputSpecs({ inputs }: ResourceType): Inputs {
  return inputs["tags"] === undefined ? inputs : { ...inputs, tagsAll: { ...tags, computed: true } };
}

/** `tags` and `tagsAll` of what there is: of the default tags that it still has, the first has none. */
export function tagsOfBoth(definition: ResourceType, found: Properties, given: Properties): Properties {
  if (definition.inputs["tags"] === undefined) return {};
  const all = found["tags"] === undefined ? tagsOf(given) : tagsOf(found);
  const own = block(given, "tags");
  const byDefault = given["tagsAll"] === undefined ? {} : tagsOf(given);
  const says = Object.entries(all).filter(([key, value]) => own[key] !== undefined || byDefault[key] !== value);
  return { tags: Object.fromEntries(says), tagsAll: all };
}
