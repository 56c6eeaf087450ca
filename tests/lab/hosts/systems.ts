import type { Image } from "../../../lab/cloud/core/records";

export type System = Image["rootFilesystem"];

/** Where the lab's two systems differ as the scripts see them. */
export const systems: Record<
  System,
  Record<"name" | "id" | "user" | "step" | "webService" | "installed" | "savedRules", string>
> = {
  debian: {
    name: "Debian",
    id: "ID=debian",
    user: "admin",
    step: "apt-get update",
    webService: "apache2.service",
    installed: "apache2 iptables iptables-persistent conntrack",
    savedRules: "/etc/iptables/rules.v4",
  },
  "amazon-linux": {
    name: "the look-alike of Amazon Linux 2023",
    id: 'ID="amzn"',
    user: "ec2-user",
    step: "dnf makecache",
    webService: "httpd.service",
    installed: "httpd iptables-services conntrack-tools",
    savedRules: "/etc/sysconfig/iptables",
  },
};
