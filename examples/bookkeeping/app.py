"""The pages: sign in, connect a bank, order, see the books, disconnect. `python app.py` serves them on this machine."""

import json
import logging
import os
import secrets

from flask import Flask, abort, flash, g, redirect, render_template, request, session

import books
from api import Api, Problem

PORT = int(os.environ.get("BOOKS_PORT", "8080"))
USERS = {"anna": "demo-anna", "bram": "demo-bram"}  # Names and passwords of a demonstration.
app = Flask(__name__)
# Lax: the browser brings the cookie along when the bank sends it back, and not with a form of another site.
app.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_NAME="books", SESSION_COOKIE_SAMESITE="Lax")
app.teardown_request(lambda _: g.db.close())


@app.before_request
def enter() -> None:
    """Lets in our own forms, and people who are signed in."""
    g.db, g.api = books.opened(), Api(patience=3, psu_ip=request.remote_addr or "")
    if request.method == "POST" and request.form.get("csrf") != session.get("csrf", ""):
        abort(403, "This form is too old: go back, and reload.")
    if "user" not in session and request.endpoint not in ("home", "sign_in"):
        abort(403, "Sign in first.")
    (g.user_id,) = g.db.execute("SELECT user_id FROM connections WHERE owner = ?", (session.get("user"),)).fetchone() or (None,)


@app.errorhandler(Problem)
def trouble(problem: Problem):
    if problem.code == "user_not_found":  # Erased there, so erased here. The next consent makes a new connection.
        g.db.execute("DELETE FROM connections WHERE user_id = ?", (g.user_id,))
    flash(str(problem))
    return redirect("/", 303)


@app.get("/")
def home() -> str:
    session.setdefault("csrf", secrets.token_urlsafe())
    rows = {table: g.db.execute(f"SELECT * FROM {table} WHERE user_id = ? ORDER BY rowid DESC LIMIT 20", (g.user_id,)).fetchall()
            for table in ("connections", "accounts", "payments", "orders")}
    return render_template("page.html", key=secrets.token_urlsafe(), **rows)


@app.post("/sign-in")
def sign_in():
    if USERS.get(request.form["name"]) != request.form["password"]:
        abort(403, "Wrong name or password.")
    session.clear()
    session["user"] = request.form["name"]
    return redirect("/", 303)


@app.post("/connect")
def connect():
    """Sends this browser to the bank. It must be this session that comes back, and for a connection the same customer."""
    asked = {"reference": session["user"], "return_url": f"http://127.0.0.1:{PORT}/bank", "user_id": g.user_id}
    consent, _ = g.api.call("POST", "/consents", json.dumps(asked), harmless=True)
    session["consent_id"] = consent["consent_id"]
    return redirect(consent["url"], 303)


@app.get("/bank")
def bank():
    """Back from the bank. Whoever brings a consent that this session did not ask for was sent here by somebody else."""
    consent_id, proof = session.get("consent_id", ""), request.args.get("proof")
    if request.args.get("consent_id") != consent_id:
        abort(403, "Another session asked for this consent. Nothing was connected.")
    try:
        if proof:
            g.api.call("POST", f"/consents/{consent_id}/claim", json.dumps({"proof": proof}), harmless=True)
    except Problem as problem:
        if problem.code != "already_claimed":  # That is: the answer to an earlier claim was lost.
            raise
    consent, _ = g.api.call("GET", f"/consents/{consent_id}")
    if consent["status"] != "completed":
        flash(f"The bank is not connected: {consent['status']} {consent['code'] or ''}")
    elif len(g.api.call("GET", f"/user/{consent['user_id']}/connection")[0]["references"]) > 1:
        g.api.call("DELETE", f"/user/{consent['user_id']}?reference={session['user']}")  # The connection stays the other user's.
        flash("Somebody else has connected this customer of the bank here.")
    else:
        g.db.execute("INSERT INTO connections (user_id, owner) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET state = 'ok', note = ''",
                     (consent["user_id"], session["user"]))
    return redirect("/", 303)


@app.post("/order")
def order():
    """Stores the order under the key of its form, then sends it: a form that comes twice is one order."""
    body = request.form.to_dict()
    key, kind, _ = body.pop("key"), body.pop("kind"), body.pop("csrf")
    g.db.execute("INSERT OR IGNORE INTO orders (key, user_id, kind, account_id, body) VALUES (?, ?, ?, ?, ?)",
                 (key, g.user_id, kind, body["monetary_account_id"], json.dumps(body)))
    books.visit(g.api, g.db, g.user_id, books.follow_orders)
    return redirect("/", 303)


@app.post("/disconnect")
def disconnect():
    """First the API, which erases its part and ends the session at bunq. Until then we must know the connection."""
    g.api.call("DELETE", f"/user/{g.user_id}?reference={session['user']}")
    g.db.execute("DELETE FROM connections WHERE user_id = ?", (g.user_id,))
    return redirect("/", 303)


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # Its lines would hold the proofs.
    print(f"Open http://127.0.0.1:{PORT}", flush=True)
    app.run("127.0.0.1", PORT)
