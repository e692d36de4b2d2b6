// Reads the API, and keeps the transactions of an account in step. receiver.ts uses it. TPP_URL is the URL of the API,
// and TPP_API_KEY_FILE names the file with the API key.

import { readFileSync } from "node:fs";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const { TPP_URL = "http://localhost:3000", TPP_API_KEY_FILE = ".local/api-key" } = process.env;

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS transactions (user_id TEXT, account_id INTEGER, id TEXT, json TEXT NOT NULL, PRIMARY KEY (user_id, id));
  CREATE TABLE IF NOT EXISTS cursors (user_id TEXT, account_id INTEGER, cursor TEXT NOT NULL, PRIMARY KEY (user_id, account_id));`;

type Changes = { added: { id: string }[]; modified: { id: string }[]; removed: { id: string }[]; next_cursor: string; has_more: boolean };

/** `scope` says what to pause, and `action` what to do. */
export class Problem extends Error {
  code: string;
  action: string;
  scope: string;
  constructor({ code = "no_problem", action = "retry", scope = "deployment", detail = "An answer without a problem." }) {
    super(`${detail} (${code}, ${action})`);
    [this.code, this.action, this.scope] = [code, action, scope];
  }
}

/** A read, repeated where that helps, and never before Retry-After. It follows no redirect, so the key goes nowhere else. */
export async function get<T>(path: string, attempt = 1): Promise<T> {
  const headers = { Authorization: `Bearer ${readFileSync(TPP_API_KEY_FILE, "utf8").trim()}` };
  // A call may take 25 seconds.
  const options: RequestInit = { headers, redirect: "manual", signal: AbortSignal.timeout(30_000) };
  const answer = await fetch(TPP_URL + path, options).catch(() => undefined);
  const body = await answer?.json().catch(() => undefined);
  if (answer?.status === 200 && body) return body as T;
  // A gateway or a proxy answers in words of its own.
  const helps = !answer || [200, 429].includes(answer.status) || answer.status >= 500;
  const ours = { code: answer ? `status_${answer.status}` : "no_answer", action: helps ? "retry" : "contact_support" };
  const problem = new Problem({ ...ours, ...(body as object | undefined) });
  const pause = Number(answer?.headers.get("Retry-After") ?? 2 ** attempt / 2);
  if (!["retry", "wait"].includes(problem.action) || attempt === 8 || !(pause <= 300)) throw problem;
  await sleep(pause * 1000);
  return get(path, attempt + 1);
}

/** Stores what changed in an account since its cursor, or everything if it has none, in one transaction. */
export async function sync(db: DatabaseSync, user_id: string, account_id: number): Promise<void> {
  const run = (sql: string, ...values: SQLInputValue[]) => db.prepare(sql).run(...values);
  const query = "SELECT cursor FROM cursors WHERE user_id = ? AND account_id = ?";
  const storedCursor = () => String(db.prepare(query).get(user_id, account_id)?.["cursor"]); // "undefined" after an erasure.
  run("INSERT OR IGNORE INTO cursors VALUES (?, ?, '')", user_id, account_id);
  const before = storedCursor();
  let [cursor, isWhole, hasMore, answers] = [before, !before, true, [] as Changes[]];
  while (hasMore) {
    const path = `/user/${user_id}/monetary-account/${account_id}/transactions/sync`;
    try {
      const answer = await get<Changes>(cursor ? `${path}?cursor=${encodeURIComponent(cursor)}` : path);
      answers.push(answer);
      [cursor, hasMore] = [answer.next_cursor, answer.has_more];
    } catch (problem) {
      if (!(problem instanceof Problem && problem.code === "cursor_invalid") || isWhole) throw problem;
      [cursor, isWhole, answers] = ["", true, []];
    }
  }
  const isStored = inTransaction(db, () => {
    if (storedCursor() !== before) return false;
    if (isWhole) run("DELETE FROM transactions WHERE user_id = ? AND account_id = ?", user_id, account_id);
    for (const { added, modified, removed } of answers) {
      for (const paid of [...added, ...modified]) {
        run("INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?)", user_id, account_id, paid.id, JSON.stringify(paid));
      }
      for (const gone of removed) run("DELETE FROM transactions WHERE user_id = ? AND id = ?", user_id, gone.id);
    }
    return run("INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)", user_id, account_id, cursor);
  });
  if (!isStored) await sync(db, user_id, account_id); // Another program has moved the cursor: continue there.
}

export function inTransaction<T>(db: DatabaseSync, body: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = body();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
