import type { TargetCounts } from "../proof/pathReport";

type Counts = Pick<TargetCounts, "requestIn" | "requestOut" | "replyIn" | "replyOut">;

/** Whether a target saw any packet of a pair's pings. */
export function sawAny({ requestIn, requestOut, replyIn, replyOut }: Counts): boolean {
  return requestIn + requestOut + replyIn + replyOut > 0;
}

/** In the order of the legend: requests in and out, replies in and out. */
export function countsInWords({ requestIn, requestOut, replyIn, replyOut }: Counts): string {
  return [requestIn, requestOut, replyIn, replyOut].join("·");
}
