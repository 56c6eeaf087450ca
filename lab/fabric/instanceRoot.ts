import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Image, Instance } from "../cloud/core/records";
import { packageServerAddress } from "./addresses";
import { parseCloudConfig } from "./cloudConfig";
import { run } from "./command";
import { imageFiles, packageRegions } from "./image";
import { packageServerName } from "./packageServer";

export interface InstanceRootOptions {
  instance: Instance;
  image: Image;
  /** Private IPv4 address, for /etc/hosts. */
  address: string;
  imagePath: string;
  /** Folder of the instance; a tmpfs is mounted on it. */
  directory: string;
}

/**
 * Mounts an instance's root file system (a tmpfs over the image, so that nothing of it ever is on the host's disk) and
 * does to it what cloud-init does at first boot. Resolves with its path.
 */
export async function makeInstanceRoot(options: InstanceRootOptions): Promise<string> {
  const config = parseCloudConfig(options.instance.userData);
  if (!packageRegions.includes(options.instance.region)) {
    throw new Error(
      `Instance ${options.instance.id} is in Region "${options.instance.region}", for which the lab has no package ` +
        `repository. Known: ${packageRegions.join(", ")}`,
    );
  }
  const { directory } = options;
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  await run(["mount", "-t", "tmpfs", "-o", "mode=700,size=1g", `tmpfs-${options.instance.id}`, directory]);
  const [upper, work, root] = ["upper", "work", "root"].map((name) => path.join(directory, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [upper, work, root]) fs.mkdirSync(folder, { mode: 0o755 });
  const lower = imageFiles(options.imagePath).layers[options.image.rootFilesystem];
  const layers = `lowerdir=${lower.join(":")},upperdir=${upper},workdir=${work},xino=off`;
  await run(["mount", "-t", "overlay", "-o", layers, `overlay-${options.instance.id}`, root]);
  await personalise(root, options, config);
  return root;
}

export async function unmountInstanceRoot(directory: string): Promise<void> {
  if (!fs.existsSync(directory)) return;
  // Lazy: a process of ours may still look into it; the file systems are gone with its last user.
  for (const mount of [path.join(directory, "root"), directory]) {
    await run(["sh", "-c", '! mountpoint -q "$1" || umount -l "$1"', "unmount", mount]);
  }
  fs.rmSync(directory, { recursive: true, force: true });
}

async function personalise(
  root: string,
  { instance, image, address }: InstanceRootOptions,
  config: ReturnType<typeof parseCloudConfig>,
): Promise<void> {
  const write = (file: string, text: string, mode = 0o644): void => {
    fs.writeFileSync(path.join(root, file), text, { mode });
    fs.chmodSync(path.join(root, file), mode);
  };
  const hostname = config.hostname ?? instance.privateDnsName.split(".")[0] ?? instance.id;
  const server = packageServerName(instance.region);
  write("etc/hostname", `${hostname}\n`);
  write("etc/hosts", `127.0.0.1 localhost\n${address} ${hostname}\n${packageServerAddress} ${server}\n`);
  write("etc/machine-id", `${createHash("sha256").update(instance.id).digest("hex").slice(0, 32)}\n`);
  if (image.rootFilesystem === "amazon-linux") {
    write("etc/yum.repos.d/amazonlinux.repo", `[amazonlinux]\nbaseurl=https://${server}/al2023\n`);
  } else {
    write("etc/apt/sources.list.d/s3.list", `deb [trusted=yes] https://${server}/debian ./\n`);
  }

  const key = "etc/ssh/ssh_host_ed25519_key";
  if (config.hostKey === undefined) {
    await run(["chroot", root, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", hostname, "-f", `/${key}`]);
  } else {
    write(key, config.hostKey.privateKey, 0o600);
    write(`${key}.pub`, config.hostKey.publicKey);
  }

  const user = image.defaultUser;
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
    throw new Error(`Image ${image.id}, default user "${user}": expected a Linux user name`);
  }
  await run(["chroot", root, "useradd", "--create-home", "--shell", "/bin/bash", user]);
  write("etc/sudoers.d/90-cloud-init-users", `${user} ALL=(ALL) NOPASSWD:ALL\n`, 0o440);
  if (instance.authorizedKey === undefined) return;
  const home = path.join(root, "home", user);
  const { uid, gid } = fs.statSync(home);
  const ssh = path.join(home, ".ssh");
  fs.mkdirSync(ssh, { mode: 0o700 });
  fs.writeFileSync(path.join(ssh, "authorized_keys"), `${instance.authorizedKey.trim()}\n`, { mode: 0o600 });
  for (const file of [ssh, path.join(ssh, "authorized_keys")]) fs.chownSync(file, uid, gid);
}
