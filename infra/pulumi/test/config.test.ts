import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "../src/config";
import { CONFIG } from "./config";

test("what goes into the workers' script must have its shape", () => {
  check(CONFIG);
  check({ ...CONFIG, pool: "", cluster: "prod" });
  const wrong: [keyof typeof CONFIG, string][] = [
    ["cluster", "prod'; reboot; '"],
    ["pool", "$(reboot)"],
    ["k3sUrl", "http://k3s.example.org:6443"],
    ["k3sVersion", "stable"],
    ["joinTokenSecret", "k3s/join"],
  ];
  for (const [key, value] of wrong) {
    assert.throws(() => check({ ...CONFIG, [key]: value }), { message: new RegExp(`^smartscale:${key} is \``) });
  }
  assert.throws(() => check({ ...CONFIG, subnets: [] }), /subnets is empty/);
});
