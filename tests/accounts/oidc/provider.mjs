// A real OpenID Connect provider (certified `oidc-provider`) on this machine; prints its issuer, ends with its input.
// Anybody logs in with any name; the names below have claims of their own.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const claims = {
  alice: { name: "爱丽丝", email: "li@example.com", email_verified: false },
  bob: { name: "", email: "bob@example.com", email_verified: true },
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "shetong",
        client_secret: "a secret of the tests only",
        redirect_uris: process.argv.slice(2),
        id_token_signed_response_alg: "ES256",
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    jwks: { keys: [{ ...key, kid: "test-1", use: "sig", alg: "ES256" }] },
    cookies: { keys: ["a key of the tests only"] },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims[id] }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();
