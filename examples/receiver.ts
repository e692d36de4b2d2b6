// Receives events (webhooks), and keeps a SQLite file in step with what they name: the connections of customers, and
// the payments of their accounts. Create an endpoint, store its secret, and start the receiver:
//
//     curl -sS -H "Authorization: Bearer $(cat .local/api-key)" -H 'Content-Type: application/json' \
//       -d '{"url": "http://localhost:8090/webhooks", "types": ["*"], "signature": "ed25519"}' \
//       http://localhost:3000/webhook-endpoints >.local/endpoint.json
//     jq -r '.secret // .public_key' .local/endpoint.json >.local/webhook-secret
//     node examples/receiver.ts events.sqlite
//
// It needs Node 24 or newer, sync.ts beside it, no packages, and an API key with the scopes `connections` and
// `accounts`; `--catch-up` also needs `events`. RECEIVER_SECRET_FILE names the file with the secret or public key,
// RECEIVER_PORT the port on this machine, TPP_URL the API, and TPP_API_KEY_FILE the file with the key. In production, a
// proxy in front of it provides https. Without `signature`, the endpoint has a shared secret (HMAC).
//
// An event only says what changed. Its id is stored, once, before the answer 204; then the present state is read from
// the API, and stored in the transaction that marks the event as done. So it can be killed at any time, and continues
// with what is not done. `node examples/receiver.ts --catch-up events.sqlite` reads the events that did not arrive,
// processes them, and ends. Run it after the receiver was away for days, or once a day. The receiver may run meanwhile.

import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { get, inTransaction, Problem, SCHEMA, sync } from "./sync.ts";

const { RECEIVER_SECRET_FILE = ".local/webhook-secret", RECEIVER_PORT = "8090" } = process.env;
const TOLERANCE = 300; // Seconds between webhook-timestamp and this machine's clock.
const LARGEST = 64 * 1024; // Bytes of a message. An event has less than one kilobyte.
const PAUSE = 60_000; // Milliseconds until what failed is tried again.

type Event = { id: string; type: string; data: { user_id: string | null; account_id?: number | null } };
type About = { user_id: string; account_id: number | null; newest: number };
type Page = { events: Event[]; next_cursor: string; has_more: boolean; missed: number };

const isCatchingUp = process.argv.includes("--catch-up");
const [file, ...others] = process.argv.slice(2).filter((word) => word !== "--catch-up");
if (!file || others.length) throw new Error("usage: receiver.ts [--catch-up] FILE");
process.umask(0o077); // Only this user may read the file.
const db = new DatabaseSync(file, { timeout: 10_000 });
const run = (sql: string, ...values: SQLInputValue[]) => db.prepare(sql).run(...values);
inTransaction(db, () =>
  db.exec(`${SCHEMA}
    CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, id TEXT UNIQUE, type TEXT NOT NULL, user_id TEXT NOT NULL,
      account_id INTEGER, is_done INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS connections (user_id TEXT PRIMARY KEY, json TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS feed (only_row INTEGER PRIMARY KEY, cursor TEXT NOT NULL);
    INSERT OR IGNORE INTO feed VALUES (1, '0');`),
);

/** Read for each message, because it may be replaced. With an empty one, everyone could sign. */
function secret(): { kind: string; key: Buffer } {
  const [kind = "", text = ""] = readFileSync(RECEIVER_SECRET_FILE, "utf8").trim().split("_", 2);
  const key = Buffer.from(text, "base64");
  if (["whsec", "whpk"].includes(kind) && key.length >= 24) return { kind, key };
  throw new Error(`${RECEIVER_SECRET_FILE} must have the secret or public_key of an endpoint`);
}

/** Standard Webhooks 1.0.0: one of the signatures must be right, and the time near ours. */
function isGenuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const [id = "", sent = "", all = ""] = ["id", "timestamp", "signature"].map((name) => String(headers[`webhook-${name}`] ?? ""));
  if (!id || !/^[0-9]{1,12}$/.test(sent) || Math.abs(Date.now() / 1000 - Number(sent)) > TOLERANCE) return false;
  const signatures = all.split(" ");
  const content = Buffer.concat([Buffer.from(`${id}.${sent}.`), body]);
  const { kind, key } = secret();
  if (kind === "whsec") {
    const right = Buffer.from(`v1,${createHmac("sha256", key).update(content).digest("base64")}`);
    const isRight = (one: Buffer) => one.length === right.length && timingSafeEqual(one, right);
    return signatures.map((one) => Buffer.from(one)).some(isRight);
  }
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key.toString("base64url") }, format: "jwk" });
  const ours = signatures.filter((one) => one.startsWith("v1a,")).map((one) => Buffer.from(one.slice(4), "base64"));
  return ours.some((one) => verify(null, content, publicKey, one));
}

