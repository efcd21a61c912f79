-- The first schema. TEXT and BIGINT only: the same text runs on SQLite and PostgreSQL.
-- Instants are RFC 3339 UTC text of one width, so that they sort. Ids are UUIDv7 text made by us.

-- `subject` is the slug of a category or tag. `rotation` is 'asked', or the id of the Update that tells of the newest
-- change of key; while `next_key_pem` is set, that change is under way.
CREATE TABLE local_actors (
  id TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  handle TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('blog', 'server', 'category', 'tag', 'blogroll')),
  subject TEXT NOT NULL,
  public_key_pem TEXT NOT NULL,
  proof_key TEXT NOT NULL,
  next_key_pem TEXT NOT NULL,
  rotation TEXT NOT NULL,
  rotated TEXT NOT NULL,
  moved_to TEXT NOT NULL,
  published TEXT NOT NULL,
  UNIQUE (role, subject)
);

-- `number` counts posts in the order in which readers first saw them here: the volumes of the feeds' archive go by it.
-- `told_comments` is the number of comments as feeds tell it, which is the real one at most once an hour.
CREATE TABLE posts (
  id TEXT PRIMARY KEY,
  number BIGINT UNIQUE,
  uri TEXT NOT NULL UNIQUE,
  guid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('post', 'page')),
  slug TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  origin_digest TEXT NOT NULL,
  source_format TEXT NOT NULL CHECK (source_format IN ('markdown', 'html')),
  base TEXT NOT NULL,
  renderer BIGINT NOT NULL,
  title TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  summary TEXT NOT NULL,
  teaser TEXT NOT NULL,
  language TEXT NOT NULL,
  author TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('published', 'scheduled', 'draft', 'private', 'password')),
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'quiet', 'local')),
  published TEXT NOT NULL,
  month TEXT NOT NULL,
  updated TEXT NOT NULL UNIQUE,
  released TEXT,
  sensitive BIGINT NOT NULL,
  warning TEXT NOT NULL,
  comments_open BIGINT NOT NULL,
  pinned BIGINT NOT NULL,
  picture TEXT,
  type TEXT,
  quotes TEXT NOT NULL,
  hashtags TEXT,
  mentions TEXT NOT NULL,
  enclosure TEXT,
  comment_count BIGINT NOT NULL,
  told_comments BIGINT NOT NULL,
  like_count BIGINT NOT NULL,
  share_count BIGINT NOT NULL,
  image TEXT NOT NULL,
  image_alt TEXT NOT NULL,
  html TEXT NOT NULL,
  source TEXT NOT NULL
);
-- home, feeds, archives: newest first by key
CREATE INDEX posts_by_date ON posts (state, kind, published, id);
-- the outbox: what federates, newest first
CREATE INDEX posts_federated ON posts (published, id) WHERE state = 'published' AND kind = 'post' AND visibility <> 'local';
-- what an older renderer made
CREATE INDEX posts_by_renderer ON posts (renderer, id);
-- an author's page
CREATE INDEX posts_by_author ON posts (author, state, published, id);
-- the featured collection, and the top of the home page
CREATE INDEX posts_pinned ON posts (state, kind, published, id) WHERE pinned = 1;

-- whose feeds have to be told of comments
CREATE INDEX posts_untold ON posts (id) WHERE told_comments <> comment_count;

-- The archive of the feeds (RFC 5005 §4): a volume holds the posts numbered from `first` to `last`, for ever.
CREATE TABLE volumes (
  volume BIGINT PRIMARY KEY,
  first BIGINT NOT NULL,
  last BIGINT NOT NULL
);

-- Every other address that a post ever had: paths of ours from the root, with their query; or whole addresses elsewhere.
CREATE TABLE aliases (
  address TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE
);
CREATE INDEX aliases_of_post ON aliases (post_id);

-- Addresses of lists of an older blog (`/?cat=5`, `/author/ann/`), and the lists of ours that they lead to.
CREATE TABLE signposts (
  address TEXT PRIMARY KEY,
  leads_to TEXT NOT NULL
);

-- Directories in which older blogs stood (`/blog`): what is not found below one is looked for below the root.
CREATE TABLE old_roots (
  path TEXT PRIMARY KEY
);

