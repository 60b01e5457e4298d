// A partner's program: gets a token with a kept OAuth client, verifies it with a kept JWT library and with the client's
// own check of RFC 9068, and uses it. Arguments: the server's URL, client id, client secret. Prints what it saw as JSON.

import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";

const [url, clientId, clientSecret] = process.argv.slice(2);
const ISSUER = "credcore";
const AUDIENCE = "credcore-api";
const server = {
  issuer: ISSUER,
  token_endpoint: `${url}/auth/token`,
  jwks_uri: `${url}/.well-known/jwks.json`,
};
const client = { client_id: clientId };
const overHttp = { [oauth.allowInsecureRequests]: true }; // the test's server has no certificate
const keys = createRemoteJWKSet(new URL(server.jwks_uri));

async function grant(authentication, parameters) {
  const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, overHttp);
  return oauth.processClientCredentialsResponse(server, client, response);
}

async function refusal(authentication, parameters) {
  try {
    await grant(authentication, parameters);
  } catch (error) {
    return { status: error.status ?? error.response?.status, error: error.error ?? null, kind: error.constructor.name };
  }
  throw new Error("nothing was refused");
}

async function use(token, path) {
  const response = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return response.status;
}

const basic = await grant(oauth.ClientSecretBasic(clientSecret), { scope: "assessments:write" });
const post = await grant(oauth.ClientSecretPost(clientSecret), {});
const { payload, protectedHeader } = await jwtVerify(basic.access_token, keys, {
  issuer: ISSUER,
  audience: AUDIENCE,
  typ: "at+jwt",
  algorithms: ["EdDSA"],
  requiredClaims: ["exp", "iat", "nbf", "sub", "jti", "client_id", "scope"],
});
const request = new Request(`${url}/assessments`, { headers: { Authorization: `Bearer ${post.access_token}` } });
const claims = await oauth.validateJwtAccessToken(server, request, AUDIENCE, overHttp);
const forged = `${basic.access_token.slice(0, -4)}AAAA`;

console.log(
  JSON.stringify({
    basic: { scope: basic.scope, tokenType: basic.token_type, expiresIn: basic.expires_in },
    post: { scope: post.scope },
    header: protectedHeader,
    clientId: payload.client_id,
    claimsScope: claims.scope,
    assessments: await use(basic.access_token, "/assessments"),
    forgedVerified: await jwtVerify(forged, keys).then(
      () => true,
      () => false,
    ),
    forged: await use(forged, "/assessments"),
    wrongSecret: await refusal(oauth.ClientSecretBasic("wrong"), {}),
    wrongScope: await refusal(oauth.ClientSecretPost(clientSecret), { scope: "everything" }),
  }),
);
