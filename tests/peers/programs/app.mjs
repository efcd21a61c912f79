// An app that signs the author in and writes for them, with other people's clients: oauth4webapi, which is strict, and
// micropub-helper.
//
//   node app.mjs 127.0.0.8 9108 http://127.0.0.1:8080/
//
// `GET /` says who the app is, `GET /start` answers with the address that the author's browser is sent to, and `GET /back`,
// to which the author comes back, does everything with the code and answers with what came of it.

import { createRequire } from "node:module";
import http from "node:http";
import * as oauth from "oauth4webapi";

const { Micropub } = createRequire(import.meta.url)("micropub-helper");
const [bind, port, blog] = process.argv.slice(2);
const origin = `http://${bind}:${port}`;
const client = { client_id: `${origin}/` };
const redirect = `${origin}/back`;
const plain = { [oauth.allowInsecureRequests]: true };
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
let server, verifier, state;

async function start() {
  const found = await oauth.discoveryRequest(new URL(blog), { algorithm: "oauth2", ...plain });
  server = await oauth.processDiscoveryResponse(new URL(blog), found);
  verifier = oauth.generateRandomCodeVerifier();
  state = oauth.generateRandomState();
  const asked = new URL(server.authorization_endpoint);
  asked.search = new URLSearchParams({
    response_type: "code", client_id: client.client_id, redirect_uri: redirect, state,
    scope: "create update delete undelete media profile",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  return { address: asked.href };
}

async function back(address) {
  const answer = oauth.validateAuthResponse(server, client, new URL(address, origin), state);
  const none = oauth.None();
  const redeemed = await oauth.authorizationCodeGrantRequest(server, client, none, answer, redirect, verifier, plain);
  const first = await oauth.processAuthorizationCodeResponse(server, client, redeemed);
  const refreshed = await oauth.refreshTokenGrantRequest(server, client, none, first.refresh_token, plain);
  const token = await oauth.processRefreshTokenResponse(server, client, refreshed);
  const who = await oauth.userInfoRequest(server, client, token.access_token, plain);
  const written = await write(token.access_token);
  const bearer = { authorization: `Bearer ${token.access_token}` };
  const by_token = (_server, _client, _body, headers) => headers.set("authorization", bearer.authorization);
  const asked = await oauth.introspectionRequest(server, client, by_token, token.access_token, plain);
  const known = await oauth.processIntrospectionResponse(server, client, asked);
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, none, token.access_token, plain));
  const after = await fetch(`${blog}micropub?q=config`, { headers: bearer });
  return { me: first.me, scope: first.scope, who: await who.json(), known, ...written, after: after.status };
}

async function write(token) {
  const endpoint = `${blog}micropub`;
  const config = await new Micropub({ token, micropubEndpoint: endpoint }).query("config");
  const program = new Micropub({ token, micropubEndpoint: endpoint, mediaEndpoint: config["media-endpoint"] });
  const photo = await program.postMedia(new File([Buffer.from(PNG, "base64")], "a.png", { type: "image/png" }));
  const entry = { name: ["From an app"], content: ["First words"], category: ["apps"], photo: [photo] };
  const post = await program.create({ type: ["h-entry"], properties: entry });
  await program.update(post, { replace: { content: ["Other words"] }, add: { category: ["more"] } });
  const source = await program.querySource(post, ["content", "category"]);
  const form = await program.create({ h: "entry", content: "By a form", category: ["one", "two"] }, "form");
  await program.delete(form);
  const gone = (await fetch(form)).status;
  await program.undelete(form);
  return { post, photo, source: source.properties, form, gone, again: (await fetch(form)).status };
}

const answers = {
  "/": () => ({ client_id: client.client_id, client_name: "Quill" }),
  "/start": start,
  "/back": back,
};
http.createServer(async (request, response) => {
  let said;
  try {
    said = await answers[request.url.split("?")[0]](request.url);
  } catch (error) {
    said = { error: error.stack, cause: error.cause, told: error.error };
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
}).listen(Number(port), bind);