CREATE TABLE terms (
  kind TEXT NOT NULL CHECK (kind IN ('category', 'tag')),
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  parent TEXT,
  description TEXT NOT NULL,
  PRIMARY KEY (kind, slug)
);

-- `published` is the post's, so that the newest of a term are found by key. Rows of unpublished posts count too.
CREATE TABLE post_terms (
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  slug TEXT NOT NULL,
  position BIGINT NOT NULL,
  published TEXT NOT NULL,
  PRIMARY KEY (post_id, kind, slug)
);
CREATE INDEX post_terms_by_term ON post_terms (kind, slug, published, post_id);

CREATE TABLE revisions (
  id TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  source_format TEXT NOT NULL,
  replaced TEXT NOT NULL
);
CREATE INDEX revisions_of_post ON revisions (post_id, replaced);

-- Files of the posts folder that were taken in. A row outlives its post: a deleted post must not come back from its file.
CREATE TABLE files (
  path TEXT PRIMARY KEY,
  post_id TEXT NOT NULL,
  digest TEXT NOT NULL
);
CREATE INDEX files_of_post ON files (post_id);

-- Pictures and other files. `path` is where we serve it, `name` the file's name under the media directory.
CREATE TABLE media (
  id TEXT PRIMARY KEY,
  source_url TEXT NOT NULL UNIQUE,
  path TEXT UNIQUE,
  name TEXT,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  alt TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('post', 'avatar', 'blogroll')),
  state TEXT NOT NULL CHECK (state IN ('wanted', 'kept', 'failed')),
  reason TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL
);
CREATE INDEX media_due ON media (due_at) WHERE state = 'wanted';
CREATE INDEX media_by_name ON media (name);

CREATE TABLE post_media (
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  media_id TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  PRIMARY KEY (media_id, post_id)
);
CREATE INDEX post_media_of_post ON post_media (post_id);

-- Whom posts name as @user@host. One that is 'wanted' is looked up when it is due; `actor_uri` stays empty where nobody is
-- found. One that the text names no longer is 'past': she still hears what becomes of the post.
CREATE TABLE mentions (
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  handle TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wanted', 'settled', 'past')),
  actor_uri TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL,
  PRIMARY KEY (post_id, handle)
);
-- the queue
CREATE INDEX mentions_due ON mentions (due_at) WHERE state = 'wanted';
-- who is known already by the name
CREATE INDEX mentions_by_handle ON mentions (handle, actor_uri);
CREATE INDEX mentions_by_actor ON mentions (actor_uri) WHERE actor_uri <> '';

CREATE TABLE remote_actors (
  uri TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  host TEXT NOT NULL,
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  inbox TEXT NOT NULL,
  shared_inbox TEXT NOT NULL,
  followers TEXT NOT NULL,
  icon TEXT NOT NULL,
  avatar TEXT NOT NULL,
  summary TEXT NOT NULL,
  opted_out BIGINT NOT NULL,
  published TEXT,
  first_seen TEXT NOT NULL,
  fetched TEXT NOT NULL,
  moved_here TEXT NOT NULL DEFAULT '' -- when somebody's move to it was last believed
);
-- everybody on a blocked server
CREATE INDEX remote_actors_by_host ON remote_actors (host, uri);
CREATE INDEX remote_actors_by_icon ON remote_actors (icon);

CREATE TABLE remote_keys (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL REFERENCES remote_actors (uri) ON DELETE CASCADE,
  pem TEXT NOT NULL
);
CREATE INDEX remote_keys_of_owner ON remote_keys (owner);

-- `avatar` and names are the actor's at the time of writing; an actor's Update renews them. Only what the author says
-- herself is counted as liked and shared.
CREATE TABLE comments (
  id TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  parent_id TEXT,
  uri TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  anchor TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('reply', 'import', 'own')),
  author_uri TEXT NOT NULL,
  author_name TEXT NOT NULL,
  author_handle TEXT NOT NULL,
  author_url TEXT NOT NULL,
  html TEXT NOT NULL,
  raw_html TEXT NOT NULL,
  sanitizer BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'spam', 'withdrawn')),
  audience TEXT NOT NULL CHECK (audience IN ('public', 'unlisted')),
  like_count BIGINT NOT NULL DEFAULT 0,
  share_count BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL,
  published TEXT NOT NULL,
  updated TEXT NOT NULL,
  received TEXT NOT NULL
);
-- the thread under a post, oldest first by key; and the replies collection
CREATE INDEX comments_of_post ON comments (post_id, state, published, id);
-- the moderation queue, and the newest comments of the site
CREATE INDEX comments_by_state ON comments (state, published, id);
-- what came of late, for moderation
CREATE INDEX comments_by_arrival ON comments (received);
-- what became of an answer, asked by the address where it was written
CREATE INDEX comments_by_url ON comments (url);
-- an author's record, for moderation; an actor's Update and Delete
CREATE INDEX comments_by_author ON comments (author_uri, received);

