// Asks npm for the newest version of each package. Its one argument is JSON: a list of
// names. Prints one line of JSON for each after "swarm-newest".
import { spawnSync } from "node:child_process";

const environment = {
  ...process.env,
  HOME: "/tmp",
  NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt",
  npm_config_update_notifier: "false",
  npm_config_fetch_retries: "1",
  npm_config_fetch_retry_mintimeout: "1000",
};

for (const name of JSON.parse(process.argv[2])) {
  const argv = ["view", `${name}@latest`, "name", "version", "dist.integrity", "--json"];
  const done = spawnSync("npm", argv, { env: environment, encoding: "utf8" });
  const said = `${done.stdout}\n${done.stderr}`;
  const answer = { package: name };
  if (done.status === 0 && done.stdout.trim()) {
    const body = JSON.parse(done.stdout);
    Object.assign(answer, { version: body.version, integrity: body["dist.integrity"] });
  } else if (/\bE404\b/.test(said)) {
    answer.problem = `npm has no package ${name}`;
  } else {
    const code = /\b(E[A-Z0-9_]{3,}|\w*CERT\w*)\b/.exec(said);
    answer.problem = `npm could not reach its registry (${code ? code[0] : "no answer"})`;
  }
  console.log(`swarm-newest ${JSON.stringify(answer)}`);
}
