// The documents stay where they are: beside the code that they describe. This site only shows them.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import GithubSlugger from "github-slugger";
import { defineConfig } from "vitepress";
import { withMermaid } from "vitepress-plugin-mermaid";
import { page, roles } from "./documents.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

const installed = path.join(root, "docs/site/node_modules");

/** Address of the repository's files, such as "https://…/blob/main"; without it, such a link is only a text. */
const repository = process.env.DOCS_REPOSITORY ?? "";

const menu = roles(readFileSync(path.join(root, "docs/README.md"), "utf8"), root);

/** Links to files that are no document lead to the repository, those to a README to the first page of its folder. */
function repositoryLinks(markdown) {
  const kept = markdown.renderer.rules.link_open ?? ((tokens, i, options, env, self) => self.renderToken(tokens, i, options));
  markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const [target, anchor] = (token.attrGet("href") ?? "").split("#");
    if (!/^[a-z]+:/.test(target) && /(^|\/)README\.md$/.test(target)) {
      token.attrSet("href", page(target) + (anchor ? "#" + anchor : ""));
    } else if (target && !/^[a-z]+:/.test(target) && !target.endsWith(".md")) {
      const file = path.relative(root, path.resolve(path.dirname(env.realPath ?? env.path), decodeURI(target)));
      const readme = path.join(file, "README.md");
      if (existsSync(path.join(root, readme))) {
        token.attrSet("href", "/" + page(readme) + (anchor ? "#" + anchor : ""));
      } else if (repository) {
        token.attrSet("href", repository + "/" + file);
      } else {
        token.attrs = [["title", file]];
        return self.renderToken(tokens, index, options);
      }
    }
    return kept(tokens, index, options, env, self);
  };
}

export default withMermaid(
  defineConfig({
    title: "Bulwark for Keycloak",
    description: "Argon2id, API keys, revoked tokens in Redis and login limits for Keycloak",
    lang: "en",
    srcDir: "../..",
    srcExclude: ["**/node_modules/**", "**/target/**", "**/.run/**", "**/src/**", ".github/**"],
    outDir: "target/site",
    cacheDir: "target/cache",
    // Works below any path and from a folder of a web server that knows nothing of it.
    cleanUrls: false,
    // Addresses of the development system; every other link that leads nowhere is an error.
    ignoreDeadLinks: "localhostLinks",
    rewrites: page,
    markdown: {
      // Words in angle brackets are placeholders, not elements.
      html: false,
      anchor: { slugify: (text) => new GithubSlugger().slug(text) },
      config: repositoryLinks,
    },
    themeConfig: {
      nav: menu.map((role) => ({
        text: role.text,
        link: role.items[0].link,
      })),
      sidebar: menu,
      outline: [2, 3],
      search: { provider: "local" },
    },
    mermaid: { theme: "neutral" },
    // The documents are outside of this folder, where nothing is installed.
    vite: {
      resolve: {
        alias: [
          { find: /^vue$/, replacement: path.join(installed, "vue/dist/vue.runtime.esm-bundler.js") },
          { find: /^vue\/server-renderer$/, replacement: path.join(installed, "vue/server-renderer/index.mjs") },
        ],
      },
    },
  }),
);
