// Fails if a page of the site would load anything from elsewhere, if a document has no page, or if a link names a page
// or heading that is not there.
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

const site = path.resolve("target/site");
const files = readdirSync(site, { recursive: true }).map(String);
const pages = files.filter((file) => file.endsWith(".html"));
const wrong = [];

for (const file of pages) {
  const html = readFileSync(path.join(site, file), "utf8");
  for (const [tag] of html.matchAll(/<(script|link|img|iframe|source)\b[^>]*>/g)) {
    if (/\b(src|href)="(https?:)?\/\//.test(tag)) {
      wrong.push(`${file} loads from elsewhere: ${tag}`);
    }
  }
}
const ids = new Map(
  pages.map((file) => [file, new Set([...readFileSync(path.join(site, file), "utf8").matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
);
for (const file of pages.filter((name) => name !== "404.html")) {
  for (const [, link, id] of readFileSync(path.join(site, file), "utf8").matchAll(/<a [^>]*href="([^":#]*)(?:#([^"]*))?"/g)) {
    const target = link === "" ? file : link.startsWith("/") ? link.slice(1) : path.join(path.dirname(file), link);
    const page = target === "" || target === "." || target.endsWith("/") ? path.join(target, "index.html") : target;
    if (!files.includes(decodeURI(page))) {
      wrong.push(`${file} links to ${page}, which is not there`);
    } else if (id && ids.has(page) && !ids.get(page).has(decodeURIComponent(id))) {
      wrong.push(`${file} links to ${page}#${id}, which is not there`);
    }
  }
}
for (const file of files.filter((name) => name.endsWith(".css"))) {
  if (/url\(\s*["']?(https?:)?\/\//.test(readFileSync(path.join(site, file), "utf8"))) {
    wrong.push(`${file} loads from elsewhere`);
  }
}
for (const needed of ["index.html", "docs/index.html", "docs/operations.html", "examples/relying-app/index.html"]) {
  if (!files.includes(needed)) {
    wrong.push(`${needed} is missing`);
  }
}
if (!files.some((file) => /localSearchIndex/.test(file))) {
  wrong.push("there is no search index");
}
wrong.forEach((line) => console.error(line));
console.log(`${pages.length} pages, ${Math.round(files.reduce((sum, file) => sum + statSync(path.join(site, file)).size, 0) / 1024)} KiB`);
process.exit(wrong.length ? 1 : 0);
