import { createHash } from "node:crypto";
import { awsServiceName } from "../../../path/net/partition";
import type { CloudSnapshot, Image } from "../core/records";
import { regionNames } from "../core/zones";

function imageId(region: string, name: string): string {
  return `ami-0${createHash("sha256").update(`${region}/${name}`).digest("hex").slice(0, 16)}`;
}

/**
 * Machine images of a Region. What stands for Amazon Linux 2023 is a look-alike over the lab's Debian: it makes a script's
 * branch for Amazon Linux run, and is no evidence about the real system.
 */
function imagesOf(region: string): Image[] {
  const names: Omit<Image, "id" | "region">[] = [
    { name: "al2023-ami-kernel-default-x86_64", rootFilesystem: "amazon-linux", defaultUser: "ec2-user" },
    { name: "al2023-ami-kernel-default-arm64", rootFilesystem: "amazon-linux", defaultUser: "ec2-user" },
    { name: "debian-12-amd64", rootFilesystem: "debian", defaultUser: "admin" },
  ];
  return names.map((image) => ({ id: imageId(region, image.name), region, ...image }));
}

/** As EC2 names it. */
export function architectureOf({ name }: Pick<Image, "name">): "arm64" | "x86_64" {
  return name.includes("arm64") ? "arm64" : "x86_64";
}

/** An image of a Region by its name. */
export function imageOf(region: string, name: string): Image {
  const image = imagesOf(region).find((each) => each.name === name);
  if (image === undefined) throw new Error(`There is no image "${name}" in ${region}`);
  return image;
}

/** Public parameters of SSM that name images: parameter name → name of the image. */
export const imageParameters: Readonly<Record<string, string>> = {
  "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64": "al2023-ami-kernel-default-x86_64",
  "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64": "al2023-ami-kernel-default-arm64",
  "/aws/service/debian/release/12/latest/amd64": "debian-12-amd64",
};

/**
 * Prefix list of the S3 gateway endpoint of a Region. AWS's has more blocks; the lab's package server is inside this one.
 */
function s3PrefixList(region: string): CloudSnapshot["prefixLists"][string] {
  const name = awsServiceName(region, "s3");
  const id = `pl-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
  return { id, region, name, cidrBlocks: ["52.219.0.0/20"] };
}

/** What is there before anybody has created anything. */
export function seed(tables: CloudSnapshot): void {
  for (const region of regionNames) {
    for (const image of imagesOf(region)) tables.images[image.id] = image;
    const list = s3PrefixList(region);
    tables.prefixLists[list.id] = list;
  }
}
