// Drives X's official client against the sandbox's X. It is given the sandbox's address, the app's keys and a code that
// a person brought back, as JSON in its one argument, and prints what it saw as JSON.
import { Client, OAuth2, ApiError } from "@xdevplatform/xdk";

const given = JSON.parse(process.argv[2]);

// The client exchanges codes at X's own address, whatever it is told: it is led here.
const away = globalThis.fetch;
globalThis.fetch = (address, options) => away(String(address).replace("https://api.x.com", given.base), options);

const seen = {};
const oauth = new OAuth2({ clientId: given.id, clientSecret: given.secret, redirectUri: given.back, scope: given.scope });
await oauth.setPkceParameters(given.verifier);
const address = new URL(await oauth.getAuthorizationUrl("a state"));
seen.asked = Object.fromEntries(address.searchParams);
const first = await oauth.exchangeCode(given.code, given.verifier);
seen.lasts = first.expires_in;
const second = await oauth.refreshToken(first.refresh_token);
seen.turned = second.refresh_token !== first.refresh_token && second.access_token !== first.access_token;
seen.reused = await oauth.refreshToken(given.used).then(() => "taken", (e) => e.message);

const user = new Client({ baseUrl: given.base, accessToken: second.access_token, retry: false });
const app = new Client({ baseUrl: given.base, bearerToken: given.bearer, retry: false });
const refused = async (call) => {
  try {
    await call();
    return null;
  } catch (e) {
    if (!(e instanceof ApiError)) throw e;
    return { status: e.status, data: e.data };
  }
};

seen.me = (await user.users.getMe({ userFields: ["created_at", "description", "public_metrics"] })).data;

const bytes = Buffer.from(given.picture, "base64");
const media = (await user.media.initializeUpload({ mediaType: "image/png", totalBytes: bytes.length, mediaCategory: "tweet_image" })).data;
const half = bytes.length >> 1;
await user.media.appendUpload(media.id, { media: bytes.subarray(0, half).toString("base64"), segmentIndex: 0 });
await user.media.appendUpload(media.id, { media: bytes.subarray(half).toString("base64"), segmentIndex: 1 });
seen.media = (await user.media.finalizeUpload(media.id)).data;
await user.media.createMetadata({ id: media.id, metadata: { altText: { text: "A grey sheet" } } });

const post = (await user.posts.create({ text: "From the official client, see https://till.example.com/p/abc", media: { mediaIds: [media.id] } })).data;
seen.post = post;
seen.reply = (await user.posts.create({ text: "And a reply", reply: { inReplyToTweetId: post.id } })).data;
seen.twice = await refused(() => user.posts.create({ text: "And a reply" }));
seen.long = await refused(() => user.posts.create({ text: "a".repeat(281) }));
seen.uncalled = await refused(() => user.posts.create({ text: "Hello there", reply: { inReplyToTweetId: given.fan } }));
seen.strange = await refused(() => new Client({ baseUrl: given.base, accessToken: "none", retry: false }).users.getMe());

seen.found = await user.posts.getById(post.id, {
  postFields: ["author_id", "entities", "public_metrics", "conversation_id", "attachments"],
  expansions: ["author_id", "attachments.media_keys"],
  mediaFields: ["alt_text", "url"],
});
seen.several = await app.posts.getByIds([post.id, "99"], { postFields: ["public_metrics"] });
seen.mentions = await user.users.getMentions(seen.me.id, { sinceId: given.since, postFields: ["author_id", "referenced_posts"], expansions: ["author_id"] });
seen.search = await app.posts.searchRecent(`conversation_id:${post.id}`, { maxResults: 10, postFields: ["conversation_id", "in_reply_to_user_id"] });
seen.named = (await app.users.getByUsername("mira_okafor")).data;

const hook = (await app.webhooks.create({ url: given.hook })).data;
seen.hook = hook;
seen.hooks = (await app.webhooks.get()).data;
seen.valid = (await app.webhooks.validate(hook.id)).data;
seen.subscribed = (await app.activity.createSubscription({ eventType: "post.mention.create", filter: { userId: seen.me.id }, webhookId: hook.id, tag: "shop" })).data;
seen.subscriptions = (await app.activity.getSubscriptions()).data;
seen.unsubscribed = (await app.activity.deleteSubscription(seen.subscribed.subscription.subscriptionId)).data;
seen.unhooked = (await app.webhooks.delete(hook.id)).data;
seen.deleted = (await user.posts.delete(post.id)).data;
console.log(JSON.stringify(seen));
