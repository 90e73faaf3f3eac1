import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { settings } from "../src/settings";

const MADE = { launchTemplate: "lt-1", subnets: ["subnet-a", "subnet-b"], table: "ledger-1", topic: "arn:aws:sns:eu-central-1:111122223333:notices" };
const WRITTEN = `[aws]
launch-template = "lt-1"
subnets = ["subnet-a", "subnet-b"]

[ledger]
table = "ledger-1"
`;

// SmartScale reads the expected file in a test of its own: src/runtime/configuration.
test("the user's settings stand, and what is made here follows", () => {
  assert.equal(settings(readFileSync("test/settings.toml", "utf8"), MADE), readFileSync("test/smartscale.toml", "utf8"));
});

test("a table [notify] of the user's own gets the topic too", () => {
  const own = '[notify]  # Slack as well\nslack-webhook = "env:HOOK"\n\n[daemon]\ntick = "10s"\n';
  const text = settings(own, MADE);
  assert.equal(text, own.replace("as well\n", `as well\nsns-topic = "${MADE.topic}"\n`) + `\n${WRITTEN}`);
});

test("what is made here cannot be set twice", () => {
  assert.throws(() => settings("[aws]\nregion = 'eu-central-1'", MADE), /has a table \[aws\]/);
  assert.throws(() => settings(" [ ledger ]\nfile = 'x'", MADE), /has a table \[ledger\]/);
  assert.throws(() => settings("[notify]\nsns-topic = 'x'", MADE), /has `sns-topic`/);
});
