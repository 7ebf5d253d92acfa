// Fetches an agent from npm into /opt/agents/NAME, and links its programs in
// /opt/links/NAME. Its one argument is JSON: name, package, version, binary, native,
// scripts, integrity, extra. Says in one line, after "swarm:", why it could not.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const wanted = JSON.parse(process.argv[2]);
const spec = `${wanted.package}@${wanted.version}`;
const home = `/opt/agents/${wanted.name}`;
const links = `/opt/links/${wanted.name}`;
const modules = path.join(home, "node_modules");

const REASONS = [
  [/ENOSPC/, () => "the container engine's disk is full"],
  [/EINTEGRITY/, () => `what was fetched of ${spec} is not what its registry states`],
  [/EBADENGINE/, () => `${spec} does not run on Node ${process.versions.node}`],
  [/\b(E404|ETARGET|ENOVERSIONS)\b/, () => `npm has no ${spec}, or none of what it needs`],
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|E?TIMEDOUT|ENETUNREACH|EHOSTUNREACH|\w*CERT\w*)\b/,
    (code) => `npm could not reach its registry (${code})`,
  ],
  [/command failed|ELIFECYCLE/, () => `an install script of ${spec}, or of what it needs, failed`],
];

function fail(sentence) {
  console.log(`swarm: ${sentence}`);
  process.exit(1);
}

// As an ordinary user: whatever a package runs here is not root.
for (const folder of [home, links, "/tmp/fetch"]) {
  fs.mkdirSync(folder, { recursive: true });
  fs.chownSync(folder, 1000, 1000);
}
process.setgroups([]);
process.setgid(1000);
process.setuid(1000);

const environment = {
  ...process.env,
  HOME: "/tmp/fetch",
  NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt",
  npm_config_fund: "false",
  npm_config_audit: "false",
  npm_config_update_notifier: "false",
  npm_config_fetch_retries: "2",
  npm_config_fetch_retry_mintimeout: "1000",
  npm_config_fetch_retry_maxtimeout: "4000",
  npm_config_fetch_timeout: "60000",
};

function npm(...argv) {
  const done = spawnSync("npm", argv, { env: environment, encoding: "utf8", maxBuffer: 1 << 26 });
  const said = `${done.stdout}\n${done.stderr}`;
  if (done.status === 0) return done.stdout;
  console.log(said.trim().slice(-4000));
  for (const [pattern, sentence] of REASONS) {
    const found = pattern.exec(said);
    if (found) fail(sentence(found[0]));
  }
  const last = said.trim().split("\n").filter((line) => !line.includes("complete log")).pop();
  return fail(`npm ${argv[0]}: ${last}`);
}

function packageOf(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
}

function stated() {
  const text = npm("view", spec, "name", "version", "dist.integrity", "--json");
  const body = text.trim() ? JSON.parse(text) : null;
  if (!body || body.version !== wanted.version) fail(`npm has no ${spec}: the version is gone`);
  if (body.name !== wanted.package) fail(`npm calls ${wanted.package} by another name`);
  if (wanted.integrity && body["dist.integrity"] !== wanted.integrity) {
    fail(`npm has another ${spec} than the one that was pinned: its integrity differs`);
  }
  return body;
}

function install() {
  const scripts = wanted.scripts ? [] : ["--ignore-scripts"];
  npm("install", "--prefix", home, "--omit=dev", "--engine-strict", ...scripts, spec, ...wanted.extra);
  const installed = packageOf(path.join(modules, wanted.package));
  if (installed.name !== wanted.package || installed.version !== wanted.version) {
    fail(`npm brought ${installed.name}@${installed.version} in place of ${spec}`);
  }
  return installed;
}

// The folders of all packages on the first level, scoped ones too.
function folders() {
  const names = fs.readdirSync(modules).filter((name) => !name.startsWith("."));
  return names.flatMap((name) =>
    name.startsWith("@")
      ? fs.readdirSync(path.join(modules, name)).map((inner) => path.join(modules, name, inner))
      : [path.join(modules, name)],
  );
}

function isProgram(file) {
  const start = Buffer.alloc(4);
  const descriptor = fs.openSync(file, "r");
  fs.readSync(descriptor, start, 0, 4, 0);
  fs.closeSync(descriptor);
  return start.equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]));
}

// The plain binaries of that name in packages for one kind of machine.
function binaries() {
  const found = [];
  for (const folder of folders()) {
    if (!fs.existsSync(path.join(folder, "package.json")) || !packageOf(folder).os) continue;
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile() && entry.name === wanted.binary && isProgram(file)) {
        found.push({ folder, file: path.relative(folder, file) });
      }
    }
  }
  return found;
}

// Keeps the package of the plain binary alone; npm and what it was found by go.
function keepBinary() {
  const isOld = !/\bavx2\b/.test(fs.readFileSync("/proc/cpuinfo", "utf8")) && process.arch === "x64";
  const found = binaries()
    .filter((one) => !/musl$/.test(one.folder))
    .sort((a, b) => /baseline/.test(a.folder) - /baseline/.test(b.folder));
  const chosen = isOld ? found.pop() : found.shift();
  if (!chosen) fail(`${spec} brings no program ${wanted.binary} for this machine (${process.arch})`);
  fs.renameSync(chosen.folder, "/tmp/fetch/kept");
  fs.rmSync(home + "/node_modules", { recursive: true });
  for (const name of fs.readdirSync(home)) fs.rmSync(path.join(home, name), { recursive: true });
  fs.cpSync("/tmp/fetch/kept", home, { recursive: true, verbatimSymlinks: true });
  const program = path.join(home, chosen.file);
  fs.chmodSync(program, 0o755);
  fs.symlinkSync(program, path.join(links, wanted.binary));
}

function linkScripts(installed) {
  const bin = typeof installed.bin === "string" ? { [wanted.binary]: installed.bin } : installed.bin ?? {};
  if (!bin[wanted.binary]) fail(`${spec} brings no program ${wanted.binary}`);
  for (const [name, file] of Object.entries(bin)) {
    const program = path.join(modules, wanted.package, file);
    if (!/^[A-Za-z0-9._-]+$/.test(name) || !fs.existsSync(program)) continue;
    fs.chmodSync(program, 0o755);
    fs.symlinkSync(program, path.join(links, name));
  }
}

console.log(`fetching ${spec}`);
const registry = stated();
const installed = install();
if (wanted.native) keepBinary();
else linkScripts(installed);
const record = { manager: "npm", package: wanted.package, version: wanted.version, integrity: registry["dist.integrity"] };
fs.writeFileSync(path.join(home, "swarm-agent.json"), JSON.stringify(record) + "\n");
console.log(`fetched ${spec}`);
