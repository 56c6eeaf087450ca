import type {
  DescribeManagedPrefixListsRequest,
  DescribeManagedPrefixListsResult,
  DescribePrefixListsRequest,
  DescribePrefixListsResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
} from "@aws-sdk/client-ec2";
import { arnOf } from "../../../path/net/partition";
import type { Filterable } from "../core/filters";
import type { Context } from "../core/model";
import { noPrefixList } from "../ec2/prefixLists";
import type { PrefixList } from "../core/records";
import { selected } from "./filtering";
import { operation } from "./operation";

type Tagged = PrefixList & { tags: Record<string, string> };

const filters: Filterable<Tagged> = {
  "owner-id": () => "AWS",
  "prefix-list-id": (list) => list.id,
  "prefix-list-name": (list) => list.name,
};

function lists(
  context: Context,
  called: string,
  { PrefixListIds: ids, Filters }: DescribePrefixListsRequest,
): Tagged[] {
  const own = Object.values(context.state.tables.prefixLists)
    .filter((list) => list.region === context.caller.region)
    .map((list) => ({ ...list, tags: {} }));
  const by = { ids, idOf: ({ id }: Tagged) => id, missing: (id: string) => noPrefixList(called, id) };
  return selected(called, own, by, Filters, filters);
}

export const DescribePrefixLists = operation(
  ["Filters", "PrefixListIds"],
  (context: Context, input: DescribePrefixListsRequest): DescribePrefixListsResult => ({
    PrefixLists: lists(context, "DescribePrefixLists", input).map(({ id, name, cidrBlocks }) => ({
      Cidrs: [...cidrBlocks],
      PrefixListId: id,
      PrefixListName: name,
    })),
  }),
);

export const DescribeManagedPrefixLists = operation(
  ["Filters", "PrefixListIds"],
  (context: Context, input: DescribeManagedPrefixListsRequest): DescribeManagedPrefixListsResult => ({
    PrefixLists: lists(context, "DescribeManagedPrefixLists", input).map(({ id, name, region }) => ({
      PrefixListId: id,
      AddressFamily: "IPv4",
      State: "create-complete",
      PrefixListArn: arnOf(region, "ec2", "aws", `prefix-list/${id}`),
      PrefixListName: name,
      Tags: [],
      OwnerId: "AWS",
    })),
  }),
);

export const GetManagedPrefixListEntries = operation(
  ["PrefixListId"],
  (context: Context, { PrefixListId = "" }: GetManagedPrefixListEntriesRequest): GetManagedPrefixListEntriesResult => ({
    Entries: lists(context, "GetManagedPrefixListEntries", { PrefixListIds: [PrefixListId] }).flatMap(
      ({ cidrBlocks }) => cidrBlocks.map((Cidr) => ({ Cidr })),
    ),
  }),
);