/** Stores what to read. An id that is stored changes nothing. Other types, also unknown ones, are ignored. */
function record(id: string, { type = "", data }: Omit<Event, "id">): void {
  if (!/^(connection|transactions?)\./.test(type) || !data.user_id) return;
  const insert = "INSERT INTO events (id, type, user_id, account_id) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
  run(insert, id, type, data.user_id, data.account_id ?? null);
}

/** Returns the status of the answer. */
async function receive(request: IncomingMessage): Promise<number> {
  if (!(Number(request.headers["content-length"] ?? NaN) <= LARGEST)) return 413;
  let body = Buffer.alloc(0);
  for await (const chunk of request) body = Buffer.concat([body, chunk]);
  if (request.method !== "POST") return 405;
  if (!isGenuine(request.headers, body)) return 401;
  inTransaction(db, () => record(String(request.headers["webhook-id"]), JSON.parse(body.toString())));
  return 204;
}

/** Reads what the events are about, once for each customer and account. Returns whether everything is done. */
async function work(): Promise<boolean> {
  const open = db.prepare("SELECT user_id, account_id, max(number) AS newest FROM events WHERE NOT is_done GROUP BY 1, 2");
  let isComplete = true;
  for (const { user_id, account_id, newest } of open.all() as About[]) {
    let [connection, code]: [object | undefined, string] = [undefined, "read"];
    try {
      if (account_id === null) connection = await get<object>(`/user/${user_id}/connection`);
      else await sync(db, user_id, account_id);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      console.error(`${user_id} ${account_id ?? "connection"}: ${problem.message}`);
      if (problem.scope === "deployment") return false;
      code = problem.code;
      // These two are final: the same request would get the same answer. The others are tried again later.
      if (!["fix_request", "reauthorise"].includes(problem.action)) {
        isComplete = false;
        continue;
      }
    }
    const isOurs = inTransaction(db, () => {
      if (code === "user_not_found") {
        // The connection was deleted: erase everything of this customer.
        for (const table of ["connections", "transactions", "cursors"]) run(`DELETE FROM ${table} WHERE user_id = ?`, user_id);
        return run("UPDATE events SET user_id = '', is_done = 1 WHERE user_id = ?", user_id);
      }
      const done = "UPDATE events SET is_done = 1 WHERE user_id = ? AND account_id IS ? AND number <= ? AND NOT is_done";
      // Otherwise another program was faster, and what it has stored may be newer.
      if (!run(done, user_id, account_id, newest).changes) return false;
      if (connection) run("INSERT OR REPLACE INTO connections VALUES (?, ?)", user_id, JSON.stringify(connection));
      return true;
    });
    if (isOurs) console.log(user_id, account_id ?? "connection", code);
  }
  return isComplete;
}

/** Records the events since the last time, together with the cursor that follows them. */
async function catchUp(): Promise<void> {
  for (let hasMore = true; hasMore; ) {
    const after = String(db.prepare("SELECT cursor FROM feed").get()?.["cursor"]);
    const page = await get<Page>(`/webhook-events?count=100&after=${after}`);
    if (page.missed) console.error(`${page.missed} events are missing: compare your customers with GET /users`);
    inTransaction(db, () => {
      for (const event of page.events) record(event.id, event);
      run("UPDATE feed SET cursor = ?", page.next_cursor);
    });
    hasMore = page.has_more;
  }
}

if (isCatchingUp) {
  await catchUp();
  process.exit((await work()) ? 0 : 1);
}
secret();
let wake = () => {};
const server = createServer((request, response) => {
  const failed = (error: unknown) => (console.error(error), 500);
  void receive(request).catch(failed).then((status) => {
    response.writeHead(status).end();
    if (status === 204) wake();
  });
});
server.requestTimeout = 15_000; // The sender waits no longer.
server.listen(Number(RECEIVER_PORT), "127.0.0.1", () => console.log(`Receives at http://localhost:${RECEIVER_PORT}`));
for (;;) {
  const pause = new Promise<void>((resolve) => {
    wake = resolve;
    setTimeout(resolve, PAUSE).unref();
  });
  await work();
  await pause;
}
