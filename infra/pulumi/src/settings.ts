export interface MadeHere {
  launchTemplate: string;
  subnets: string[];
  table: string;
  topic: string;
}

/** The user's smartscale.toml, completed by where things are that this program makes. */
export function settings(own: string, made: MadeHere): string {
  for (const table of ["aws", "ledger"]) {
    if (header(table).test(own)) throw new Error(`smartscale:settings has a table [${table}], which this program writes itself: remove it`);
  }
  if (/^\s*sns-topic\s*=/m.test(own)) throw new Error("smartscale:settings has `sns-topic`, which this program writes itself: remove it");
  const topic = `sns-topic = ${quoted(made.topic)}`;
  const text = header("notify").test(own) ? own.replace(header("notify"), (line) => `${line}\n${topic}`) : `${own.trimEnd()}\n\n[notify]\n${topic}\n`;
  return [
    text.trimEnd(),
    "",
    "[aws]",
    `launch-template = ${quoted(made.launchTemplate)}`,
    `subnets = [${made.subnets.map(quoted).join(", ")}]`,
    "",
    "[ledger]",
    `table = ${quoted(made.table)}`,
    "",
  ].join("\n");
}

function header(table: string): RegExp {
  return new RegExp(`^[ \\t]*\\[[ \\t]*${table}[ \\t]*\\].*$`, "m");
}

/** JSON's strings are TOML's basic strings, but for characters that none of these names has. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
