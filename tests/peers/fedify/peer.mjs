// A server built on Fedify, with one person who does as the tests ask.
//
//   node peer.mjs --bind 127.0.0.2 --port 9101 --user alice [--knock rfc9421 | draft-cavage-http-signatures-12] [--manual]
//
// Fedify does the protocol: discovery, signatures in both dialects, verification, the vocabulary. On top of it stands a
// desk for the tests, which speaks JSON: `GET /ctl/log` is all that was received, with whether its signature held;
// `GET /ctl/state` is whom this person follows and who follows; `POST /ctl/<command>` does something.

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import {
  Accept, Activity, Announce, Create, Delete, Endpoints, Follow, isActor, Like, Mention, Note, Person,
  PUBLIC_COLLECTION, Reject, Tombstone, Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { configure, getConsoleSink } from "@logtape/logtape";

const { values: options } = parseArgs({
  options: {
    bind: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "9101" },
    user: { type: "string", default: "alice" },
    knock: { type: "string", default: "rfc9421" },
    manual: { type: "boolean", default: false },
    certificate: { type: "string" }, // a PEM file with key and certificate, for HTTPS
  },
});
const { user } = options;
const origin = `${options.certificate ? "https" : "http"}://${options.bind}:${options.port}`;
const handle = `@${user}@${options.bind}:${options.port}`;

await configure({
  sinks: { console: getConsoleSink() },
  loggers: [
    { category: "fedify", sinks: ["console"], lowestLevel: "warning" },
    { category: ["logtape", "meta"], sinks: ["console"], lowestLevel: "error" },
  ],
});

// What this server remembers, for as long as it runs.

const log = [];
const followers = new Map(); // actor id → actor
const following = new Map(); // actor id → pending | accepted | rejected
const requests = new Map(); // actor id → the Follow that waits for an answer (--manual)
const notes = new Map(); // uuid → { note, audience }
const said = new Map(); // "like <object>" → the activity, to be undone
const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];

// The federation.

const federation = createFederation({
  kv: new MemoryKvStore(),
  allowPrivateAddress: true,
  origin,
  firstKnock: options.knock,
});

federation
  .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
    if (identifier !== user) return null;
    const pairs = await context.getActorKeyPairs(identifier);
    return new Person({
      id: context.getActorUri(identifier),
      preferredUsername: identifier,
      name: `Fedify ${identifier}`,
      summary: "A person in a test",
      url: context.getActorUri(identifier),
      inbox: context.getInboxUri(identifier),
      outbox: context.getOutboxUri(identifier),
      followers: context.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
      manuallyApprovesFollowers: options.manual,
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((pair) => pair.multikey),
    });
  })
  .mapHandle((_context, name) => (name === user ? user : null))
  .setKeyPairsDispatcher((_context, identifier) => (identifier === user ? keys : []));

federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }));
federation.setObjectDispatcher(
  Note,
  "/users/{identifier}/notes/{uuid}",
  (_context, { uuid }) => notes.get(uuid)?.note ?? null,
);

const received = async (context, activity, verified, reason) =>
  log.push({ type: activity.constructor.name, verified, reason, json: await activity.toJsonLd(context) });

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => ({ identifier: user }))
  .onUnverifiedActivity(async (context, activity, reason) => {
    await received(context, activity, false, String(reason?.type ?? reason));
  })
  // each is told of once all that follows from it is known, since the tests go on from there
  .on(Follow, async (context, follow) => {
    const follower = await follow.getActor({ documentLoader: await signedLoader() });
    if (follower) requests.set(follower.id.href, { follow, follower });
    await received(context, follow, true);
    if (follower && !options.manual) await accept(follower.id.href);
  })
  .on(Accept, async (context, accepted) => {
    following.set(accepted.actorId.href, "accepted");
    await received(context, accepted, true);
  })
  .on(Reject, async (context, rejected) => {
    following.set(rejected.actorId.href, "rejected");
    await received(context, rejected, true);
  })
  .on(Undo, async (context, undo) => {
    const undone = await undo.getObject({ documentLoader: await signedLoader() }).catch(() => null);
    if (undone instanceof Follow) followers.delete(undo.actorId.href);
    await received(context, undo, true);
  })
  .on(Activity, (context, activity) => received(context, activity, true))
  .onError((_context, error) => void log.push({ type: "Error", verified: false, reason: String(error?.stack ?? error) }));

// Reading other servers, with signed requests.

const context = () => federation.createContext(new URL(origin), undefined);
const signedLoader = () => context().getDocumentLoader({ identifier: user });

async function load(address) {
  const found = await context().lookupObject(address, { documentLoader: await signedLoader() });
  if (!found) throw new Error(`nothing was found at ${address}`);
  return found;
}

const authorOf = async (object) =>
  isActor(object) ? object : object.getAttribution({ documentLoader: await signedLoader() });

// Saying things.

const me = () => context().getActorUri(user);
const newId = (kind) => new URL(`${origin}/users/${user}#${kind}/${randomUUID()}`);

async function send(activity, recipients) {
  const once = new Map(recipients.filter(Boolean).map((actor) => [actor.id.href, actor]));
  for (const actor of once.values())
    await context().sendActivity({ identifier: user }, actor, activity, { immediate: true });
  return { id: activity.id.href, to: [...once.keys()] };
}

async function answer(kind, actorId) {
  const { follow, follower } = requests.get(actorId);
  requests.delete(actorId);
  return send(new kind({ id: newId("answer"), actor: me(), to: follower.id, object: follow }), [follower]);
}

async function accept(actorId) {
  followers.set(actorId, requests.get(actorId).follower);
  return answer(Accept, actorId);
}

