// Bundles the page for the account console and those for administrators, and lists the packages in the bundle with their licenses.
//   usage: node build.mjs FOLDER      FOLDER receives theme/… and META-INF/…
import { build } from "esbuild";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(home, "target", "classes");
const LICENSES = new Set(["MIT", "ISC", "0BSD", "Apache-2.0"]);

const common = {
  absWorkingDir: home,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  jsx: "automatic",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  metafile: true,
  logLevel: "warning",
};
const resources = "theme/bulwark/account/resources";
const scripts = join(target, resources, "js");
// A browser keeps a file for a month, by its name: the address has Keycloak's version and not the bundle's.
const named = { outdir: scripts, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]" };
// What an earlier build has left would be packed into the jar as well.
await rm(scripts, { recursive: true, force: true });

// A page of its own brings all that it needs, with the style sheets in a file beside it. What its scripts share is in a further file.
const own = (entryPoints) => ({
  ...common,
  ...named,
  entryPoints,
  splitting: true,
  // Fonts are those of css/tokens.css.
  loader: { ".woff2": "empty", ".woff": "empty", ".jpg": "empty" },
});
const admin = own({ "admin-keys": "src/main/tsx/admin/main.tsx", "admin-early": "src/main/tsx/admin/early.ts" });
const overview = own({ overview: "src/main/tsx/overview/main.tsx" });
// The theme names this script, and puts a hash of it and of the page's sources behind its name.
const early = { out: "api-keys-early", in: "src/main/tsx/early.ts" };
const pages = [
  // React is the account console's own, by its import map. So are PatternFly's style sheets.
  await build({
    ...common,
    ...named,
    entryPoints: { "api-keys": "src/main/tsx/page.tsx", [early.out]: early.in },
    splitting: true,
    external: ["react", "react-dom", "react/jsx-runtime"],
    loader: { ".css": "empty" },
  }),
  await build({ ...admin, plugins: [onlyStylesOf(await usedBy(admin))] }),
  await build({ ...overview, plugins: [onlyStylesOf(await usedBy(overview))] }),
];

for (const file of pages.flatMap(({ metafile }) => Object.keys(metafile.outputs)).map((path) => basename(path))) {
  if (file.startsWith(`${early.out}-`)) {
    await rename(join(scripts, file), join(scripts, `${early.out}.js`));
  }
}
await name("dev/bulwark/keyspage/admin-page.html");
await name("dev/bulwark/keyspage/overview-page.html");
await name(`${resources}/content.json`);

/** Puts the names of the bundled files into a resource that mentions `js/api-keys.js` and the like. */
async function name(resource) {
  let text = await readFile(join(home, "src/main/resources", resource), "utf8");
  for (const file of pages.flatMap(({ metafile }) => Object.keys(metafile.outputs))) {
    const bundled = basename(file);
    text = text.replaceAll(`js/${bundled.replace(/-[A-Z0-9]{8}(?=\.)/, "")}`, `js/${bundled}`);
  }
  await writeFile(join(target, resource), text);
}

/** The modules of which something is in the bundle. */
async function usedBy(options) {
  const { metafile } = await build({ ...options, write: false });
  return new Set(
    Object.values(metafile.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, input]) => input.bytesInOutput > 0)
      .map(([path]) => path),
  );
}

/** PatternFly imports the style sheets of all its components, esbuild takes each import for a side effect. */
function onlyStylesOf(modules) {
  return {
    name: "only-styles-of",
    setup(pending) {
      pending.onLoad({ filter: /react-styles.*\.css$/ }, async ({ path }) => {
        const module = relative(home, path).replace(/\.css$/, "");
        const used = [".mjs", ".js"].some((extension) => modules.has(module + extension));
        return { contents: used ? await readFile(path, "utf8") : "", loader: "css" };
      });
    },
  };
}

const names = new Set(
  pages
    .flatMap(({ metafile }) => Object.values(metafile.outputs))
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
  "The pages contain parts of these npm packages.\n\n" + entries.join(`\n${"-".repeat(72)}\n\n`),
);
