"""The plan for each shell block of the documents: its terminal and expected output, or why it is not run."""

from dataclasses import dataclass

CLIENT = "shared/bunq-client/README.md"
SIMULATOR = "local/simulator/README.md"
DOCUMENTS = ("README.md", "events/README.md", "docs/INTEGRATING.md", CLIENT, SIMULATOR, "CONTRIBUTING.md")
# The API, the simulated bank, the embedded AWS, and `cargo lambda watch`.
PORTS = (3000, 4100, 4566, 9000)

MINUTES = 60
# The limit for a first build; later builds take seconds.
BUILD = 15 * MINUTES
STARTED = r"^Ctrl-C stops everything"


@dataclass(frozen=True)
class Step:
    """A block, identified by its document and its first line."""

    document: str
    first_line: str
    terminal: int = 1
    # Patterns of its output, in addition to the output in the document.
    shows: tuple[str, ...] = ()
    # For a block that keeps running: its output when it is ready. It runs until the document ends, or until the next
    # block of its terminal.
    until: str | None = None
    patience: float = 1 * MINUTES
    # A required program; without it, the block is skipped.
    needs: str | None = None
    skip: str | None = None
    # Runs in place of the block, with the same effect in less time.
    instead: str | None = None


def start(document: str, command: str) -> Step:
    return Step(document, command, until=STARTED, patience=BUILD, shows=(r"API +http://localhost:3000\b", r"bank +http://127\.0\.0\.1:4100\b"))


def watch(document: str) -> Step:
    command = "cargo lambda watch --env-file .local/functions.env --invoke-address 127.0.0.1"
    return Step(document, command, terminal=2, until=r"127\.0\.0\.1:9000", needs="cargo-lambda")


