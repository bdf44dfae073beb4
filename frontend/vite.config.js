// Builds every entry `src/<name>.ts` into the Django package `shetong.web`, with a manifest for the tag `vite_entry`.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defineConfig } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const source = join(root, "src");

const entries = Object.fromEntries(
  readdirSync(source)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => [basename(name, ".ts"), join(source, name)]),
);

/** The design tokens as Sass: custom properties for either scheme, and the values as maps for the design page. */
function tokensAsSass() {
  const { colours, pairs } = JSON.parse(readFileSync(join(source, "tokens.json"), "utf-8"));
  const block = (scheme) =>
    Object.entries(colours)
      .map(([name, colour]) => `  --st-${name}: ${colour[scheme]};`)
      .join("\n");
  const map = Object.entries(colours)
    .map(([name, { light, dark }]) => `  "${name}": ("light": ${light}, "dark": ${dark}),`)
    .join("\n");
  const couples = pairs.map(({ front, back }) => `  ("${front}", "${back}"),`).join("\n");
  const values = `$colours: (\n${map}\n);\n$pairs: (\n${couples}\n);\n`;
  return `${values}@mixin light {\n${block("light")}\n}\n@mixin dark {\n${block("dark")}\n}\n`;
}

const tokenImporter = {
  canonicalize: (url) => (url === "shetong:tokens" ? new URL(url) : null),
  load: () => ({ contents: tokensAsSass(), syntax: "scss" }),
};

/** Sass packages that name their own `node_modules/…` are found from the front end's folder. */
const packageImporter = {
  findFileUrl: (url) => (url.startsWith("node_modules/") ? pathToFileURL(resolve(root, url)) : null),
};

/** Pictures get hashed names and a place in the manifest; the tokens go out as they are, for the design page. */
function pictures() {
  return {
    name: "shetong-pictures",
    buildStart() {
      this.addWatchFile(join(source, "tokens.json"));
      const folder = join(source, "assets");
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        this.emitFile({
          type: "asset",
          name,
          originalFileName: `src/assets/${name}`,
          source: readFileSync(join(folder, name)),
        });
      }
      this.emitFile({ type: "asset", fileName: "tokens.json", source: readFileSync(join(source, "tokens.json")) });
    },
  };
}

export default defineConfig({
  root,
  base: "./",
  plugins: [pictures()],
  css: {
    preprocessorOptions: {
      scss: {
        importers: [tokenImporter, packageImporter],
        loadPaths: [join(root, "node_modules")],
        quietDeps: true,
      },
    },
  },
  build: {
    outDir: resolve(root, "../src/shetong/web/static/dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: "es2022",
    rollupOptions: { input: entries },
  },
});
