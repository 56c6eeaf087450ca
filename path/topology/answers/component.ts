import { parseArn } from "../../net/partition";
import { unknown, type Component } from "../model";
import type { Answers } from "./answers";

interface Tag {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** What every component has. @param owner - 12 digits, or an ARN */
export function component(
  { region }: Answers,
  id: string | undefined,
  owner: string | undefined,
  tags: readonly Tag[] = [],
  name?: string,
): Component {
  const named = tags.find(({ Key }) => Key === "Name")?.Value;
  return {
    id: id ?? "",
    // An empty Name tag is none.
    name: (named || undefined) ?? name ?? id ?? "",
    accountId: parseArn(owner ?? "")?.accountId ?? owner ?? unknown,
    region,
  };
}