-- Rejected comments that their authors took away: they count against them still. Nothing of what was said is kept.
CREATE TABLE rejections (
  comment_id TEXT PRIMARY KEY,
  author_uri TEXT NOT NULL,
  received TEXT NOT NULL
);
-- an author's record, for moderation
CREATE INDEX rejections_by_author ON rejections (author_uri, received);

-- When a comment is next looked at where it was written: is it still there, and who answered it?
CREATE TABLE visits (
  comment_id TEXT PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  warm_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL
);
-- the queue
CREATE INDEX visits_due ON visits (due_at, comment_id);
-- servers where somebody is looking around now; what a process had claimed when it ended
CREATE INDEX visits_leased ON visits (leased_until, host) WHERE leased_until <> '';

-- How often a server was asked on a day for what nobody sent us, and when it may be asked again.
CREATE TABLE visited_hosts (
  host TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  requests BIGINT NOT NULL,
  free_at TEXT NOT NULL
);

-- Found in conversations, and of no concern to us: not fetched again for a while.
CREATE TABLE passed_over (
  uri TEXT PRIMARY KEY,
  at TEXT NOT NULL
);
-- pruning
CREATE INDEX passed_over_by_date ON passed_over (at);

-- To a post, or to an answer of its author's under it.
CREATE TABLE reactions (
  uri TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  comment_id TEXT REFERENCES comments (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('like', 'share')),
  actor_uri TEXT NOT NULL,
  content TEXT NOT NULL,
  received TEXT NOT NULL
);
CREATE UNIQUE INDEX reactions_once ON reactions (post_id, coalesce(comment_id, ''), kind, actor_uri, content);
-- the likes and shares collections, oldest first by key
CREATE INDEX reactions_in_order ON reactions (post_id, coalesce(comment_id, ''), kind, received, uri);
CREATE INDEX reactions_of_comment ON reactions (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX reactions_by_actor ON reactions (actor_uri);

-- Quotes and replies that were allowed (FEP-044f and the like): while its row is there, and not revoked, a stamp can be
-- fetched. `target` is the id of what is quoted or answered. A revoked one stays, so that it is not given again.
CREATE TABLE stamps (
  uri TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('quote', 'reply')),
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  object_uri TEXT NOT NULL,
  target TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  revoked BIGINT NOT NULL,
  created TEXT NOT NULL,
  UNIQUE (object_uri, kind)
);
CREATE INDEX stamps_of_post ON stamps (post_id);
CREATE INDEX stamps_by_actor ON stamps (actor_uri);
-- the author's list, newest first
CREATE INDEX stamps_by_date ON stamps (kind, created);

-- Replies whose authors asked for leave, and that wait for ours to decide; `request` is what our answer embeds.
CREATE TABLE reply_requests (
  reply_uri TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  actor_uri TEXT NOT NULL,
  target TEXT NOT NULL,
  request TEXT NOT NULL,
  received TEXT NOT NULL
);
CREATE INDEX reply_requests_of_post ON reply_requests (post_id);

CREATE TABLE followers (
  local_actor TEXT NOT NULL REFERENCES local_actors (id) ON DELETE CASCADE,
  actor_uri TEXT NOT NULL,
  follow_uri TEXT NOT NULL,
  inbox TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (local_actor, actor_uri)
);
-- the followers collection, newest first by key
CREATE INDEX followers_by_date ON followers (local_actor, since, actor_uri);
CREATE INDEX followers_by_actor ON followers (actor_uri);
CREATE INDEX followers_by_inbox ON followers (inbox);

