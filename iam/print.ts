import { needs, type PolicyRole } from "./needs";
import { policyOf } from "./policy";

const [role = "", account = "", region = ""] = process.argv.slice(2);
if (!(role in needs) || !/^\d{12}$/.test(account) || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
  process.stderr.write(
    `error: "${[role, account, region].join(" ")}": expected ROLE ACCOUNT REGION: ${Object.keys(needs).join(", ")}; 12 digits; ` +
      "as ap-northeast-1\n",
  );
  process.exitCode = 64;
} else {
  process.stdout.write(`${JSON.stringify(policyOf(role as PolicyRole, account, region), null, 2)}\n`);
}
