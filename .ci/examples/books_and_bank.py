"""The content of the example's books and of the bank, which must be equal."""

# The users of the example, and their customers at the simulated bank.
PEOPLE = {"anna": ("person", "Sanne de Vries"), "bram": ("company", "Bakkerij Van Dijk")}


def user_id(w, name: str) -> str:
    ((found,),) = w.rows("SELECT user_id FROM connections WHERE owner = ?", name)
    return found


def payments_at_the_bank(w, user_id: str, account_id: int):
    """The payments of an account, page by page, as the bank has them."""
    older = ""
    while found := [element["Payment"] for element in w.read(f"/user/{user_id}/payments/{account_id}?count=200{older}")[1]["Response"]]:
        yield from found
        older = f"&older_id={found[-1]['id']}"


def at_the_bank(w, name: str) -> tuple[set, set]:
    """The accounts and payments of the API, page by page, read in another way than the example reads them."""
    user = user_id(w, name)
    accounts = [account for element in w.read(f"/user/{user}/accounts")[1]["Response"] for account in element.values()]
    payments = {(account["id"], paid["id"], paid["created"], paid["amount"]["value"], paid["description"])
                for account in accounts for paid in payments_at_the_bank(w, user, account["id"])}
    return {(account["id"], account["description"], (account["balance"] or {}).get("value")) for account in accounts}, payments


def in_the_books(w, name: str) -> tuple[set, set]:
    accounts = w.rows("SELECT id, name, balance FROM accounts WHERE user_id = ?", user_id(w, name))
    payments = w.rows("SELECT account_id, id, created, amount, description FROM payments WHERE user_id = ?", user_id(w, name))
    assert len(payments) == len(set(payments))
    return set(accounts), set(payments)


def everything(w) -> list:
    return [w.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in ("connections", "accounts", "payments", "orders")]


def payment_arrives(w, name: str) -> int:
    return w.switch("payments", {"customer": PEOPLE[name][0]})["last_id"]


def has_payment(w, payment_id: int) -> bool:
    return bool(w.rows("SELECT 1 FROM payments WHERE id = ?", payment_id))