-- How many followers stand behind each inbox: what a post is sent to.
CREATE TABLE inboxes (
  local_actor TEXT NOT NULL REFERENCES local_actors (id) ON DELETE CASCADE,
  inbox TEXT NOT NULL,
  followers BIGINT NOT NULL,
  PRIMARY KEY (local_actor, inbox)
);

-- Totals, so that nothing on a request's path counts rows.
CREATE TABLE totals (
  name TEXT PRIMARY KEY,
  total BIGINT NOT NULL
);

-- What arrived and was authenticated, with what became of it.
CREATE TABLE arrivals (
  id TEXT PRIMARY KEY,
  activity_uri TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  host TEXT NOT NULL,
  object_uri TEXT NOT NULL,
  raw TEXT NOT NULL,
  forwarded BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  received TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL
);
-- the inbox worker's queue
CREATE INDEX arrivals_due ON arrivals (due_at, id) WHERE outcome = 'waiting';
-- the author's list, newest first, and pruning
CREATE INDEX arrivals_by_date ON arrivals (received);
-- what a process had claimed when it ended
CREATE INDEX arrivals_leased ON arrivals (leased_until) WHERE leased_until <> '';
CREATE INDEX arrivals_by_object ON arrivals (object_uri);
-- erasing what a deleted actor said
CREATE INDEX arrivals_by_actor ON arrivals (actor_uri);

-- Requests that were refused (4xx): the newest thousand.
CREATE TABLE refusals (
  id TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  status BIGINT NOT NULL,
  reason TEXT NOT NULL,
  address TEXT NOT NULL,
  sender TEXT NOT NULL,
  detail TEXT NOT NULL
);

-- What we said: an activity of ours, as it is sent.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  local_actor TEXT NOT NULL REFERENCES local_actors (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  object_uri TEXT NOT NULL,
  post_id TEXT,
  document TEXT NOT NULL,
  public BIGINT NOT NULL,
  published TEXT NOT NULL
);
CREATE INDEX outbox_by_date ON outbox (local_actor, public, published, id);
CREATE INDEX outbox_by_object ON outbox (object_uri);
CREATE INDEX outbox_of_post ON outbox (post_id, published);

-- An activity that is still to be spread over the inboxes of an actor's followers, from `due_at` on; `reached` is the last
-- inbox that has its delivery.
CREATE TABLE fanouts (
  activity_id TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
  audience TEXT NOT NULL,
  post_uri TEXT NOT NULL,
  reached TEXT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL,
  PRIMARY KEY (activity_id, audience)
);

-- What is carried to other servers: `activity_id` is an activity of ours, or the id of what another kind carries.
CREATE TABLE deliveries (
  activity_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('activity', 'websub', 'intent', 'ping', 'request', 'webmention')),
  inbox TEXT NOT NULL,
  host TEXT NOT NULL,
  lane TEXT NOT NULL,
  object_uri TEXT NOT NULL,
  post_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'superseded')),
  attempts BIGINT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL,
  status BIGINT,
  answer TEXT NOT NULL,
  changed TEXT NOT NULL,
  PRIMARY KEY (activity_id, inbox)
);
-- the delivery worker's queue
CREATE INDEX deliveries_due ON deliveries (due_at, activity_id) WHERE state = 'waiting';
-- what waits for one inbox, for keeping order and for superseding
CREATE INDEX deliveries_by_object ON deliveries (object_uri, inbox) WHERE state = 'waiting';
CREATE INDEX deliveries_of_post ON deliveries (post_id, activity_id);
-- what a process had claimed when it ended
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE leased_until <> '';
CREATE INDEX deliveries_by_lane ON deliveries (lane, due_at) WHERE state = 'waiting';
-- pruning
CREATE INDEX deliveries_settled ON deliveries (changed) WHERE state <> 'waiting';

-- What subscribers asked of our hub (WebSub), and what became of it: verified with them, or not.
CREATE TABLE websub_requests (
  id TEXT PRIMARY KEY,
  mode TEXT NOT NULL CHECK (mode IN ('subscribe', 'unsubscribe', 'denied')),
  topic TEXT NOT NULL,
  callback TEXT NOT NULL,
  host TEXT NOT NULL,
  secret TEXT NOT NULL,
  lease_seconds BIGINT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'verified', 'failed')),
  asked TEXT NOT NULL
);
-- how much is asked in the name of one server
CREATE INDEX websub_requests_by_host ON websub_requests (host, asked);
-- how much waits in all
CREATE INDEX websub_requests_waiting ON websub_requests (outcome) WHERE outcome = 'waiting';
-- pruning
CREATE INDEX websub_requests_by_date ON websub_requests (asked);

