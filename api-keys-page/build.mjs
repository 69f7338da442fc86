// Bundles the page for the account console, and lists the packages in the bundle with their licenses.
//   usage: node build.mjs FOLDER      FOLDER receives theme/… and META-INF/…
import { build } from "esbuild";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(home, "target", "classes");
const LICENSES = new Set(["MIT", "ISC", "0BSD", "Apache-2.0"]);

const { metafile } = await build({
  absWorkingDir: home,
  entryPoints: ["src/main/tsx/page.tsx"],
  outfile: join(target, "theme/bulwark/account/resources/js/api-keys.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  jsx: "automatic",
  legalComments: "none",
  // React is the account console's own, by its import map. So are PatternFly's style sheets.
  external: ["react", "react-dom", "react/jsx-runtime"],
  loader: { ".css": "empty" },
  define: { "process.env.NODE_ENV": '"production"' },
  metafile: true,
  logLevel: "warning",
});

const names = new Set(
  Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, input]) => input.bytesInOutput > 0)
    .map(([path]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter((name) => name !== undefined),
);
const entries = [];
for (const name of [...names].sort()) {
  const folder = join(home, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (!LICENSES.has(license)) {
    throw new Error(`${name}: the license ${license} is not allowed`);
  }
  const file = (await readdir(folder)).find((candidate) => /^licen[cs]e(\.\w+)?$/i.test(candidate));
  if (file === undefined) {
    throw new Error(`${name}: no text of its license`);
  }
  entries.push(`${name} ${version} (${license})\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`);
}
await mkdir(join(target, "META-INF/licenses"), { recursive: true });
await writeFile(
  join(target, "META-INF/licenses/npm.txt"),
  "The page of API keys in the account console contains parts of these npm packages.\n\n" + entries.join(`\n${"-".repeat(72)}\n\n`),
);
