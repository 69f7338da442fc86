import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** Address of a document's page: a README is the first page of its folder. */
export function page(file) {
  return file.replace(/(^|\/)README\.md$/, "$1index.md");
}

/** The pages of a guide: what docs/NAME.md links in docs/NAME/, in that order, by their headings. */
function pages(link, root) {
  const file = path.join(root, link + ".md");
  const folder = path.basename(link);
  if (!existsSync(file) || !existsSync(path.join(root, link))) {
    return {};
  }
  const links = readFileSync(file, "utf8").matchAll(new RegExp(`\\]\\(${folder}/([a-z-]+)\\.md[#)]`, "g"));
  const names = [...new Set([...links].map(([, name]) => name))];
  return {
    collapsed: true,
    items: names.map((name) => ({
      text: readFileSync(path.join(root, link, name + ".md"), "utf8").match(/^# (.*)/)[1],
      link: link + "/" + name,
    })),
  };
}

/** The short name of each role, as the menu shows it. */
const ROLES = {
  "You move an application to Keycloak": "Move",
  "You operate Keycloak": "Operate",
  "You write an application": "Use",
  "You audit": "Audit",
  "You develop the bundle": "Develop",
};

/**
 * The menu: one group for each role of docs/README.md, with the documents that its section links, in that order.
 * A role that the menu does not know is an error, so that no section is forgotten.
 */
export function roles(index, root) {
  const groups = [];
  const seen = new Set();
  for (const section of index.split(/^## /m).slice(1)) {
    const [title, ...lines] = section.split("\n");
    if (!(title in ROLES)) {
      throw new Error(`docs/README.md has a section without a place in the menu: ${title}`);
    }
    const items = [];
    for (const [, text, target] of lines.join("\n").matchAll(/\[([^\]]+)\]\(([^)#]+\.md)(?:#[^)]*)?\)/g)) {
      const link = "/" + page(new URL(target, "file:///docs/").pathname.slice(1)).replace(/(index)?\.md$/, "");
      if (!seen.has(link)) {
        seen.add(link);
        items.push({ text: text[0].toUpperCase() + text.slice(1), link, ...pages(link, root) });
      }
    }
    groups.push({ text: ROLES[title], items, collapsed: groups.length > 0 });
  }
  return groups;
}