-- Who is sent our feeds when they change. `failing_since` is empty while the callback answers.
CREATE TABLE websub_subscriptions (
  topic TEXT NOT NULL,
  callback TEXT NOT NULL,
  host TEXT NOT NULL,
  secret TEXT NOT NULL,
  since TEXT NOT NULL,
  lease_until TEXT NOT NULL,
  status BIGINT,
  answer TEXT NOT NULL,
  tried TEXT NOT NULL,
  failing_since TEXT NOT NULL,
  PRIMARY KEY (topic, callback)
);
CREATE INDEX websub_subscriptions_by_host ON websub_subscriptions (host);
-- pruning
CREATE INDEX websub_subscriptions_by_lease ON websub_subscriptions (lease_until);
CREATE INDEX websub_subscriptions_failing ON websub_subscriptions (failing_since) WHERE failing_since <> '';

-- The edition of each feed that somebody hears of, as it was last told; `push` is what is being spread over the
-- subscribers, empty when that is done, and `reached` the last callback that has its delivery.
CREATE TABLE websub_topics (
  topic TEXT PRIMARY KEY,
  edition TEXT NOT NULL,
  push TEXT NOT NULL,
  reached TEXT NOT NULL
);

-- Feeds of others whose hubs send us what is new. `id` is the end of the callback, and known to the hub alone.
CREATE TABLE websub_following (
  id TEXT PRIMARY KEY,
  feed TEXT NOT NULL,
  topic TEXT NOT NULL,
  hub TEXT NOT NULL,
  secret TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('subscribe', 'unsubscribe')),
  asked TEXT NOT NULL,
  confirmed TEXT NOT NULL,
  lease_until TEXT NOT NULL,
  heard TEXT NOT NULL,
  UNIQUE (feed, hub, topic)
);

-- What we know of other servers: whether they answer, which signatures they take, and what they run (asked when `ask_at`
-- says so). Those to which something else than activities goes have a row of their own for it.
CREATE TABLE hosts (
  host TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  paused_until TEXT NOT NULL,
  failing_since TEXT,
  dialect TEXT NOT NULL,
  software TEXT NOT NULL DEFAULT '',
  ask_at TEXT,
  changed TEXT NOT NULL
);
CREATE INDEX hosts_by_change ON hosts (changed);
CREATE INDEX hosts_to_ask ON hosts (ask_at) WHERE ask_at IS NOT NULL;

-- `picture` is our copy of what lies at `icon`. What pages and lists show of the newest post stands here, so that they never
-- read the posts; only polling writes it, and nothing else here.
CREATE TABLE blogroll (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  tagline TEXT NOT NULL,
  url TEXT NOT NULL,
  feed_url TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  handle TEXT NOT NULL,
  category TEXT NOT NULL,
  position BIGINT NOT NULL,
  language TEXT NOT NULL,
  rel TEXT NOT NULL,
  notes TEXT NOT NULL,
  icon TEXT NOT NULL,
  picture TEXT NOT NULL,
  hidden BIGINT NOT NULL,
  follow_state TEXT NOT NULL CHECK (follow_state IN ('none', 'pending', 'accepted', 'rejected')),
  follow_uri TEXT NOT NULL,
  edited BIGINT NOT NULL,
  added TEXT NOT NULL,
  latest_title TEXT NOT NULL,
  latest_url TEXT NOT NULL,
  latest_at TEXT NOT NULL,
  feed_state TEXT NOT NULL CHECK (feed_state IN ('fresh', 'failing', 'gone', 'moved')),
  feed_reason TEXT NOT NULL
);
CREATE INDEX blogroll_in_order ON blogroll (category, position, name);
CREATE INDEX blogroll_by_actor ON blogroll (actor_uri);
-- an address that is followed, imported or told of: which entry is it?
CREATE INDEX blogroll_by_url ON blogroll (url);
CREATE INDEX blogroll_by_feed ON blogroll (feed_url);
CREATE INDEX blogroll_by_handle ON blogroll (handle);
CREATE INDEX blogroll_by_icon ON blogroll (icon);
-- the blogroll as a feed, newest first
CREATE INDEX blogroll_by_date ON blogroll (hidden, added, id);

