# The parts of CI for your terminal, by just (https://just.systems). `just` lists them. None installs packages of the
# system: `just missing` names what is missing, and .ci/setup installs it.

_list:
    @just --list --unsorted

# what the parts need and this machine does not have
missing:
    .ci/setup --check

# the quick parts, before each commit
check: format workflows lint

# formatting, and words that are hard to read
format:
    .ci/part format

# actionlint and zizmor
workflows:
    .ci/part workflows

# licences, sources, duplicates, advisories and unused dependencies
supply:
    .ci/part supply

# clippy, and which module uses which
lint:
    .ci/part lint

# rustdoc, with private items
docs:
    .ci/part docs

# all tests, or those of a package: just test users
test package="":
    {{ if package == "" { ".ci/part test" } else { "cargo test --locked --package " + package } }}

# the pages in a real browser
browser:
    .ci/part browser

# the API against its own description, and the statements against their schema
contract:
    .ci/part camt contract

# the template
template:
    .ci/part template

# the functions as they are deployed
bootstraps:
    .ci/part template bootstraps

# the shell blocks of the documents, and the examples
examples:
    .ci/part readme examples

# the oldest compiler that Cargo.toml promises
minimum:
    .ci/part minimum

# the files of a release, from bootstraps that exist
release:
    .ci/part release

# everything, as CI runs it; this installs packages
all:
    .ci/run

# what is open about bunq: just probe sandbox
probe bank *arguments:
    cargo run --locked --package bunq-client --example probe -- --bunq {{ bank }} {{ arguments }}
