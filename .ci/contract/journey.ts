// A TypeScript program that uses the API through the types that openapi-typescript generates: a customer connects,
// accounts and payments are listed, a payment is drafted, a problem is handled. There are no type assertions. Lines
// that must not compile are marked.
//
//     node journey.ts <API> <API key>

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

type Schemas = components["schemas"];

const [url, key] = process.argv.slice(2);
assert(url && key, "journey.ts wants the API's address and an API key");

// Pages for people are omitted: this is a program.
type Wanted = "application/json" | "application/problem+json";
const browser = createClient<paths, Wanted>({ baseUrl: url });
const api = createClient<paths, Wanted>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });

/** What a program makes of an error: a problem, or API Gateway's own words. Codes and actions are open: there can be others tomorrow. */
function advice(problem: Schemas["Problem"] | Schemas["GatewayError"]): string {
  if (!("code" in problem)) return `API Gateway: ${problem.message}`;
  const known: Schemas["KnownAction"][] = ["retry", "wait", "reauthorise", "fix_request", "contact_bunq", "contact_support"];
  // @ts-expect-error there is no such action in this version
  known.includes("pray");
  switch (problem.action) {
    case "retry":
    case "wait":
      return "later";
    case "reauthorise":
      return "ask the customer";
    case "fix_request":
      return problem.errors?.map((reason) => reason.pointer ?? reason.detail).join(", ") ?? problem.detail;
    case "contact_bunq":
      return `bunq, about ${problem.bunq_response_id ?? "nothing that it answered"}`;
    case "contact_support":
      return `support, about ${problem.request_id}`;
    default:
      return `support, about ${problem.action}`;
  }
}

/** What a program does with answers that no version of today gives. */
async function meetTomorrow(): Promise<void> {
  const problem = { type: "about:blank", title: "", status: 409, code: "of_tomorrow", action: "pray", scope: "request", detail: "", request_id: "1" };
  const answers: [number, unknown, string][] = [
    [409, problem, "support, about pray"],
    [429, { message: "Too Many Requests" }, "API Gateway: Too Many Requests"],
    [500, { message: "Internal Server Error" }, "API Gateway: Internal Server Error"],
    [503, { message: "Service Unavailable" }, "API Gateway: Service Unavailable"],
  ];
  for (const [status, body, expected] of answers) {
    const answer = async () => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
    const tomorrow = createClient<paths, Wanted>({ baseUrl: "http://tomorrow.example", fetch: answer });
    const { error } = await tomorrow.POST("/user/{user_id}/request-inquiry", {
      params: { path: { user_id: "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11" } },
      body: { monetary_account_id: 1, amount: "1.00", currency: "EUR", description: "", receiver_type: "EMAIL", receiver_value: "a@example.nl" },
    });
    assert(error);
    assert.equal(advice(error), expected);
  }
}

/** Asks for a consent, and goes to the bank and back as the customer's browser does, with the cookie. */
async function connect(): Promise<string> {
  const asked = await api.POST("/consents", { body: { reference: "customer-17", expires_in: 600 } });
  if (asked.error) throw new Error(advice(asked.error));
  // @ts-expect-error there is no such status
  assert(asked.data.status !== "lost");
  const ticket = new URL(asked.data.url ?? "").searchParams.get("ticket");
  assert(ticket && asked.data.status === "pending");
  const begun = await browser.GET("/auth", { params: { query: { ticket } }, redirect: "manual" });
  const page = begun.response.headers.get("location");
  const cookie = begun.response.headers.get("set-cookie")?.split(";")[0];
  assert(page && cookie);
  const consented = await fetch(page, { headers: { "X-Simulator-Approve": "person" }, redirect: "manual" });
  const back = new URL(consented.headers.get("location") ?? "").searchParams;
  const [state, code] = [back.get("state"), back.get("code")];
  assert(state && code);
  const { data, error } = await browser.GET("/callback", { params: { query: { state, code } }, headers: { cookie } });
  if (error) throw new Error(advice(error));
  return data.new_user_id;
}

/** What an account is called and holds, whatever its kind; nothing of a kind that the document does not know. */
function balance(element: Schemas["AccountElement"]): string | undefined {
  if ("MonetaryAccountBank" in element) {
    // @ts-expect-error there is no such field
    element.MonetaryAccountBank.balanze;
    return element.MonetaryAccountBank.balance?.value ?? undefined;
  }
  if ("MonetaryAccountSavings" in element) return element.MonetaryAccountSavings.savings_goal?.value ?? undefined;
  return undefined;
}

const user_id = await connect();
const path = { user_id };

const connection = await api.GET("/user/{user_id}/connection", { params: { path } });
if (connection.error) throw new Error(advice(connection.error));
// @ts-expect-error there is no such kind
assert(connection.data.kind !== "robot");
assert.deepEqual([connection.data.kind, connection.data.status], ["person", "active"]);

const accounts = await api.GET("/user/{user_id}/accounts", { params: { path } });
if (accounts.error) throw new Error(advice(accounts.error));
// The other form comes with format=normalised only.
assert("Response" in accounts.data);
assert(accounts.data.Response.some((element) => /^-?\d+\.\d\d$/.test(balance(element) ?? "")));
const account = accounts.data.Response.flatMap((element) =>
  "MonetaryAccountBank" in element ? [element.MonetaryAccountBank] : [],
)[0];
assert(account);

const monetary_account_id = account.id;
const payments = await api.GET("/user/{user_id}/payments/{monetary_account_id}", {
  params: { path: { user_id, monetary_account_id }, query: { count: 10 } },
});
if (payments.error) throw new Error(advice(payments.error));
const amounts = payments.data.Response.map((element) => ("Payment" in element ? element.Payment.amount.value : null));
assert.equal(amounts.length, 10);

const invoice = {
  monetary_account_id,
  amount: "5.00",
  currency: "EUR",
  description: "Invoice 17",
  receiver_type: "IBAN",
  receiver_value: "NL91 ABNA 0417 1643 00",
  receiver_name: "J. Jansen",
} satisfies Schemas["NewDraftPayment"];
// @ts-expect-error an IBAN needs the name of its holder
({ ...invoice, receiver_name: undefined }) satisfies Schemas["NewDraftPayment"];

const header = { "Idempotency-Key": crypto.randomUUID() };
const draft = () => api.POST("/user/{user_id}/draft-payment", { params: { path, header }, body: invoice });
const [first, again] = [await draft(), await draft()];
if (first.error) throw new Error(advice(first.error));
assert.deepEqual(again.data, first.data);
assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");
const made = first.data.Response[0];
assert(made && "Id" in made);

const found = await api.GET("/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment/{draft_payment_id}", {
  params: { path: { user_id, monetary_account_id, draft_payment_id: made.Id.id } },
});
if (found.error) throw new Error(advice(found.error));
const read = found.data.Response[0];
assert(read && "DraftPayment" in read);
assert.deepEqual([read.DraftPayment.status, read.DraftPayment.entries?.[0]?.amount?.value], ["PENDING", "5.00"]);

const wrong = await api.POST("/user/{user_id}/draft-payment", { params: { path }, body: { ...invoice, amount: "5.001" } });
assert(wrong.error && "code" in wrong.error);
assert.deepEqual([wrong.error.status, wrong.error.code, advice(wrong.error)], [422, "invalid_request", "/amount"]);
await meetTomorrow();
console.log("The journey ends well.");