PLAN = (
    start("README.md", "cargo run -p local"),
    Step("README.md", "USER_ID=$(curl -sSL -b '' -H 'X-Simulator-Approve: person' http://localhost:3000/auth | jq -r .new_user_id)", terminal=2),
    Step("README.md", "cargo test --workspace", skip=".ci/run runs all tests"),
    Step("README.md", "curl -sS -H \"$KEY\" 'http://localhost:3000/webhook-events?wait=1'", terminal=2, shows=(r'"type":"connection\.created"',)),
    Step("README.md", "curl -sS -H \"$KEY\" -H 'Content-Type: application/json' -H 'Idempotency-Key: invoice-2026-17' "
         "http://localhost:3000/user/$USER_ID/draft-payment -d '{", terminal=2, shows=(r'^\{"Response":\[\{"Id":\{"id":[0-9]+\}\}\]\}',)),
    Step("README.md", "cargo run -q -p local -- keys create --name bookkeeping --scope accounts --scope payments >.local/bookkeeping.json",
         terminal=2, patience=BUILD, shows=(r'"api_key": *"tpp_', r'"id": *"', r'"name": *"bookkeeping"', r'"onboarded": *true')),
    Step("README.md", "KEY_ID=$(sed -n 's/^aws_access_key_id = //p' .local/aws-credentials) "
         "SECRET=$(sed -n 's/^aws_secret_access_key = //p' .local/aws-credentials)", terminal=2, shows=(r'^\{"api_keys":\[',)),
    Step("README.md", "cargo run -p local -- --bunq sandbox --public-url https://your-tunnel.example", skip="needs bunq's sandbox"),
    Step("README.md", "cargo run -p bunq-client --example probe -- --bunq sandbox --dry-run",
         skip="needs bunq's sandbox; tests run it against the simulated bank"),
    Step("README.md", "cargo functions --arm64 && sam build && sam deploy --guided", skip="needs an AWS account"),
    watch("README.md"),
    Step("README.md", "export API_KEY=$(cat .local/api-key)", terminal=3, patience=BUILD, needs="cargo-lambda", shows=(r'^"Sanne de Vries"$',)),

    start("events/README.md", "cargo run -p local"),
    watch("events/README.md"),
    Step("events/README.md", "export API_KEY=$(cat .local/api-key)", terminal=3, patience=BUILD, needs="cargo-lambda"),
    Step("events/README.md", "cargo run -p local -- --docker 172.17.0.1", skip="needs Docker"),
    Step("events/README.md", "export API_KEY=$(cat .local/api-key) AWS_REGION=eu-central-1 "
         'AWS_SHARED_CREDENTIALS_FILE="$PWD/.local/aws-credentials"', skip="needs Docker; .ci/lambda/check runs the same functions without it"),

    start("docs/INTEGRATING.md", "RETURN_ORIGINS=http://localhost:8080 cargo run -p local"),
    Step("docs/INTEGRATING.md", "cargo run -q -p local -- keys create --name shop --scope connections --scope accounts >.local/shop.json",
         terminal=2, patience=BUILD),
    Step("docs/INTEGRATING.md", "ASKED=$(curl -sS -H \"$KEY\" -H \"$JSON\" http://localhost:3000/consents "
         "-d '{\"reference\": \"customer-17\", \"return_url\": \"http://localhost:8080/bank\"}')", terminal=2),
    Step("docs/INTEGRATING.md", "BACK=$(curl -s -b '' -L --max-redirs 2 -o /dev/null -w '%{redirect_url}' "
         "-H 'X-Simulator-Approve: company' \"$(jq -r .url <<<\"$ASKED\")\") || [ $? = 47 ]", terminal=2),
    Step("docs/INTEGRATING.md", "CLAIMED=$(curl -sS -H \"$KEY\" -H \"$JSON\" \"http://localhost:3000/consents/$(jq -r .consent_id <<<\"$ASKED\")/claim\" "
         "-d \"{\\\"proof\\\": \\\"${BACK##*proof=}\\\"}\")", terminal=2),

    Step(CLIENT, "cargo run -p bunq-simulator", until=r"^Ctrl-C stops it", patience=BUILD, shows=(r"http://127\.0\.0\.1:4100/",)),
    Step(CLIENT, "cargo run -q -p bunq-client --example onboard", terminal=2, patience=BUILD, shows=(r"^installation [0-9]+$", r"^user [0-9]+$")),
    Step(CLIENT, "cargo run -q -p bunq-client --example list_accounts", terminal=2, patience=BUILD),

    Step(CLIENT, "mkdir -p .local", terminal=2,
         patience=BUILD, shows=(r"^rate-limit +answered +rate_limits=\"off\"", r"wrote \.local/probe\.json$")),

    # A release build takes minutes.
    Step(SIMULATOR, "cargo install --locked --path local/simulator", patience=BUILD,
         instead='cargo build -q --locked -p bunq-simulator && PATH="${CARGO_TARGET_DIR:-target}/debug:$PATH"'),
    Step(SIMULATOR, "bunq-simulator", until=r"^Ctrl-C stops it", shows=(r"http://127\.0\.0\.1:4100/",)),
    Step(SIMULATOR, "python3 -m venv .local/venv", terminal=2, patience=5 * MINUTES),
    Step(SIMULATOR, "curl -sS http://127.0.0.1:4100/_simulator/customers -H 'Content-Type: application/json' \\", terminal=2),
    Step(SIMULATOR, "curl -sS http://127.0.0.1:4100/_simulator/faults -H 'Content-Type: application/json' \\", terminal=2),
    Step(SIMULATOR, "curl -sS http://127.0.0.1:4100/_simulator/payments -H 'Content-Type: application/json' \\", terminal=2,
         shows=(r'"user_api_keys":0', r'"POST session-server":2')),
    Step(SIMULATOR, "curl -sS -X PATCH http://127.0.0.1:4100/_simulator/settings -H 'Content-Type: application/json' \\", terminal=2,
         shows=(r'"callback_targets":"loopback"',)),
    Step(SIMULATOR, "curl -sS -X PATCH http://127.0.0.1:4100/_simulator/callbacks -H 'Content-Type: application/json' \\", terminal=2,
         shows=(r'"duplicate_every":2',)),
    Step(SIMULATOR, "curl -sS -X PATCH http://127.0.0.1:4100/_simulator/settings -H 'Content-Type: application/json' \\", terminal=2,
         shows=(r'"rate_limits":"classic"',)),
    Step(SIMULATOR, "UPDATE_DOCUMENT=1 cargo test -p bunq-simulator --test it documents", skip=".ci/run runs all tests"),

    Step("CONTRIBUTING.md", "cargo test -p users", skip=".ci/run runs all tests"),
    Step("CONTRIBUTING.md", "FUZZ_CASES=1000000 cargo test -p testkit --test fuzz", skip="it runs for hours"),
    Step("CONTRIBUTING.md", "CHAOS_SECONDS=1200 CHAOS_SEED=7 cargo test -p testkit --test chaos -- --nocapture",
         skip=".ci/run runs all tests, this one for a minute"),
    Step("CONTRIBUTING.md", ".ci/run", skip="this check is a part of it"),
)