async function react(kind, object) {
  const target = await load(object);
  const author = await authorOf(target);
  const audience = kind === Announce
    ? { to: PUBLIC_COLLECTION, ccs: [author.id, context().getFollowersUri(user)] }
    : { to: author.id };
  const activity = new kind({ id: newId(kind.name.toLowerCase()), actor: me(), object: target.id, ...audience });
  said.set(`${kind.name} ${object}`, activity);
  return send(activity, [author]);
}

async function takeBack(kind, object) {
  const activity = said.get(`${kind.name} ${object}`);
  const author = await authorOf(await load(object));
  return send(new Undo({ id: newId("undo"), actor: me(), object: activity, to: author.id }), [author]);
}

const commands = {
  lookup: async ({ address }) => (await load(address)).toJsonLd(context()),

  /** What WebFinger says of an address. (Of a handle Fedify asks by https only.) */
  webfinger: ({ address }) => context().lookupWebFinger(address),

  async follow({ actor }) {
    const followed = await load(actor);
    const follow = new Follow({ id: newId("follow"), actor: me(), object: followed.id, to: followed.id });
    said.set(`Follow ${followed.id.href}`, follow);
    following.set(followed.id.href, "pending");
    return send(follow, [followed]);
  },

  async unfollow({ actor }) {
    following.delete(actor);
    const followed = await load(actor);
    const follow = said.get(`Follow ${actor}`);
    return send(new Undo({ id: newId("undo"), actor: me(), object: follow, to: followed.id }), [followed]);
  },

  accept: ({ actor }) => accept(actor),
  reject: ({ actor }) => answer(Reject, actor),

  /** A note; to the author of what it answers, to those it mentions, and to the followers. */
  async note({ content, inReplyTo, mentions = [] }) {
    const parent = inReplyTo ? await load(inReplyTo) : null;
    const addressed = await Promise.all(mentions.map(load));
    if (parent) addressed.unshift(await authorOf(parent));
    const uuid = randomUUID();
    const id = context().getObjectUri(Note, { identifier: user, uuid });
    const note = new Note({
      id,
      url: id, // the page, which a browser gets at the same address
      attribution: me(),
      content,
      mediaType: "text/html",
      replyTarget: parent?.id,
      to: PUBLIC_COLLECTION,
      ccs: [context().getFollowersUri(user), ...addressed.map((actor) => actor.id)],
      published: Temporal.Now.instant(),
      tags: addressed.map((actor) => new Mention({ href: actor.id, name: `@${actor.preferredUsername}@${actor.id.host}` })),
    });
    notes.set(uuid, { note, audience: addressed });
    const create = new Create({
      id: new URL(`${note.id.href}#create`), actor: me(), object: note, to: PUBLIC_COLLECTION, ccs: note.ccIds,
    });
    await send(create, [...followers.values(), ...addressed]);
    return { note: note.id.href };
  },

  async edit({ note: id, content }) {
    const kept = notes.get(id.split("/").pop());
    kept.note = kept.note.clone({ content, updated: Temporal.Now.instant() });
    const update = new Update({ id: newId("update"), actor: me(), object: kept.note, to: PUBLIC_COLLECTION });
    return send(update, [...followers.values(), ...kept.audience]);
  },

  async delete({ note: id }) {
    const uuid = id.split("/").pop();
    const { note, audience } = notes.get(uuid);
    notes.delete(uuid);
    const tombstone = new Tombstone({ id: note.id });
    const gone = new Delete({ id: newId("delete"), actor: me(), object: tombstone, to: PUBLIC_COLLECTION });
    return send(gone, [...followers.values(), ...audience]);
  },

  like: ({ object }) => react(Like, object),
  unlike: ({ object }) => takeBack(Like, object),
  boost: ({ object }) => react(Announce, object),
  unboost: ({ object }) => takeBack(Announce, object),
};

// The door: the desk under /ctl/, everything else is Fedify's.

async function desk(command, request) {
  if (command === "log") return log;
  if (command === "state") return { handle, followers: [...followers.keys()], following: Object.fromEntries(following) };
  let body = "";
  for await (const chunk of request) body += chunk;
  return (await commands[command](body ? JSON.parse(body) : {})) ?? null;
}

async function federate(request) {
  const headers = new Headers();
  for (let i = 0; i < request.rawHeaders.length; i += 2) headers.append(request.rawHeaders[i], request.rawHeaders[i + 1]);
  const init = { method: request.method, headers };
  if (!["GET", "HEAD"].includes(request.method)) Object.assign(init, { body: Readable.toWeb(request), duplex: "half" });
  const response = await federation.fetch(new Request(new URL(request.url, origin), init), {
    contextData: undefined,
    onNotFound: () => new Response("not found", { status: 404 }),
    onNotAcceptable: () => new Response("a person in a test", { status: 406, headers: { vary: "Accept" } }),
  });
  if (request.method === "POST") {
    const dialect = headers.has("signature-input") ? "rfc9421" : headers.has("signature") ? "cavage" : "none";
    log.push({ type: "HTTP", status: response.status, dialect });
  }
  return response;
}

const pem = options.certificate && readFileSync(options.certificate);
const createServer = (listener) => (pem ? https.createServer({ key: pem, cert: pem }, listener) : http.createServer(listener));
const server = createServer(async (request, response) => {
  const tell = (status, value) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  try {
    const command = new URL(request.url, origin).pathname.match(/^\/ctl\/(\w+)$/)?.[1];
    if (command) return tell(200, await desk(command, request));
    const answered = await federate(request);
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    response.end(Buffer.from(await answered.arrayBuffer()));
  } catch (error) {
    tell(500, { error: String(error?.stack ?? error) });
  }
});
server.listen(Number(options.port), options.bind, () => console.log(`${handle} is there`));
