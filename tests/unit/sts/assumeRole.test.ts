import { DescribeInstanceInformationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { expect } from "chai";
import { serveApi } from "../../../lab/api/server";
import type { LoopbackServer } from "../../../lab/loopbackServer";
import { Identities } from "../../../lab/sts/identities";
import { stsService } from "../../../lab/sts/service";

const accounts = ["111111111111", "222222222222"];
const operator = "999999999999";
const region = "ap-northeast-1";
const keyOf = (account: string): string => `AKIALAB0${account}`;
const roleArn = "arn:aws:iam::222222222222:role/deploy";

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const user = (account: string): Credentials => ({ accessKeyId: keyOf(account), secretAccessKey: "lab" });

describe("the lab's STS", () => {
  let now: number;
  let identities: Identities;
  let api: LoopbackServer;
  let callers: unknown[];
  const logged: string[] = [];

  beforeEach(async () => {
    now = Date.now();
    callers = [];
    identities = new Identities([...accounts, operator], () => now);
    api = await serveApi({
      services: {
        ssm: () => ({
          call: ({ accountId, region: own }) => (callers.push({ accountId, region: own }), {}),
        }),
        sts: stsService(identities, accounts),
      },
      identities,
      log: (line) => logged.push(line),
    });
  });

  afterEach(async () => {
    await api.close();
    expect(logged.splice(0)).to.deep.equal([]);
  });

  /** With the SDK. */
  const assume = (params: Record<string, unknown> = {}, by = user(operator)) =>
    fromTemporaryCredentials({
      masterCredentials: by,
      params: { RoleArn: roleArn, RoleSessionName: "test", ...params },
      clientConfig: { region, endpoint: api.url },
    })();

  const describeBy = async (credentials: Credentials): Promise<string> => {
    const client = new SSMClient({ endpoint: api.url, region, credentials, maxAttempts: 1 });
    return client.send(new DescribeInstanceInformationCommand({})).then(
      () => "none",
      (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
    );
  };

  const refusal = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "none",
      (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
    );

  /** With whatever headers and parameters. */
  const post = async (parameters: Record<string, string>, authorization?: string): Promise<[number, string]> => {
    const headers = authorization === undefined ? undefined : { authorization };
    const response = await fetch(api.url, { method: "POST", body: new URLSearchParams(parameters), headers });
    return [response.status, await response.text()];
  };
  const signed = `AWS4-HMAC-SHA256 Credential=${keyOf(operator)}/20260101/${region}/sts/aws4_request, x`;

  it("gives temporary credentials of the role's account, good for an hour and for its token alone", async () => {
    const credentials = await assume({ ExternalId: "acme:1/2" });
    expect(credentials.accessKeyId).to.match(/^ASIA[A-Z2-7]{16}$/);
    expect(credentials.secretAccessKey).to.have.length(40);
    expect(credentials.expiration?.getTime()).to.equal(Math.floor(now / 1000) * 1000 + 3_600_000);
    expect(await describeBy(credentials)).to.equal("none");
    expect(callers).to.deep.equal([{ accountId: "222222222222", region }]);
    const invalid = "UnrecognizedClientException: The security token included in the request is invalid.";
    const { accessKeyId, secretAccessKey } = credentials;
    expect(await describeBy({ accessKeyId, secretAccessKey })).to.equal(invalid);
    expect(await describeBy({ ...credentials, sessionToken: "another" })).to.equal(invalid);
    expect(await describeBy({ ...credentials, accessKeyId: "ASIA0000000000000000" })).to.equal(invalid);
    expect(await describeBy({ ...user("111111111111"), sessionToken: "one" })).to.equal(invalid);
    expect(callers).to.have.length(1);
  });

  it("takes no credentials after they have expired", async () => {
    const credentials = await assume({ DurationSeconds: 900 });
    now += 899_000;
    expect(await describeBy(credentials)).to.equal("none");
    now += 1_000;
    const expired = "The security token included in the request is expired";
    expect(await describeBy(credentials)).to.equal(`ExpiredTokenException: ${expired}`);
    expect(await refusal(assume({}, credentials))).to.match(new RegExp(`^ExpiredToken\\w*: ${expired}$`));
  });

  it("gives a role to the users of the lab's accounts and to its roles' sessions", async () => {
    await assume({}, user("111111111111"));
    const hop = await assume({ RoleArn: "arn:aws:iam::111111111111:role/accept-endpoints" });
    await assume({}, hop);
    expect(await refusal(assume({}, user("333333333333")))).to.equal(
      "InvalidClientTokenId: The security token included in the request is invalid.",
    );
  });

  it("refuses a role that there is not, or that is no lab account's, naming caller and role", async () => {
    for (const arn of ["arn:aws:iam::222222222222:role/other", `arn:aws:iam::${operator}:role/deploy`]) {
      expect(await refusal(assume({ RoleArn: arn }))).to.equal(
        `AccessDenied: User: arn:aws:iam::${operator}:user/lab is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      );
    }
    const hop = await assume({ RoleSessionName: "first" });
    expect(await refusal(assume({ RoleArn: "arn:aws:iam::222222222222:role/path/other" }, hop))).to.include(
      "User: arn:aws:sts::222222222222:assumed-role/deploy/first is not",
    );
  });

  const length = "Member must have length";
  const pattern = "Member must satisfy regular expression pattern:";
  const wrong: [string, Record<string, unknown>, string][] = [
    ["a session name of one character", { RoleSessionName: "x" }, `${length} greater than or equal to 2`],
    ["a session name of 65 characters", { RoleSessionName: "x".repeat(65) }, `${length} less than or equal to 64`],
    ["a session name with a space", { RoleSessionName: "a <b>" }, `Value 'a <b>' at 'roleSessionName' failed`],
    ["an external id of one character", { ExternalId: "x" }, `'externalId' failed to satisfy constraint: ${length}`],
    ["an external id with a space", { ExternalId: "a b" }, `${pattern} [\\w+=,.@:\\/-]*`],
    ["less than 15 minutes", { DurationSeconds: 899 }, "Member must have value greater than or equal to 900"],
    ["more than 12 hours", { DurationSeconds: 43_201 }, "Member must have value less than or equal to 43200"],
    ["more than the role's maximum", { DurationSeconds: 3601 }, "exceeds the MaxSessionDuration set for this role"],
    ["a role's name", { RoleArn: "deploy" }, `Value 'deploy' at 'roleArn' failed to satisfy constraint: ${length}`],
    ["a user's ARN", { RoleArn: "arn:aws:iam::222222222222:user/deploy" }, "user/deploy is invalid"],
    ["a session policy, which it would have to obey", { Policy: "{}" }, "the lab's AssumeRole has no Policy"],
  ];
  for (const [what, params, text] of wrong) {
    it(`refuses ${what}`, async () => {
      const message = await refusal(assume(params));
      expect(message).to.match(/^ValidationError: /);
      expect(message).to.include(text);
    });
  }

  it("says everything that is wrong, and what is missing", async () => {
    const request = { Action: "AssumeRole", Version: "2011-06-15" };
    const refused = async (parameters: Record<string, string>): Promise<string> => {
      const [status, body] = await post({ ...request, ...parameters }, signed);
      expect(status).to.equal(400);
      expect(body).to.include("<Type>Sender</Type><Code>ValidationError</Code>");
      return body;
    };
    const must = "failed to satisfy constraint: Member must";
    expect(await refused({})).to.include(
      `2 validation errors detected: Value null at 'roleArn' ${must} not be null; Value null at 'roleSessionName'`,
    );
    expect(await refused({ RoleArn: "x", RoleSessionName: "?" })).to.include(
      `3 validation errors detected: Value 'x' at 'roleArn' ${must} have length greater`,
    );
    expect(await refused({ RoleArn: roleArn, SessionName: "x" })).to.include(
      "The parameter SessionName is not recognized",
    );
  });

  it("refuses what is not signed for it, and what it does not have", async () => {
    const request = { Action: "AssumeRole", Version: "2011-06-15", RoleArn: roleArn, RoleSessionName: "test" };
    for (const authorization of [undefined, "Basic x"]) {
      const [status, body] = await post(request, authorization);
      expect(status).to.equal(403);
      expect(body).to.include("<Code>MissingAuthenticationToken</Code>");
    }
    const [elsewhere, other] = await post(request, signed.replace("/sts/", "/ssm/"));
    expect([elsewhere, JSON.parse(other)]).to.deep.equal([400, { __type: "UnknownOperationException", message: "" }]);
    const refused: [Record<string, string>, string][] = [
      [{ Action: "GetSessionToken" }, "the lab has no operation GetSessionToken"],
      [{ Action: "GiveToken" }, "Could not find operation GiveToken"],
      [{ Version: "2010-01-01" }, "Could not find operation AssumeRole for version 2010-01-01"],
    ];
    for (const [changes, message] of refused) {
      const [status, body] = await post({ ...request, ...changes }, signed);
      expect(status).to.equal(400);
      expect(body).to.include(`<Code>InvalidAction</Code><Message>${message}</Message>`);
    }
    expect((await post(request, signed))[0]).to.equal(200);
  });
});