-- When a feed is asked next, and what we know of it from before. `digest` is of the body that was read last, at `read_at`;
-- `ttl` are the minutes that it asks for, `pace` the seconds after which it is worth a look. A row goes when a feed is gone.
CREATE TABLE feed_polls (
  entry_id TEXT PRIMARY KEY REFERENCES blogroll (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  etag TEXT NOT NULL,
  last_modified TEXT NOT NULL,
  digest TEXT NOT NULL,
  read_at TEXT NOT NULL,
  ttl BIGINT NOT NULL,
  pace BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  failing_since TEXT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL
);
-- the queue
CREATE INDEX feed_polls_due ON feed_polls (due_at, entry_id);
-- hosts that are being asked now; what a process had claimed when it ended
CREATE INDEX feed_polls_leased ON feed_polls (leased_until, host) WHERE leased_until <> '';
-- those that the doctor names
CREATE INDEX feed_polls_failing ON feed_polls (failing_since) WHERE failing_since <> '';

-- What those whom the author reads have published: at most so many of each. `hidden` is the entry's. `passed_on` is empty
-- for what the blogroll's account may still pass on, the id of the activity by which it did, or '-' for what it never will.
CREATE TABLE feed_entries (
  id TEXT PRIMARY KEY,
  entry_id TEXT NOT NULL REFERENCES blogroll (id) ON DELETE CASCADE,
  guid TEXT NOT NULL,
  object_uri TEXT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  published TEXT NOT NULL,
  updated TEXT NOT NULL,
  found TEXT NOT NULL,
  hidden BIGINT NOT NULL,
  passed_on TEXT NOT NULL,
  UNIQUE (entry_id, guid)
);
-- the river, newest first by key
CREATE INDEX feed_entries_by_date ON feed_entries (hidden, published, id);
-- an Update or Delete from the fediverse
CREATE INDEX feed_entries_by_object ON feed_entries (object_uri) WHERE object_uri <> '';
-- what the blogroll's account may pass on
CREATE INDEX feed_entries_to_pass ON feed_entries (published, id) WHERE passed_on = '' AND hidden = 0;

-- Accounts of the blogroll whose list of followers is to be read, `due_at` empty when it was (FEP-8fcf).
CREATE TABLE synchronizations (
  actor_uri TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  digest TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  asked TEXT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL
);
CREATE INDEX synchronizations_due ON synchronizations (due_at) WHERE due_at <> '';

-- What other servers report; the newest thousand.
CREATE TABLE reports (
  id TEXT PRIMARY KEY,
  reporter_uri TEXT NOT NULL,
  about TEXT NOT NULL,
  words TEXT NOT NULL,
  received TEXT NOT NULL
);

CREATE TABLE blocks (
  pattern TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('domain', 'actor')),
  reason TEXT NOT NULL,
  created TEXT NOT NULL
);

-- What is gone: posts of ours (`path` answers 410), and remote objects, so that no late Create brings them back.
CREATE TABLE tombstones (
  uri TEXT PRIMARY KEY,
  path TEXT,
  origin TEXT NOT NULL,
  type TEXT NOT NULL,
  published TEXT,
  gone_at TEXT NOT NULL
);
CREATE INDEX tombstones_by_path ON tombstones (path);

-- A number per thing that documents depend on; it moves in the transaction that changes the thing.
CREATE TABLE editions (
  scope TEXT PRIMARY KEY,
  edition BIGINT NOT NULL,
  moved TEXT NOT NULL
);
CREATE INDEX editions_by_move ON editions (moved);

-- Single values that the blog remembers of itself.
CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- The one view through which comments are shown: approved, and under a post that is public.
CREATE VIEW public_comments AS
SELECT comments.*, posts.path AS post_path, posts.uri AS post_uri, posts.title AS post_title, posts.guid AS post_guid
FROM comments
JOIN posts ON posts.id = comments.post_id
WHERE comments.state = 'approved' AND posts.state = 'published';
